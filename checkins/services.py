"""What people do: check in, plan, pause, agree, claim, report. Each is one transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from checkins import agreements, errors, messages, schedule, sweep
from checkins.models import CheckIn, Claim, Plan, Silence, Step
from networks import services as networks
from networks.models import Membership, Tie
from outbox import services as outbox

# How long a claim holds the ladder without a report.
CLAIM_HOLDS = dt.timedelta(hours=2)
# A form that comes again sooner than this was sent twice.
DOUBLE_TAP = dt.timedelta(minutes=10)


class Said(TypedDict, total=False):
    """What a check-in may say beside "I am here"."""

    pain: int | None  # 0 to 10
    mood: str
    note: str
    was_in_touch: bool | None


# Checking in ------------------------------------------------------------------------------------


@transaction.atomic
def check_in(
    *,
    owner: User,
    now: dt.datetime,
    form_key: uuid.UUID,
    touched: Iterable[Tie] = (),
    **said: Unpack[Said],
) -> CheckIn:
    """Write down a sign of life; it counts for every plan of theirs and ends every silence.

    The same key twice within minutes is one check-in, which then says what was said last.
    Two check-ins within minutes count for one occurrence, not for the next one too.
    """
    # Two taps at once wait for each other here, plan or no plan.
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    plans = list(Plan.objects.active().filter(owner=owner).select_for_update(no_key=True).order_by("pk"))
    made = CheckIn.objects.filter(owner=owner, form_key=form_key).first()
    repeat = made is not None and _is_a_repeat(made, now)
    if made is not None and not repeat:
        made, form_key = None, uuid.uuid4()
    just_now = CheckIn.objects.filter(owner=owner, made_at__gt=now - DOUBLE_TAP).exists()
    if made is None:
        made = CheckIn.objects.create(owner=owner, form_key=form_key, made_at=now, **said)
    else:
        _say_more(made, said)
    for tie in touched:
        networks.log_touch(tie=tie, by=owner, at=now, form_key=form_key)
    if not repeat:
        for plan in plans:
            _count(plan, now, again=just_now)
        _close_all(owner=owner, by=owner, now=now, ending=Silence.Ending.CHECKED_IN)
    return made


def _say_more(made: CheckIn, said: Said) -> None:
    """The form came again with something in it: that is what they mean."""
    given = {name: value for name, value in said.items() if value not in (None, "")}
    for name, value in given.items():
        setattr(made, name, value)
    if given:
        made.save(update_fields=list(given))


def _is_a_repeat(made: CheckIn, now: dt.datetime) -> bool:
    """Whether a form sent twice is a double tap. A phone that sends an old page again means it: they are there."""
    missed_since = Silence.objects.open().filter(plan__owner=made.owner, opened_at__gt=made.made_at)
    return now - made.made_at < DOUBLE_TAP and not missed_since.exists()


def _heard_at(owner: User) -> dt.datetime | None:
    latest = CheckIn.objects.of(owner).first()
    return latest.made_at if latest else None


def _count(plan: Plan, now: dt.datetime, *, again: bool) -> None:
    """Let a check-in at `now` count for its occurrence. An open silence starts the plan afresh.

    `again`: they checked in minutes ago. Who taps twice to be sure does not mean tomorrow as well.
    """
    if plan.next_due_at is None or (again and plan.next_due_at > now):
        return
    following = schedule.due_after_check_in(plan.rhythm, plan.next_due_at, now)
    if following != plan.next_due_at:
        plan.met_due_at = plan.next_due_at
    plan.look_ahead(following)
    plan.save(update_fields=["next_due_at", "deadline_at", "met_due_at"])


def _close_all(*, owner: User, by: User, now: dt.datetime, ending: Silence.Ending) -> None:
    silences = (
        Silence.objects.open()
        .filter(plan__owner=owner)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    for silence in silences.select_related("plan__owner"):
        _close(silence, by=by, now=now, ending=ending)


def _close(silence: Silence, *, by: User, now: dt.datetime, ending: Silence.Ending) -> None:
    """End it: take back what waits, tell whoever was told, watch for the next occurrence."""
    silence.closed_at, silence.closed_by, silence.ending = now, by, ending
    silence.next_step_at = None
    silence.save(update_fields=["closed_at", "closed_by", "ending", "next_step_at"])
    outbox.cancel(key_prefix=silence.key)
    told = [membership for membership in sweep.memberships_told(silence) if membership.member_id != by.pk]
    outbox.queue_all(messages.all_clear(silence, membership) for membership in told)
    plan = silence.plan
    if ending == Silence.Ending.CHECKED_IN:
        plan.met_due_at = silence.due_at
    if plan.ended_at is None:
        plan.watch_from(now, heard_at=_heard_at(plan.owner))
    plan.save(update_fields=["next_due_at", "deadline_at", "met_due_at"])


# Planning ---------------------------------------------------------------------------------------


@transaction.atomic
def make_plan(
    *,
    owner: User,
    now: dt.datetime,
    programme: str,
    days: list[int],
    times: list[dt.time],
    grace: dt.timedelta,
    again: dt.timedelta = dt.timedelta(hours=2),
    tell: dt.timedelta = dt.timedelta(hours=2),
    supporter: Membership | None = None,
) -> Plan:
    """Make or change the owner's plan.

    `again` and `tell` are the waits before the last nudge and before the supporter.
    Raises NotASupporter when `supporter` is not one of the owner's.
    """
    if supporter is not None and not Membership.objects.of(owner).active().filter(pk=supporter.pk).exists():
        raise errors.NotASupporter(_("Choose somebody who has joined your network."))
    plan = _plan_to_write(owner)
    plan.programme, plan.days, plan.times, plan.grace = programme, sorted(days), sorted(times), grace
    plan.time_zone = owner.time_zone
    if plan.pk:
        # They are here, and have just said how it should be from now on.
        _set_aside(plan, by=owner, now=now)
    plan.watch_from(now, heard_at=_heard_at(owner))
    plan.save()
    _write_ladder(plan, now, again=again, tell=tell, supporter=supporter)
    return plan


def _plan_to_write(owner: User) -> Plan:
    """The plan they have, locked, else a new one. Two first plans at once wait at the person's row."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    plan = Plan.objects.active().filter(owner=owner).select_for_update(no_key=True).first()
    return plan or Plan(owner=owner)


