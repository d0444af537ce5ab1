"""A plan that comes to its last day ends as one that is ended by hand does, and says so; and accounts that would go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from accounts import leaving
from accounts.models import Consent, User
from checkins import services, sweep, watchdog
from checkins.models import Plan, Silence
from networks.models import Membership
from outbox import kinds, letters
from outbox.models import Message
from tests.checkins.conftest import DUE, MONDAY, TWO_HOURS, key, let_all_hours_be_awake
from tests.checkins.test_sweep import run_ladder
from tests.conftest import person

HOUR, MINUTE, DAY = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.fixture
def today_only(safety_plan: Plan, membership: Membership) -> Plan:
    """Monday is its last day; Ana has agreed."""
    ladder = [services.Rung(TWO_HOURS), services.Rung(TWO_HOURS, (membership,))]
    services.change_plan(plan=safety_plan, now=MONDAY, ends_on=MONDAY.date(), ladder=ladder)
    let_all_hours_be_awake()
    safety_plan.refresh_from_db()
    return safety_plan


def check_in(plan: Plan) -> None:
    services.check_in(owner=plan.owner, now=DUE - MINUTE, form_key=key())


def rest(plan: Plan) -> None:
    services.rest(owner=plan.owner, until=MONDAY + DAY, now=MONDAY)


def pause(plan: Plan) -> None:
    services.pause(plan=plan, until=MONDAY + 3 * DAY, by=plan.owner, now=MONDAY)


def moves(plan: Plan) -> None:
    """To where the day is over already."""
    plan.owner.time_zone = "Pacific/Kiritimati"
    plan.owner.save()
    services.move_to_zone(plan=plan, now=MONDAY)


@pytest.mark.parametrize("does", [check_in, rest, pause, moves])
def test_whatever_brings_a_plan_to_its_end_its_owner_hears_so(
    today_only: Plan, does: Callable[[Plan], None]
) -> None:
    does(today_only)
    today_only.refresh_from_db()
    assert today_only.ended_at is not None
    message = Message.objects.select_related("recipient").get(kind="checkins/plan_ended")
    assert message.recipient == today_only.owner
    letter = letters.render(message, kinds.get(message.kind).context(message) or {})
    assert letter.subject == "“Safety check-in” has come to its last day"
    assert "Whoever agreed to be told in it is not asked any more." in letter.body.replace("\n", " ")
    assert not Message.objects.filter(kind="checkins/resumed", cancelled_at=None).exists()


@pytest.mark.parametrize("does", [check_in, rest])
def test_the_words_given_for_it_end_and_the_record_says_so(
    today_only: Plan, supporter: User, client_of: Callable[[User], Client], does: Callable[[Plan], None]
) -> None:
    does(today_only)
    last = Consent.objects.filter(subject=supporter, purpose=Consent.Purpose.LADDER).order_by("pk").last()
    assert last is not None
    assert last.act == Consent.Act.WITHDRAWN


def test_practice_ends_with_its_plan(today_only: Plan) -> None:
    services.rehearse(plan=today_only, now=DUE - 5 * MINUTE)
    for minutes in (4, 3):
        sweep.sweep(now=DUE - minutes * MINUTE)
        Message.objects.waiting().update(sent_at=DUE - minutes * MINUTE, attempts=1)
    check_in(today_only)
    assert not Silence.objects.open().exists()
    assert Message.objects.filter(kind="checkins/all_clear").exists()
    assert watchdog.look(now=DUE) == []


def test_one_that_is_missed_on_its_last_day_says_so_when_it_is_over(today_only: Plan) -> None:
    run_ladder(today_only)
    assert not Message.objects.filter(kind="checkins/plan_ended").exists()
    services.check_in(owner=today_only.owner, now=DUE + 8 * HOUR, form_key=key())
    assert Message.objects.filter(kind="checkins/plan_ended").count() == 1


def test_a_plan_ended_by_hand_needs_no_letter(today_only: Plan) -> None:
    services.end_plan(plan=today_only, by=today_only.owner, now=MONDAY)
    assert not Message.objects.filter(kind="checkins/plan_ended").exists()


def test_a_letter_about_a_plan_that_is_gone_says_nothing(today_only: Plan) -> None:
    check_in(today_only)
    Plan.objects.all().delete()
    message = Message.objects.get(kind="checkins/plan_ended")
    assert kinds.get(message.kind).context(message) is None


# Accounts at the desk -------------------------------------------------------------------------------------


@pytest.fixture
def desk(client_of: Callable[[User], Client], db: None) -> Client:
    return client_of(person("curator@example.org", "Cleo", is_staff=True, is_superuser=True))


def delete(desk: Client, somebody: User) -> str:
    """What the desk answers."""
    path = f"/admin/accounts/user/{somebody.pk}/delete/"
    return desk.post(path, {"post": "yes"}, follow=True).content.decode()


def test_who_is_being_missed_cannot_be_deleted_before_those_told_have_heard_the_end(
    safety_plan: Plan, owner: User, desk: Client
) -> None:
    run_ladder(safety_plan)
    assert "Maya is being missed, and supporters were told." in delete(desk, owner)
    assert User.objects.filter(pk=owner.pk).exists()
    services.check_in(owner=owner, now=DUE + 8 * HOUR, form_key=key())
    assert "just being told that it is over" in delete(desk, owner)
    Message.objects.filter(kind="checkins/all_clear").update(sent_at=DUE + 8 * HOUR)
    delete(desk, owner)
    assert not User.objects.filter(pk=owner.pk).exists()


def test_who_is_on_it_cannot_be_deleted_meanwhile(
    safety_plan: Plan, membership: Membership, desk: Client
) -> None:
    silence = run_ladder(safety_plan)
    now = DUE + 6 * HOUR
    services.claim(silence=silence, membership=membership, now=now)
    (said,) = leaving.why_not([membership.member])
    assert said.startswith("Ana is on it for somebody")
    delete(desk, membership.member)
    assert User.objects.filter(pk=membership.member_id).exists()
    services.report(silence=silence, membership=membership, outcome="cannot", now=now)
    assert leaving.why_not([membership.member]) == []
