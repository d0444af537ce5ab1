"""One clock for a tie, whoever logs a contact: the owner, the other side, and what each may take back."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from networks import errors, services
from networks.models import Membership, Tie, TieMove, Touch

ClientOf = Callable[[User], Client]
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


# The wrong name was tapped --------------------------------------------------------------------------


@pytest.fixture
def other(owner: User) -> Tie:
    return services.add_tie(by=owner, name="Cleo", circle="close")


def test_moving_a_contact_sets_both_clocks_and_leaves_the_rest(tie: Tie, other: Tie, owner: User) -> None:
    before, moves = NOW - dt.timedelta(days=9), TieMove.objects.count()
    services.log_touch(tie=tie, by=owner, at=before)
    touch = services.log_touch(tie=tie, by=owner, at=NOW)
    services.tell_touch(touch=touch, by=owner, at=NOW, to=other, how="met")
    assert (clock(tie), clock(other)) == (before, NOW)
    services.tell_touch(touch=touch, by=owner, at=before, to=tie, how="met")
    assert (clock(tie), clock(other)) == (before, None)
    assert TieMove.objects.count() == moves


def test_one_check_in_that_logged_both_is_no_hindrance(tie: Tie, other: Tie, owner: User) -> None:
    key = uuid.uuid4()
    touch, theirs = (services.log_touch(tie=one, by=owner, at=NOW, form_key=key) for one in (tie, other))
    services.tell_touch(touch=touch, by=owner, at=NOW, to=other)
    assert set(other.touches.values_list("pk", "form_key")) == {(touch.pk, None), (theirs.pk, key)}
    assert clock(tie) is None


def test_a_contact_goes_to_nobody_elses_tie_and_to_nobody_who_is_gone(
    tie: Tie, other: Tie, owner: User, stranger: User
) -> None:
    touch = services.log_touch(tie=tie, by=owner, at=NOW)
    theirs = services.add_tie(by=stranger, name="Bo", circle="close")
    with pytest.raises(errors.NotYours):
        services.tell_touch(touch=touch, by=owner, at=NOW, to=theirs)
    services.remove_tie(tie=other, by=owner)
    with pytest.raises(errors.GoneTie):
        services.tell_touch(touch=touch, by=owner, at=NOW, to=other)
    assert clock(tie) == NOW


def test_the_page_of_the_second_step_moves_it(tie: Tie, other: Tie, owner: User, client_of: ClientOf) -> None:
    touch, mine = services.log_touch(tie=tie, by=owner, at=timezone.now()), client_of(owner)
    path = f"/network/{tie.pk}/log/{touch.pk}/"
    page = mine.get(path).content.decode()
    assert f'<option value="{tie.pk}" selected>{tie.name}</option>' in page
    answer = mine.post(path, {"tie": other.pk, "how": "call"})
    assert answer.headers["Location"] == f"/network/{other.pk}/"
    assert (clock(tie), clock(other)) == (None, touch.happened_at)
    assert mine.get(path).status_code == 404


@pytest.mark.parametrize("whose", ["stranger", "let go", "nonsense"])
def test_the_page_takes_only_who_is_in_the_network_now(
    tie: Tie, other: Tie, owner: User, stranger: User, client_of: ClientOf, whose: str
) -> None:
    if whose == "let go":
        services.archive_tie(tie=other, by=owner)
    elif whose == "stranger":
        other = services.add_tie(by=stranger, name="Bo", circle="close")
    touch, mine = services.log_touch(tie=tie, by=owner, at=timezone.now()), client_of(owner)
    sent = {"tie": "x" if whose == "nonsense" else other.pk, "note": "Kept."}
    answer = mine.post(f"/network/{tie.pk}/log/{touch.pk}/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose somebody who is in your network now." in page
    assert "Kept." in page
    assert Touch.objects.get().tie == tie


def test_what_the_other_side_told_stays_with_them(
    membership: Membership, other: Tie, owner: User, supporter: User, client_of: ClientOf
) -> None:
    touch = services.log_touch_as_member(membership=membership, by=supporter, at=NOW)
    path = f"/network/{membership.tie_id}/log/{touch.pk}/"
    client_of(owner).post(path, {"tie": other.pk, "afterwards": "closer"})
    services.tell_touch(touch=touch, by=owner, at=NOW, to=other, afterwards="closer")
    touch.refresh_from_db()
    assert (touch.tie, touch.afterwards) == (membership.tie, "closer")
    assert (clock(membership.tie), clock(other)) == (NOW, None)
