"""Was anybody forgotten, was anybody told twice? Pure: from what was seen to a verdict.

All times are seconds since 1970 by the real clock, the same for everybody who writes something down.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Thing = TypeVar("Thing")

# How long after a letter is accepted its record may still be on its way to the database.
RECORDED_WITHIN = 2.0
# Whoever began that many more letters on the same line has dealt with the outcome of this one.
STILL_OPEN = 1
# A database session that broke this long before a letter began may first be noticed when it is recorded.
NOTICED_WITHIN = 1.0
# What was found true is good for two seconds; a letter that begins on the wire this long after a check-in was
# committed was not in flight by then.
IN_FLIGHT = 4.0


@dataclass
class Acceptance:
    """A letter that the mail server took, and whether the sender could learn of it."""

    message_id: str
    to: str
    worker: str
    began_at: float  # MAIL FROM
    accepted_at: float  # the whole text was there
    answered_at: float = 0.0  # when the 250 was put on the wire; 0 if it never was
    cut: bool = False  # we cut the line before the next command
    followed: int = 0  # letters begun after it on the same line

    @property
    def record_by(self) -> float:
        """Until when its record may be on its way to the database."""
        return max(self.accepted_at, self.answered_at) + RECORDED_WITHIN


@dataclass(frozen=True)
class Row:
    """A message as the database has it at the end."""

    key: str
    message_id: str
    to: str
    state: str  # sent, cancelled, failed or waiting


@dataclass(frozen=True)
class Expected:
    """A plan whose grace has passed: its owner is to be asked, once, unless they checked in."""

    to: str
    checked_in_at: float | None = None  # when we knew that it was committed


@dataclass(frozen=True)
class Interval:
    began_at: float
    ended_at: float


@dataclass
class Evidence:
    expected: Sequence[Expected]
    rows: Sequence[Row]
    acceptances: Sequence[Acceptance]
    # Message keys and when each was recorded as sent, by a trigger in the same transaction.
    records: Sequence[tuple[str, float]] = ()
    kills: Sequence[tuple[str, float]] = ()
    outages: Sequence[Interval] = ()  # of the database


@dataclass
class Verdict:
    due: int = 0
    nudged: int = 0
    explained: int = 0
    missing: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    too_late: list[str] = field(default_factory=list)
    # Repeats with the same Message-ID, by what cut off the acknowledgement of the letter before.
    excuses: Counter[str] = field(default_factory=Counter)

    @property
    def good(self) -> bool:
        complete = self.nudged == self.due - self.explained
        return complete and not (self.missing or self.lost or self.doubled or self.too_late)


def judge(seen: Evidence) -> Verdict:
    """Weigh every plan, every row and every letter."""
    verdict = Verdict(due=len(seen.expected))
    letters = _by(seen.acceptances, lambda letter: letter.to)
    for plan in seen.expected:
        _judge_plan(plan, letters[plan.to], verdict)
    _judge_rows(seen, verdict)
    _judge_repeats(seen, verdict)
    return verdict


def _judge_plan(plan: Expected, letters: list[Acceptance], verdict: Verdict) -> None:
    if letters:
        verdict.nudged += 1
    elif plan.checked_in_at is not None:
        verdict.explained += 1
    else:
        verdict.missing.append(f"{plan.to} was due and heard nothing")
    if len({letter.message_id for letter in letters}) > 1:
        verdict.doubled.append(f"{plan.to} got several letters that are not the same letter")
    heard_at = plan.checked_in_at
    if heard_at is not None and any(letter.began_at > heard_at + IN_FLIGHT for letter in letters):
        verdict.too_late.append(f"{plan.to} was asked after they had checked in")


def _judge_rows(seen: Evidence, verdict: Verdict) -> None:
    accepted = {letter.message_id for letter in seen.acceptances}
    heard = {plan.to for plan in seen.expected if plan.checked_in_at is not None}
    for row in seen.rows:
        if why := _why_lost(row, accepted, heard):
            verdict.lost.append(f"{row.key} {why}")
    known = {row.message_id for row in seen.rows}
    strange = accepted - known
    verdict.lost += [f"{message_id} was accepted, and there is no row" for message_id in sorted(strange)]


def _why_lost(row: Row, accepted: set[str], heard: set[str]) -> str:
    if row.state == "sent":
        return "" if row.message_id in accepted else "is recorded as sent and never was"
    if row.state == "cancelled":
        return "" if row.to in heard else "was taken back without a reason"
    return "still waits" if row.state == "waiting" else "was given up"


def _judge_repeats(seen: Evidence, verdict: Verdict) -> None:
    keys = {row.message_id: row.key for row in seen.rows}
    records = _by(seen.records, lambda record: record[0])
    for message_id, letters in _by(seen.acceptances, lambda letter: letter.message_id).items():
        recorded = [at for _key, at in records[keys.get(message_id, "")]]
        in_order = sorted(letters, key=lambda letter: letter.began_at)
        for first, second in itertools.pairwise(in_order):
            if any(first.began_at <= at < second.began_at for at in recorded):
                verdict.doubled.append(f"{keys[message_id]} was recorded as sent, and was sent again")
            elif excuse := _excuse(first, seen):
                verdict.excuses[excuse] += 1
            else:
                verdict.doubled.append(f"{keys.get(message_id, '')} {_story(first, second, seen)}")


def _excuse(letter: Acceptance, seen: Evidence) -> str:
    """What kept the acknowledgement of this letter from reaching our database; "" when nothing did."""
    if letter.cut:
        return "line cut"
    kills = [at for name, at in seen.kills if name == letter.worker]
    if letter.followed <= STILL_OPEN and any(letter.began_at <= at <= letter.record_by for at in kills):
        return "worker killed"
    for outage in seen.outages:
        if outage.began_at <= letter.record_by and outage.ended_at >= letter.began_at - NOTICED_WITHIN:
            return "database restarted"
    return ""


def _story(first: Acceptance, second: Acceptance, seen: Evidence) -> str:
    """What happened around a repeat that nothing excuses, in seconds since the first letter began."""
    start = first.began_at
    kills = [round(at - start, 2) for name, at in seen.kills if name == first.worker]
    outages = [(round(out.began_at - start, 2), round(out.ended_at - start, 2)) for out in seen.outages]
    return (
        f"was sent by {first.worker} (taken at {first.accepted_at - start:.2f}, followed by {first.followed},"
        f" killed at {kills}, database away at {outages}), and by {second.worker}"
        f" at {second.began_at - start:.2f}"
    )


def _by(things: Iterable[Thing], key: Callable[[Thing], str]) -> defaultdict[str, list[Thing]]:
    found: defaultdict[str, list[Thing]] = defaultdict(list)
    for thing in things:
        found[key(thing)].append(thing)
    return found
