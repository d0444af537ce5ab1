"""Of each silence with supporters: was everybody told who had to be, once, in turn, and that it is over?"""

from __future__ import annotations

from dataclasses import dataclass

from bench.chaos.evidence import Acceptance, Evidence, Expected, Silence, by
from bench.chaos.verdict import Verdict

# What was found true is good for two seconds; a letter that begins on the wire this long after a check-in was
# committed was not in flight by then.
IN_FLIGHT = 4.0
# A line that broke is noticed by whoever handed a letter over so long before or after.
BROKE_WITHIN = 10.0
ALERT = "checkins/alert"


@dataclass(frozen=True)
class Tale:
    """One silence of somebody with a ladder, and its letters in the order in which they were sent."""

    silence: Silence
    plan: Expected
    letters: list[Acceptance]
    all_clears: list[Acceptance]
    seen: Evidence

    def alerts(self, to: str) -> list[Acceptance]:
        return [one for one in self.letters if one.to == to and self.seen.by_id[one.message_id].kind == ALERT]

    def clears(self, to: str) -> list[Acceptance]:
        return [one for one in self.all_clears if one.to == to]

    @property
    def alerted(self) -> set[str]:
        return {one.to for one in self.letters if self.seen.by_id[one.message_id].kind == ALERT}

    @property
    def ended_early(self) -> bool:
        """While the ladder was still going on, perhaps."""
        return self.silence.is_over(self.seen.morning)


def judge_silences(seen: Evidence, verdict: Verdict) -> None:
    plans = {plan.to: plan for plan in seen.expected if plan.ladder}
    known = [letter for letter in seen.acceptances if letter.message_id in seen.by_id]
    letters = by(sorted(known, key=lambda letter: letter.began_at), lambda one: _episode(seen.key_of(one)))
    for silence in seen.silences:
        if silence.owner in plans:
            own, ends = letters[silence.key], letters[silence.all_clear_key]
            _judge(Tale(silence, plans[silence.owner], own, ends, seen), verdict)


def _episode(key: str) -> str:
    """The part of a message's key that names the silence: "silence:7:" of "silence:7:0"."""
    return ":".join(key.split(":")[:2]) + ":"


def _judge(tale: Tale, verdict: Verdict) -> None:
    verdict.claims += len(tale.silence.claims)
    verdict.alerted += len(tale.alerted)
    verdict.all_clears += len({letter.to for letter in tale.all_clears})
    for crime in (_judge_end, _judge_strangers, _judge_order):
        crime(tale, verdict)
    for to in tale.plan.ladder:
        _judge_telling(tale, to, verdict)
        _judge_all_clear(tale, to, verdict)


def _judge_end(tale: Tale, verdict: Verdict) -> None:
    """One end, and nothing of this silence after it."""
    ends = len(tale.silence.closings)
    if ends == 0:
        verdict.lost.append(f"{tale.silence.key} never ended")
    elif ends > 1:
        verdict.doubled.append(f"{tale.silence.key} ended {ends} times")
    for letter in tale.letters:
        if tale.silence.is_over(letter.began_at - IN_FLIGHT):
            verdict.too_late.append(f"{tale.seen.key_of(letter)} went to {letter.to} after the end")


def _judge_strangers(tale: Tale, verdict: Verdict) -> None:
    for to in {letter.to for letter in [*tale.letters, *tale.all_clears]}:
        if to not in {tale.plan.to, *tale.plan.ladder}:
            verdict.out_of_turn.append(f"{tale.silence.key} was told to {to}, who is not on the ladder")


def _judge_order(tale: Tale, verdict: Verdict) -> None:
    """The owner hears first, unless their own mailbox said no."""
    asked = [letter.began_at for letter in tale.letters if letter.to == tale.plan.to]
    told = [letter.began_at for to in tale.alerted for letter in tale.alerts(to)]
    if told and min(told) < min(asked, default=float("inf")) and tale.plan.to not in tale.seen.refused:
        verdict.out_of_turn.append(f"{tale.silence.key} was told before {tale.plan.to} was asked")


def _judge_telling(tale: Tale, to: str, verdict: Verdict) -> None:
    alerts = tale.alerts(to)
    if not alerts and not tale.ended_early:
        verdict.lost.append(f"{to} had to be told of {tale.silence.key} and never was")
    if len({letter.message_id for letter in alerts}) > 1:
        verdict.doubled.append(f"{to} was told of {tale.silence.key} by letters that are not the same")
    for letter in alerts:
        for claim in tale.silence.claims:
            if claim.by != to and claim.stands(letter.began_at) and claim.stands(letter.began_at - IN_FLIGHT):
                verdict.out_of_turn.append(f"{to} was told of {tale.silence.key} while {claim.by} was on it")


def _judge_all_clear(tale: Tale, to: str, verdict: Verdict) -> None:
    """One to everybody told who did not end it themselves; none to others; and it is the last word."""
    alerts, clears = tale.alerts(to), tale.clears(to)
    if len({letter.message_id for letter in clears}) > 1:
        verdict.doubled.append(f"{to} got several all-clears of {tale.silence.key}")
    if alerts and not clears and to != tale.silence.closed_by and tale.silence.closings:
        verdict.lost.append(f"{to} was told of {tale.silence.key} and never heard that it was over")
    if clears and not alerts:
        _judge_needless(tale, to, verdict)
    for letter in clears:
        early = not tale.silence.is_over(letter.began_at)
        if early or to == tale.silence.closed_by or any(one.began_at > letter.began_at for one in alerts):
            verdict.out_of_turn.append(f"the all-clear of {tale.silence.key} was not the last word to {to}")


def _judge_needless(tale: Tale, to: str, verdict: Verdict) -> None:
    """An all-clear to somebody whose alert we never saw: it may have been lost on a line that broke."""
    keys = {row.key for row in tale.seen.rows if row.kind == ALERT and row.to == to}
    handed = [note.at for note in tale.seen.notes if note.what == "handed" and note.key in keys]
    broke = [*tale.seen.breaks, *(kill.began_at for kill in tale.seen.kills)]
    if any(abs(at - other) < BROKE_WITHIN for at in handed for other in broke):
        verdict.unsure += 1
    else:
        verdict.out_of_turn.append(f"{to} got an all-clear of {tale.silence.key} and had not been told")
