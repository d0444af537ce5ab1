"""Every letter of a plan before any is sent, as whoever gets it would read it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.times import read_at
from checkins import letters, messages
from checkins.ladder import Foretold, Reach
from checkins.models import Plan, Silence, SilenceStep, Step, Wishes
from checkins.pages import timeline
from outbox import letters as outbox
from outbox import preferences
from outbox.kinds import Context
from outbox.models import ChannelPreference, Message


@dataclass(frozen=True)
class Letter:
    """`at` is None for what has no time of its own; `why_not` says that it would not go as things stand."""

    at: dt.datetime | None
    to: str
    subject: str
    text: str
    why_not: str = ""
    terms: str = ""


def of_plan(plan: Plan) -> list[Letter]:
    """The letters of the next silence, in their order. Empty while nothing is watched."""
    if plan.next_due_at is None:
        return []
    silence = _imagined(plan, plan.next_due_at)
    steps = list(timeline.saved_steps(plan))
    reach = Reach.to(steps, owners=[plan.owner])
    coming = timeline.foretold(plan, steps, reach)
    mine = preferences.of([plan.owner_id])[plan.owner_id]
    first = _to_owner(silence, 0, timeline.first_nudge_at(plan, reach), coming, mine)
    return [first, *(_letter(silence, one, coming, mine) for one in coming)]


def afterwards(plan: Plan) -> list[Letter]:
    """What whoever was told hears later on. Empty where nobody stands on the ladder."""
    step = next((step for step in timeline.saved_steps(plan) if step.membership), None)
    if step is None or step.membership is None:
        return []
    told = _frozen(_imagined(plan, plan.next_due_at or timezone.now()), step)
    name = step.membership.tie.name
    return list(_later(told, _stand_in(plan.owner, step.membership.member.name or name), name))


def _later(told: SilenceStep, reader: User, name: str) -> Iterator[Letter]:
    context = letters.foreseen(told, link=_link(name))
    yield _written("checkins/on_it", context, reader, to=_("To the others, when somebody is on it"))
    yield _written(
        "checkins/nobody_yet", context, reader, to=_("When all were told and nobody has confirmed")
    )
    over = {**context, "ending": Silence.Ending.CHECKED_IN}
    yield _written("checkins/all_clear", over, reader, to=_("When you have checked in"))


def _imagined(plan: Plan, due_at: dt.datetime) -> Silence:
    wishes = Wishes.of(plan.owner)
    silence = Silence(plan=plan, due_at=due_at, opened_at=plan.deadline_at or due_at)
    silence.helps, silence.does_not_help = wishes.helps, wishes.does_not_help
    return silence


def _frozen(silence: Silence, step: Step) -> SilenceStep:
    return SilenceStep(
        silence=silence,
        position=step.position,
        wait=step.wait,
        whom=step.whom,
        membership=step.membership,
        words=step.words,
    )


def _letter(
    silence: Silence, one: Foretold[Step], coming: list[Foretold[Step]], mine: ChannelPreference
) -> Letter:
    step = one.rung
    if step.membership is None:
        return _to_owner(silence, step.position, one.at, coming, mine)
    name = step.membership.tie.name
    context = letters.foreseen(_frozen(silence, step), link=_link(name))
    reader = _stand_in(silence.owner, step.membership.member.name or name)
    why_not = timeline.left_out(one) if one.why_not else ""
    return _written("checkins/alert", context, reader, to=name, at=one.at, why_not=why_not, terms=step.terms)


def _to_owner(
    silence: Silence,
    position: int,
    at: dt.datetime | None,
    coming: list[Foretold[Step]],
    mine: ChannelPreference,
) -> Letter:
    step = SilenceStep(silence=silence, position=position, whom=Step.Whom.OWNER)
    later = sorted({one.rung.position: one for one in coming if one.rung.position > position}.items())
    told = next((one for one in coming if one.rung.membership and not one.why_not), None)
    more: dict[str, Any] = {"last_one": not later, "next_name": "", "next_at": None}
    if told and told.rung.membership:
        more |= {"next_name": told.rung.membership.tie.name, "next_at": told.at}
    kind = messages.nudge_kind(silence.plan, later[0][1].rung if later else None)
    context = letters.foreseen(step, link=_link(_("you")), **more)
    reader = _stand_in(silence.owner, silence.owner.called)
    return _written(kind, context, reader, to=_("you"), at=at, preference=mine)


def _written(
    kind: str,
    context: Context,
    reader: User,
    *,
    preference: ChannelPreference | None = None,
    **about: Any,
) -> Letter:
    message = Message(kind=kind, recipient=reader, dedupe_key=kind)
    with read_at(about.get("at")):
        letter = outbox.render(message, context, preference)
    return Letter(**{"at": None, **about}, subject=str(letter.subject), text=str(letter.body))


def _stand_in(owner: User, name: str) -> User:
    """Somebody of that name who reads as the owner does: nobody's clock and language are the owner's business."""
    return User(name=name, language=owner.language, time_zone=owner.time_zone)


def _link(name: str) -> str:
    return _("(a link for %(name)s alone)") % {"name": name}
