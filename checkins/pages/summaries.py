"""Plans and silences as lists show them, in a number of queries that does not grow with how many they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from accounts import times
from accounts.models import User
from checkins import wording
from checkins.models import Claim, Plan, Silence, SilenceStep, Step
from checkins.pages import timeline


@dataclass(frozen=True)
class PlanSummary:
    """One plan in a few words. `tone` says how they look: calm, waits, or needs a look."""

    plan: Plan
    when: str
    state: str
    tone: str
    practised: str

    @property
    def is_safety(self) -> bool:
        return self.plan.programme == Plan.Programme.SAFETY


def of_plans(owner: User, *, now: dt.datetime) -> list[PlanSummary]:
    """Every plan they have, the one that is due next first."""
    steps = Prefetch("steps", Step.objects.select_related("membership"))
    found = list(
        Plan.objects.visible_to(owner).active().select_related("owner").prefetch_related(steps).order_by("pk")
    )
    open_ones = set(Silence.objects.open().real().filter(plan__in=found).values_list("plan", flat=True))
    practice = {silence.plan_id: silence for silence in latest_rehearsals(found)}
    return sorted((_summary(plan, open_ones, practice, now) for plan in found), key=_urgency)


def of_plan(plan: Plan, *, now: dt.datetime) -> PlanSummary:
    """The same for one plan."""
    is_open = {plan.pk} if plan.silences.open().real().exists() else set()
    return _summary(plan, is_open, {silence.plan_id: silence for silence in latest_rehearsals([plan])}, now)


def _urgency(one: PlanSummary) -> tuple[bool, dt.datetime, int]:
    latest = dt.datetime.max.replace(tzinfo=dt.UTC)
    due = one.plan.next_due_at or (dt.datetime.min.replace(tzinfo=dt.UTC) if one.tone == "alert" else latest)
    return (one.tone != "alert", due, one.plan.pk)


def latest_rehearsals(plans: Sequence[Plan]) -> list[Silence]:
    """The last rehearsal of each plan that has one, with what says how it went."""
    rows = Silence.objects.rehearsals().filter(plan__in=plans)
    rows = rows.order_by("plan", "-opened_at").distinct("plan")
    return list(rows.prefetch_related("steps", "claims"))


def _summary(plan: Plan, open_ones: set[int], practice: dict[int, Silence], now: dt.datetime) -> PlanSummary:
    state, tone = _state(plan, plan.pk in open_ones, now)
    last = practice.get(plan.pk)
    return PlanSummary(
        plan,
        when=wording.rhythm(plan.rhythm),
        state=state,
        tone=tone,
        practised=wording.practised(last, now=now, zone=plan.owner.zone) if last else "",
    )


def _state(plan: Plan, is_open: bool, now: dt.datetime) -> tuple[str, str]:
    """Where it stands, in words, and how that looks."""
    zone = plan.owner.zone
    if is_open:
        return _("We have not heard from you"), "alert"
    if plan.paused_until is not None and plan.is_resting(now):
        until = {"when": times.moment(plan.paused_until, now=now, zone=zone)}
        resting = plan.paused_as == Plan.Rest.REST
        return (_("Resting until %(when)s") if resting else _("Paused until %(when)s")) % until, "sun"
    if plan.tells_nobody():
        return _("Nobody is told yet"), "sun"
    today = now.astimezone(plan.rhythm.zone).date()
    if plan.starts_on and plan.starts_on > today:
        return _("Starts %(day)s") % {"day": times.calendar_day(plan.starts_on, today=today)}, "sun"
    return _("Watched"), "calm"


# History ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SilenceSummary:
    """One silence or rehearsal in a few words."""

    silence: Silence
    ended: str
    who: str

    @property
    def beside_its_steps(self) -> str:
        """What its steps, listed below, do not say by themselves."""
        if self.silence.is_practice or self.silence.closed_at is None:
            return self.ended
        if not self.silence.told():
            return _("Nobody else was told")
        span = wording.took(self.silence.closed_at - self.silence.due_at)
        return _("Over after %(span)s") % {"span": span}


def of_silences(silences: Sequence[Silence], *, now: dt.datetime) -> list[SilenceSummary]:
    """For rows that come with their plan, steps and claims, as `history_of` brings them."""
    return [_told(silence, now) for silence in silences]


def history_of(owner: User) -> QuerySet[Silence]:
    """Every silence and rehearsal of theirs, newest first."""
    steps = Prefetch("steps", SilenceStep.objects.select_related("membership__tie"))
    claims = Prefetch("claims", Claim.objects.select_related("membership__tie").order_by("claimed_at", "pk"))
    rows = Silence.objects.filter(plan__owner=owner).select_related("plan__owner")
    return rows.prefetch_related(steps, claims).order_by("-opened_at", "-pk")


def _told(silence: Silence, now: dt.datetime) -> SilenceSummary:
    if silence.is_practice:
        ended = wording.practised(silence, now=now, zone=silence.owner.zone)
    elif silence.closed_at is None:
        ended = _("Still open")
    else:
        ended = timeline.ending(silence)
    return SilenceSummary(silence, ended, _who(silence))


def _who(silence: Silence) -> str:
    """Whom we told, in order; nobody is a good answer, too."""
    told = silence.told()
    if not told:
        return _("Nobody else was told.")
    names = [step.membership.tie.name if step.membership else _("a supporter who has left") for step in told]
    return _("We told %(names)s.") % {"names": wording.listed(names)}
