"""What a plan would do, as it is saved or as it is typed: its timeline, and what to know about each rung.

Nothing here is saved, and nobody is asked or told anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts import times
from accounts.models import User
from checkins import agreements, closing, wording
from checkins.forms import PlanForm
from checkins.ladder import PassedOver, Reach, gentle_waits
from checkins.models import Plan, Step, Wishes
from checkins.pages import timeline
from checkins.pages.timeline import Line
from checkins.services import Rung, Wanted


@dataclass(frozen=True)
class Preview:
    """`notes` says, for each position on the ladder, what to know about who stands there and what to do."""

    lines: list[Line] = field(default_factory=list)
    notes: dict[int, list[str]] = field(default_factory=dict)
    # What has to be said before more can be foretold.
    missing: list[str] = field(default_factory=list)
    # Its rhythm in words; empty while that cannot be said.
    when: str = ""
    # The same as the notes in short: all who agreed in one sentence, then what else is to be known.
    told: list[str] = field(default_factory=list)


def of_saved(plan: Plan, *, now: dt.datetime) -> Preview:
    """The plan exactly as it stands."""
    steps = list(timeline.saved_steps(plan))
    ranks = {position: rank for rank, position in enumerate(sorted({step.position for step in steps}), 1)}
    for step in steps:
        step.position = ranks[step.position]  # a supporter whose account is gone leaves a gap
    return _of(plan, steps, now)


def of_form(form: PlanForm, *, owner: User, current: Plan | None, now: dt.datetime) -> Preview:
    """What a form that was checked would do; as much of it as makes sense."""
    rungs = list(form.numbered_rungs())
    if not form.knows_when:
        steps = _steps(_bare(form, owner, current), rungs, current)
        return Preview(notes=_Notes(steps, now, Reach.to(steps)).by_rung(), missing=form.missing)
    plan = _plan(form.answers(), owner, current, now)
    if plan.ended_at:
        missing = [_("No check-in would be due before this plan ends. Choose a later last day.")]
        return Preview(missing=form.missing + missing, when=wording.rhythm(plan.rhythm))
    return _of(plan, _steps(plan, rungs, current), now, missing=form.missing)


def _of(plan: Plan, steps: list[Step], now: dt.datetime, missing: Iterable[str] = ()) -> Preview:
    reach = Reach.to(steps, owners=[plan.owner])
    notes = _Notes(steps, now, reach, _asleep(plan, steps, reach))
    return Preview(
        lines=timeline.of_plan(plan, steps, reach),
        notes=notes.by_rung(),
        missing=list(missing),
        when=wording.rhythm(plan.rhythm),
        told=notes.in_short(),
    )


def _bare(form: PlanForm, owner: User, current: Plan | None) -> Plan:
    """Enough of a plan to look at its ladder, while its times are still being thought about."""
    known = current.grace if current else dt.timedelta(0)
    grace = form.cleaned_data.get("grace") or known
    return Plan(owner=owner, programme=Plan.Programme.SAFETY, grace=grace)


def _asleep(plan: Plan, steps: list[Step], reach: Reach) -> frozenset[int]:
    """The positions of those whose letter would wait for the end of their quiet hours."""
    return frozenset(
        one.rung.position
        for one in timeline.foretold(plan, steps, reach)
        if one.why_not is None and timeline.waits_for_sleep(reach, one.rung, one.at)
    )


def _plan(wanted: Wanted, owner: User, current: Plan | None, now: dt.datetime) -> Plan:
    rest = {name: value for name, value in wanted.items() if name != "ladder"}
    plan = Plan(owner=owner, time_zone=owner.time_zone, **rest)
    if current is not None:
        plan.met_due_at, plan.paused_until = current.met_due_at, current.paused_until
    wishes = Wishes.of(owner)
    plan.softened_until = wishes.flare_until if wishes.in_a_flare(now) else None
    plan.watch_from(now, heard_at=closing.heard_at(owner))
    return plan


def _steps(plan: Plan, rungs: Iterable[tuple[int, Rung]], current: Plan | None) -> list[Step]:
    """The ladder these rungs would become. Who agreed to the very same terms still does."""
    if plan.programme == Plan.Programme.KEEP_IN_TOUCH:
        waits = enumerate(gentle_waits(plan.rhythm.days_apart), 1)
        return [Step(plan=plan, position=at, wait=wait, whom=Step.Whom.OWNER) for at, wait in waits]
    before = {step.membership_id: step for step in current.steps.all()} if current else {}
    promises = agreements.promises(current) if current else {}
    steps: list[Step] = []
    after = plan.grace
    for position, rung in rungs:
        after += rung.wait
        for step in _rung(plan, position, rung):
            if step.membership:
                step.terms = agreements.terms_of(step, after=after)
                _remember(step, before.get(step.membership_id), promises.get(step.membership_id), after)
            steps.append(step)
    return steps


def _rung(plan: Plan, position: int, rung: Rung) -> list[Step]:
    alike = {"plan": plan, "position": position, "wait": rung.wait, "words": rung.words}
    told = [Step(**alike, whom=Step.Whom.MEMBER, membership=membership) for membership in rung.supporters]
    return told or [Step(**alike, whom=Step.Whom.OWNER)]


def _remember(
    step: Step, before: Step | None, promise: agreements.Promise | None, after: dt.timedelta
) -> None:
    """As saving would: a word given for these terms stands, for new ones with the old words; so does a no."""
    if before is None:
        return
    terms, step.terms = step.terms, before.terms
    for name in (*Step.WORD, "asked_at"):
        setattr(step, name, getattr(before, name))
    goes_on = promise if promise and promise.covers(terms, after) else None
    agreements.renew(step, terms=terms, promise=goes_on, now=None)


# What to know about each supporter, and what to do ------------------------------------------------


@dataclass(frozen=True)
class _Notes:
    steps: list[Step]
    now: dt.datetime
    reach: Reach
    # The positions of those whose letter would wait for the end of their quiet hours.
    asleep: frozenset[int] = frozenset()

    def by_rung(self) -> dict[int, list[str]]:
        notes: dict[int, list[str]] = {}
        for step in self._supporters:
            said = [_standing(step, self.reach, self.now), *self._sleeps(step)]
            notes.setdefault(step.position, []).extend(said)
        return notes

    def in_short(self) -> list[str]:
        ready = [step for step in self._supporters if self._has_agreed(step)]
        said = [_all_agreed(ready)] if ready else []
        for step in self._supporters:
            ill = not self._has_agreed(step)
            said += [_standing(step, self.reach, self.now)] if ill else self._sleeps(step)
        return said

    def _has_agreed(self, step: Step) -> bool:
        return self.reach.why_not(step) is None and not step.has_new_terms

    @property
    def _supporters(self) -> list[Step]:
        return [step for step in self.steps if step.membership is not None]

    def _sleeps(self, step: Step) -> list[str]:
        return [_sleeps(step)] if step.position in self.asleep else []


def _all_agreed(steps: list[Step]) -> str:
    names = wording.listed(step.membership.tie.name for step in steps if step.membership)
    return _("%(names)s agreed to this.") % {"names": names}


def _standing(step: Step, reach: Reach, now: dt.datetime) -> str:
    words = {
        PassedOver.PAUSED: _("%(name)s is taking a break and would be passed over. Have somebody else, too."),
        PassedOver.LIMITED: _(
            "You limited what %(name)s sees, so we would pass them over. They do not know. Have somebody else, too."
        ),
        PassedOver.BROKEN: _(
            "Our e-mail does not reach %(name)s, so we would pass them over. Tell them, please."
        ),
        PassedOver.LEFT: _("%(name)s is no longer here. Choose somebody else."),
    }
    why = reach.why_not(step)
    if why in words:
        return words[why] % _named(step, now)
    return _agreement(step) % _named(step, now)


def _named(step: Step, now: dt.datetime) -> dict[str, str]:
    known = step.agreed_at or step.asked_at
    zone = step.plan.owner.zone
    on = times.ago(known, now=now, zone=zone) if known else ""
    return {"name": step.membership.tie.name if step.membership else "", "ago": on}


def _agreement(step: Step) -> str:
    if step.declined_at:
        return _("%(name)s has said no to this. That is fine. Choose somebody else.")
    if step.has_new_terms:
        return _of_new_terms(step)
    if step.agreed_at:
        return _("%(name)s agreed to this (%(ago)s).")
    if step.asked_at:
        return _("We asked %(name)s (%(ago)s) and wait for an answer. You could ask them yourself, too.")
    return _("We ask %(name)s when you save. Until they say yes to this, they are not told.")


def _of_new_terms(step: Step) -> str:
    if step.asked_at:
        return _("%(name)s has not answered the new words yet. Until then they are told with the old ones.")
    return _("We ask %(name)s about the new words when you save. Until they answer, the old ones count.")


def _sleeps(step: Step) -> str:
    name = step.membership.tie.name if step.membership else ""
    return _(
        "%(name)s has quiet hours then, so whoever is awake hears first. %(name)s can change that when they agree."
    ) % {"name": name}
