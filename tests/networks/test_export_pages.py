"""The network goes out as a file."""

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from networks import services
from networks.contacts import reading
from networks.models import Tie
from tests.conftest import PASSWORD

EXPORT = "/network/export/"
PRIVATE = {"helps": "Tea, and quiet", "hinders": "Advice", "energy": "gives"}


@pytest.fixture
def mine(owner: User, client_of: Callable[[User], Client]) -> Client:
    """Said once more who they are, just now, which taking everything along asks for."""
    client = client_of(owner)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": EXPORT})
    return client


@pytest.fixture
def ana(owner: User) -> Tie:
    more = {
        "relationship": "Sister",
        "supports": ["company"],
        "phone": "+44 20 1",
        "email": "ana@example.org",
    }
    return services.add_tie(by=owner, name="Ana Reyes", circle="closest", **more, ideal_days=7, **PRIVATE)


def test_before_it_they_are_asked_who_they_are(
    client_of: Callable[[User], Client], owner: User, ana: Tie
) -> None:
    client = client_of(owner)
    for answer in (client.get(EXPORT), client.post(EXPORT, {"format": "csv"})):
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize("kind", ["vcard", "csv"])
def test_private_notes_go_along_only_when_ticked(mine: Client, ana: Tie, kind: str) -> None:
    plain = mine.post(EXPORT, {"format": kind})
    assert (plain.status_code, plain.headers["Content-Disposition"][:20]) == (200, "attachment; filename")
    (found,) = reading.read(plain.content).contacts
    assert (found.name, found.phone, found.circle, found.ideal_days) == (
        "Ana Reyes",
        "+44 20 1",
        "closest",
        7,
    )
    assert (found.supports, found.helps, found.hinders, found.energy) == (("company",), "", "", "")
    assert b"quiet" not in plain.content
    (found,) = reading.read(mine.post(EXPORT, {"format": kind, "private": "on"}).content).contacts
    assert {name: getattr(found, name) for name in PRIVATE} == PRIVATE


def test_who_was_let_go_comes_along_only_when_ticked(mine: Client, owner: User, ana: Tie) -> None:
    services.archive_tie(tie=ana, by=owner)
    assert mine.post(EXPORT, {"format": "vcard"}).content == b""
    assert b"Ana Reyes" in mine.post(EXPORT, {"format": "vcard", "archived": "on"}).content
    services.remove_tie(tie=ana, by=owner)
    assert b"Ana" not in mine.post(EXPORT, {"format": "vcard", "archived": "on"}).content


def test_nobody_elses_people_are_in_it(mine: Client, ana: Tie, stranger: User) -> None:
    services.add_tie(by=stranger, name="Secret", circle="close")
    table = mine.post(EXPORT, {"format": "csv"}).content.decode("utf-8-sig")
    assert [row["Name"] for row in csv.DictReader(io.StringIO(table))] == ["Ana Reyes"]


@pytest.mark.parametrize("sent", [{}, {"format": "pdf"}])
def test_a_file_of_no_kind_gets_the_page_back(mine: Client, sent: dict[str, str]) -> None:
    answer = mine.post(EXPORT, sent)
    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert mine.put(EXPORT).status_code == 405


@pytest.mark.parametrize("number", [3, 300])
def test_the_file_takes_the_same_number_of_queries_however_long(
    mine: Client, owner: User, number: int, django_assert_num_queries: Callable[[int], object]
) -> None:
    for place in range(number):
        Tie.objects.create(owner=owner, name=f"Person {place}", circle="wider")
    # Session, person, ties.
    with django_assert_num_queries(3):
        assert mine.post(EXPORT, {"format": "csv"}).content.count(b"\r\n") == number + 1
    with django_assert_num_queries(3):
        assert mine.get(EXPORT).status_code == 200
