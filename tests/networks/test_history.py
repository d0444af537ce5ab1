"""How the network looked three and twelve months ago."""

import datetime as dt
import itertools
import zoneinfo
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from networks import history, services
from networks.models import Tie, TieMove, Touch

ClientOf = Callable[[User], Client]
THEN = "/network/then/"
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


@pytest.fixture
def mine(owner: User, client_of: ClientOf) -> Client:
    return client_of(owner)


def ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def known(owner: User, name: str, circle: str, *, days: int, **more: object) -> Tie:
    """In the network since so many days ago, without a move: from before moves were noted."""
    tie = Tie.objects.create(owner=owner, name=name, circle=circle, **more)
    Tie.objects.filter(pk=tie.pk).update(created_at=ago(days))
    tie.refresh_from_db()
    return tie


def moved(tie: Tie, before: str, after: str, *, days: int) -> None:
    TieMove.objects.create(tie=tie, circle_before=before, circle_after=after, moved_at=ago(days))


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [
        ("2026-11-22", 3, "2026-08-22"),
        ("2026-02-10", 3, "2025-11-10"),
        ("2026-05-31", 3, "2026-02-28"),
        ("2024-05-31", 3, "2024-02-29"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-12-31", 12, "2025-12-31"),
    ],
)
def test_months_before_is_the_same_day_or_the_last(now: str, months: int, then: str) -> None:
    noon = dt.datetime.fromisoformat(f"{now}T12:00").replace(tzinfo=zoneinfo.ZoneInfo("Europe/London"))
    assert history.months_before(noon, months).isoformat()[:16] == f"{then}T12:00"


@given(now=st.datetimes(dt.datetime(2001, 1, 1), dt.datetime(2100, 1, 1)), months=st.sampled_from([3, 12]))
def test_months_before_is_about_so_many_days(now: dt.datetime, months: int) -> None:
    days = (now - history.months_before(now, months)).days
    assert months * 28 <= days <= months * 31


def at(days: int, before: str, after: str) -> TieMove:
    return TieMove(circle_before=before, circle_after=after, moved_at=NOW - dt.timedelta(days=days))


def made(days: int, circle: str = "close", **more: object) -> Tie:
    return Tie(name="Ana", circle=circle, created_at=NOW - dt.timedelta(days=days), **more)


@pytest.mark.parametrize(
    ("tie", "moves", "circle"),
    [
        (made(200), [], "close"),
        (made(50), [], ""),
        (made(200, archived_at=NOW), [], ""),
        (made(200, "wider"), [at(30, "closest", "wider")], "closest"),
        (made(200, "wider"), [at(120, "closest", "wider")], "wider"),
        (made(50), [at(50, "", "close")], ""),
        (made(200), [at(200, "", "close"), at(150, "close", ""), at(20, "", "close")], ""),
        (made(200, archived_at=NOW), [at(200, "", "wider"), at(10, "wider", "")], "wider"),
        (
            made(200, "closest"),
            [at(200, "", "wider"), at(95, "wider", "close"), at(5, "close", "closest")],
            "close",
        ),
    ],
)
def test_where_a_tie_stood_ninety_days_ago(tie: Tie, moves: list[TieMove], circle: str) -> None:
    assert history.circle_at(tie, moves, NOW - dt.timedelta(days=90)) == circle


circles = st.sampled_from(["", "closest", "close", "wider"])


@given(stays=st.lists(circles, min_size=2, max_size=8), days=st.integers(0, 9))
def test_a_story_of_moves_is_retold_as_it_was(stays: list[str], days: int) -> None:
    """One circle a day: whatever the day, it is the one of that day. Moves that go nowhere are not written."""
    steps = [(place, before, after) for place, (before, after) in enumerate(itertools.pairwise(stays))]
    moves = [at(8 - place, before, after) for place, before, after in steps if before != after]
    last = {"circle": stays[-1] or "close", "archived_at": None if stays[-1] else NOW}
    tie = Tie(name="Ana", created_at=NOW - dt.timedelta(days=100), **last)
    expected = stays[min(max(9 - days, 0), len(stays) - 1)]
    assert history.circle_at(tie, moves, NOW - dt.timedelta(days=days)) == expected


