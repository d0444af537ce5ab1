"""Few people and many: one owner with something of everything, one supporter with something of everybody's."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Consent, User
from asks.models import Ask, CalendarFeed, Gift, Occurrence, Offer, Taking
from asks.services import make_feed
from checkins.models import CheckIn, Claim, Plan, Silence, SilenceStep, Step
from networks import services
from networks.models import (
    Circle,
    Invitation,
    JoinRequest,
    Look,
    Membership,
    OwnWords,
    Role,
    Share,
    Signal,
    Suggestion,
    Tie,
    Touch,
)
from tests.conftest import person

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
EVERYTHING = [share.value for share in Share]


@dataclass
class Crowd:
    """What addresses are made of: Maya's own rows, and the first of what Ana supports."""

    maya: User
    ana: User
    # Of Maya: nobody was invited here, somebody was, somebody joined; a date of an ask that somebody said yes to.
    tie: Tie
    invitation: Invitation
    joined: Membership
    touch: Touch
    suggestion: Suggestion
    request: JoinRequest
    taken: Occurrence
    feed: CalendarFeed
    # Of Ana, through the first of those she supports.
    membership: Membership
    place: Step
    told: SilenceStep
    asked: Occurrence


def people(of: str, number: int) -> list[User]:
    return User.objects.bulk_create(
        User(email=f"{of}{place}@example.org", name=f"{of.title()} {place}", time_zone="Europe/London")
        for place in range(number)
    )


def gathered(number: int) -> Crowd:
    now, maya, ana = timezone.now(), person("maya@example.org", "Maya"), person("ana@example.org", "Ana")
    User.objects.filter(pk__in=[maya.pk, ana.pk]).update(joined_at=now - 400 * DAY)
    ties = _ties(maya, number, now)
    invitation = services.invite(tie=ties[-2], by=maya, email="asked@example.org", shares=["pain"])
    members = _members(maya, ties, now)
    _around_ties(maya, ties, members, now)
    request = _askers(maya, number, now)
    taken = _asks([maya] * number, members, now)
    _safety_net(maya, members[:1], number, now)
    owners = people("owner", number)
    supported = _joined(owners, [_tie(owner, 0, now) for owner in owners], [ana] * number, now)
    _silences(supported, now)
    _said(ana, supported, now)
    asked = _asks(owners, supported, now)
    return Crowd(
        maya=maya,
        ana=ana,
        tie=ties[-1],
        invitation=invitation,
        joined=members[0],
        touch=Touch.objects.filter(tie=ties[0]).latest("pk"),
        suggestion=Suggestion.objects.create(tie=ties[-1], made_at=now),
        request=request,
        taken=taken,
        feed=make_feed(person=maya, now=now),
        membership=supported[0],
        place=Step.objects.get(membership=supported[0]),
        told=SilenceStep.objects.get(membership=supported[0]),
        asked=asked,
    )


# The owner ------------------------------------------------------------------------------------------


def _tie(owner: User, place: int, now: dt.datetime, *, last: int = 0) -> Tie:
    return Tie.objects.create(
        owner=owner,
        name=f"Person {place}",
        circle=Circle.values[place % 3],
        relationship="Somebody from the choir",
        supports=["company", "advice"],
        phone=f"+44 20 7946 {place:04}",
        energy="gives",
        # Warm to quiet; the last of the circles always is.
        last_touch_at=now - 300 * DAY if place == last else now - place * DAY,
    )