def _write_ladder(
    plan: Plan, now: dt.datetime, *, again: dt.timedelta, tell: dt.timedelta, supporter: Membership | None
) -> None:
    """Write the steps. Whoever agreed to these very terms, or said no, is not asked again."""
    safe = plan.programme == Plan.Programme.SAFETY
    before = plan.steps.filter(membership=supporter).first() if supporter and safe else None
    plan.steps.exclude(pk=before.pk if before else 0).delete()
    if not safe:
        return
    Step.objects.create(plan=plan, position=1, wait=again, whom=Step.Whom.OWNER)
    if supporter is None:
        return
    step = before or Step(plan=plan, whom=Step.Whom.MEMBER, membership=supporter)
    step.position, step.wait = 2, tell
    terms = agreements.terms_of(plan, after=plan.grace + again + tell)
    asks = step.terms != terms and step.declined_at is None
    if asks:
        agreements.lapse(step)
        step.asked_at, step.agreed_at = now, None
    step.terms = terms
    step.save()
    if asks:
        messages.ladder_request(step)


@transaction.atomic
def pause(*, plan: Plan, until: dt.datetime, by: User, now: dt.datetime) -> None:
    """Rest until then. Nothing is due before, and it goes on by itself."""
    plan = _running(plan)
    plan.paused_until = until
    plan.watch_from(now, heard_at=_heard_at(plan.owner))
    plan.save(update_fields=["paused_until", "next_due_at", "deadline_at"])
    _set_aside(plan, by=by, now=now)


@transaction.atomic
def resume(*, plan: Plan, now: dt.datetime) -> None:
    """End the rest now. Does nothing for a plan that is not resting."""
    plan = _running(plan)
    if not plan.is_resting(now):
        return
    plan.paused_until = None
    plan.watch_from(now, heard_at=_heard_at(plan.owner))
    plan.save(update_fields=["paused_until", "next_due_at", "deadline_at"])


@transaction.atomic
def move_to_zone(*, plan: Plan, now: dt.datetime) -> None:
    """Let the plan follow the clock of the zone its owner lives in now. An open silence goes on as it is."""
    plan = _running(plan)
    plan.time_zone = plan.owner.time_zone
    if plan.next_due_at is not None and plan.next_due_at > now:
        plan.watch_from(now, heard_at=_heard_at(plan.owner))
    plan.save(update_fields=["time_zone", "next_due_at", "deadline_at"])


