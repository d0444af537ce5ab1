"""All that Today shows: where an owner stands, and what others want of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Prefetch, Q
from django.utils import timezone

from accounts.models import User
from checkins import wording
from checkins.ladder import Reach
from checkins.models import CheckIn, Plan, Silence, SilenceStep, Step
from checkins.pages import company_page, easing, timeline
from checkins.pages.timeline import Line
from networks import between, offering
from networks.models import Membership, Share, Tie
from outbox.models import BrokenAddress

# How long Today says that a supporter ended a silence, that one left a ladder.
NEWS = dt.timedelta(days=2)
LEFT_LATELY = dt.timedelta(days=14)
# What a check-in may say beside a pain score.
SAID = (Share.WORD, Share.MOOD, Share.ENERGY, Share.NOTES)
FAR = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Ahead:
    """A plan and what it holds in store."""

    plan: Plan
    lines: list[Line]
    # Paused, or resting; until `plan.paused_until`.
    stopped: bool
    tells_nobody: bool


@dataclass(frozen=True)
class Open:
    """A silence that is open, practice or not, and what has been done in it so far."""

    silence: Silence
    lines: list[Line]


def of(user: User, now: dt.datetime) -> dict[str, Any]:
    """All that Today shows beside its form. The number of queries grows only with open silences."""
    wishes = easing.wishes_of(user)
    plans = _plans(user)
    reach = Reach.to([step for plan in plans for step in plan.steps.all()], owners=[user])
    ahead = [_ahead(plan, reach, now) for plan in plans]
    silences, practice = _silences(plans)
    last = CheckIn.objects.of(user).first()
    open_in = {one.silence.plan_id for one in silences}
    watched = [one for one in ahead if one.plan.pk not in open_in]
    return {
        "plans": ahead,
        # An open silence has its own place.
        "watched": watched,
        "others": len(watched) - 1,
        "has_safety": any(plan.programme == Plan.Programme.SAFETY for plan in plans),
        "silences": silences,
        "practice": practice,
        "resting_until": easing.latest_rest(plans, now),
        "done_until": _done_until(plans, now),
        "unheard": [one for one in ahead if one.tells_nobody],
        "left": _left(plans, now),
        "heard_from": _heard_from(user, now),
        "asked": list(_asked(user)),
        "alerts": list(_alerts(user)),
        "last": last,
        "asked_for_company": company_page.lately(user, now, newest=last),
        "broken_address": BrokenAddress.objects.filter(address=user.email).first(),
        **_network(user, now),
        **easing.of(wishes, now),
    }


# The plans ------------------------------------------------------------------------------------------


def _plans(user: User) -> list[Plan]:
    """What is due first comes first."""
    steps = Prefetch("steps", Step.objects.select_related("membership__tie", "membership__member"))
    plans = list(Plan.objects.visible_to(user).active().prefetch_related(steps))
    for plan in plans:
        plan.owner = user
    return sorted(plans, key=lambda plan: (plan.next_due_at or FAR, plan.pk))


def _ahead(plan: Plan, reach: Reach, now: dt.datetime) -> Ahead:
    lines = timeline.of_plan(plan, list(plan.steps.all()), reach)
    return Ahead(plan, lines, plan.is_resting(now), plan.tells_nobody())


def _silences(plans: Sequence[Plan]) -> tuple[list[Open], Silence | None]:
    """Those that are open, the oldest first; and the newest that is practice."""
    by_pk = {plan.pk: plan for plan in plans}
    real, practice = [], None
    for silence in Silence.objects.open().filter(plan__in=plans).order_by("opened_at", "pk"):
        silence.plan = by_pk[silence.plan_id]
        if silence.nature == Silence.Nature.REAL:
            real.append(silence)
        else:
            practice = silence
    return [Open(silence, timeline.of_silence(silence)) for silence in real], practice


def _done_until(plans: Iterable[Plan], now: dt.datetime) -> dt.datetime | None:
    """When the next check-in is due, if there is nothing to do before in any plan that is not resting."""
    running = [plan for plan in plans if not plan.is_resting(now)]
    if not running or not all(plan.is_met(now) for plan in running):
        return None
    return min(plan.next_due_at for plan in running if plan.next_due_at)


def _left(plans: Iterable[Plan], now: dt.datetime) -> list[Step]:
    """The places on a ladder whose supporter has lately said no, or left."""
    recent = now - LEFT_LATELY
    steps = [step for plan in plans if plan.programme == Plan.Programme.SAFETY for step in plan.steps.all()]
    return [step for step in steps if step.membership and _gone_since(step, step.membership, recent)]


def _gone_since(step: Step, membership: Membership, recent: dt.datetime) -> bool:
    gone_at = membership.ended_at or step.declined_at
    return gone_at is not None and gone_at > recent


# What happened, and what others want ------------------------------------------------------------


def _heard_from(user: User, now: dt.datetime) -> Silence | None:
    """The silence a supporter ended lately, unless the owner has said something themselves since."""
    ended = Silence.objects.real().filter(
        plan__owner=user, ending=Silence.Ending.HEARD_FROM, closed_at__gt=now - NEWS
    )
    latest = ended.select_related("closed_by", "plan").order_by("-closed_at").first()
    if latest is None or latest.closed_by is None:
        return None
    said = CheckIn.objects.of(user).filter(via__in=company_page.SAID)
    return None if said.filter(made_at__gt=latest.closed_at).exists() else latest


def _asked(user: User) -> Iterable[Step]:
    """Where somebody asks them to be told, or whether their word still stands."""
    again = Q(reconfirm_asked_at__isnull=False) | Q(old_terms__isnull=False)
    open_ones = (
        Q(agreed_at=None, declined_at=None, asked_at__isnull=False) | Q(agreed_at__isnull=False) & again
    )
    steps = Step.objects.filter(open_ones, membership__member=user, membership__ended_at=None)
    steps = steps.exclude(asked_at__gt=F("membership__limited_at"))
    return steps.filter(plan__ended_at=None).select_related("plan__owner").order_by("pk")


def _alerts(user: User) -> Iterable[SilenceStep]:
    """What they were told of as a supporter, and is not over."""
    return SilenceStep.objects.told().filter(
        membership__member=user, membership__paused_at=None, silence__closed_at=None
    )


# The network --------------------------------------------------------------------------------------


def _network(user: User, now: dt.datetime) -> dict[str, Any]:
    """Who sees what of a check-in, what members said lately, and whom one could say hello to."""
    members = list(Membership.objects.of(user).select_related("tie"))
    here = [member for member in members if member.tie.archived_at is None]
    return {
        "only_member": members[0] if len(members) == 1 else None,
        "sees_pain": _seeing(Share.PAIN, members, now),
        "sees_more": _sees_more(members, now),
        "sees_notes": bool(_seeing(Share.NOTES, members, now)),
        "heard": between.heard(here, owner=user, now=now),
        "offer": offering.to(user, Tie.objects.of(user).giving_energy(), now=timezone.localtime(now)),
    }


def _sees_more(members: Sequence[Membership], now: dt.datetime) -> list[tuple[str, str]]:
    """Who would see which other parts, both in words; those whom the same people see together."""
    parts: defaultdict[str, list[str]] = defaultdict(list)
    for share in SAID:
        parts[_seeing(share, members, now)].append(str(share.label))
    return [(names, wording.listed(what)) for names, what in parts.items() if names]


def _seeing(share: Share, members: Iterable[Membership], now: dt.datetime) -> str:
    """Who would see that part of a check-in made now, by name; "" for nobody."""
    return wording.listed(member.tie.name for member in members if member.shows_of(share, now))
