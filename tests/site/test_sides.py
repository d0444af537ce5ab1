"""One account, two sides: where somebody begins who has a network and supports others, and how they change over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from asks import services as asks
from checkins import services as checkins
from checkins.models import Plan, Silence
from networks import services as networks
from networks.models import Membership, Share, Tie
from tests.checkins.conftest import TWO_HOURS, planned

ClientOf = Callable[[User], Client]
NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def noon() -> object:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def membership(owner: User, supporter: User) -> Membership:
    """Ana supports Maya and has a network of her own."""
    networks.add_tie(by=supporter, name="Luis", circle="close")
    tie = networks.add_tie(by=owner, name="Ana", circle="closest")
    return Membership.objects.create(tie=tie, owner=owner, member=supporter, shares=[Share.ASKS])


@pytest.fixture
def ask(owner: User, membership: Membership) -> None:
    asks.ask(owner=owner, by=owner, now=NOON, need="company", text="A short walk, if my body agrees.")


def own_plan(user: User, *, at: int) -> Plan:
    return planned(
        owner=user,
        now=NOON,
        programme=Plan.Programme.KEEP_IN_TOUCH,
        days=list(range(7)),
        times=[dt.time(at)],
        grace=TWO_HOURS,
    )


def begins(client: Client) -> str:
    return client.get("/")["Location"]


def told_of_a_silence(membership: Membership) -> Silence:
    plan = planned(
        owner=membership.owner,
        now=NOON,
        programme=Plan.Programme.SAFETY,
        days=[0],
        times=[dt.time(9)],
        grace=TWO_HOURS,
        supporter=membership,
    )
    silence = checkins.fall_due(plan=plan, now=NOON, wait=TWO_HOURS)
    silence.steps.update(taken_at=NOON)
    return silence


def test_with_nothing_open_their_own_side_comes_first(
    client_of: ClientOf, supporter: User, membership: Membership
) -> None:
    assert begins(client_of(supporter)) == "/today/"


def test_what_others_ask_for_comes_first_while_nothing_of_their_own_is_due(
    client_of: ClientOf, supporter: User, membership: Membership, ask: None
) -> None:
    client = client_of(supporter)
    assert begins(client) == "/support/"
    plan = own_plan(supporter, at=20)
    assert begins(client) == "/today/"
    plan.delete()
    own_plan(supporter, at=11)
    assert begins(client) == "/support/"


def test_their_own_missed_check_in_comes_before_what_others_ask_for(
    client_of: ClientOf, supporter: User, membership: Membership, ask: None
) -> None:
    checkins.fall_due(plan=own_plan(supporter, at=11), now=NOON, wait=TWO_HOURS)
    assert begins(client_of(supporter)) == "/today/"


def test_a_silence_of_somebody_they_support_comes_before_all(
    client_of: ClientOf, supporter: User, membership: Membership
) -> None:
    own_plan(supporter, at=20)
    told_of_a_silence(membership)
    assert begins(client_of(supporter)) == "/support/"


def test_what_an_ask_of_an_owner_is_does_not_lead_the_owner_to_the_other_side(
    client_of: ClientOf, owner: User, ask: None
) -> None:
    assert begins(client_of(owner)) == "/today/"


def test_both_sides_stand_beside_each_other_at_the_top_of_every_page(
    client_of: ClientOf, owner: User, supporter: User, membership: Membership
) -> None:
    both = client_of(supporter).get("/accounts/settings/").content.decode()
    bar = both.split('<nav class="tabs"')[1].split("</nav>")[0]
    assert "My network" in bar
    assert "People I support" in bar
    assert "People I support" not in client_of(owner).get("/accounts/settings/").content.decode()


def test_what_is_open_comes_first_on_the_page_and_peace_is_said(
    client_of: ClientOf, owner: User, supporter: User, membership: Membership
) -> None:
    client = client_of(supporter)
    assert "Nothing is open. You need do nothing today." in client.get("/support/").content.decode()
    asks.ask(owner=owner, by=owner, now=NOON, need="lift", text="A lift to the clinic?")
    told_of_a_silence(membership)
    page = client.get("/support/").content.decode()
    assert "Nothing is open" not in page
    order = [page.index(words) for words in ("missed the check-in", "Could you?", "<h2>Maya</h2>")]
    assert order == sorted(order)
    assert "Shares with you: asks" in page
    assert "How and when we write to you" in page


def test_who_left_is_not_led_there_any_more(
    client_of: ClientOf, supporter: User, membership: Membership, ask: None
) -> None:
    networks.end_membership(membership=membership, by=supporter)
    assert begins(client_of(supporter)) == "/today/"
    Tie.objects.filter(owner=supporter).delete()
    assert begins(client_of(supporter)) == "/today/"
