"""Flares, company, and other signs of life, as the services know them."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import User
from checkins import errors, services
from checkins.models import Plan
from outbox.models import Message
from tests.checkins.conftest import TWO_HOURS, key
from tests.checkins.rungs import DAILY, DAY, HOUR, NOON, joined


def test_a_flare_makes_the_grace_longer_and_ends_by_itself(owner: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    services.begin_flare(owner=owner, until=NOON + DAY, now=NOON)
    plan.refresh_from_db()
    assert plan.deadline_at - plan.next_due_at == 2 * TWO_HOURS
    services.check_in(owner=owner, now=NOON + 20 * HOUR, form_key=key())
    plan.refresh_from_db()
    assert plan.deadline_at - plan.next_due_at == TWO_HOURS


def test_a_flare_can_be_undone_without_a_trace(owner: User, supporter: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    ana = joined(owner, supporter, "Ana")
    services.wish(owner=owner, flare_tells=[ana], flare_words="It may be quiet for a while")
    before = Plan.objects.values().get(pk=plan.pk)
    services.begin_flare(owner=owner, until=NOON + DAY, now=NOON)
    assert Message.objects.get(kind="checkins/flare").not_before > NOON + services.UNDO
    services.undo_flare(owner=owner, now=NOON + services.UNDO)
    assert not Message.objects.exists()
    assert Plan.objects.values().get(pk=plan.pk) == before
    assert (owner.wishes.flare_began_at, owner.wishes.flare_until) == (None, None)


def test_after_ten_seconds_a_flare_can_only_be_ended(owner: User, supporter: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    services.begin_flare(owner=owner, until=NOON + DAY, now=NOON)
    with pytest.raises(errors.TooLateToUndo):
        services.undo_flare(owner=owner, now=NOON + 11 * dt.timedelta(seconds=1))
    services.end_flare(owner=owner, now=NOON + HOUR)
    plan.refresh_from_db()
    assert plan.deadline_at - plan.next_due_at == TWO_HOURS


def test_ending_a_flare_never_makes_somebody_late(owner: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    services.begin_flare(owner=owner, until=NOON + 2 * DAY, now=NOON)
    plan.refresh_from_db()
    services.end_flare(owner=owner, now=plan.next_due_at + 3 * HOUR)
    plan.refresh_from_db()
    assert plan.deadline_at == plan.next_due_at + 2 * TWO_HOURS


def test_company_is_a_check_in_that_tells_the_one_who_was_chosen(owner: User, supporter: User) -> None:
    plan = services.make_plan(owner=owner, now=NOON, **DAILY)
    services.wish(owner=owner, company_from=joined(owner, supporter, "Ana"), company_words="Just sit with me")
    same = key()
    for _tap in range(2):
        services.check_in(owner=owner, now=NOON + 20 * HOUR, form_key=same, answer="company")
    assert Message.objects.get(kind="checkins/company").recipient == supporter
    plan.refresh_from_db()
    assert plan.next_due_at > NOON + 22 * HOUR


def test_another_sign_of_life_counts_only_if_they_wish(owner: User) -> None:
    services.make_plan(owner=owner, now=NOON, **DAILY)
    now = timezone.now()
    assert services.sign_of_life(owner=owner, sign="touch", now=now) is None
    services.wish(owner=owner, signs_of_life=["touch"])
    made = services.sign_of_life(owner=owner, sign="touch", now=now)
    assert made is not None
    assert (made.via, services.sign_of_life(owner=owner, sign="sign_in", now=now)) == ("touch", None)
