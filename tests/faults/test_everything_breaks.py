"""Plans fall due while everything breaks, in a small dose; `python -m bench.faults` is the large one."""

from __future__ import annotations

from bench.chaos import play
from bench.chaos.sink import Mood
from bench.chaos.stage import Stage
from outbox.letters import message_id

DOSE = play.Dose(plans=400, rounds=1, sweep_seconds=0.5)


def test_nobody_is_forgotten_nobody_is_told_twice_or_out_of_turn_while_everything_breaks() -> None:
    with Stage(
        workers=DOSE.workers, sweep_seconds=DOSE.sweep_seconds, families=DOSE.families, seed=DOSE.seed
    ) as stage:
        play.play(stage, DOSE)
        verdict = play.verdict_on(stage, message_id)
        assert verdict.good, "\n".join([*verdict.crimes, stage.last_words()])
        assert verdict.due == DOSE.plans
        assert 0 < verdict.explained < DOSE.plans / 2
        # And what matters most was played too:
        assert DOSE.families >= 60
        assert verdict.alerted >= DOSE.families / 2
        assert verdict.all_clears >= DOSE.families / 4
        assert verdict.claims >= DOSE.families / 4
        # And it was no quiet day:
        assert set(stage.sink.faults) == set(Mood) - {Mood.WELL}
        assert len(stage.kills) >= 3
        assert stage.beat_kills == 2
        assert (stage.redis_wipes, len(stage.outages)) == (1, 1)
        assert stage.clock.jumps >= 1
        assert stage.gave_up == []  # whoever was not killed went on
