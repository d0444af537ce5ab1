"""Two at the same moment, on connections of their own; and a worker that dies with a letter in its hands."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts.models import User
from asks import errors, services
from asks.models import Occurrence, Taking
from networks import services as networks
from networks.models import Membership
from outbox.models import Message
from tests.asks.conftest import Asking, deliver, in_days, letters
from tests.networks.test_races import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def take(occurrence: Occurrence, membership: Membership) -> Taking:
    return services.take(occurrence=occurrence, membership=membership, now=timezone.now())


def test_of_two_who_say_yes_at_once_one_is_first(
    asking: Asking, ana: Membership, ben: Membership, cas: Membership
) -> None:
    for _round in range(3):
        occurrence = asking()
        results = at_once(*[lambda who=who, it=occurrence: take(it, who) for who in (ana, ben, cas)])
        assert refusals(results) == 2
        assert all(isinstance(one, Taking | errors.TakenAlready) for one in results)
        assert occurrence.takings.standing().count() == 1
    assert len(letters("asks/taken")) == 3


def test_a_double_tap_is_one_yes_and_one_reminder(asking: Asking, ana: Membership) -> None:
    occurrence = asking()
    results = at_once(*[lambda: take(occurrence, ana)] * 3)
    assert len(set(results)) == 1
    assert len(letters("asks/reminder")) == 1


def test_yes_against_cancel_ends_in_somebody_who_knows(asking: Asking, owner: User, ana: Membership) -> None:
    for _round in range(3):
        occurrence = asking()
        at_once(
            lambda it=occurrence: take(it, ana),
            lambda it=occurrence: services.cancel(occurrence=it, by=owner, now=timezone.now()),
        )
        taken = occurrence.takings.standing().first()
        changed = Message.objects.filter(kind="asks/changed", params__taking=taken.pk if taken else 0)
        assert changed.exists() == (taken is not None)
        assert not letters("asks/reminder")


def test_handing_back_against_another_yes(asking: Asking, ana: Membership, ben: Membership) -> None:
    occurrence = asking()
    take(occurrence, ana)
    at_once(
        lambda: services.hand_back(occurrence=occurrence, membership=ana, now=timezone.now()),
        lambda: take(occurrence, ben),
    )
    assert not occurrence.takings.standing().filter(membership=ana).exists()


def test_the_same_feed_made_twice_at_once_is_one(ana: Membership) -> None:
    at_once(*[lambda: services.make_feed(person=ana.member, now=timezone.now())] * 3)
    assert ana.member.calendar_feeds.filter(revoked_at=None).count() == 1


def test_two_sweeps_at_once_make_each_date_once(asking: Asking, ana: Membership) -> None:
    ask = asking(weeks_apart=1).ask
    later = timezone.now() + dt.timedelta(days=21)
    at_once(*[lambda: services.sweep_asks(now=later)] * 3)
    numbers = list(ask.occurrences.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == 9


def test_asking_everybody_twice_at_once_writes_to_each_once(
    asking: Asking, owner: User, ana: Membership, ben: Membership, cas: Membership
) -> None:
    ask = asking(to="chosen", chosen=[ana]).ask
    results = at_once(
        *[lambda: services.widen(ask=ask, by=owner, now=timezone.now())] * 2,
        lambda: services.take(occurrence=ask.occurrences.get(), membership=ana, now=timezone.now()),
        lambda: services.soften(occurrence=ask.occurrences.get(), by=owner, now=timezone.now()),
    )
    assert refusals(results) == 0
    told = [message.recipient_id for message in letters("asks/asked")]
    assert len(told) == len(set(told)) <= 3
    assert len(letters("asks/reminder")) == 1


def test_the_owner_hears_once_however_many_sweeps_come_at_once(
    asking: Asking, owner: User, ana: Membership
) -> None:
    occurrence = asking()
    noon = in_days(2, dt.time(12))
    at_once(
        *[lambda: services.sweep_asks(now=noon)] * 3,
        lambda: services.move(occurrence=occurrence, by=owner, now=noon, starts_at=in_days(9)),
    )
    services.sweep_asks(now=noon)
    assert len(letters("asks/unanswered")) <= 1
    occurrence.ask.refresh_from_db()
    assert occurrence.ask.look_again_at == in_days(8, dt.time(12))


def test_a_share_taken_back_against_saying_yes_never_leaves_it_standing(
    asking: Asking, owner: User, ana: Membership
) -> None:
    for _round in range(3):
        Membership.objects.filter(pk=ana.pk).update(shares=["asks"])
        occurrence = asking()
        at_once(
            lambda it=occurrence: take(it, ana),
            lambda: networks.change_shares(membership=ana, shares=[], by=owner),
        )
        services.sweep_asks(now=timezone.now())
        assert not occurrence.takings.standing().exists()
        assert not letters("asks/reminder")


def test_leaving_against_saying_yes_is_open_again_after_the_sweep(asking: Asking, ana: Membership) -> None:
    occurrence = asking()
    at_once(
        lambda: take(occurrence, ana),
        lambda: networks.end_membership(membership=ana, by=ana.member),
    )
    services.sweep_asks(now=timezone.now())
    assert not occurrence.takings.standing().exists()


def test_a_reminder_leaves_once_though_its_worker_was_killed(asking: Asking, ana: Membership) -> None:
    take(asking(), ana)
    evening = in_days(2, dt.time(18, 5))
    with time_machine.travel(evening, tick=False):
        # A worker took it and died before it said anything to the mail server: its lease runs out.
        (leased,) = [
            one for one in Message.objects.all().take(now=timezone.now(), limit=50) if "rem" in one.kind
        ]
        deliver()
        assert not [letter for letter in mail.outbox if "A reminder" in letter.subject]
    Message.objects.filter(pk=leased.pk).update(leased_until=timezone.now() - dt.timedelta(seconds=1))
    with time_machine.travel(evening + dt.timedelta(minutes=6), tick=False):
        deliver()
        deliver()
    assert len([letter for letter in mail.outbox if "A reminder" in letter.subject]) == 1
    assert len(letters("asks/reminder")) == 1
