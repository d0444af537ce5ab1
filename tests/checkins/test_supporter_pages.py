"""People I support: what each of them shares, and a break."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import agreements, services
from checkins.models import CheckIn, Claim, Plan, Silence, Step
from networks import services as networks
from networks.models import Membership, Share, Tie
from outbox.models import BrokenAddress, Message
from tests.checkins.conftest import TWO_HOURS, key, planned
from tests.checkins.supporter_pages import DAY, another, page, say, told
from tests.checkins.supporter_pages import place as place
from tests.checkins.supporter_pages import silence as silence

SignIn = Callable[[User], Client]


# People I support -----------------------------------------------------------------------------------


def test_a_supporter_sees_the_open_silence_and_only_what_is_shared(
    client_of: SignIn, owner: User, supporter: User, silence: Silence, membership: Membership
) -> None:
    CheckIn.objects.create(
        owner=owner, made_at=timezone.now(), pain=7, mood="rough", note="secret", form_key=key()
    )
    client = client_of(supporter)
    said = page(client, "/support/")
    assert "Maya missed the check-in" in said
    assert "They share nothing here for now" in said
    assert "7 of 10" not in said
    networks.change_shares(membership=membership, shares=list(Share), by=owner)
    said = page(client, "/support/")
    assert "7 of 10" in said
    assert "Rough" in said
    assert "They wrote: secret" in said


@pytest.mark.parametrize("kind", [Plan.Rest.REST, Plan.Rest.PAUSE])
def test_resting_is_seen_by_whoever_sees_check_ins_and_a_pause_by_nobody(
    client_of: SignIn, owner: User, supporter: User, membership: Membership, safety_plan: Plan, kind: str
) -> None:
    client, now = client_of(supporter), timezone.now()
    services.pause(plan=safety_plan, until=now + TWO_HOURS, by=owner, now=now, kind=kind)
    assert "Resting until" not in page(client, "/support/")
    networks.change_shares(membership=membership, shares=[Share.CHECKINS], by=owner)
    said = page(client, "/support/")
    assert ("nothing is wrong" in said) is (kind == Plan.Rest.REST)
    with time_machine.travel(now + 2 * TWO_HOURS, tick=False):
        assert "nothing is wrong" not in page(client_of(supporter), "/support/")


def test_somebody_who_shares_but_has_not_checked_in_is_nothing_to_worry_about(
    client_of: SignIn, owner: User, supporter: User, membership: Membership
) -> None:
    networks.change_shares(membership=membership, shares=[Share.CHECKINS], by=owner)
    assert "There is nothing new from Maya, and nothing you need to do." in page(
        client_of(supporter), "/support/"
    )


def test_a_supporter_who_is_on_it_sees_so_on_their_list(
    client_of: SignIn, supporter: User, silence: Silence, stranger: User
) -> None:
    client = client_of(supporter)
    services.claim(silence=silence, membership=told(silence).membership, now=timezone.now())
    said = page(client, "/support/")
    assert "You are on it. Thank you." in said
    assert "Tell us how it went" in said
    other = another(silence, stranger, taken_at=timezone.now())
    Claim.objects.update(membership=other.membership)
    assert "Another supporter is on it." in page(client, "/support/")


def test_every_place_on_the_ladders_of_one_owner_is_shown_without_the_plans_name(
    client_of: SignIn, supporter: User, owner: User, membership: Membership, safety_plan: Plan
) -> None:
    second = services.make_plan(
        owner=owner,
        now=timezone.now(),
        name="Bad back days",
        programme=Plan.Programme.SAFETY,
        days=[0],
        times=[dt.time(9)],
        grace=TWO_HOURS,
        ladder=[services.Rung(TWO_HOURS / 2, (membership,))],
    )
    client = client_of(supporter)
    said = page(client, "/support/")
    assert "about 6 hours after a missed check-in" in said
    assert "They ask whether you would be told" in said
    step = second.steps.get(membership=membership)
    agreements.agree(step=step, by=supporter, now=timezone.now(), terms=step.terms)
    said = page(client, "/support/")
    assert "about 3 hours after a missed check-in" in said
    assert "Bad back" not in said + page(client, f"/safety/{step.pk}/")


def test_nobody_to_support_is_said_kindly(client_of: SignIn, stranger: User) -> None:
    assert "You do not support anyone here yet" in page(client_of(stranger), "/support/")


def test_an_address_that_takes_no_mail_is_shown(client_of: SignIn, supporter: User) -> None:
    BrokenAddress.objects.create(address=supporter.email, reason="550 5.1.1")
    assert "Our e-mail does not reach you" in page(client_of(supporter), "/support/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_people_takes_the_same_queries_for_one_and_for_three(
    client_of: SignIn, supporter: User, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        owner = User.objects.create_user(f"owner{number}@example.org", name=f"Owner {number}")
        tie = networks.add_tie(by=owner, name="Ana", circle="close")
        membership = Membership.objects.create(tie=tie, owner=owner, member=supporter, shares=["checkins"])
        services.check_in(owner=owner, now=timezone.now(), form_key=key())
        plan = planned(
            owner=owner,
            now=timezone.now(),
            programme="safety",
            days=[0],
            times=[dt.time(9)],
            grace=TWO_HOURS,
            supporter=membership,
        )
        step = plan.steps.get(membership=membership)
        agreements.agree(step=step, by=supporter, now=timezone.now(), terms=step.terms)
        silence = services.fall_due(plan=plan, now=timezone.now(), wait=TWO_HOURS)
        silence.steps.filter(taken_at=None).update(taken_at=timezone.now())
    client = client_of(supporter)
    assert page(client, "/support/").count("missed the check-in") == count
    with django_assert_num_queries(9):
        client.get("/support/")


# A break --------------------------------------------------------------------------------------------


def test_a_break_from_one_person_and_going_on(
    client_of: SignIn, supporter: User, membership: Membership, place: Step
) -> None:
    client = client_of(supporter)
    before = Message.objects.count()
    said = say(client, f"/network/support/{membership.pk}/break/")
    assert "You are taking a break." in said
    assert not Membership.objects.filter(pk=membership.pk, paused_at=None).exists()
    assert "Welcome back" in say(client, f"/network/support/{membership.pk}/go-on/")
    assert Membership.objects.filter(pk=membership.pk, paused_at=None).exists()
    assert Message.objects.count() == before


def test_a_break_from_everybody_at_once(
    client_of: SignIn, supporter: User, stranger: User, membership: Membership
) -> None:
    client = client_of(supporter)
    assert "everybody" not in page(client, "/support/")
    tie = Tie.objects.create(owner=stranger, name="Ana", circle="close")
    other = Membership.objects.create(tie=tie, owner=stranger, member=supporter)
    assert "Take a break from everybody" in page(client, "/support/")
    networks.take_break(by=supporter, now=timezone.now() - DAY, only=other)
    assert "Go on with everybody" in page(client, "/support/")
    said = say(client, "/network/support/break/")
    assert "Take a break from everybody" not in said
    paused = [row.paused_at for row in Membership.objects.order_by("pk")]
    assert all(paused)
    # The one who was on a break before has been so since then.
    assert paused[0] - paused[1] >= DAY
    say(client, "/network/support/go-on/")
    assert not Membership.objects.exclude(paused_at=None).exists()


@pytest.mark.parametrize("what", ["break", "go-on"])
def test_a_break_is_the_members_own(
    client: Client,
    client_of: SignIn,
    owner: User,
    stranger: User,
    supporter: User,
    membership: Membership,
    what: str,
) -> None:
    path = f"/network/support/{membership.pk}/{what}/"
    assert client_of(supporter).get(path).status_code == 405
    assert client.post(path)["Location"].startswith("/accounts/login/")
    for person in (owner, stranger):
        assert client_of(person).post(path).status_code == 404
        client_of(person).post(f"/network/support/{what}/")
    membership.refresh_from_db()
    assert membership.paused_at is None
    networks.end_membership(membership=membership, by=supporter)
    assert client_of(supporter).post(path).status_code == 404
