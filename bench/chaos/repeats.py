"""A letter twice: excused only when its acknowledgement was cut off between the 250 and our commit."""

from __future__ import annotations

import itertools

from bench.chaos.evidence import Acceptance, Evidence, Kill, by
from bench.chaos.verdict import Verdict

# A database session that broke this long before a letter began may first be noticed when it is recorded.
NOTICED_WITHIN = 0.25


def judge_repeats(seen: Evidence, verdict: Verdict) -> None:
    records = seen.noted("sent")
    for message_id, letters in by(seen.acceptances, lambda letter: letter.message_id).items():
        row = seen.by_id.get(message_id)
        recorded = records.get(row.key, []) if row else []
        in_order = sorted(letters, key=lambda letter: letter.began_at)
        for first, second in itertools.pairwise(in_order):
            _judge_repeat(first, second, recorded, seen, verdict)
        if len(letters) == 1 and recorded:
            lag = recorded[0] - letters[0].settled_at
            verdict.recorded_within = max(verdict.recorded_within, round(lag, 3))


def _judge_repeat(
    first: Acceptance, second: Acceptance, recorded: list[float], seen: Evidence, verdict: Verdict
) -> None:
    key = seen.key_of(first)
    if any(first.began_at <= at < second.began_at for at in recorded):
        verdict.doubled.append(f"{key} was recorded as sent, and was sent again")
    elif first.cut:
        verdict.excuses["line cut"] += 1
    elif first.followed:
        # Whoever begins another letter on the same line has written down what became of this one.
        verdict.doubled.append(f"{key} {_story(first, second, seen)}")
    elif kill := next((kill for kill in seen.kills if kill.hit(first)), None):
        verdict.excuses["worker killed"] += 1
        verdict.reach = max(verdict.reach, round(_reach(first, kill), 3))
    elif _database_was_away(first, seen):
        verdict.excuses["database restarted"] += 1
    else:
        verdict.doubled.append(f"{key} {_story(first, second, seen)}")


def _reach(letter: Acceptance, kill: Kill) -> float:
    return kill.began_at - letter.settled_at


def _database_was_away(letter: Acceptance, seen: Evidence) -> bool:
    return any(
        outage.began_at <= letter.record_by and outage.ended_at >= letter.began_at - NOTICED_WITHIN
        for outage in seen.outages
    )


def _story(first: Acceptance, second: Acceptance, seen: Evidence) -> str:
    """What happened around a repeat that nothing excuses, in seconds since the first letter began."""
    start = first.began_at
    kills = [round(kill.began_at - start, 2) for kill in seen.kills if kill.worker == first.worker]
    outages = [(round(out.began_at - start, 2), round(out.ended_at - start, 2)) for out in seen.outages]
    return (
        f"was sent by {first.worker} (taken at {first.accepted_at - start:.2f}, followed by {first.followed},"
        f" killed at {kills}, database away at {outages}), and by {second.worker}"
        f" at {second.began_at - start:.2f}"
    )
