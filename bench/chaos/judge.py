"""Was anybody forgotten, was anybody told twice, or out of turn? Pure: from what was seen to a verdict."""

from __future__ import annotations

from bench.chaos import ladder, repeats, rows
from bench.chaos.evidence import Acceptance, Evidence, Expected, Silence, by
from bench.chaos.ladder import IN_FLIGHT
from bench.chaos.verdict import Verdict


def judge(seen: Evidence) -> Verdict:
    """Weigh every plan, every silence, every row and every letter."""
    verdict = Verdict(due=len(seen.expected))
    letters = by(seen.acceptances, lambda letter: letter.to)
    silences = by(seen.silences, lambda silence: silence.owner)
    for plan in seen.expected:
        _judge_plan(plan, letters[plan.to], verdict)
        if plan.ladder:
            _judge_ladder(plan, letters[plan.to], silences[plan.to], verdict, seen)
        else:
            _judge_owner(plan, letters[plan.to], verdict)
    ladder.judge_silences(seen, verdict)
    rows.judge_rows(seen, verdict)
    repeats.judge_repeats(seen, verdict)
    return verdict


def _judge_plan(plan: Expected, letters: list[Acceptance], verdict: Verdict) -> None:
    if letters:
        verdict.nudged += 1
    elif plan.checked_in_at is not None:
        verdict.explained += 1
    else:
        verdict.missing.append(f"{plan.to} was due and heard nothing")


def _judge_owner(plan: Expected, letters: list[Acceptance], verdict: Verdict) -> None:
    """Of a plan without supporters: one letter, and none after a check-in."""
    if len({letter.message_id for letter in letters}) > 1:
        verdict.doubled.append(f"{plan.to} got several letters that are not the same letter")
    heard_at = plan.checked_in_at
    if heard_at is not None and any(letter.began_at > heard_at + IN_FLIGHT for letter in letters):
        verdict.too_late.append(f"{plan.to} was asked after they had checked in")


def _judge_ladder(
    plan: Expected, letters: list[Acceptance], silences: list[Silence], verdict: Verdict, seen: Evidence
) -> None:
    """One silence and no more; and the first word in it was the owner's."""
    if len(silences) > 1:
        verdict.doubled.append(f"{plan.to} went quiet {len(silences)} times")
    if not silences and plan.checked_in_at is None:
        verdict.lost.append(f"{plan.to} was due, and no silence opened")
    asked = any(seen.key_of(letter).startswith("silence:") for letter in letters)
    if letters and not asked and plan.to not in seen.refused:
        verdict.missing.append(f"{plan.to} heard how it ended and was never asked")
