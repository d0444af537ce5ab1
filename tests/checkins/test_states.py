"""Whatever people do, in whatever order, whatever breaks: one end, nobody told without their word, nobody forgotten.

Hypothesis makes the stories up; `world.py` lets them happen on a real database and a real mail server, and `laws.py`
looks after every step. The same few each time; STORIES=400 in the environment tells so many new ones instead.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from checkins import services, stepping
from checkins.models import Silence
from outbox import delivery, gate
from tests.checkins import laws, world
from tests.checkins.world import AWAKE, DAY, HOUR, MINUTE, SLEEPS, World, refusals_are_fine
from tests.outbox.conftest import smtp

__all__ = ["smtp", "stage"]

logger = logging.getLogger(__name__)
# Without a wish of how many: the same few each time.
WISHED = int(os.environ.get("STORIES", "0"))
FEW, STEPS = 12, 20
someone = st.integers(0, 2)
waits = st.sampled_from([20 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR])
graces = st.sampled_from([30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR])
short = st.sampled_from([MINUTE, 10 * MINUTE, 35 * MINUTE, 2 * HOUR, 7 * HOUR])
long = st.sampled_from([DAY, 2 * DAY])
# Ladders: an empty group is the owner.
shapes = st.sampled_from(
    [
        [[], [0], [1]],
        [[], [0, 1], [2]],
        [[0], [1], [2]],
        [[], [], [2], [1, 0]],
        [[2], [], [0]],
        [[], []],
    ]
)


# What the stories have to come to.
DEEP = {
    "a real silence",
    "checkins/alert",
    "checkins/all_clear",
    "checkins/on_it",
    "a claim lapsed",
    "no_answer",
    "okay",
    "a word taken back in a silence",
}


class Stories(RuleBasedStateMachine):
    stage: Stage
    came_to_pass: Counter[str]

    @classmethod
    def on(cls, stage: Stage) -> type[Stories]:
        return type("Stories", (cls,), {"stage": stage, "came_to_pass": Counter()})

    def __init__(self) -> None:
        super().__init__()
        self.came_to_pass["begun"] += 1
        self.judge = laws.Judge()
        self.world = World(self.stage.cast, self.stage.server, self.stage.port, self.judge)

    def teardown(self) -> None:
        """Only a story told to its end has one. One that was broken off (a law, or Hypothesis had seen enough) is
        dropped: what its end might still bring up would be blamed on a story that was never told.
        """
        try:
            if sys.exc_info()[0] is None:
                self.settle()
        finally:
            self.world.close()

    def settle(self) -> None:
        """The mail goes again, all are awake, the owner is heard from: then everybody knows how it ended."""
        self.world.mail_goes()
        for who in (self.world.cast.owner, *self.world.members):
            self.world.accept(who)
        self.world.live(HOUR)
        self.world.check_in()
        for plan in self.world.plans():
            with refusals_are_fine():
                services.end_rehearsal(plan=plan, now=self.world.now)
        self.world.live(HOUR)
        self.judge.everybody_told_has_heard_the_end()
        self.judge.the_watchdog_is_content(self.world)
        self.came_to_pass.update(self.world.deeds() | {"told to its end"})

    @invariant()
    def every_law_holds(self) -> None:
        self.came_to_pass["steps"] += 1
        self.judge.look(self.world)

    # How it begins --------------------------------------------------------------------------------------

    @initialize(
        shape=shapes,
        wait=waits,
        grace=graces,
        unasked=st.sets(someone, max_size=1),
        asleep=st.sets(st.integers(0, 3)),
        told=st.sampled_from([False, True, True, True]),
    )
    def a_plan(
        self,
        shape: list[list[int]],
        wait: dt.timedelta,
        grace: dt.timedelta,
        unasked: set[int],
        asleep: set[int],
        told: bool,
    ) -> None:
        people = [*self.world.members, self.world.cast.owner]
        for number, who in enumerate(people):
            self.world.sleep(who, SLEEPS if number in asleep else AWAKE)
        self.world.make_safety_plan(self.world.rungs(shape, [wait]), grace)
        for number in {0, 1, 2} - unasked:
            self.world.agree(number, may_wake=False)
        if told:
            self.world.live_until_told()

    # Time ------------------------------------------------------------------------------------------------

    @rule(span=st.one_of(short, long))
    def time_passes(self, span: dt.timedelta) -> None:
        self.world.live(span)
        self.world.sweep()  # also where nothing is due
        if not self.world.mail_is_away:
            self.judge.the_watchdog_is_content(self.world, but=("failing_message",))

    @rule(steps=st.integers(1, 6))
    def until_a_later_step(self, steps: int) -> None:
        """To the next things of a silence or plan: else most stories end before anybody is told."""
        for _step in range(steps):
            at = self.world.next_step()
            if at is not None and at > self.world.now:
                self.world.live(at - self.world.now)

    @rule()
    def until_somebody_else_is_told(self) -> None:
        self.world.be_in_good_order()
        self.world.live_until_told()

    @rule(span=st.one_of(short, long))
    def we_are_down(self, span: dt.timedelta) -> None:
        self.world.jump(span)

    # The owner ---------------------------------------------------------------------------------------------

    @rule(company=st.booleans())
    def checks_in(self, company: bool) -> None:
        self.world.check_in(answer="company" if company else "okay")

    @rule(what=st.sampled_from(["rest", "pause", "go on"]), span=st.one_of(short, long))
    def rests_or_pauses(self, what: str, span: dt.timedelta) -> None:
        safety, now = self.world.safety(), self.world.now
        if what == "rest":
            services.rest(owner=self.world.owner, until=now + span, now=now)
        elif what == "pause" and safety is not None:
            with refusals_are_fine():
                services.pause(plan=safety, until=now + span, by=safety.owner, now=now)
        elif what == "go on":
            for plan in self.world.plans():
                services.resume(plan=plan, now=now)

    @rule(what=st.sampled_from(["begin", "undo", "end"]), until=long, tells=st.sets(someone))
    def flares(self, what: str, until: dt.timedelta, tells: set[int]) -> None:
        owner, now = self.world.owner, self.world.now
        if what == "begin":
            self.world.wish(
                flare_tells=[self.world.memberships[number] for number in tells], flare_words="Hi"
            )
            services.begin_flare(owner=owner, until=now + until, now=now)
        elif what == "undo":
            with refusals_are_fine():
                services.undo_flare(owner=owner, now=now)
        else:
            services.end_flare(owner=owner, now=now)

    @rule(shape=shapes, wait=waits, grace=graces)
    def changes_the_ladder(self, shape: list[list[int]], wait: dt.timedelta, grace: dt.timedelta) -> None:
        self.world.make_safety_plan(self.world.rungs(shape, [wait, HOUR]), grace)

    @rule(what=st.sampled_from(["end", "keep in touch", "Europe/London", "Asia/Kolkata", "America/St_Johns"]))
    def ends_the_plan_or_makes_another_or_moves(self, what: str) -> None:
        safety = self.world.safety()
        if what == "end" and safety is not None:
            services.end_plan(plan=safety, by=safety.owner, now=self.world.now)
        elif what == "keep in touch" and len(self.world.plans()) < 2:
            self.world.make_gentle_plan()
        elif "/" in what:
            self.world.move_to(what)

    @rule(begin=st.booleans())
    def rehearses(self, begin: bool) -> None:
        self.world.jump(dt.timedelta(seconds=1))
        safety, now = self.world.safety(), self.world.now
        if safety is not None:
            act = services.rehearse if begin else services.end_rehearsal
            with refusals_are_fine():
                act(plan=safety, now=now)

    # The supporters -------------------------------------------------------------------------------------------

    @rule(number=someone, may_wake=st.booleans())
    def agrees(self, number: int, may_wake: bool) -> None:
        self.world.agree(number, may_wake=may_wake)

    @rule(number=someone, meanwhile=st.booleans())
    def takes_back_their_word(self, number: int, meanwhile: bool) -> None:
        if meanwhile:
            self.world.somebody_is_told()
        self.world.decline(number)

    @rule(which=someone, later=short)
    def is_on_it(self, which: int, later: dt.timedelta) -> None:
        """One of those who were told; then time passes, or not."""
        self.world.somebody_is_told()
        self.world.claim(which)
        if later <= 35 * MINUTE:
            self.world.live(later)

    @rule(which=someone, outcome=st.sampled_from(["no_answer", "cannot", "okay"]))
    def reports(self, which: int, outcome: str) -> None:
        self.world.somebody_is_told()
        self.world.report(which, outcome)

    @rule(which=someone, outcome=st.sampled_from(["no_answer", "cannot", "okay", ""]), after=short)
    def is_on_it_and_tells_how_it_went_or_forgets_to(
        self, which: int, outcome: str, after: dt.timedelta
    ) -> None:
        self.world.somebody_is_told()
        self.world.claim(which)
        self.world.live(after)
        if outcome:
            self.world.report(which, outcome)

    @rule(number=someone, what=st.sampled_from(["rest", "return", "leave", "thrown out", "rejoin", "delete"]))
    def comes_and_goes(self, number: int, what: str) -> None:
        if what in ("rest", "return"):
            self.world.take_a_break(number, on=what == "rest")
        elif what in ("leave", "thrown out"):
            self.world.leave(number, thrown_out=what == "thrown out")
        elif what == "rejoin":
            self.world.rejoin(number)
        else:
            self.world.delete_account(number)

    # The mail ---------------------------------------------------------------------------------------------------

    @rule(away=st.booleans())
    def our_mail_server(self, away: bool) -> None:
        if away:
            self.world.mail_is_gone()
        else:
            self.world.mail_goes()

    @rule(
        number=st.integers(0, 3), reply=st.sampled_from(["", "450 4.2.2 full", "550 5.1.1 no such mailbox"])
    )
    def their_mailbox(self, number: int, reply: str) -> None:
        who = [*self.world.members, self.world.cast.owner][number]
        if reply:
            self.world.refuse(who, reply)
        else:
            self.world.accept(who)

    # What was foretold --------------------------------------------------------------------------------------------

    @rule()
    def what_is_foretold_is_what_happens(self) -> None:
        if self.world.mail_is_away or self.world.server.refuse:
            return
        self.world.live(dt.timedelta(0))
        claimed = self.world.standing_claims()
        for silence in self.world.silences():
            coming = laws.foretold(silence)
            if coming is None or silence.pk in claimed:
                continue
            began = self.world.now
            with self.world.dreamt():
                self.world.live(3 * DAY)
                came = laws.happened(Silence.objects.get(pk=silence.pk), began)
            self.compare(silence, coming, came)

    def compare(
        self, silence: Silence, coming: dict[laws.Telling, dt.datetime], came: dict[laws.Telling, dt.datetime]
    ) -> None:
        """Gentle nudges may wait for another day: there is one a day, over all plans."""
        if silence.plan.programme != "safety":
            assert not any(whom for _position, whom, _passed in came)
            return
        soon = {telling: at for telling, at in coming.items() if at <= self.world.now + 2 * DAY}
        assert soon.keys() <= came.keys() <= coming.keys()
        for telling in soon:
            assert abs(soon[telling] - came[telling]) <= stepping.LATE, telling


@pytest.fixture
def stage(
    smtp: Any, settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> Stage:
    """A cast and a mail server, and nothing left to chance: a story told again is the same story."""
    caplog.set_level(logging.WARNING, "mail.log")
    settings.EMAIL_CONNECTIONS = 1
    monkeypatch.setattr(delivery, "back_off", lambda attempts: min(attempts, 15) * MINUTE)
    # A slow machine looks at a letter no more often than a quick one.
    monkeypatch.setattr(delivery, "BATCH_SECONDS", 3600)
    monkeypatch.setattr(gate, "FRESH", 3600.0)
    return Stage(world.make_cast(), smtp, settings.EMAIL_PORT)


@dataclass
class Stage:
    cast: world.Cast
    server: Any
    port: int

    def tell(self, how: settings) -> Counter[str]:
        """Stories made up as `how` says; what came to pass, in how many of them."""
        stories = Stories.on(self)
        run_state_machine_as_test(stories, settings=how)
        return stories.came_to_pass


@pytest.mark.django_db
def test_whatever_happens_every_law_holds(stage: Stage) -> None:
    came_to_pass = stage.tell(dosed())
    logger.info("What came to pass, in how many stories: %s", came_to_pass.most_common())
    missing = DEEP - came_to_pass.keys()
    assert WISHED or not missing, f"stories without these prove little: {missing}"


def dosed(**other: Any) -> settings:
    return settings(
        max_examples=WISHED or FEW,
        stateful_step_count=STEPS,
        derandomize=not WISHED,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        **other,
    )