def test_what_changed_is_said_without_numbers_and_without_blame(mine: Client, owner: User) -> None:
    moved(known(owner, "Ana", "closest", days=400), "close", "closest", days=20)
    moved(known(owner, "Luis", "wider", days=400), "closest", "wider", days=20)
    known(owner, "Bo", "close", days=10)
    gone = known(owner, "Tom", "close", days=400)
    services.archive_tie(tie=gone, by=owner)
    back = known(owner, "Jo", "close", days=400)
    moved(back, "close", "", days=200)
    moved(back, "", "close", days=30)
    page = mine.get(THEN).content.decode()
    for words in (
        "Closer now: Ana.",
        "A little further out now: Luis.",
        "New since then: Bo.",
        "Back again: Jo.",
        "Let go for now: Tom.",
    ):
        assert words in page
    listed = page.split('id="list-title"')[1].split("</section>")[0]
    assert [name in listed for name in ("Ana", "Luis", "Tom", "Bo", "Jo")] == [True, True, True, False, False]
    assert "Everybody stands where they stood." not in page
    assert "Back again" not in mine.get(THEN, {"months": "12"}).content.decode()


def test_many_names_become_others() -> None:
    ties = [history.seen(made(1, "close"), [], None, then=NOW - dt.timedelta(days=90)) for _ in range(20)]
    (sentence,) = history.changes(ties)
    assert sentence.endswith("and others.")


def test_warmth_is_that_of_the_day_by_the_contacts_until_then(mine: Client, owner: User) -> None:
    ana = known(owner, "Ana", "closest", days=400, relationship="Sister")
    day = history.months_before(timezone.now(), 3)
    for at_ in (ago(2), day - dt.timedelta(days=1), ago(300)):
        Touch.objects.create(tie=ana, happened_at=at_, logged_by=owner)
    chapel = known(owner, "Chapel", "wider", days=400, kind="place")
    Touch.objects.create(tie=chapel, happened_at=ago(2), logged_by=owner)
    page = mine.get(THEN).content.decode()
    listed = page.split('id="list-title"')[1].split("</section>")[0]
    assert "Sister" in listed
    assert "in touch</bdi>" in listed
    assert "a place" in listed
    assert "not logged yet" in listed
    assert page.count('class="person warm-1"') == page.count('class="person warm-0"') == 2
    assert page.count('<rect class="body"') == 2
    assert "Everybody stands where they stood." in page


def test_who_was_removed_and_who_is_not_mine_is_in_no_picture(
    mine: Client, owner: User, stranger: User
) -> None:
    known(owner, "Ana", "closest", days=400)
    known(stranger, "Secret", "closest", days=400)
    services.remove_tie(tie=known(owner, "Old friend", "close", days=400), by=owner)
    page = mine.get(THEN).content.decode()
    assert "Ana" in page
    assert "Old friend" not in page
    assert "Secret" not in page


@pytest.mark.parametrize("months", ["3", "12", "", "moon", "-1"])
def test_a_young_network_says_so(mine: Client, tie: Tie, months: str) -> None:
    answer = mine.get(THEN, {"months": months})
    page = answer.content.decode()
    assert answer.context["months"] == (12 if months == "12" else 3)
    assert "Nobody was in your circles then." in page
    assert "New since then: Ana." in page
    assert " style=" not in page


def test_it_is_mine_alone_and_only_read(client: Client, mine: Client) -> None:
    assert client.get(THEN).headers["Location"].startswith("/accounts/login/")
    assert mine.post(THEN).status_code == 405


@pytest.mark.parametrize("number", [3, 300])
def test_then_takes_the_same_number_of_queries_however_many(
    mine: Client, owner: User, number: int, django_assert_num_queries: Callable[[int], object]
) -> None:
    for place in range(number):
        tie = services.add_tie(by=owner, name=f"Person {place}", circle="close")
        Touch.objects.create(tie=tie, happened_at=ago(place), logged_by=owner)
    Tie.objects.update(created_at=ago(500))
    TieMove.objects.update(moved_at=ago(500))
    # Session, person, whether they support somebody, ties with their latest contact, moves.
    with django_assert_num_queries(5):
        assert mine.get(THEN).context["anybody"]
