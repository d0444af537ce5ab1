"""The front door, and the way out."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from networks.models import Membership, Tie

ClientOf = Callable[[User], Client]


@pytest.fixture
def supporting(owner: User, supporter: User) -> Membership:
    tie = Tie.objects.create(owner=owner, name="Ana", circle="closest")
    return Membership.objects.create(tie=tie, owner=owner, member=supporter)


def test_a_visitor_reads_what_it_is_and_what_it_is_not(client: Client, db: None) -> None:
    page = client.get("/").content.decode()
    assert "<h1>Keep your people close" in page
    assert "not an emergency service" in page
    for path in ("/accounts/signup/", "/accounts/login/", "/find/", "/find/help-now/"):
        assert f'href="{path}"' in page


def test_a_person_comes_to_today(owner: User, client_of: ClientOf) -> None:
    assert client_of(owner).get("/")["Location"] == "/today/"


def test_who_only_supports_comes_to_the_people_they_support(
    supporting: Membership, supporter: User, client_of: ClientOf
) -> None:
    assert client_of(supporter).get("/")["Location"] == "/support/"


def test_who_supports_and_has_a_network_too_comes_to_today(
    supporting: Membership, supporter: User, client_of: ClientOf
) -> None:
    Tie.objects.create(owner=supporter, name="Luis", circle="close")
    assert client_of(supporter).get("/")["Location"] == "/today/"


def test_the_tab_for_people_i_support_is_there_for_who_supports(
    supporting: Membership, owner: User, supporter: User, client_of: ClientOf
) -> None:
    assert "People I support" in client_of(supporter).get("/accounts/settings/").content.decode()
    assert "People I support" not in client_of(owner).get("/accounts/settings/").content.decode()


def test_home_only_reads(client: Client, db: None) -> None:
    assert client.post("/").status_code == 405


def test_leaving_signs_out_and_shows_something_harmless(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    answer = client.get("/leave/")
    assert (answer.status_code, answer["Location"]) == (302, settings.LEAVE_URL)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert client.get("/accounts/settings/").status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Dest": "empty"},
    ],
)
def test_looking_ahead_is_not_leaving(owner: User, client_of: ClientOf, headers: dict[str, str]) -> None:
    client = client_of(owner)
    assert client.get("/leave/", headers=headers).status_code == 204
    assert client.get("/accounts/settings/").status_code == 200


def test_leaving_works_for_a_visitor_and_from_a_page(client: Client, db: None) -> None:
    assert client.get("/leave/", headers={"Sec-Fetch-Dest": "document"}).status_code == 302
    assert client.post("/leave/").status_code == 405
