"""Being told in a silence stands beside the other shares, and ends there at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Consent, User
from checkins import agreements, services, sweep
from checkins.models import Plan, SilenceStep
from checkins.services import Rung
from networks import errors, telling
from networks import services as networks
from networks.models import Membership
from outbox.models import Message
from tests.checkins.conftest import DUE, let_all_hours_be_awake
from tests.checkins.rungs import DAILY, HOUR, NOON, agreed, goes_quiet, joined
from tests.checkins.test_sweep import sent
from tests.conftest import person

SignIn = Callable[[User], Client]


@pytest.fixture
def luis(owner: User) -> Membership:
    return joined(owner, person("luis@example.org", "Luis"))


@pytest.fixture
def sam(owner: User) -> Membership:
    return joined(owner, person("sam@example.org", "Sam"), name="Sam")


def plan_of(owner: User, *ladder: Rung) -> Plan:
    plan = agreed(
        services.make_plan(owner=owner, now=NOON, **{**DAILY, "name": "Evenings", "ladder": ladder})
    )
    let_all_hours_be_awake()
    return plan


def said(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def pages(membership: Membership) -> list[str]:
    return [f"/network/sharing/{membership.pk}/", "/network/who-sees/"]


def test_it_stands_on_both_pages_as_the_ladder_has_it(
    owner: User, luis: Membership, client_of: SignIn
) -> None:
    mine = client_of(owner)
    for path in pages(luis):
        assert "No. Luis is not told when you go quiet." in said(mine, path)
        assert 'href="/plans/"' in said(mine, path)
    plan = services.make_plan(owner=owner, now=NOON, **{**DAILY, "ladder": [Rung(2 * HOUR, (luis,))]})
    for path in pages(luis):
        assert "You want Luis to be told in “Safety check-in”. They have not said yes" in said(mine, path)
        assert "Do not ask Luis any more" in said(mine, path)
    agreed(plan)
    for path in pages(luis):
        page = said(mine, path)
        assert "In “Safety check-in” Luis gets an e-mail about 4 hours after a missed check-in." in page
        assert f'href="/plans/{plan.pk}/"' in page
    agreements.decline(step=plan.steps.get(membership=luis), by=luis.member, now=NOON)
    assert "Luis said no to being told" in said(mine, pages(luis)[0])


def test_whoever_is_limited_is_said_to_be_passed_over(
    owner: User, luis: Membership, client_of: SignIn
) -> None:
    plan_of(owner, Rung(HOUR, (luis,)))
    networks.limit(membership=luis, by=owner, now=NOON + HOUR)
    assert "is passed over while you limit them" in said(client_of(owner), pages(luis)[0])


@pytest.mark.parametrize("members", [1, 6])
def test_as_many_queries_for_six_as_for_one(
    owner: User, luis: Membership, members: int, django_assert_num_queries: Any
) -> None:
    everybody = [
        luis,
        *(joined(owner, person(f"m{n}@example.org", f"M{n}"), f"M{n}") for n in range(1, members)),
    ]
    plan_of(owner, Rung(HOUR, tuple(everybody)))
    rows = list(Membership.objects.of(owner).select_related("tie"))
    with django_assert_num_queries(2):
        found = telling.of(owner, rows)
    assert all(found[one.pk].stands for one in rows)


@pytest.mark.parametrize(("from_there", "back"), [({}, "sharing"), ({"who_sees": "1"}, "who-sees")])
def test_turning_it_off_there_works_at_once(
    owner: User, luis: Membership, client_of: SignIn, from_there: dict[str, str], back: str
) -> None:
    plan = plan_of(owner, Rung(HOUR), Rung(HOUR, (luis,)))
    mine, path = client_of(owner), f"/network/sharing/{luis.pk}/not-told/"
    Message.objects.all().delete()
    assert back in mine.post(path, from_there).headers["Location"]
    assert not plan.steps.filter(membership=luis).exists()
    assert Consent.objects.filter(subject=luis.member, purpose="ladder", act="withdrawn").count() == 1
    assert not Message.objects.exists()
    assert mine.post(path, follow=True).status_code == 200
    assert Consent.objects.filter(subject=luis.member, act="withdrawn").count() == 1
    silence = goes_quiet(plan, until=12 * HOUR)
    assert not SilenceStep.objects.filter(silence=silence, membership=luis).exists()


def test_for_the_others_nothing_changes(owner: User, luis: Membership, sam: Membership) -> None:
    plan = plan_of(owner, Rung(HOUR, (luis,)), Rung(2 * HOUR), Rung(3 * HOUR, (sam,)))
    Message.objects.all().delete()
    before = plan.steps.get(membership=sam)
    late = agreements.told_after(before)
    telling.stop(membership=luis, by=owner, now=NOON)
    after = Plan.objects.get(pk=plan.pk).steps.get(membership=sam)
    assert agreements.told_after(after) == late == 8 * HOUR
    assert (after.agreed_at, after.terms) == (before.agreed_at, before.terms)
    assert not Message.objects.exists()


def test_of_two_on_one_step_the_other_stays_where_they_are(
    owner: User, luis: Membership, sam: Membership
) -> None:
    plan = plan_of(owner, Rung(HOUR, (luis, sam)), Rung(HOUR))
    telling.stop(membership=luis, by=owner, now=NOON)
    assert list(plan.steps.values_list("position", "wait", "membership")) == [
        (1, HOUR, sam.pk),
        (2, HOUR, None),
    ]


def test_during_a_silence_they_are_passed_over(
    safety_plan: Plan, membership: Membership, owner: User
) -> None:
    pass_by(DUE, hours=3)
    silence = safety_plan.silences.get()
    assert silence.steps.get(membership=membership).is_waiting
    telling.stop(membership=membership, by=owner, now=DUE + 3 * HOUR)
    pass_by(DUE + 3 * HOUR, hours=9)
    step = silence.steps.get(membership=membership)
    assert (step.taken_at, step.passed_over_at is None) == (None, False)
    assert not Message.objects.filter(recipient=membership.member, sent_at__isnull=False).exclude(
        kind="checkins/ladder_request"
    )


def pass_by(begins: dt.datetime, *, hours: int) -> None:
    """Sweeps and deliveries run on time."""
    for turn in range(2 * hours + 1):
        now = begins + turn * HOUR / 2
        sweep.sweep(now=now)
        sent(now)


def test_only_the_owner_ends_it(owner: User, luis: Membership, stranger: User, client_of: SignIn) -> None:
    path = f"/network/sharing/{luis.pk}/not-told/"
    for somebody in (stranger, luis.member):
        assert client_of(somebody).post(path).status_code == 404
    assert client_of(owner).get(path).status_code == 405
    with pytest.raises(errors.NotYours):
        telling.stop(membership=luis, by=luis.member, now=NOON)


def test_whoever_is_limited_notices_nothing(owner: User, luis: Membership, client_of: SignIn) -> None:
    plan_of(owner, Rung(HOUR, (luis,)))
    networks.limit(membership=luis, by=owner, now=NOON + HOUR)
    theirs = client_of(luis.member)
    before = said(theirs, "/support/")
    assert "You agreed to get an e-mail" in before
    telling.stop(membership=luis, by=owner, now=NOON + 2 * HOUR)
    assert "You agreed to get an e-mail" in said(theirs, "/support/")