def _running(plan: Plan) -> Plan:
    """The plan, locked. Raises PlanHasEnded."""
    rows = Plan.objects.active().select_for_update(of=("self",), no_key=True).select_related("owner")
    found = rows.filter(pk=plan.pk).first()
    if found is None:
        raise errors.PlanHasEnded(_("This plan has ended. You can make a new one."))
    return found


@transaction.atomic
def end_plan(*, plan: Plan, by: User, now: dt.datetime) -> None:
    """No more check-ins are due. Whoever was told of an open silence hears that it is over."""
    plan = _running(plan)
    plan.ended_at = now
    plan.look_ahead(None)
    plan.save(update_fields=["ended_at", "next_due_at", "deadline_at"])
    _set_aside(plan, by=by, now=now)


@transaction.atomic
def fall_due(*, plan: Plan, now: dt.datetime, wait: dt.timedelta) -> Silence:
    """Let a check-in be missed right now, with `wait` between this silence's steps. The plan stays as it is."""
    plan = _running(plan)
    _set_aside(plan, by=plan.owner, now=now)
    plan.look_ahead(now - plan.grace)
    silence = sweep.open_silences([plan], now)[0]
    silence.steps.filter(taken_at=None).update(wait=wait)
    silence.next_step_at = now + wait
    silence.save(update_fields=["next_step_at"])
    return silence


def _set_aside(plan: Plan, *, by: User, now: dt.datetime) -> None:
    for silence in plan.silences.open().select_for_update(no_key=True):
        silence.plan = plan
        _close(silence, by=by, now=now, ending=Silence.Ending.SET_ASIDE)


# A supporter answers ------------------------------------------------------------------------------


@transaction.atomic
def claim(*, silence: Silence, membership: Membership, now: dt.datetime) -> Claim:
    """ "I'm on it": the ladder waits. Saying it twice is saying it once.

    Raises SilenceIsOver, NotOnThisLadder, or SomebodyElseIsOnIt.
    """
    silence = _locked(silence, membership)
    standing = silence.claims.standing().first()
    if standing is not None:
        if standing.membership_id == membership.pk:
            return standing
        raise errors.SomebodyElseIsOnIt(_("Another supporter is already on it. Thank you for being there."))
    made = Claim.objects.create(
        silence=silence, membership=membership, claimed_at=now, lapses_at=now + CLAIM_HOLDS
    )
    silence.next_step_at = max(made.lapses_at, silence.next_step_at or made.lapses_at)
    silence.save(update_fields=["next_step_at"])
    return made


@transaction.atomic
def report(*, silence: Silence, membership: Membership, outcome: str, now: dt.datetime) -> None:
    """How it went. "They're okay" ends the silence; "could not reach them" lets the ladder go on at once.

    Raises SilenceIsOver or NotOnThisLadder.
    """
    silence = _locked(silence, membership)
    if outcome == Claim.Report.NO_ANSWER and _said_so(silence, membership):
        return
    Claim.objects.update_or_create(
        silence=silence,
        membership=membership,
        reported_at=None,
        lapsed_at=None,
        defaults={"reported_at": now, "report": outcome},
        create_defaults={
            "claimed_at": now,
            "lapses_at": now,
            "reported_at": now,
            "report": outcome,
        },
    )
    if outcome == Claim.Report.OKAY:
        _close(silence, by=membership.member, now=now, ending=Silence.Ending.HEARD_FROM)
        return
    if not silence.claims.standing().exists():
        silence.next_step_at = now
        silence.save(update_fields=["next_step_at"])


def _said_so(silence: Silence, membership: Membership) -> bool:
    """Whether they reported already that there was no answer, and have not taken it on again since."""
    mine = silence.claims.filter(membership=membership)
    return mine.filter(report=Claim.Report.NO_ANSWER).exists() and not mine.standing().exists()


def _locked(silence: Silence, membership: Membership) -> Silence:
    """The silence, locked. Plans are locked before silences everywhere, so nobody waits in a ring."""
    Plan.objects.select_for_update(no_key=True).get(pk=silence.plan_id)
    found = (
        Silence.objects.select_for_update(of=("self",), no_key=True)
        .select_related("plan__owner")
        .get(pk=silence.pk)
    )
    if found.closed_at is not None:
        raise errors.SilenceIsOver(_("It is over: all is well. Thank you for being there."))
    told = found.steps.filter(membership=membership, taken_at__isnull=False, membership__ended_at=None)
    if not told.exists():
        raise errors.NotOnThisLadder(_("You have not been asked about this one."))
    return found