def _ties(owner: User, number: int, now: dt.datetime) -> list[Tie]:
    """In all circles, warm to quiet; half as many once more are put away."""
    ties = [_tie(owner, place, now, last=number - 1) for place in range(number)]
    for place in range(number // 2):
        away = _tie(owner, number + place, now)
        Tie.objects.filter(pk=away.pk).update(archived_at=now)
    return ties


def _members(owner: User, ties: Sequence[Tie], now: dt.datetime) -> list[Membership]:
    """All but the last two, invited once and joined."""
    members = people("member", len(ties) - 2)
    Invitation.objects.bulk_create(
        Invitation(
            tie=tie,
            email=member.email,
            last_sent_at=now - 9 * DAY,
            expires_at=now + 9 * DAY,
            accepted_at=now,
            accepted_by=member,
            token_hash=uuid.uuid4().hex,
        )
        for tie, member in zip(ties, members, strict=False)
    )
    return _joined([owner] * len(members), ties[:-2], members, now)


def _joined(
    owners: Sequence[User], ties: Sequence[Tie], members: Sequence[User], now: dt.datetime
) -> list[Membership]:
    """With everything shared and offered; the first is who organises."""
    joined = Membership.objects.bulk_create(
        Membership(
            tie=tie,
            owner=owner,
            member=member,
            shares=EVERYTHING,
            role=Role.SUPPORTER if place else Role.ORGANISER,
            organiser_asked_at=None if place else now,
        )
        for place, (owner, tie, member) in enumerate(zip(owners, ties, members, strict=True))
    )
    Offer.objects.bulk_create(Offer(membership=one, needs=["lift"], offered_at=now) for one in joined)
    Consent.objects.bulk_create(
        Consent(
            subject=one.owner,
            grantee=one.member,
            purpose=Consent.Purpose.SHARE,
            categories=EVERYTHING,
            text="\n".join(EVERYTHING),
            act=Consent.Act.GIVEN,
            recorded_at=now,
        )
        for one in joined
    )
    return joined


def _around_ties(owner: User, ties: Sequence[Tie], members: Sequence[Membership], now: dt.datetime) -> None:
    Touch.objects.bulk_create(
        Touch(tie=tie, happened_at=now - day * DAY, logged_by=owner)
        for tie, day in [*((tie, 1) for tie in ties), *((ties[0], day) for day in range(len(ties)))]
    )
    Signal.objects.bulk_create(
        Signal(membership=one, by=one.member, kind="thinking", sent_at=now) for one in members
    )
    Look.objects.bulk_create(
        Look(owner=owner, viewer=one.member, membership=one, saw=["pain"], looked_at=now) for one in members
    )
    for occasion in OwnWords.Occasion.values:
        OwnWords.objects.bulk_create(OwnWords(owner=owner, occasion=occasion, text="Hello") for _tie in ties)
    Gift.objects.bulk_create(Gift(owner=owner, tie=tie, what="listened", given_on=now.date()) for tie in ties)


def _askers(owner: User, number: int, now: dt.datetime) -> JoinRequest:
    link = services.make_link(by=owner, now=now)
    return JoinRequest.objects.bulk_create(
        JoinRequest(owner=owner, link=link, member=asker, asked_at=now) for asker in people("asker", number)
    )[0]


def _safety_net(owner: User, members: Sequence[Membership], number: int, now: dt.datetime) -> None:
    """One plan with a supporter on it, with as many silences behind it, and a check-in of each day."""
    plan = _plans(members, now)[0]
    Silence.objects.bulk_create(
        Silence(
            plan=plan, due_at=now - day * DAY, opened_at=now - day * DAY, closed_at=now, ending="checked_in"
        )
        for day in range(number)
    )
    _check_ins([owner], number, now)


def _check_ins(owners: Sequence[User], number: int, now: dt.datetime) -> None:
    CheckIn.objects.bulk_create(
        CheckIn(
            owner=owner, made_at=now - day * DAY, pain=3, mood="good", energy="little", form_key=uuid.uuid4()
        )
        for owner in owners
        for day in range(number)
    )


# The supporter --------------------------------------------------------------------------------------


def _plans(supported: Sequence[Membership], now: dt.datetime) -> list[Plan]:
    """A safety check-in each, and a word that they may be told."""
    plans = Plan.objects.bulk_create(
        Plan(
            owner=one.owner,
            programme="safety",
            days=[0, 3],
            times=[dt.time(9)],
            time_zone="Europe/London",
            next_due_at=now + DAY,
            deadline_at=now + DAY + 2 * HOUR,
        )
        for one in supported
    )
    Step.objects.bulk_create(
        Step(
            plan=plan,
            position=1,
            wait=HOUR,
            whom="member",
            membership=one,
            asked_at=now,
            agreed_at=now,
            terms="I am told.",
        )
        for plan, one in zip(plans, supported, strict=True)
    )
    return plans


def _silences(supported: Sequence[Membership], now: dt.datetime) -> None:
    """One of each owner is open; they were told of it, and are on every other."""
    silences = Silence.objects.bulk_create(
        Silence(plan=plan, due_at=now - DAY, opened_at=now - HOUR, next_step_at=now + HOUR)
        for plan in _plans(supported, now)
    )
    SilenceStep.objects.bulk_create(
        SilenceStep(
            silence=silence,
            position=1,
            wait=HOUR,
            whom="member",
            membership=one,
            agreed_at=now - DAY,
            taken_at=now - HOUR,
        )
        for silence, one in zip(silences, supported, strict=True)
    )
    Claim.objects.bulk_create(
        Claim(silence=silence, membership=one, claimed_at=now, lapses_at=now + HOUR)
        for silence, one in [*zip(silences, supported, strict=True)][1::2]
    )


def _said(member: User, supported: Sequence[Membership], now: dt.datetime) -> None:
    """Words of both sides, that they talked, how the owners were, and what was agreed to."""
    _check_ins([one.owner for one in supported], 3, now)
    Touch.objects.bulk_create(Touch(tie=one.tie, happened_at=now, logged_by=member) for one in supported)
    Signal.objects.bulk_create(
        Signal(membership=one, by=by, kind="thinking", sent_at=now)
        for one in supported
        for by in (member, one.owner)
    )
    Consent.objects.bulk_create(
        Consent(
            subject=member,
            grantee=one.owner,
            purpose=Consent.Purpose.LADDER,
            text="I am told.",
            act=Consent.Act.GIVEN,
            recorded_at=now,
        )
        for one in supported
    )


# What is asked for ----------------------------------------------------------------------------------


def _asks(owners: Sequence[User], members: Sequence[Membership], now: dt.datetime) -> Occurrence:
    """One each, weekly, with three dates ahead and one behind; gives a date that somebody said yes to."""
    asks = Ask.objects.bulk_create(
        Ask(
            owner=owner,
            made_by=owner,
            made_at=now - 9 * DAY,
            need="lift",
            text="Could you?",
            starts_at=now - DAY,
            minutes=60,
            weeks_apart=1,
            time_zone="Europe/London",
            look_again_at=None,
        )
        for owner in owners
    )
    dates = Occurrence.objects.bulk_create(
        Occurrence(
            ask=ask,
            number=week,
            made_at=now - 9 * DAY,
            starts_at=now + (7 * week - 1) * DAY,
            ends_at=now + (7 * week - 1) * DAY + HOUR,
            changed_at=now - 9 * DAY,
        )
        for ask in asks
        for week in range(4)
    )
    said = [one for one in dates if one.number < 2]
    Taking.objects.bulk_create(
        Taking(occurrence=one, membership=members[place // 2 % len(members)], taken_at=now - 8 * DAY)
        for place, one in enumerate(said)
    )
    return said[1]
