"""A page was open while something changed elsewhere: in another tab, by the other side, by itself."""

import datetime as dt
import re
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.errors import DomainError
from accounts.models import Consent, User
from accounts.services import erase
from checkins import services as checkins
from networks import errors, services
from networks.models import Invitation, Look, Membership, Tie, Touch
from networks.services import looks
from tests.checkins.pages import plain

SignIn = Callable[[User], Client]
WHO_SEES = "/network/who-sees/"
WAITS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND backend_type = 'client backend'
"""


def opened(client: Client, path: str) -> dict[str, Any]:
    """What the form of the ticks on this page sends if nothing is changed."""
    content = client.get(path).content.decode()
    (seen,) = re.findall(r'name="seen" value="([a-z ]*)"', content)
    of = re.findall(r'name="of" value="(\d+)"', content)
    ticks = re.findall(r'name="shares" value="([a-z]+)"[^>]* checked', content)
    return {"seen": seen, "shares": ticks} | ({"of": of[0]} if of else {})


def saved(client: Client, path: str, page: dict[str, Any], *ticks: str) -> str:
    return plain(client.post(path, page | {"shares": ticks}, follow=True))


@pytest.mark.parametrize("path", ["/network/sharing/{}/", WHO_SEES])
def test_what_was_taken_back_in_another_tab_is_not_given_again_by_an_older_page(
    client_of: SignIn, membership: Membership, owner: User, path: str
) -> None:
    mine, path = client_of(owner), path.format(membership.pk)
    page = opened(mine, path)
    assert page["shares"] == ["checkins", "pain"]
    services.change_shares(membership=membership, shares=["checkins", "word"], by=owner)
    said = saved(mine, path, page, "checkins", "pain", "mood")
    assert "Something had changed since you opened this page" in said
    membership.refresh_from_db()
    assert membership.shares == ["word", "checkins", "mood"]
    assert Consent.objects.filter(categories=["pain"], act="given").count() == 0
    assert "Something had changed" not in saved(mine, path, opened(mine, path), "checkins")
    membership.refresh_from_db()
    assert membership.shares == ["checkins"]


def test_what_ended_by_itself_while_the_page_was_open_stays_off(
    client_of: SignIn, membership: Membership, owner: User
) -> None:
    mine, path = client_of(owner), f"/network/sharing/{membership.pk}/"
    now = timezone.now()
    ends = {"pain": now + dt.timedelta(minutes=5)}
    services.change_shares(membership=membership, shares=["checkins", "pain"], by=owner, ends=ends)
    page = opened(mine, path)
    with time_machine.travel(now + dt.timedelta(minutes=6)):
        saved(mine, path, page, "checkins", "pain", "mood")
        membership.refresh_from_db()
        assert membership.shown == ["checkins", "mood"]


# Contacts -------------------------------------------------------------------------------------------------


def test_a_contact_taken_back_while_more_is_said_of_it_is_told_kindly(
    membership: Membership, owner: User, supporter: User
) -> None:
    touch = services.log_touch_as_member(membership=membership, by=supporter, at=timezone.now())
    for tapped in (Touch.objects.get(), touch):
        services.undo_touch(touch=tapped, by=supporter)
    with pytest.raises(errors.GoneTouch):
        services.tell_touch(touch=touch, by=owner, at=touch.happened_at, note="Long talk")
    assert not Touch.objects.exists()


def test_a_contact_moved_in_two_tabs_leaves_no_clock_behind(tie: Tie, other_tie: Tie, owner: User) -> None:
    touch = services.log_touch(tie=tie, by=owner, at=timezone.now())
    in_another_tab = Touch.objects.get()
    services.tell_touch(touch=touch, by=owner, at=touch.happened_at, to=other_tie)
    with pytest.raises(errors.GoneTouch):
        services.tell_touch(touch=in_another_tab, by=owner, at=touch.happened_at, note="Old page")
    with pytest.raises(errors.GoneTouch):
        services.undo_touch(touch=in_another_tab, by=owner)
    services.undo_touch(touch=Touch.objects.get(), by=owner)
    other_tie.refresh_from_db()
    tie.refresh_from_db()
    assert (Touch.objects.count(), tie.last_touch_at, other_tie.last_touch_at) == (0, None, None)


def test_of_somebody_removed_meanwhile_no_words_are_kept(tie: Tie, owner: User) -> None:
    touch = services.log_touch(tie=tie, by=owner, at=timezone.now())
    services.remove_tie(tie=Tie.objects.get(pk=tie.pk), by=owner)
    services.log_touch(tie=tie, by=owner, at=timezone.now(), afterwards="closer", note="Secret")
    with pytest.raises(errors.GoneTie):
        services.tell_touch(touch=touch, by=owner, at=touch.happened_at, note="Secret")
    assert set(Touch.objects.values_list("note", "afterwards")) == {("", "")}


# Somebody left for good -----------------------------------------------------------------------------------


def test_whoever_acts_on_somebody_who_has_just_left_for_good_is_refused_in_words(
    membership: Membership, owner: User, supporter: User, stranger: User
) -> None:
    now = timezone.now()
    link = services.make_link(by=owner, now=now)
    request = services.ask_to_join(link=link, by=stranger, note="", now=now)
    invitation = Invitation.objects.select_related("tie__owner").get()
    erase(person=User.objects.get(pk=owner.pk), now=now)
    acts: list[Callable[[], object]] = [
        lambda: services.accept(invitation=invitation, by=stranger),
        lambda: services.ask_to_join(link=link, by=stranger, note="", now=now),
        lambda: services.approve(request=request, by=owner, shares=[], now=now, name="Sam", circle="wider"),
        lambda: services.send_signal(membership=membership, by=supporter, kind="hugged", now=now),
        lambda: services.log_touch_as_member(membership=membership, by=supporter, at=now),
        lambda: services.set_weekly_cap(membership=membership, by=supporter, at_most=2),
        lambda: services.agree_to_organise(membership=membership, by=supporter),
        lambda: services.change_shares(membership=membership, by=owner, shares=["word"]),
        lambda: services.withdraw(invitation=invitation, by=owner),
    ]
    for act in acts:
        with pytest.raises(DomainError):
            act()
    services.end_membership(membership=membership, by=supporter)


@pytest.mark.django_db(transaction=True)
def test_a_look_at_somebody_who_has_just_left_spoils_no_page_and_no_other_look(
    membership: Membership, owner: User, supporter: User, stranger: User
) -> None:
    tie = Tie.objects.create(owner=stranger, name="Ana", circle="close")
    other = Membership.objects.create(tie=tie, owner=stranger, member=supporter)
    erase(person=User.objects.get(pk=owner.pk), now=timezone.now())
    looks.note(viewer=supporter, seen=[(membership, ["word"]), (other, ["word"])], now=timezone.now())
    assert list(Look.objects.values_list("owner", flat=True)) == [stranger.pk]


# Two of one owner's at the same moment --------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_check_in_that_names_two_never_waits_in_a_circle_with_a_contact_that_is_put_right(
    tie: Tie, other_tie: Tie, owner: User
) -> None:
    now, names = timezone.now(), [other_tie, tie]
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Tie.objects.select_for_update().get(pk=tie.pk)  # as `tell_touch` holds both, one after the other
            checked_in = pool.submit(and_hang_up, lambda: check_in(owner, now, names))
            until_somebody_waits()
            Tie.objects.select_for_update(nowait=True).get(pk=other_tie.pk)
        checked_in.result(timeout=60)
    assert Touch.objects.count() == 2


def check_in(owner: User, now: dt.datetime, touched: list[Tie]) -> None:
    checkins.check_in(owner=owner, now=now, form_key=uuid.uuid4(), touched=touched)


def and_hang_up(call: Callable[[], None]) -> None:
    """A thread has a connection of its own, and ends it."""
    try:
        call()
    finally:
        connection.close()


def until_somebody_waits() -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            # Else it says, to the end of a transaction, what it said first.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITS)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")
