"""The play: plans fall due while one thing after the other breaks; then the judge looks at what became of them."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.chaos.clock import HOUR
from bench.chaos.evidence import Evidence, Expected, Row
from bench.chaos.fates import FATES
from bench.chaos.judge import judge
from bench.chaos.people import State
from bench.chaos.sink import Mood
from bench.chaos.stage import Stage
from bench.chaos.verdict import Verdict
from supportnet.leftovers import ticks

Act = Callable[[Stage], None]
# How long a fault may take to be felt before the play goes on without it, in seconds.
FELT_WITHIN = 20.0
# How far time goes on at the end at once, and altogether: then it would be tomorrow, with new check-ins.
LATER, LATEST = 2 * HOUR, 20 * HOUR
# So many seconds without a letter, and nobody who lives holds one.
CALM = 1.0
# One in so many checks in while all this happens.
ONE_IN = 6
# One in so many has supporters.
FAMILY_IN = 5


@dataclass(frozen=True)
class Dose:
    plans: int
    rounds: int  # how often every fault comes
    workers: int = 2
    sweep_seconds: float = 1.0
    kill_every: float = 0.0  # seconds; 0: only where the play says so
    settle_within: float = 120.0  # seconds of quiet work at the end
    seed: int = 0

    @property
    def families(self) -> int:
        """How many of them have supporters."""
        return self.plans // FAMILY_IN


# What breaks ----------------------------------------------------------------------------------------


def smtp(mood: Mood, times: int) -> Act:
    def act(stage: Stage) -> None:
        before = stage.sink.faults[mood]
        stage.sink.misbehave(mood, times)
        stage.sink.has_misbehaved(mood, before + times, FELT_WITHIN)

    return act


def no_mail_server(stage: Stage) -> None:
    before = stage.people.troubled()
    stage.sink.shut()
    for _tick in ticks(time.monotonic() + FELT_WITHIN):
        if stage.people.troubled() > before:
            break
    stage.sink.open()


def a_worker_dies_with_a_letter(stage: Stage) -> None:
    stage.kill_at_next_letter(FELT_WITHIN)


def the_clock_jumps(stage: Stage) -> None:
    """While a mail server takes its time over a letter, which nobody else may send meanwhile."""
    smtp(Mood.HOLD, 1)(stage)
    held = stage.sink.held[-1:]
    stage.spared = held[0].worker if held else ""
    stage.clock.jump()
    if held:
        stage.sink.takes_again(held[0], 3 * stage.sweep_seconds)
    stage.sink.release()
    stage.spared = ""


ACTS: list[Act] = [
    a_worker_dies_with_a_letter,
    smtp(Mood.CUT_BEFORE_250, 3),
    Stage.restart_postgres,
    Stage.kill_beats,
    smtp(Mood.STALL, 1),
    smtp(Mood.REFUSE, 3),
    Stage.wipe_redis,
    Stage.kill_a_child,
    smtp(Mood.CUT_AFTER_250, 3),
    the_clock_jumps,
    smtp(Mood.REFUSE_TEXT, 3),
    no_mail_server,
    smtp(Mood.HANG_UP, 2),
    Stage.kill_worker,
]


# While everybody who was missed checks in at last, and the all-clears go out.
MORNING: list[Act] = [a_worker_dies_with_a_letter, smtp(Mood.CUT_BEFORE_250, 2), smtp(Mood.REFUSE, 2)]


# Who falls due --------------------------------------------------------------------------------------


def arrive(stage: Stage, size: int) -> None:
    """Plans due just now, in the next seconds, and in the next hour (which the clock may jump over)."""
    now = stage.clock.now()
    spans = [(-30, 0), (-30, 0), (-30, 0), (0, 5), (60, 3600)]
    moments = [stage.dice.uniform(*stage.dice.choice(spans)) for _plan in range(size)]
    deadlines = [now + dt.timedelta(seconds=moment) for moment in moments]
    families = stage.people.fall_due(deadlines[:: FAMILY_IN // 2])  # early, for they have a long way to go
    arrived = stage.people.arrive(deadlines[len(families) :])
    stage.crowd.check_in(stage.dice.sample(arrived, len(arrived) // ONE_IN), within=4)
    early = [person for person in families if FATES[person.number % len(FATES)] == "checks_in"]
    stage.crowd.check_in(early, within=8)


def _scene(stage: Stage, act: Act, size: int) -> None:
    """The fault comes while letters flow, and more fall due while it lasts."""
    taken = len(stage.sink.acceptances)
    arrive(stage, size // 2)
    stage.sink.has_taken(taken + 1, FELT_WITHIN)
    arrive(stage, size - size // 2)
    act(stage)
    stage.replenish()


# The whole ------------------------------------------------------------------------------------------


def play(stage: Stage, dose: Dose) -> None:
    """Every fault in every round, the clock's jump once a round, and quiet at the end."""
    stop = threading.Event()
    killer = threading.Thread(target=_keep_killing, args=[stage, dose.kill_every, stop])
    if dose.kill_every:
        killer.start()
    try:
        scenes = [act for _round in range(dose.rounds) for act in _in_some_order(stage, dose)]
        for place, act in enumerate(scenes):
            _scene(stage, act, dose.plans * (place + 1) // len(scenes) - dose.plans * place // len(scenes))
    finally:
        stop.set()
        if dose.kill_every:
            killer.join()
    settle(stage, dose.settle_within)


def _in_some_order(stage: Stage, dose: Dose) -> list[Act]:
    return ACTS if dose.rounds == 1 else stage.dice.sample(ACTS, len(ACTS))


def _keep_killing(stage: Stage, every: float, stop: threading.Event) -> None:
    worker, child, beat = Stage.kill_worker, Stage.kill_a_child, Stage.kill_a_beat
    ways: list[Act] = [worker, worker, a_worker_dies_with_a_letter, child, beat]
    while not stop.wait(every):
        stage.dice.choice(ways)(stage)


def settle(stage: Stage, within: float) -> None:
    """Time goes on until every ladder has come to its end; then a morning on which everybody checks in.

    Raises TimeoutError when there is no quiet.
    """
    _come_to_rest(stage, within)
    stage.crowd.note_check_ins()
    stage.morning = time.time()
    stage.crowd.check_in(stage.people.in_an_open_silence(), within=3)
    for act in MORNING:
        act(stage)
    _come_to_rest(stage, within)
    stage.crowd.go_home()


def _come_to_rest(stage: Stage, within: float) -> None:
    """Nothing breaks any more. Leases of the dead and plans of the next hour come due as the clock goes on."""
    stage.sink.behave()
    stage.replenish()
    last = max(person.deadline for person in stage.people.everybody)
    for _tick in ticks(time.monotonic() + within):
        now = stage.clock.now()
        state = stage.people.state(now)
        if state.quiet and now.timestamp() > last and stage.crowd.is_idle:
            return
        nothing_to_do = not (state.overdue or state.due)
        if nothing_to_do and stage.clock.ahead < LATEST and _nothing_happens(stage, state):
            stage.clock.jump(LATER)
            stage.people.let_leases_end()
    raise TimeoutError(
        f"no quiet in {within} s: {stage.people.state(stage.clock.now())}\n{stage.last_words()}"
    )


def _nothing_happens(stage: Stage, state: State) -> bool:
    """Wait a while; whether all stays as it is. A silence may look again and again for a letter in dead hands."""
    calm = stage.crowd.is_idle and stage.sink.is_idle_for(CALM)
    return calm and stage.crowd.is_idle and stage.people.state(stage.clock.now()) == state


# What was seen --------------------------------------------------------------------------------------


def evidence(stage: Stage, message_id: Callable[[str], str]) -> Evidence:
    """What was seen, for the judge. `message_id` makes a Message-ID of a key, as the outbox does."""
    now, people, notes = stage.clock.now().timestamp(), stage.people, stage.people.notes()
    due = [person for person in people.everybody if person.deadline <= now]
    return Evidence(
        expected=[Expected(person.email, person.checked_in_at, person.ladder) for person in due],
        rows=[Row(key, message_id(key), to, state, kind) for key, to, state, kind in people.rows()],
        acceptances=list(stage.sink.acceptances),
        notes=notes,
        kills=list(stage.kills),
        outages=list(stage.outages),
        silences=people.silences(notes),
        morning=stage.morning,
        refused=frozenset(stage.sink.refused),
        breaks=list(stage.sink.breaks),
    )


def figures(stage: Stage, verdict: Verdict) -> dict[str, object]:
    """What a run is reported by."""
    return {
        "due": verdict.due,
        "nudged": verdict.nudged,
        "explained": verdict.explained,
        "alerted": verdict.alerted,
        "claims": verdict.claims,
        "all_clears": verdict.all_clears,
        "lost": len(verdict.lost) + len(verdict.missing),
        "doubled": len(verdict.doubled),
        "after_the_end": len(verdict.too_late),
        "out_of_turn": len(verdict.out_of_turn),
        "same_id_repeats": verdict.excuses.total(),
        "excuses": dict(verdict.excuses),
        "excused_within": verdict.reach,
        "recorded_within": verdict.recorded_within,
        "unsure": verdict.unsure,
        "kills": len(stage.kills),
        "beat_kills": stage.beat_kills,
        "redis_wipes": stage.redis_wipes,
        "postgres_restarts": len(stage.outages),
        "clock_jumps": stage.clock.jumps,
        "smtp_faults": {mood.name.lower(): times for mood, times in stage.sink.faults.items()},
        "ended_by_themselves": len(stage.gave_up),
    }


def verdict_on(stage: Stage, message_id: Callable[[str], str]) -> Verdict:
    return judge(evidence(stage, message_id))
