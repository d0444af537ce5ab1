"""What would happen, and what did: every step of a plan or a silence with its time, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from checkins.models import Plan, Silence, SilenceStep, Step


@dataclass(frozen=True)
class Line:
    """One step: when (UTC; None if that cannot be known yet), what, and whether it has happened."""

    at: dt.datetime | None
    words: str
    done: bool = False


def of_plan(plan: Plan) -> list[Line]:
    """What happens if no check-in comes, from the next due time on. Empty while nothing is watched."""
    if plan.next_due_at is None or plan.deadline_at is None:
        return []
    lines = [
        Line(plan.next_due_at, _("Your check-in is due")),
        Line(plan.deadline_at, _("We nudge you by e-mail")),
    ]
    at = plan.deadline_at
    for step in plan.steps.select_related("membership__tie"):
        at += step.wait
        lines.append(Line(at, _words_for(step)))
    return lines


def _words_for(step: Step) -> str:
    if step.membership is None:
        return _("We nudge you once more, and say who hears next")
    name = step.membership.tie.name
    if step.stands:
        return _("We tell %(name)s. They can call, or say you’re fine") % {"name": name}
    if step.declined_at or step.membership.ended_at:
        return _("We tell nobody: %(name)s has said no") % {"name": name}
    return _("We tell nobody yet: %(name)s has not agreed so far") % {"name": name}


def of_silence(silence: Silence) -> list[Line]:
    """What was done in an open silence, and what comes next if nothing is heard."""
    return [Line(silence.due_at, _("Your check-in was due"), done=True), *_steps(silence), *_claims(silence)]


def _steps(silence: Silence) -> Iterator[Line]:
    at = silence.next_step_at
    first = True
    for step in silence.steps.select_related("membership__tie"):
        if step.taken_at:
            yield Line(step.taken_at, _done(step), done=True)
        elif step.passed_over_at:
            yield Line(step.passed_over_at, _("Passed over: they are no longer on your list"), done=True)
        else:
            at = at if first or at is None else at + step.wait
            first = False
            yield Line(at, _ahead(step))


def _done(step: SilenceStep) -> str:
    if step.whom == Step.Whom.OWNER or step.membership is None:
        return _("We nudged you by e-mail")
    return _("We told %(name)s") % {"name": step.membership.tie.name}


def _ahead(step: SilenceStep) -> str:
    if step.whom == Step.Whom.OWNER or step.membership is None:
        return _("We nudge you once more")
    return _("We tell %(name)s") % {"name": step.membership.tie.name}


def _claims(silence: Silence) -> Iterator[Line]:
    for claim in silence.claims.select_related("membership__tie").order_by("claimed_at"):
        name = claim.membership.tie.name
        if claim.report == claim.Report.NO_ANSWER and claim.reported_at:
            yield Line(claim.reported_at, _("%(name)s could not reach you") % {"name": name}, done=True)
        elif claim.lapsed_at is None:
            yield Line(claim.claimed_at, _("%(name)s is on it") % {"name": name}, done=True)
