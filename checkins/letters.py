"""What letters about check-ins need to know, from what is true when they leave.

Alerts carry no pain, mood, diagnosis or place, ever. Each loader takes a whole chunk of messages and answers in a
fixed number of queries; None means that there is nothing left to say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkins import links, pacing, together
from checkins.ladder import Reach, foretell, words_that_stand
from checkins.models import Claim, Plan, Silence, SilenceStep, Step, Wishes
from networks.models import Membership, Tie
from outbox import kinds
from outbox.kinds import Context
from outbox.links import absolute
from outbox.models import Message

# How soon an alert that waits behind a claim looks again: the claim may end long before it lapses.
LOOK_AGAIN = dt.timedelta(minutes=2)

# To the owner -------------------------------------------------------------------------------------


@kinds.register_many("checkins/nudge", unsubscribe="nudges", about=_("A reminder to check in"))
def nudges(messages: Sequence[Message]) -> list[Context | None]:
    found = {silence.pk: silence for silence in _open(messages).prefetch_related("steps")}
    return [_first_nudge(found.get(message.params["silence"]), message) for message in messages]


@kinds.register_many(
    "checkins/keep_in_touch", unsubscribe="nudges", gentle=True, about=_("A gentle reminder to check in")
)
def gentle_nudges(messages: Sequence[Message]) -> list[Context | None]:
    """However many plans are unanswered, one pace: the first of them to go quiet is repeated for all."""
    found = _silences(messages)
    pace = pacing.GentlePace.of(list(found.values()))
    return [_gentle(found.get(message.params["silence"]), message, pace) for message in messages]


@kinds.register_many("checkins/last_call", about=_("A reminder that says who hears next"))
def last_calls(messages: Sequence[Message]) -> list[Context | None]:
    found = _silences(messages)
    steps = [step for silence in found.values() for step in silence.steps.all()]
    owners = [silence.owner for silence in found.values()]
    reach = Reach.to(steps, owners=owners, plans={silence.plan_id for silence in found.values()})
    return [_last_call(found.get(message.params["silence"]), message, reach) for message in messages]


def _open(messages: Sequence[Message]) -> QuerySet[Silence]:
    """The silences these speak of that are still open."""
    rows = Silence.objects.open().filter(pk__in={message.params["silence"] for message in messages})
    return rows.select_related("plan__owner__wishes")


def _silences(messages: Sequence[Message]) -> dict[int, Silence]:
    """The same with their steps: four queries."""
    rows = _open(messages).prefetch_related("steps__membership__member", "steps__membership__tie")
    return {silence.pk: silence for silence in rows}


def _first_nudge(silence: Silence | None, message: Message) -> Context | None:
    return None if silence and _is_overtaken(silence, message) else _nudge(silence, message)


def _is_overtaken(silence: Silence, message: Message) -> bool:
    """Whether the owner is nudged once more meanwhile: who slept, or whom we could not reach, gets one, not all."""
    taken = [step for step in silence.steps.all() if step.taken_at]
    nudged = [step.message_key for step in taken if step.whom == Step.Whom.OWNER]
    return message.dedupe_key in nudged[:-1]


def _nudge(silence: Silence | None, message: Message) -> Context | None:
    if silence is None:
        return None
    return {
        "due_at": silence.due_at,
        "link": links.check_in_link(silence),
        "once_more": not message.dedupe_key.endswith(":0"),
        "practice": silence.is_practice,
        "plan": silence.plan.name,
        "soft": _in_a_flare(silence),
    }


def _gentle(silence: Silence | None, message: Message, pace: pacing.GentlePace) -> Context | None:
    """Only the latest of a silence's nudges: who was away for days gets one, not all."""
    context = _nudge(silence, message)
    if silence is None or context is None or pace.says_enough(silence, repeats=context["once_more"]):
        return None
    steps = list(silence.steps.all())
    latest = [step for step in steps if step.taken_at][-1]
    if latest.message_key != message.dedupe_key:
        return None
    return context | {"last_one": latest.pk == steps[-1].pk, "plan_link": absolute(reverse("plans"))}


