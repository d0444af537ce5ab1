"""One clock for a tie, whoever logs a contact: the owner, the other side, and what each may take back."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import User
from networks import errors, services
from networks.models import Membership, Tie, Touch

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def clock(tie: Tie) -> dt.datetime | None:
    return Tie.objects.get(pk=tie.pk).last_touch_at


def test_the_other_side_resets_the_same_clock(membership: Membership, owner: User, supporter: User) -> None:
    services.log_touch(tie=membership.tie, by=owner, at=NOW - dt.timedelta(days=9))
    touch = services.log_touch_as_member(membership=membership, by=supporter, at=NOW)
    assert touch.logged_by == supporter
    assert clock(membership.tie) == NOW


def test_saying_it_twice_on_one_day_of_theirs_is_saying_it_once(
    membership: Membership, supporter: User
) -> None:
    at = [NOW, NOW + dt.timedelta(hours=2), NOW + dt.timedelta(days=1)]
    first, again, tomorrow = (
        services.log_touch_as_member(membership=membership, by=supporter, at=one) for one in at
    )
    assert first == again != tomorrow
    assert services.by_member_on(membership=membership, by=supporter, day=NOW.date()) == first


def test_what_the_owner_logged_is_never_taken_for_the_members(
    membership: Membership, owner: User, supporter: User
) -> None:
    services.log_touch(tie=membership.tie, by=owner, at=NOW)
    assert services.by_member_on(membership=membership, by=supporter, day=NOW.date()) is None
    services.log_touch_as_member(membership=membership, by=supporter, at=NOW)
    assert Touch.objects.count() == 2


def test_somebody_let_go_for_now_is_not_told_so_by_the_button(
    membership: Membership, owner: User, supporter: User
) -> None:
    services.archive_tie(tie=membership.tie, by=owner)
    services.log_touch_as_member(membership=membership, by=supporter, at=NOW)
    assert clock(membership.tie) == NOW


def test_nobody_else_says_it_in_a_members_name(membership: Membership, owner: User, stranger: User) -> None:
    for who in (owner, stranger):
        with pytest.raises(errors.NotYours):
            services.log_touch_as_member(membership=membership, by=who, at=NOW)


def test_who_left_says_nothing_any_more(membership: Membership, supporter: User) -> None:
    services.end_membership(membership=membership, by=supporter)
    with pytest.raises(errors.NoLongerJoined):
        services.log_touch_as_member(membership=membership, by=supporter, at=NOW)
    assert clock(membership.tie) is None


def test_the_other_side_takes_back_what_it_said(membership: Membership, owner: User, supporter: User) -> None:
    touch = services.log_touch_as_member(membership=membership, by=supporter, at=NOW)
    with pytest.raises(errors.NotYours):
        services.undo_touch(touch=touch, by=owner)
    services.undo_touch(touch=touch, by=supporter)
    assert clock(membership.tie) is None


def test_what_the_owner_wrote_about_it_stays_when_the_other_side_takes_it_back(
    membership: Membership, owner: User, supporter: User
) -> None:
    touch = services.log_touch_as_member(membership=membership, by=supporter, at=NOW)
    services.tell_touch(touch=touch, by=owner, at=NOW - dt.timedelta(days=3), how="met", afterwards="closer")
    touch.refresh_from_db()
    assert (touch.happened_at, touch.how, touch.afterwards) == (NOW, "", "closer")
    services.undo_touch(touch=touch, by=supporter)
    touch.refresh_from_db()
    assert touch.logged_by == owner
    assert clock(membership.tie) == NOW


def test_saying_more_later_may_set_the_clock_back(tie: Tie, owner: User) -> None:
    touch = services.log_touch(tie=tie, by=owner, at=NOW)
    earlier = NOW - dt.timedelta(days=2)
    services.tell_touch(touch=touch, by=owner, at=earlier, how="call", afterwards="drained", note="Long.")
    touch.refresh_from_db()
    assert (touch.how, touch.afterwards, touch.note) == ("call", "drained", "Long.")
    assert clock(tie) == earlier


def test_only_the_owner_says_how_it_felt(membership: Membership, supporter: User) -> None:
    touch = services.log_touch_as_member(membership=membership, by=supporter, at=timezone.now())
    with pytest.raises(errors.NotYours):
        services.tell_touch(touch=touch, by=supporter, at=NOW, afterwards="closer")
