"""Every row ended in a letter that was taken, or was taken back for a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.chaos.evidence import Evidence, Row, Silence
from bench.chaos.ladder import ALERT
from bench.chaos.verdict import Verdict

# News about claims, and whether they had become stale when they were taken back.
Stale = Callable[[Silence, float], bool]
NEWS: dict[str, Stale] = {
    "checkins/on_it": lambda silence, at: _some_claim_ended(silence, at),
    "checkins/claim_reminder": lambda silence, at: _some_claim_ended(silence, at),
    "checkins/open_again": lambda silence, at: any(claim.stands(at) for claim in silence.claims),
    "checkins/nobody_yet": lambda _silence, _at: False,
}


def _some_claim_ended(silence: Silence, at: float) -> bool:
    return any(claim.ended_at is not None and claim.ended_at <= at for claim in silence.claims)


@dataclass(frozen=True)
class Records:
    """What it takes to weigh a row."""

    accepted: set[str]
    heard: set[str]  # owners who checked in
    silences: dict[str, Silence]  # by what the keys of their messages begin with
    cancelled: dict[str, list[float]]
    told: dict[tuple[str, str], float]  # (silence, supporter): when their first alert began
    asked: set[tuple[str, str]]  # (silence, key) of every letter that the owner got

    @classmethod
    def of(cls, seen: Evidence) -> Records:
        silences = {}
        for silence in seen.silences:
            silences |= {silence.key: silence, silence.all_clear_key: silence}
        told: dict[tuple[str, str], float] = {}
        asked = set()
        for letter in seen.acceptances:
            row = seen.by_id.get(letter.message_id)
            known = silences.get(_beginning(row.key)) if row else None
            if row and known and row.kind == ALERT:
                told[known.key, letter.to] = min(letter.began_at, told.get((known.key, letter.to), 1e12))
            if row and known and letter.to == known.owner:
                asked.add((known.key, row.key))
        return cls(
            {letter.message_id for letter in seen.acceptances},
            {plan.to for plan in seen.expected if plan.checked_in_at is not None},
            silences,
            seen.noted("cancelled"),
            told,
            asked,
        )


def _beginning(key: str) -> str:
    return ":".join(key.split(":")[:2]) + ":"


def judge_rows(seen: Evidence, verdict: Verdict) -> None:
    records = Records.of(seen)
    for row in seen.rows:
        if why := _why_lost(row, records):
            verdict.lost.append(f"{row.key} ({row.kind} to {row.to}) {why}")
    strange = records.accepted - {row.message_id for row in seen.rows}
    verdict.lost += [f"{message_id} was accepted, and there is no row" for message_id in sorted(strange)]


def _why_lost(row: Row, records: Records) -> str:
    if row.state == "sent":
        return "" if row.message_id in records.accepted else "is recorded as sent and never was"
    if row.state == "cancelled":
        return "" if _was_needless(row, records) else "was taken back without a reason"
    return "still waits" if row.state == "waiting" else "was given up"


def _was_needless(row: Row, records: Records) -> bool:
    """Whether there was nothing left to say when it was taken back."""
    silence = records.silences.get(_beginning(row.key))
    if silence is None:
        return row.to in records.heard
    at = max(records.cancelled.get(row.key, [float("inf")]))
    told = records.told.get((silence.key, row.to), float("inf")) <= at
    if row.key.startswith(silence.all_clear_key):
        return not told
    if silence.is_over(at):
        return True
    if row.kind in NEWS:
        return not told or NEWS[row.kind](silence, at)
    overtaken = any(episode == silence.key and key != row.key for episode, key in records.asked)
    return row.to == silence.owner and overtaken