def _last_call(silence: Silence | None, message: Message, reach: Reach) -> Context | None:
    """With the first supporter who would be told, and when at the earliest."""
    context = _nudge(silence, message)
    if silence is None or context is None or _is_overtaken(silence, message):
        return None
    now = timezone.now()
    told = foretell(
        silence.waiting(),
        silence.next_step_at,
        reach,
        owner=silence.owner,
        nudged_at=now,
        plan_id=silence.plan_id,
    )
    coming = next((one for one in told if one.rung.membership and not one.why_not), None)
    if coming is None or coming.rung.membership is None:
        return context | {"next_name": "", "next_at": None}
    return context | {"next_name": coming.rung.membership.tie.name, "next_at": coming.at}


def _in_a_flare(silence: Silence) -> bool:
    wishes = getattr(silence.owner, "wishes", None)
    return isinstance(wishes, Wishes) and wishes.in_a_flare(timezone.now())


@kinds.register("checkins/resumed", unsubscribe="nudges", gentle=True, about=_("News: a pause is over"))
def resumed(message: Message) -> Context | None:
    plan = Plan.objects.active().select_related("owner").filter(pk=message.params["plan"]).first()
    if plan is None or plan.paused_until is None or plan.next_due_at is None:
        return None
    if plan.paused_until > timezone.now() or not message.dedupe_key.endswith(
        f":{plan.paused_until.timestamp():.0f}"
    ):
        return None
    return {"plan": plan.called, "next_due_at": plan.next_due_at, "link": absolute(reverse("plans"))}


@kinds.register("checkins/plan_ended", about=_("News: a plan has come to its last day"))
def plan_ended(message: Message) -> Context | None:
    plan = Plan.objects.filter(pk=message.params["plan"], ended_at__isnull=False).first()
    if plan is None:
        return None
    told = plan.steps.filter(whom=Step.Whom.MEMBER, agreed_at__isnull=False).exists()
    return {"plan": plan.called, "told": told, "link": absolute(reverse("plans"))}


@kinds.register("checkins/ladder_lost", about=_("News: a ladder needs somebody new"))
def ladder_lost(message: Message) -> Context | None:
    plan = Plan.objects.active().filter(pk=message.params["plan"]).first()
    membership_pk = message.params["membership"]
    ties = Tie.objects.filter(Q(pk=message.params.get("tie")) | Q(memberships=membership_pk))
    tie = ties.first()
    if plan is None or tie is None:
        return None
    standing = plan.steps.filter(agreed_at__isnull=False, membership__ended_at=None)
    if standing.filter(membership=membership_pk).exists():
        return None
    return {
        "name": tie.name,
        "plan": plan.called,
        "link": absolute(reverse("plan", args=[plan.pk])),
    }


@kinds.register("checkins/heard_from", about=_("News: a supporter heard from you"))
def heard_from(message: Message) -> Context | None:
    silence = Silence.objects.filter(pk=message.params["silence"]).first()
    membership = Membership.objects.select_related("tie").filter(pk=message.params["membership"]).first()
    if silence is None or membership is None:
        return None
    return {
        "name": membership.tie.name,
        "practice": silence.is_practice,
        "link": absolute(reverse("silence_history", args=[silence.pk])),
    }


# To supporters who were told ------------------------------------------------------------------------


def _told(messages: Sequence[Message]) -> dict[int, SilenceStep]:
    """The steps these speak of, where the silence is open and the supporter's word still stands."""
    rows = SilenceStep.objects.filter(
        pk__in={message.params["step"] for message in messages}, silence__closed_at=None
    )
    steps = list(rows.select_related("silence__plan__owner", "membership__member"))
    agreed = words_that_stand({step.silence.plan_id for step in steps})
    return {step.pk: step for step in steps if still_tells(step, agreed)}


def still_tells(step: SilenceStep, agreed: set[tuple[int, int]]) -> bool:
    """Whether this supporter still is one and is among those who agree (`words_that_stand`) to be told."""
    membership = step.membership
    if membership is None or membership.ended_at is not None or membership.paused_at is not None:
        return False
    return step.agreed_at is not None and (step.silence.plan_id, membership.pk) in agreed


