"""What would happen, and what did: every step of a plan or a silence with its time, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from checkins import messages, sweep
from checkins.models import Plan, Silence, SilenceStep, Step
from outbox.models import BrokenAddress, Message


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
    for step in _steps_of(plan):
        at += step.wait
        lines.append(Line(at, _would(step, plan)))
    return lines


def tells_at_night(plan: Plan) -> bool:
    """Whether a supporter would be written to between 21 and 9 o'clock by the plan's clock."""
    if plan.deadline_at is None or plan.programme != Plan.Programme.SAFETY or plan.tells_nobody():
        return False
    at = plan.deadline_at + sum((step.wait for step in _steps_of(plan)), dt.timedelta())
    return not 9 <= at.astimezone(plan.rhythm.zone).hour < 21


def _steps_of(plan: Plan) -> list[Step]:
    if plan.programme == Plan.Programme.KEEP_IN_TOUCH:
        return sweep.gentle_nudges(plan)
    return list(plan.steps.select_related("membership__tie", "membership__member"))


def _would(step: Step, plan: Plan) -> str:
    if step.membership is None:
        gentle = plan.programme == Plan.Programme.KEEP_IN_TOUCH or plan.tells_nobody()
        return _("We nudge you again") if gentle else _("We nudge you once more, and say who hears next")
    name = {"name": step.membership.tie.name}
    if step.stands:
        if BrokenAddress.objects.filter(address=step.membership.member.email).exists():
            return (
                _("We would tell %(name)s, but our e-mail does not reach them. Ask them to look here") % name
            )
        return _("We tell %(name)s. They can call, or say you’re fine") % name
    if step.membership.ended_at:
        return _("We tell nobody: %(name)s is no longer here") % name
    if step.declined_at:
        return _("We tell nobody: %(name)s has said no") % name
    return _("We tell nobody yet: %(name)s has not agreed so far") % name


def of_silence(silence: Silence) -> list[Line]:
    """What was done in an open silence, and what comes next if nothing is heard."""
    return [Line(silence.due_at, _("Your check-in was due"), done=True), *_steps(silence), *_claims(silence)]


def _steps(silence: Silence) -> Iterator[Line]:
    at = silence.next_step_at
    first = True
    told = {
        message.dedupe_key: message for message in Message.objects.filter(dedupe_key__startswith=silence.key)
    }
    for step in silence.steps.select_related("membership__tie"):
        if step.taken_at:
            yield Line(step.taken_at, _done(step, told.get(step.message_key)), done=True)
        elif step.passed_over_at:
            yield Line(step.passed_over_at, _("Passed over: they are no longer on your list"), done=True)
        else:
            at = at if first or at is None else at + step.wait
            first = False
            yield Line(at, _ahead(step))


def _done(step: SilenceStep, message: Message | None) -> str:
    if step.whom == Step.Whom.OWNER:
        return _("We nudged you by e-mail")
    name = {"name": step.membership.tie.name if step.membership else _("a supporter who has left")}
    if message is None or message.sent_at:
        return _("We told %(name)s") % name
    if message.failed_at or message.cancelled_at:
        return _("We could not tell %(name)s: our e-mail does not reach them") % name
    return _("We are writing to %(name)s") % name


def _ahead(step: SilenceStep) -> str:
    if step.whom == Step.Whom.OWNER:
        return _("We nudge you once more")
    if step.membership is None or not messages.may_tell(step):
        return _("We tell nobody: they have not agreed, or have left")
    return _("We tell %(name)s") % {"name": step.membership.tie.name}


def _claims(silence: Silence) -> Iterator[Line]:
    for claim in silence.claims.select_related("membership__tie").order_by("claimed_at"):
        name = claim.membership.tie.name
        if claim.report == claim.Report.NO_ANSWER and claim.reported_at:
            yield Line(claim.reported_at, _("%(name)s could not reach you") % {"name": name}, done=True)
        elif claim.lapsed_at is None:
            yield Line(claim.claimed_at, _("%(name)s is on it") % {"name": name}, done=True)
