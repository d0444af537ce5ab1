"""What is missing, asked as one calm question."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from networks import gaps, services
from networks.models import Circle, NetworkWishes, Support, Tie

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
LIFTS = "Is there someone for lifts or shopping?"
NOT_NOW = "/network/gap/not-now/"


@pytest.fixture
def mine(owner: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(owner)


def ties(*supports: str, circles: tuple[str, ...] = ("closest", "close", "wider")) -> list[Tie]:
    return [Tie(name="Ana", circle=circle, supports=list(supports)) for circle in circles]


def asked(everybody: list[Tie], not_now_at: dt.datetime | None = None) -> str:
    gap = gaps.ask(everybody, not_now_at=not_now_at, now=NOW)
    return gap.key if gap else ""


@pytest.mark.parametrize(
    ("everybody", "key"),
    [
        ([], ""),
        (ties(), ""),
        (ties("listening"), "practical"),
        (ties("practical", "listening"), "company"),
        (ties(*Support.values), ""),
        (ties(*Support.values, circles=("close", "wider")), "closest"),
        (ties(*Support.values, circles=("closest",)), "close"),
        (ties("listening") + ties("practical", "company", "advice", "perspective"), ""),
    ],
)
def test_the_first_thing_that_nobody_gives_is_asked_for(everybody: list[Tie], key: str) -> None:
    assert asked(everybody) == key


def test_every_kind_of_support_and_every_circle_has_its_question() -> None:
    assert {gap.key for gap in gaps.GAPS} == {*Support.values, *Circle.values}


def test_not_now_is_three_months_of_peace() -> None:
    assert asked(ties("listening"), NOW - gaps.PEACE + dt.timedelta(seconds=1)) == ""
    assert asked(ties("listening"), NOW - gaps.PEACE) == "practical"


def test_the_page_asks_once_and_leads_to_the_directory(mine: Client, owner: User) -> None:
    services.add_tie(by=owner, name="Ana", circle="closest", supports=["listening"])
    page = mine.get("/network/").content.decode()
    assert LIFTS in page
    assert page.count('id="gap-title"') == 1
    assert 'href="/find/?q=lifts%20or%20drivers%20or%20shopping"' in page
    assert mine.get("/find/?q=lifts%20or%20drivers%20or%20shopping").status_code == 200
    assert LIFTS not in mine.get("/network/?name=ana&circle=closest").content.decode()


def test_after_not_now_nothing_is_asked_for_a_while_wherever_they_sign_in(
    mine: Client, owner: User, client_of: Callable[[User], Client]
) -> None:
    services.add_tie(by=owner, name="Ana", circle="closest", supports=["listening"])
    assert mine.post(NOT_NOW).headers["Location"] == "/network/"
    for client in (mine, client_of(owner)):
        assert "gap-title" not in client.get("/network/").content.decode()
    NetworkWishes.objects.update(gap_not_now_at=timezone.now() - gaps.PEACE)
    assert LIFTS in mine.get("/network/").content.decode()


def test_beside_a_suggestion_nothing_else_is_asked(mine: Client, owner: User) -> None:
    tie = services.add_tie(by=owner, name="Ana", circle="closest", supports=["listening"])
    services.log_touch(tie=tie, by=owner, at=timezone.now() - dt.timedelta(days=200))
    tie.suggestions.create(made_at=timezone.now() - dt.timedelta(hours=1))
    page = mine.get("/network/").content.decode()
    assert "suggestion-title" in page
    assert "gap-title" not in page


def test_only_the_owner_answers_and_only_by_pressing(client: Client, mine: Client) -> None:
    assert client.post(NOT_NOW).headers["Location"].startswith("/accounts/login/")
    assert mine.get(NOT_NOW).status_code == 405


@pytest.mark.parametrize("number", [3, 300])
def test_the_question_takes_no_query_of_its_own(
    mine: Client, owner: User, number: int, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    for place in range(number):
        Tie.objects.create(owner=owner, name=f"Person {place}", circle="wider", supports=["advice"])
    with django_assert_max_num_queries(10), time_machine.travel(timezone.now()):
        assert LIFTS in mine.get("/network/").content.decode()


def test_who_was_let_go_is_in_no_picture(mine: Client, owner: User) -> None:
    services.add_tie(by=owner, name="Ana", circle="closest")
    services.archive_tie(tie=services.add_tie(by=owner, name="Tom", circle="close"), by=owner)
    page = mine.get("/network/").content.decode()
    assert page.count('class="name"') == 2
    assert "Tom" not in page