def _about(step: SilenceStep) -> Context:
    return {
        "owner": step.silence.owner,
        "due_at": step.silence.due_at,
        "practice": step.silence.is_practice,
        "link": links.alert_link(step),
    }


@kinds.register_many("checkins/alert", watched=True, about=_("An alert: a check-in did not come"))
def alerts(messages: Sequence[Message]) -> list[Context | kinds.NotYet | None]:
    """Held back while somebody else is on it, or has only just been told: goes after all if they do not answer."""
    told = _told(messages)
    pace = pacing.Pace.of(told.values())
    claims = together.claims_over([step.silence for step in told.values()])
    heard = {pk: step for pk, step in told.items() if step.membership and step.membership.limited_at is None}
    return [_alert(heard.get(message.params["step"]), claims, pace) for message in messages]


def _alert(
    step: SilenceStep | None, claims: dict[int, list[Claim]], pace: pacing.Pace
) -> Context | kinds.NotYet | None:
    if step is None:
        return None
    others = [claim for claim in claims[step.silence_id] if claim.membership_id != step.membership_id]
    if others:
        return kinds.NotYet(min(others[0].lapses_at, timezone.now() + LOOK_AGAIN))
    return pace.alert(step) or _about(step) | _helping(step)


def _helping(step: SilenceStep) -> Context:
    """What the owner wrote beforehand for whoever looks after them."""
    silence = step.silence
    return {"words": step.words, "helps": silence.helps, "does_not_help": silence.does_not_help}


@kinds.register_many("checkins/nobody_yet", about=_("News: nobody has confirmed yet"))
def nobody_yet(messages: Sequence[Message]) -> list[Context | kinds.NotYet | None]:
    """Not before everybody has really been told, and the last of them had their time."""
    told, knowing = _told(messages), _knowing(messages)
    pace = pacing.Pace.of(told.values())
    found = [(told.get(message.params["step"]), message.params["step"] in knowing) for message in messages]
    return [
        (pace.last_word(step) or (_about(step) if knows else None)) if step else None for step, knows in found
    ]


@kinds.register_many("checkins/on_it", about=_("News: somebody is on it"))
def on_it(messages: Sequence[Message]) -> list[Context | None]:
    """Nothing more to say when that claim has ended meanwhile."""
    return _while_claim(messages, standing=True)


@kinds.register_many("checkins/open_again", about=_("News: nobody is on it any more"))
def open_again(messages: Sequence[Message]) -> list[Context | None]:
    """Nothing to say when somebody else has taken it on meanwhile."""
    return _while_claim(messages, standing=False)


def _knowing(messages: Sequence[Message]) -> dict[int, SilenceStep]:
    """Those of the told whose alert may have arrived: nobody hears how a story goes on who never heard it begin."""
    told = _told(messages)
    by_key = {step.message_key: pk for pk, step in told.items()}
    alerts = Message.objects.filter(dedupe_key__in=by_key)
    return {pk: told[pk] for pk in (by_key[alert.dedupe_key] for alert in alerts if alert.may_have_arrived)}


def _while_claim(messages: Sequence[Message], *, standing: bool) -> list[Context | None]:
    told = _knowing(messages)
    claims = together.claims_over([step.silence for step in told.values()])

    def fits(step: SilenceStep, message: Message) -> bool:
        on_it = {claim.pk for claim in claims[step.silence_id]}
        return message.params["claim"] in on_it if standing else not on_it

    found = [(told.get(message.params["step"]), message) for message in messages]
    return [_about(step) if step and fits(step, message) else None for step, message in found]


@kinds.register("checkins/claim_reminder", about=_("A question: how did it go?"))
def claim_reminder(message: Message) -> Context | None:
    claim = Claim.objects.standing().filter(pk=message.params["claim"], silence__closed_at=None).first()
    if claim is None:
        return None
    step = claim.silence.steps.filter(membership=claim.membership_id).first()
    if step is None or not still_tells(step, words_that_stand({step.silence.plan_id})):
        return None
    return _about(step) | {"lapses_at": claim.lapses_at}


