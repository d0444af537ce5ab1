"""Looks for check-ins that did not come and takes the next step of every open silence.

Safe to run at any time, any number of times, on any number of workers: rows are claimed with SKIP LOCKED, and
what a batch writes (the silence, its ladder, the messages, the next time to look) is one transaction.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, models, transaction

from checkins import closing, keys, loosening, stepping, watchdog
from checkins.models import Claim, Plan, Silence, SilenceStep
from outbox import services as outbox
from outbox.models import Heartbeat

logger = logging.getLogger(__name__)

# What its heartbeat goes under.
NAME = "sweep_silences"
BATCH = 500
# How far a row that fails is pushed out of the way of the others.
PUSH = dt.timedelta(minutes=5)

# What a silence keeps of each step of the ladder, as it was when it opened.
FROZEN = "position, wait, whom, membership_id, channel, words, agreed_at, may_wake_at"
# The same as a step has it: its words are those that were agreed to.
AS_AGREED = FROZEN.replace("words", "coalesce(old_words, words)")

# One statement opens a whole batch: nothing of it has to travel here and back (docs/adr/0007).
OPEN = f"""
    WITH due AS (
        SELECT id, owner_id, programme, grace, next_due_at, deadline_at FROM checkins_plan
        WHERE deadline_at <= %(now)s AND (%(only)s::bigint[] IS NULL OR id = ANY(%(only)s::bigint[]))
        ORDER BY deadline_at, id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
    ), known AS (
        SELECT due.*, first.wait, first.whom, coalesce(w.helps, '') AS helps,
               coalesce(w.does_not_help, '') AS does_not_help
        FROM due
        LEFT JOIN LATERAL (
            SELECT wait, whom FROM checkins_step WHERE plan_id = due.id ORDER BY position LIMIT 1
        ) first ON true
        LEFT JOIN checkins_wishes w ON w.owner_id = due.owner_id
    ), opened AS (
        INSERT INTO checkins_silence (plan_id, due_at, opened_at, next_step_at, ending, helps, does_not_help)
        SELECT id, next_due_at, %(now)s,
               CASE WHEN %(now)s - deadline_at <= %(late)s THEN deadline_at ELSE %(now)s END + wait,
               '', helps, does_not_help
        FROM known RETURNING id, plan_id
    ), nudged AS (
        INSERT INTO checkins_silencestep (silence_id, position, wait, whom, taken_at, why_passed_over)
        SELECT opened.id, 0, due.grace, 'owner', %(now)s, '' FROM opened JOIN due ON due.id = opened.plan_id
    ), frozen AS (
        INSERT INTO checkins_silencestep (silence_id, {FROZEN}, why_passed_over)
        SELECT opened.id, {AS_AGREED}, '' FROM opened JOIN checkins_step USING (plan_id)
    ), written AS (
        INSERT INTO outbox_message
            (dedupe_key, kind, channel, recipient_id, owner_id, address, params, not_before, next_attempt_at)
        SELECT {keys.FIRST_NUDGE},
               CASE WHEN programme = 'keep_in_touch' THEN 'checkins/keep_in_touch'
                    WHEN whom = 'member' THEN 'checkins/last_call' ELSE 'checkins/nudge' END,
               'email', owner_id, owner_id, '', jsonb_build_object('silence', opened.id), %(now)s, %(now)s
        FROM opened JOIN known ON known.id = opened.plan_id
        ON CONFLICT (dedupe_key) DO NOTHING
    ), cleared AS (
        UPDATE checkins_plan SET next_due_at = NULL, deadline_at = NULL
        FROM due WHERE checkins_plan.id = due.id
    )
    SELECT id FROM opened
"""  # noqa: S608 - only the constants above are put in

FREEZE = f"""
    INSERT INTO checkins_silencestep (silence_id, {FROZEN}, why_passed_over)
    SELECT %s, {AS_AGREED}, '' FROM checkins_step WHERE plan_id = %s
