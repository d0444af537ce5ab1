"""Every row ended in a letter that was taken, or was taken back for a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from bench.chaos.evidence import Evidence, Row, Silence, by
from bench.chaos.ladder import ALERT, IN_FLIGHT
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
    nudges: defaultdict[str, list[Row]]  # by silence

    @classmethod
    def of(cls, seen: Evidence) -> Records:
        silences: dict[str, Silence] = {}
        for silence in seen.silences:
            silences |= {silence.key: silence, silence.all_clear_key: silence}
        owners = {silence.owner for silence in seen.silences}
        return cls(
            {letter.message_id for letter in seen.acceptances},
            {plan.to for plan in seen.expected if plan.checked_in_at is not None},
            silences,
            seen.noted("cancelled"),
            _first_alerts(seen),
            by((row for row in seen.rows if row.to in owners), lambda row: _beginning(row.key)),
        )

    def overtaken(self, row: Row) -> bool:
        """Whether its owner is nudged once more, later in the same silence."""
        return any(_place(other.key) > _place(row.key) for other in self.nudges[_beginning(row.key)])


def _first_alerts(seen: Evidence) -> dict[tuple[str, str], float]:
    told: dict[tuple[str, str], float] = {}
    for letter in sorted(seen.acceptances, key=lambda letter: letter.began_at):
        row = seen.by_id.get(letter.message_id)
        if row and row.kind == ALERT:
            told.setdefault((_beginning(row.key), letter.to), letter.began_at)
    return told


def _place(key: str) -> float:
    """Of a nudge among those of its silence: "silence:7:again:2" comes before "silence:7:2"."""
    what = key.split(":")[2:]
    return float(what[1]) - 0.5 if what[0] == "again" else float(what[0])


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
        return _why_not_needless(row, records)
    return "still waits" if row.state == "waiting" else "was given up"


def _why_not_needless(row: Row, records: Records) -> str:
    """Why there was something left to say when it was taken back; "" when there was nothing."""
    silence = records.silences.get(_beginning(row.key))
    if silence is None:
        return "" if row.to in records.heard else "was taken back without a reason"
    at = max(records.cancelled.get(row.key, [float("inf")]))
    told_at = records.told.get((silence.key, row.to), float("inf"))
    if row.key.startswith(silence.all_clear_key):
        needless = told_at > at
    elif silence.is_over(at):
        needless = True
    elif row.kind in NEWS:
        # Who looked whether they had been told may have done so while the alert was just being handed over.
        needless = told_at > at - IN_FLIGHT or NEWS[row.kind](silence, at)
    else:
        needless = row.to == silence.owner and records.overtaken(row)
    return "" if needless else f"was taken back without a reason, {at - told_at:.2f} s after they were told"
