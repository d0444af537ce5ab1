"""How silences end, whatever ends them: in the transaction of whoever calls, who holds the plan or the silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from accounts.models import User
from checkins import agreements, messages
from checkins.models import CheckIn, Plan, Silence
from networks.models import Membership
from outbox import services as outbox

# What looking ahead sets on a plan, and a check-in.
TIMES = ("next_due_at", "deadline_at", "met_due_at", "ended_at")


def heard_at(owner: User) -> dt.datetime | None:
    latest = CheckIn.objects.of(owner).first()
    return latest.made_at if latest else None


def close_all(*, owner: User, by: User, now: dt.datetime, ending: str) -> None:
    """End every silence of theirs; a rehearsal goes on, for nobody is missed in it."""
    silences = Silence.objects.open().real().filter(plan__owner=owner).order_by("pk")
    locked = silences.select_for_update(of=("self",), no_key=True)
    for silence in locked.select_related("plan__owner"):
        close(silence, by=by, now=now, ending=ending)


def set_aside(plan: Plan, *, by: User, now: dt.datetime) -> None:
    """The owner changes, pauses or ends the plan: what is open in it is over, practice too.

    They are there, so nobody misses them in their other plans either. All of those are locked.
    """
    for silence in plan.silences.open().select_for_update(no_key=True).order_by("pk"):
        silence.plan = plan
        close(silence, by=by, now=now, ending=Silence.Ending.SET_ASIDE)
    close_all(owner=plan.owner, by=by, now=now, ending=Silence.Ending.SET_ASIDE)


def close(
    silence: Silence, *, by: User | None, now: dt.datetime, ending: str, heard: Membership | None = None
) -> None:
    """End it: take back what waits, tell whoever was told, watch for the next occurrence."""
    silence.closed_at, silence.closed_by, silence.ending = now, by, ending
    silence.next_step_at = None
    silence.save(update_fields=["closed_at", "closed_by", "ending", "next_step_at"])
    outbox.cancel(key_prefix=silence.key)
    told = [one for one in silence.memberships_told() if by is None or one.member_id != by.pk]
    drafts = [messages.all_clear(silence, membership) for membership in told]
    if heard is not None:
        drafts.append(messages.heard_from(silence, heard, now=now))
    outbox.queue_all(drafts)
    if not silence.is_practice:
        _watch_again(silence, now)


def _watch_again(silence: Silence, now: dt.datetime) -> None:
    plan = silence.plan
    if silence.ending == Silence.Ending.CHECKED_IN:
        plan.met_due_at = silence.due_at
    watch_on(plan, now=now)


# Watching on, or no more ----------------------------------------------------------------------------


def watch_on(plan: Plan, *, now: dt.datetime, changed: Iterable[str] = ()) -> None:
    """Watch for what is due next, and save it with the fields that were `changed`. A plan that has ended stays so."""
    if plan.ended_at is None:
        plan.watch_from(now, heard_at=heard_at(plan.owner))
        save_times(plan, now=now, changed=changed)
    else:
        plan.save(update_fields=[*TIMES, *changed])


def save_times(plan: Plan, *, now: dt.datetime, changed: Iterable[str] = ()) -> None:
    """Save a running plan that was just made to look ahead. If its last day is over, it ends here, with a word."""
    plan.save(update_fields=[*TIMES, *changed])
    if plan.ended_at is None:
        return
    release(plan)
    for silence in plan.silences.open().rehearsals().select_for_update(no_key=True).order_by("pk"):
        silence.plan = plan
        close(silence, by=None, now=now, ending=Silence.Ending.SET_ASIDE)
    messages.plan_ended(plan, now=now)


def release(plan: Plan) -> None:
    """Nobody is asked any more to be told in it: the record says so, and their page."""
    for step in plan.steps.exclude(membership=None).select_related("membership__member", "plan__owner"):
        agreements.lapse(step)