"""  # noqa: S608


def sweep(*, now: dt.datetime) -> tuple[int, int]:
    """Open every silence that is due and take every step that is due. Gives how many of each."""
    opened = _drain(lambda: _batch(_open_due, _due_plans, _open_by_itself, _push_plan, now))
    _loosen(now)
    stepped = _drain(lambda: _batch(_advance_due, _due_silences, _advance_by_itself, _push_silence, now))
    Heartbeat.beat(NAME, now=now)
    return opened, stepped


def _loosen(now: dt.datetime) -> None:
    """Trouble with what holds a ladder in vain never keeps the others from going on."""
    try:
        loosening.loosen(now=now)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("Ladders that are held in vain could not be looked at.")


def _drain(batch: Callable[[], int]) -> int:
    total = 0
    while (done := batch()) > 0:
        total += done
        if done < BATCH:
            break
    return total


def _batch(
    work: Callable[[dt.datetime], int],
    due: Callable[[dt.datetime], list[int]],
    by_itself: Callable[[int, dt.datetime], object],
    push: Callable[[int, dt.datetime], object],
    now: dt.datetime,
) -> int:
    """One batch in one transaction. If it fails, each row by itself; one that still fails is pushed away."""
    try:
        with transaction.atomic():
            return work(now)
    except SoftTimeLimitExceeded:
        raise
    except Exception:
        logger.exception("A batch failed; taking its rows one by one.")
    with transaction.atomic():
        rows = due(now)
        for row in rows:
            try:
                with transaction.atomic():
                    by_itself(row, now)
            except SoftTimeLimitExceeded:
                raise  # it is not this row's fault
            except Exception:
                logger.exception("Row %s failed and is pushed forward.", row)
                push(row, now)
        return len(rows)


# Opening ----------------------------------------------------------------------------------------


def open_silences(*, now: dt.datetime, only: list[int] | None = None) -> list[int]:
    """Open a silence for each plan that is due (of these, if given): the ladder frozen, the nudge written.

    In the caller's transaction; at most one batch. Gives the ids of the silences.
    """
    terms: dict[str, Any] = {"now": now, "only": only, "limit": BATCH, "late": stepping.LATE}
    with connection.cursor() as cursor:
        cursor.execute(OPEN, terms)
        opened = [pk for (pk,) in cursor.fetchall()]
    if opened:
        outbox.wake_on_commit()
    return opened


def freeze(silence: Silence) -> None:
    """Write the plan's ladder, as it is now, into a silence that was opened by hand."""
    with connection.cursor() as cursor:
        cursor.execute(FREEZE, [silence.pk, silence.plan_id])


def _open_due(now: dt.datetime) -> int:
    # Most sweeps find nothing; planning the great statement alone would cost more than this look.
    return len(open_silences(now=now)) if Plan.objects.overdue(now).exists() else 0


def _due_plans(now: dt.datetime) -> list[int]:
    due = Plan.objects.overdue(now).select_for_update(skip_locked=True, no_key=True)
    return list(due.values_list("pk", flat=True)[:BATCH])


def _open_by_itself(plan_id: int, now: dt.datetime) -> None:
    open_silences(now=now, only=[plan_id])


def _push_plan(plan_id: int, now: dt.datetime) -> None:
    Plan.objects.filter(pk=plan_id).update(deadline_at=now + PUSH)
    watchdog.note(watchdog.FAILING_PLAN, plan_id, now=now)


# Stepping ---------------------------------------------------------------------------------------


def _due_silences(now: dt.datetime) -> list[int]:
    """Those nobody else has in hand, with their owners: what is said in one silence depends on those beside it.

    Whoever holds an owner, in a sweep or with a check-in, is not waited for: the next sweep comes in seconds.
    """
    due = Silence.objects.step_due(now).select_related("plan__owner").only("plan__owner__email")
    held = due.select_for_update(of=("self", "plan__owner"), skip_locked=True, no_key=True)
    return [silence.pk for silence in held[:BATCH]]


def _advance_due(now: dt.datetime) -> int:
    ids = _due_silences(now)
    if ids:
        _advance(ids, now)
    return len(ids)


def _advance_by_itself(silence_id: int, now: dt.datetime) -> None:
    _advance([silence_id], now)


def _push_silence(silence_id: int, now: dt.datetime) -> None:
    Silence.objects.filter(pk=silence_id).update(next_step_at=now + PUSH)
    watchdog.note(watchdog.FAILING_SILENCE, silence_id, now=now)


def _advance(ids: list[int], now: dt.datetime) -> None:
    silences = list(
        Silence.objects.filter(pk__in=ids)
        .select_related("plan__owner")
        .prefetch_related(models.Prefetch("steps", SilenceStep.objects.select_related("membership__member")))
        .order_by("next_step_at", "plan_id")
    )
    round_ = stepping.Round.of(silences, now)
    outbox.queue_all([draft for silence in silences for draft in stepping.advance(silence, round_)])
    Silence.objects.bulk_update(silences, ["next_step_at", "ran_out_at"])
    changed = [
        step
        for silence in silences
        for step in silence.steps.all()
        if now in (step.taken_at, step.passed_over_at)
    ]
    SilenceStep.objects.bulk_update(changed, ["taken_at", "passed_over_at", "why_passed_over"])
    Claim.objects.bulk_update(round_.own_claims, ["reminded_at", "lapses_at", "lapsed_at"])
    _end_rehearsals([silence for silence in silences if silence.is_practice], now)


def _end_rehearsals(silences: list[Silence], now: dt.datetime) -> None:
    """A rehearsal that has nothing more to show is over; whoever was told in practice hears so."""
    for silence in silences:
        if silence.next_step_at is None:
            closing.close(silence, by=None, now=now, ending=Silence.Ending.RAN_THROUGH)
