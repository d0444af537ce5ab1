"""What of their check-ins somebody takes along who leaves; who has to hear of it first; the ladders they stood on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db.models import F
from django.utils.translation import gettext as _

from accounts import leaving
from accounts.leaving import Reason
from accounts.models import User
from checkins.models import CheckIn, Claim, Plan, Silence, SilenceStep, Step, Wishes
from checkins.services import locks, upkeep
from outbox.models import Message

Rows = Iterable[leaving.Row]


@leaving.asks
def in_the_middle_of_it(people: list[User]) -> Iterator[Reason]:
    """Nobody's account goes while supporters wait to hear how it ended, or while they are on it for somebody."""
    yield from _missed(people)
    yield from _on_it(people)
    yield from _hearing(people)


def _missed(people: list[User]) -> Iterator[Reason]:
    told_of = SilenceStep.objects.told().filter(
        silence__closed_at=None, silence__plan__owner__in=people, silence__nature=Silence.Nature.REAL
    )
    for name in sorted({step.silence.owner.called for step in told_of}):
        for_staff = _(
            "%(name)s is being missed, and supporters were told. They hear that it is over once %(name)s checks in "
            "or ends the plan, or one of them says that all is well. Then the account can go."
        )
        for_them = _(
            "Somebody was told that they could not hear from you. Check in first, so that they know you are there."
        )
        yield Reason(for_staff % {"name": name}, for_them)


def _on_it(people: list[User]) -> Iterator[Reason]:
    on_it = Claim.objects.standing().filter(silence__closed_at=None, membership__member__in=people)
    found = on_it.select_related("membership__member")
    for name in sorted({claim.membership.member.called for claim in found}):
        for_staff = _(
            "%(name)s is on it for somebody who is being missed. Wait for the answer; it takes two hours at most."
        )
        for_them = _("You said “I’m on it” for somebody who is being missed. Tell us first how it went.")
        yield Reason(for_staff % {"name": name}, for_them)


def _hearing(people: list[User]) -> Iterator[Reason]:
    """That it is over is told from the silence, which would be gone."""
    going = Message.objects.waiting().filter(kind="checkins/all_clear", owner__in=people)
    for name in sorted({message.owner.called for message in going.select_related("owner") if message.owner}):
        for_staff = _(
            "Supporters of %(name)s are just being told that it is over. Try again in a few minutes."
        )
        for_them = _("We are just telling those who missed you that it is over. Try again in a few minutes.")
        yield Reason(for_staff % {"name": name}, for_them)


@leaving.holds
def hold(person: User) -> None:
    """Nobody is told of a new silence of theirs from here on."""
    locks.plans(person)
    list(Silence.objects.open().filter(plan__owner=person).order_by("pk").select_for_update(of=("self",)))


@leaving.packs
def packed(person: User, private: bool) -> dict[str, Rows]:
    del private
    checks = CheckIn.objects.filter(owner=person).order_by("made_at", "pk")
    plans = Plan.objects.filter(owner=person).order_by("pk")
    wishes = Wishes.objects.filter(owner=person)
    return {
        "check-ins": list(checks.values(*leaving.columns(CheckIn, "form_key"))),
        "plans": list(plans.values(*leaving.columns(Plan, "form_key"), number=F("pk"))),
        "who-would-be-told": _ladders(person),
        "silences": _silences(person),
        "what-helps-you": list(
            wishes.values(*leaving.columns(Wishes), company_from_name=F("company_from__tie__name"))
        ),
    }


def _ladders(person: User) -> Rows:
    steps = Step.objects.filter(plan__owner=person).order_by("plan", "position", "pk")
    said = ("position", "wait", "whom", "words", "asked_at", "agreed_at", "declined_at")
    return list(steps.values(*said, plan_number=F("plan"), name=F("membership__tie__name")))


def _silences(person: User) -> Rows:
    silences = Silence.objects.filter(plan__owner=person).order_by("pk")
    return list(
        silences.values("nature", "due_at", "opened_at", "closed_at", "ending", plan_number=F("plan"))
    )


@leaving.says
def leave_ladders(person: User, now: dt.datetime) -> None:
    """Their places end as with everybody who leaves; whoever counted on them hears so."""
    upkeep.lose_places(member=person, now=now)
