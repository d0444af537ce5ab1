"""Plans fall due while everything breaks, in a small dose; `python -m bench.faults` is the large one."""

from __future__ import annotations

from bench import chaos_play
from bench.chaos import Stage
from bench.chaos_sink import Mood
from outbox.letters import message_id

DOSE = chaos_play.Dose(plans=400, rounds=1)


def test_nobody_is_forgotten_and_nobody_is_told_twice_while_everything_breaks() -> None:
    with Stage(workers=DOSE.workers, sweep_seconds=DOSE.sweep_seconds) as stage:
        chaos_play.play(stage, DOSE)
        verdict = chaos_play.verdict_on(stage, message_id)
        assert verdict.good, f"{verdict}\n{stage.last_words()}"
        assert verdict.due == DOSE.plans
        assert 0 < verdict.explained < DOSE.plans / 2
        # And it was no quiet day:
        assert set(stage.sink.faults) == set(Mood) - {Mood.WELL}
        assert len(stage.kills) >= 3
        assert (stage.redis_wipes, len(stage.outages)) == (1, 1)
        assert stage.clock.jumps >= 1
        assert stage.gave_up == []  # whoever was not killed went on