@kinds.register("checkins/all_clear", about=_("An all-clear"))
def all_clear(message: Message) -> Context | None:
    silence = Silence.objects.select_related("plan__owner").filter(pk=message.params["silence"]).first()
    membership = Membership.objects.filter(pk=message.params["membership"], ended_at=None).first()
    if silence is None or silence.closed_at is None or membership is None:
        return None
    if not _was_told(silence, membership):
        return None
    return {"owner": silence.owner, "ending": silence.ending, "practice": silence.is_practice}


def _was_told(silence: Silence, membership: Membership) -> bool:
    """Whether the alert may have reached them. Raises NotYet while it is on its way: the end comes after it."""
    keys = [step.message_key for step in silence.steps.filter(membership=membership)]
    alerts = list(Message.objects.filter(kind="checkins/alert", dedupe_key__in=keys))
    if any(alert.is_on_its_way(timezone.now()) for alert in alerts):
        raise kinds.NotYet
    return any(alert.may_have_arrived for alert in alerts)


@kinds.register("checkins/ladder_request", about=_("A question: a place on a ladder"))
def ladder_request(message: Message) -> Context | None:
    asked = Step.objects.filter(pk=message.params["step"], membership__ended_at=None, plan__ended_at=None)
    open_ones = asked.filter(membership__limited_at=None).filter(
        Q(agreed_at=None, declined_at=None) | Q(old_terms__isnull=False)
    )
    return _question(open_ones.select_related("plan__owner").first())


@kinds.register("checkins/reconfirm", about=_("A question: does a place on a ladder still stand?"))
def reconfirm(message: Message) -> Context | None:
    asked = Step.objects.filter(pk=message.params["step"], membership__ended_at=None, plan__ended_at=None)
    step = asked.filter(agreed_at__isnull=False, reconfirm_asked_at__isnull=False).select_related(
        "plan__owner"
    )
    return _question(step.first())


def _question(step: Step | None) -> Context | None:
    if step is None:
        return None
    return {
        "owner": step.plan.owner,
        "terms": step.terms,
        "changed": step.has_new_terms,
        "link": absolute(reverse("ladder_request", args=[step.pk])),
    }


# To whom the owner chose ----------------------------------------------------------------------------


@kinds.register("checkins/company", about=_("A wish for company"))
def company(message: Message) -> Context | None:
    return _from_wishes(message, "company_words")


@kinds.register("checkins/flare", about=_("A word about a flare"))
def flare(message: Message) -> Context | None:
    """Nothing when the flare was undone or ended, or this supporter is no longer chosen."""
    context = _from_wishes(message, "flare_words")
    if context is None:
        return None
    wishes: Wishes = context["wishes"]
    if wishes.flare_began_at is None or wishes.flare_began_at.isoformat() != message.params["began_at"]:
        return None
    chosen = wishes.flare_tells.filter(pk=message.params["membership"]).exists()
    return context | {"until": wishes.flare_until} if chosen and wishes.in_a_flare(timezone.now()) else None


def _from_wishes(message: Message, words: str) -> Context | None:
    membership = Membership.objects.active().select_related("owner").filter(pk=message.params["membership"])
    found = membership.first()
    if found is None or found.paused_at is not None or found.limited_at is not None:
        return None
    wishes = Wishes.of(found.owner)
    return {
        "owner": found.owner,
        "words": getattr(wishes, words),
        "wishes": wishes,
        "link": absolute(reverse("support")),
    }


# Seen before it is sent -----------------------------------------------------------------------------


def foreseen(step: SilenceStep, *, link: str, **more: Any) -> Context:
    """What the letter of a step in a silence that is only imagined would need. `link` stands for all its links."""
    if step.whom == Step.Whom.MEMBER:
        return _about(step) | _helping(step) | {"link": link, **more}
    nudge = _nudge(step.silence, Message(dedupe_key=step.message_key)) or {}
    return nudge | {"link": link, "plan_link": link, **more}
