"""People with a safety check-in and supporters who agreed, made by the services that make them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from checkins import agreements, services
from checkins.models import Plan
from networks.models import Circle, Membership, Tie
from outbox.models import ChannelPreference, Message

# After how many seconds who hears: the owner once more (0), the first supporter (1), the second (2).
LADDERS = [[(1, 1)], [(1, 1), (2, 2)], [(1, 0), (1, 1), (2, 2)]]


@transaction.atomic
def found(*, families: int, zone: str) -> None:
    """So many. Nothing is due before tomorrow; the letters that asked supporters are theirs to throw away."""
    for number in range(families):
        _family(number, zone)
    Message.objects.all().delete()


def _family(number: int, zone: str) -> None:
    owner = _person(f"owner{number}@example.org", zone)
    ladder = LADDERS[number % len(LADDERS)]
    supporters = {place: _supporter(owner, place, number, zone) for _wait, place in ladder if place}
    now = timezone.now()
    plan = services.make_plan(
        owner=owner,
        now=now,
        programme=Plan.Programme.SAFETY,
        days=list(range(7)),
        times=[dt.time(9)],
        grace=dt.timedelta(hours=2),
        ladder=[
            services.Rung(dt.timedelta(seconds=wait), (supporters[place],) if place else ())
            for wait, place in ladder
        ],
    )
    for step in plan.steps.exclude(membership=None).select_related("membership__member"):
        agreements.agree(step=step, by=step.membership.member, now=now, terms=step.terms)


def _person(email: str, zone: str) -> User:
    """With no quiet hours: what they do to alerts is told elsewhere, and a play may last into the night."""
    person = User.objects.create(email=email, name=email.partition("@")[0], time_zone=zone)
    midnight = dt.time(0)
    ChannelPreference.objects.create(
        person=person, channel="email", quiet_from=midnight, quiet_until=midnight
    )
    return person


def _supporter(owner: User, place: int, number: int, zone: str) -> Membership:
    member = _person(f"supporter{number}-{place}@example.org", zone)
    tie = Tie.objects.create(owner=owner, name=member.name, circle=Circle.CLOSEST)
    return Membership.objects.create(tie=tie, owner=owner, member=member)
