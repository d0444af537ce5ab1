"""The last month of somebody one supports: drawn and told from the same days, and no more than is shared."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins.models import CheckIn
from checkins.pages import month
from checkins.pages.month import Month
from checkins.pages.said import to_members
from networks import services
from networks.models import Look, Membership, Tie
from tests.conftest import person

SignIn = Callable[[User], Client]
DAY = dt.timedelta(days=1)


def noon(days_ago: int) -> dt.datetime:
    """In London, where all of them live."""
    today = timezone.now().astimezone(person_zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - days_ago * DAY + dt.timedelta(hours=0 if days_ago == 0 else 12)


def person_zone() -> Any:
    return User(time_zone="Europe/London").zone


@pytest.fixture(autouse=True)
def long_ago(membership: Membership) -> None:
    Membership.objects.update(created_at=timezone.now() - 90 * DAY)
    membership.refresh_from_db()


def said(owner: User, days_ago: int, pain: int | None = None, note: str = "") -> CheckIn:
    return CheckIn.objects.create(
        owner=owner, made_at=noon(days_ago), pain=pain, note=note, form_key=uuid.uuid4()
    )


def sharing(membership: Membership, *shares: str) -> Membership:
    Membership.objects.filter(pk=membership.pk).update(shares=list(shares))
    membership.refresh_from_db()
    return membership


def seen(membership: Membership) -> Month | None:
    with timezone.override(person_zone()):
        check_ins = to_members([membership], timezone.now())
        return month.with_members([membership], check_ins).get(membership.pk)


def told(membership: Membership) -> list[tuple[int, int | None]]:
    """How many days ago, and the pain."""
    found = seen(membership)
    return [(month.DAYS - 1 - day.place, day.pain) for day in found.told] if found else []


def drawn(client: Client, path: str = "/support/") -> str:
    page = client.get(path).content.decode()
    found = re.search(r'<svg class="month-picture".*?</details>', page, re.DOTALL)
    return found.group() if found else ""


def test_a_line_a_dot_for_each_day_and_the_same_in_words(
    client_of: SignIn, owner: User, membership: Membership
) -> None:
    sharing(membership, "checkins", "pain")
    for ago, pain in [(5, 7), (3, None), (1, 2)]:
        said(owner, ago, pain)
    page = drawn(client_of(membership.member))
    assert page.count('class="there"') == 3
    assert page.count('class="none"') == 27
    assert page.count('class="score"') == 2
    assert page.count("<polyline") == 1
    assert page.count("pain 7 of 10") == page.count("pain 2 of 10") == 1
    assert "Yesterday" in page
    assert 'role="img"' in page and "style=" not in page


def test_the_higher_the_score_the_higher_the_point(owner: User, membership: Membership) -> None:
    sharing(membership, "checkins", "pain")
    for ago, pain in [(29, 10), (28, 0), (0, 5)]:
        said(owner, ago, pain)
    first, second, last = seen(membership).scored
    assert (first.x, first.y) == (month.LEFT, month.TOP)
    assert second.y == month.BOTTOM
    assert (last.x, last.y) == (month.RIGHT, (month.TOP + month.BOTTOM) // 2)


@pytest.mark.parametrize(
    ("shares", "points", "days"),
    [((), 0, 0), (("pain",), 0, 0), (("checkins",), 0, 2), (("checkins", "pain"), 2, 2), (("notes",), 0, 0)],
)
def test_no_more_than_is_shared(
    client_of: SignIn, owner: User, membership: Membership, shares: tuple[str, ...], points: int, days: int
) -> None:
    """Scores without check-ins would tell when there were some."""
    sharing(membership, *shares)
    said(owner, 4, 6)
    said(owner, 2, 6)
    page = drawn(client_of(membership.member))
    assert (page.count('class="score"'), page.count('class="there"')) == (points, days)
    assert ("pain 6 of 10" in page) == bool(points)


def test_the_owners_preview_is_the_members_own_picture(
    client_of: SignIn, owner: User, membership: Membership
) -> None:
    sharing(membership, "checkins", "pain")
    said(owner, 4, 6)
    said(owner, 2, 3)
    theirs = drawn(client_of(membership.member))
    assert theirs
    assert drawn(client_of(owner), f"/network/sharing/{membership.pk}/preview/") == theirs


def test_nothing_newer_than_a_quiet_limit(client_of: SignIn, owner: User, membership: Membership) -> None:
    sharing(membership, "checkins", "pain")
    said(owner, 6, 6)
    said(owner, 5, 5)
    services.limit(membership=membership, by=owner, now=noon(4))
    before = drawn(client_of(membership.member))
    said(owner, 3, 9)
    said(owner, 1, 9)
    assert drawn(client_of(membership.member)) == before != ""


def test_nothing_from_before_they_joined(owner: User, membership: Membership) -> None:
    sharing(membership, "checkins", "pain")
    for ago in (9, 7, 5, 3):
        said(owner, ago, 4)
    Membership.objects.update(created_at=noon(6))
    membership.refresh_from_db()
    assert told(membership) == [(3, 4), (5, 4)]


def test_what_is_older_than_a_month_has_gone(owner: User, membership: Membership) -> None:
    sharing(membership, "checkins", "pain")
    for ago in (31, 30, 29, 2):
        said(owner, ago, 4)
    assert told(membership) == [(2, 4), (29, 4)]


def test_one_day_is_not_a_picture(owner: User, membership: Membership) -> None:
    sharing(membership, "checkins", "pain")
    said(owner, 2, 4)
    said(owner, 2, 5)
    assert seen(membership) is None


def test_of_several_scores_on_a_day_the_last_counts(owner: User, membership: Membership) -> None:
    sharing(membership, "checkins", "pain")
    for pain in (8, 3, None):
        said(owner, 2, pain)
    said(owner, 1)
    assert told(membership) == [(1, None), (2, 3)]


def test_a_line_does_not_bridge_what_nobody_knows(owner: User, membership: Membership) -> None:
    sharing(membership, "checkins", "pain")
    for ago in (20, 19, 10, 4, 3, 2):
        said(owner, ago, 4)
    assert [len(line.split()) for line in seen(membership).lines] == [2, 3]


def test_who_looked_is_told_of_the_scores_in_the_picture(
    client_of: SignIn, owner: User, membership: Membership
) -> None:
    sharing(membership, "checkins", "pain")
    said(owner, 4, 6)
    said(owner, 2)
    client_of(membership.member).get("/support/")
    assert Look.objects.get().saw == ["checkins", "pain"]


@pytest.mark.parametrize("count", [1, 4])
def test_one_query_however_many_they_support(
    owner: User, membership: Membership, supporter: User, count: int, django_assert_num_queries: Any
) -> None:
    sharing(membership, "checkins", "pain")
    for n in range(1, count):
        other = person(f"o{n}@example.org", f"O{n}")
        tie = Tie.objects.create(owner=other, name="Ana")
        Membership.objects.create(tie=tie, owner=other, member=supporter, shares=["checkins"])
    rows = list(Membership.objects.supported_by(supporter))
    with django_assert_num_queries(1):
        check_ins = to_members(rows, timezone.now())
        assert all(check_ins.lately(one) == [] for one in rows)
        assert month.with_members(rows, check_ins) == {}
    with django_assert_num_queries(0):
        assert month.with_members([], to_members([], timezone.now())) == {}
