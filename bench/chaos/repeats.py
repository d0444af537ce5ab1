"""A letter twice: excused only when its acknowledgement was cut off between the 250 and our commit."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from bench.chaos.evidence import AT_MOST, RECORDED_WITHIN, Acceptance, Evidence, Kill, by
from bench.chaos.verdict import Verdict

# Seconds around a letter within which what else happened is told.
NEAR = 30


@dataclass(frozen=True)
class Excuses:
    """What may have kept an acknowledgement from being recorded, and how soon after the 250 it had to come."""

    seen: Evidence
    within: float

    def of(self, letter: Acceptance) -> str:
        """What it was; "" when nothing did."""
        if letter.cut:
            return "line cut"
        # Whoever begins another letter on the same line has told the database what became of this one, and waits for
        # its answer before a third: so only the database itself can forget then.
        if letter.followed == 0 and self._kill_of(letter):
            return "worker killed"
        if letter.followed <= 1 and self._database_was_away(letter):
            return "database restarted"
        return ""

    def reach(self, letter: Acceptance) -> float:
        """How long after its 250 the kill came."""
        kill = None if letter.cut or letter.followed else self._kill_of(letter)
        return kill.began_at - letter.settled_at if kill else 0.0

    def _kill_of(self, letter: Acceptance) -> Kill | None:
        return next((kill for kill in self.seen.kills if kill.hit(letter, self.within)), None)

    def _database_was_away(self, letter: Acceptance) -> bool:
        # A session that broke just before a letter began is first noticed when that is to be recorded.
        latest, earliest = letter.settled_at + self.within, letter.began_at - self.within
        return any(out.began_at <= latest and out.ended_at >= earliest for out in self.seen.outages)


def judge_repeats(seen: Evidence, verdict: Verdict) -> None:
    records = seen.noted("sent")
    verdict.recorded_within = round(seen.slowest_record, 3)
    excuses = Excuses(seen, min(AT_MOST, max(RECORDED_WITHIN, 2 * seen.slowest_record)))
    for message_id, letters in by(seen.acceptances, lambda letter: letter.message_id).items():
        row = seen.by_id.get(message_id)
        recorded = records.get(row.key, []) if row else []
        in_order = sorted(letters, key=lambda letter: letter.began_at)
        for first, second in itertools.pairwise(in_order):
            _judge_repeat(first, second, recorded, excuses, verdict)


def _judge_repeat(
    first: Acceptance, second: Acceptance, recorded: list[float], excuses: Excuses, verdict: Verdict
) -> None:
    key = excuses.seen.key_of(first)
    if any(first.began_at <= at < second.began_at for at in recorded):
        verdict.doubled.append(f"{key} was recorded as sent, and was sent again")
    elif excuse := excuses.of(first):
        verdict.excuses[excuse] += 1
        verdict.reach = max(verdict.reach, round(excuses.reach(first), 3))
    else:
        verdict.doubled.append(f"{key} {_story(first, second, excuses.seen)}")


def _story(first: Acceptance, second: Acceptance, seen: Evidence) -> str:
    """What happened around a repeat that nothing excuses, in seconds since the first letter began."""
    start = first.began_at
    kills = [
        (round(kill.began_at - start, 2), round(kill.ended_at - start, 2))
        for kill in seen.kills
        if kill.worker == first.worker
    ]
    notes = [(note.what, round(note.at - start, 2)) for note in seen.notes if note.key == seen.key_of(first)]
    outages = [(round(out.began_at - start, 2), round(out.ended_at - start, 2)) for out in seen.outages]
    return (
        f"was sent by {first.worker} (taken at {first.accepted_at - start:.2f}, answered at"
        f" {first.answered_at - start:.2f},"
        f" followed by {first.followed},"
        f" killed at {kills}, database away at {outages}), and by {second.worker}"
        f" at {second.began_at - start:.2f}; lines broke at"
        f" {[round(at - start, 2) for at in seen.breaks if abs(at - start) < NEAR]}; its row: {notes}"
    )
