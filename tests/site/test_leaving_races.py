"""Somebody leaves at the very moment something else happens. Real threads on real rows."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from accounts import errors, services
from accounts.models import KeptConsent, User
from asks import services as asks
from asks.errors import Refused
from asks.models import Ask, Taking
from checkins import services as checkins
from checkins import sweep
from checkins.models import CheckIn, Plan, Silence
from networks import services as networks
from networks.models import Membership, Share
from outbox import delivery
from outbox.models import Message
from tests.checkins.conftest import let_all_hours_be_awake
from tests.networks.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def ana(owner: User, supporter: User) -> Membership:
    services.welcome(user=owner, name="Maya", time_zone="Europe/London", language="en")
    tie = networks.add_tie(by=owner, name="Ana", circle="close")
    let_all_hours_be_awake()
    return Membership.objects.create(tie=tie, owner=owner, member=supporter, shares=list(Share.values))


def leave(person: User) -> uuid.UUID | None:
    return services.erase(person=person, now=timezone.now())


def test_twice_at_once_is_once(owner: User, ana: Membership) -> None:
    results = at_once(*[lambda: leave(owner)] * 3)
    assert sorted(result is None for result in results) == [False, True, True]
    assert KeptConsent.objects.values("number").distinct().count() == 1


def test_both_sides_at_once(owner: User, ana: Membership, supporter: User) -> None:
    tie = networks.add_tie(by=supporter, name="Maya", circle="close")
    Membership.objects.create(tie=tie, owner=supporter, member=owner, shares=["word"])
    at_once(lambda: leave(owner), lambda: leave(supporter))
    # Whoever the database sent away a moment ago comes again.
    for person in User.objects.all():
        leave(person)
    assert not User.objects.exists()
    assert not Membership.objects.exists()


def test_a_check_in_at_that_moment_is_gone_or_never_was(owner: User, ana: Membership) -> None:
    def check_in() -> object:
        try:
            return checkins.check_in(owner=owner, now=timezone.now(), form_key=uuid.uuid4())
        except User.DoesNotExist:
            return None

    at_once(lambda: leave(owner), check_in)
    assert not User.objects.filter(pk=owner.pk).exists()
    assert not CheckIn.objects.exists()


def test_a_sweep_at_that_moment_tells_nobody_of_somebody_who_is_gone(owner: User, ana: Membership) -> None:
    plan = checkins.make_plan(
        owner=owner,
        now=timezone.now() - 30 * HOUR,
        programme=Plan.Programme.SAFETY,
        days=list(range(7)),
        times=[dt.time(20)],
        grace=2 * HOUR,
        ladder=[checkins.Rung(HOUR), checkins.Rung(HOUR, (ana,))],
    )
    Plan.objects.filter(pk=plan.pk).update(
        next_due_at=timezone.now() - 3 * HOUR, deadline_at=timezone.now() - HOUR
    )

    def swept() -> object:
        sweep.sweep(now=timezone.now())
        return delivery.deliver_due()

    results = at_once(lambda: leave(owner), swept)
    assert not any(isinstance(result, errors.NotNow) for result in results)
    assert not User.objects.filter(pk=owner.pk).exists()
    assert not Silence.objects.exists()
    assert not Message.objects.filter(recipient=ana.member, kind="checkins/alert").exists()


def test_a_yes_at_that_moment_comes_before_it_or_too_late(owner: User, ana: Membership) -> None:
    asked = asks.ask(owner=owner, by=owner, now=timezone.now(), need="call", text="Ring me?")
    date = asked.occurrences.get()

    def say_yes() -> object:
        try:
            return asks.take(occurrence=date, membership=ana, now=timezone.now())
        except (Refused, Ask.DoesNotExist, Membership.DoesNotExist) as late:
            return late

    _left, said = at_once(lambda: leave(owner), say_yes)
    assert not Taking.objects.exists()
    told = Message.objects.filter(kind="asks/not_needed", recipient=ana.member).exists()
    assert told == isinstance(said, Taking)
