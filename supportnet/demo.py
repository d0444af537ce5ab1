"""Invented people with an invented network, so that a fresh installation has something to look at.

Nobody here exists. The addresses end in example.org, which nobody can own.
"""

from __future__ import annotations

import datetime as dt
import uuid

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User
from asks import services as asks
from asks.models import Need
from checkins import agreements
from checkins import services as checkins
from checkins.models import CheckIn, Plan
from checkins.services import Rung
from networks import services as networks
from networks.models import Membership, Tie, TieKind
from outbox.models import Channel, ChannelPreference
from resources.sample import load_sample_town
from resources.services import appoint_curator

PASSWORD = "sample-tea-and-toast"  # noqa: S105 - printed on the first start, for local sample accounts only
OWNER, SUPPORTER = "maya@example.org", "ana@example.org"
CLINICIAN, CURATOR = "dr.patel@example.org", "cora@example.org"
ACCOUNTS = [("owner", OWNER), ("supporter", SUPPORTER), ("clinician", CLINICIAN), ("curator", CURATOR)]
_NAMES = {OWNER: "Maya", SUPPORTER: "Ana", CLINICIAN: "Dr Patel", CURATOR: "Cora"}

GROUP = "Pain group"
# Name, circle, relationship, kinds of support, days since they were in touch.
_TIES: list[tuple[str, str, str, list[str], int | None]] = [
    ("Ana Reyes", "closest", "Sister", ["listening", "practical"], 0),
    ("Luis Reyes", "closest", "Brother", ["practical"], 4),
    ("Sam Okafor", "close", "Friend", ["company", "perspective"], 23),
    ("Nina Kowalski", "close", "Friend from choir", ["company", "listening"], 6),
    ("Dr Patel", "close", "Pain clinic", ["advice"], 18),
    ("Jo Mercer", "wider", "Neighbour", ["practical"], 14),
    (GROUP, "wider", "Thursdays at the library", ["listening", "advice"], 9),
    ("Father Tom", "wider", "St Anne’s", ["listening"], 62),
    ("Priya Shah", "wider", "Old colleague", ["company"], None),
]
# Pain and mood of the last days, yesterday first. None: no check-in that day.
_DAYS: list[tuple[int, str] | None] = [
    (5, "okay"),
    (6, "low"),
    (6, "low"),
    (4, "okay"),
    None,
    (7, "rough"),
    (5, "okay"),
    (4, "good"),
    (5, "okay"),
    (6, "low"),
]


# How long ago the sample supporter joined.
SINCE = dt.timedelta(days=60)


def is_loaded() -> bool:
    return User.objects.filter(email=OWNER).exists()


@transaction.atomic
def load(*, now: dt.datetime) -> None:
    """Everything or nothing, once: a second call changes nothing."""
    if is_loaded():
        return
    people = {email: _person(email) for _role, email in ACCOUNTS}
    curator, owner = people[CURATOR], people[OWNER]
    appoint_curator(user=curator)
    ties = _network(owner, now)
    membership = _join(ties["Ana Reyes"], owner, people[SUPPORTER], now)
    networks.invite(tie=ties["Luis Reyes"], by=owner, email="luis@example.org", shares=["checkins"])
    _past(owner, now)
    _plan(owner, membership, now)
    _ask(owner, now)
    load_sample_town(by=curator)


def _person(email: str) -> User:
    user = User.objects.create_user(email, PASSWORD, name=_NAMES[email], time_zone="Europe/London")
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    # Whoever tries it out in the evening wants to see letters in the evening.
    ChannelPreference.objects.create(
        person=user, channel=Channel.EMAIL, quiet_from=dt.time(0), quiet_until=dt.time(0)
    )
    return user


def _network(owner: User, now: dt.datetime) -> dict[str, Tie]:
    ties = {}
    for name, circle, relationship, supports, days in _TIES:
        tie = networks.add_tie(
            by=owner,
            name=name,
            circle=circle,
            kind=TieKind.GROUP if name == GROUP else TieKind.PERSON,
            relationship=relationship,
            supports=supports,
        )
        if days is not None:
            networks.log_touch(tie=tie, by=owner, at=now - dt.timedelta(days=days, hours=1))
        ties[name] = tie
    return ties


def _join(tie: Tie, owner: User, member: User, now: dt.datetime) -> Membership:
    invitation = networks.invite(tie=tie, by=owner, email=member.email, shares=["checkins", "pain", "asks"])
    membership = networks.accept(invitation=invitation, by=member)
    # With a past, like the check-ins below: nothing from before somebody joined is shown to them.
    Membership.objects.filter(pk=membership.pk).update(created_at=now - SINCE)
    return membership


def _past(owner: User, now: dt.datetime) -> None:
    yesterday = now.astimezone(owner.zone).replace(hour=9, minute=40, second=0, microsecond=0)
    for day, said in enumerate(_DAYS, start=1):
        if said:
            CheckIn.objects.create(
                owner=owner,
                made_at=yesterday - dt.timedelta(days=day),
                pain=said[0],
                mood=said[1],
                was_in_touch=day % 3 != 0,
                form_key=uuid.uuid4(),
            )


def _ask(owner: User, now: dt.datetime) -> None:
    """A lift in two days, for whoever has time."""
    day = now.astimezone(owner.zone) + dt.timedelta(days=2)
    asks.ask(
        owner=owner,
        by=owner,
        now=now,
        need=Need.LIFT,
        text="Could somebody drive me to the clinic and back? A no is fine, I can take the bus.",
        starts_at=day.replace(hour=9, minute=15, second=0, microsecond=0),
        minutes=60,
    )


def _plan(owner: User, supporter: Membership, now: dt.datetime) -> None:
    plan = checkins.make_plan(
        owner=owner,
        now=now,
        programme=Plan.Programme.SAFETY,
        days=list(range(7)),
        times=[dt.time(10)],
        grace=dt.timedelta(hours=2),
        ladder=[Rung(dt.timedelta(hours=2)), Rung(dt.timedelta(hours=2), (supporter,))],
    )
    step = plan.steps.get(membership=supporter)
    agreements.agree(step=step, by=supporter.member, now=now, terms=step.terms)
