"""Whatever people do, in whatever order, whatever breaks: one end, nobody told without their word, nobody forgotten.

Hypothesis makes the stories up; `world.py` lets them happen on a real database and a real mail server, and `laws.py`
looks after every step. DOSE=50 in the environment tells fifty times as many.

Not among what `script/test` collects yet: it takes minutes where it should take seconds, and now and then Hypothesis
says that a story went differently when told again. Until that is mended: `script/test tests/checkins/stories.py`.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
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
from outbox import delivery
from tests.checkins import laws, world
from tests.checkins.world import AWAKE, DAY, HOUR, MINUTE, SLEEPS, World, refusals_are_fine
from tests.outbox.conftest import smtp

__all__ = ["smtp"]

logger = logging.getLogger(__name__)
DOSE = int(os.environ.get("DOSE", "1"))
someone = st.integers(0, 2)
waits = st.sampled_from([20 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR])
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


class Stories(RuleBasedStateMachine):
    # Given by the test below.
    cast: world.Cast
    server: Any
    port: int
    came_to_pass: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.judge = laws.Judge()
        self.world = World(self.cast, self.server, self.port, self.judge)

    def teardown(self) -> None:
        try:
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
        self.judge.look(self.world)
        self.judge.everybody_told_has_heard_the_end()
        self.judge.the_watchdog_is_content(self.world)
        self.came_to_pass.update(self.world.deeds())

    @invariant()
    def every_law_holds(self) -> None:
        self.judge.look(self.world)

    # How it begins --------------------------------------------------------------------------------------

    @initialize(
        shape=shapes,
        wait=waits,
        grace=waits,
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
    def until_somebody_is_told(self) -> None:
        self.world.live_until_told()

    @rule(span=st.one_of(short, long))
    def we_are_down(self, span: dt.timedelta) -> None:
        self.world.jump(span)

    # The owner ---------------------------------------------------------------------------------------------

    @rule(company=st.booleans())
    def checks_in(self, company: bool) -> None:
        self.world.check_in(answer="company" if company else "okay")

    @rule(span=short, until=long)
    def rests_or_pauses(self, span: dt.timedelta, until: dt.timedelta) -> None:
        now, safety = self.world.now, self.world.safety()
        if safety is None:
            return
        if span > HOUR:
            with refusals_are_fine():
                services.pause(plan=safety, until=now + until, by=safety.owner, now=now)
        else:
            services.rest(owner=self.world.owner, until=now + span, now=now)

    @rule()
    def goes_on(self) -> None:
        for plan in self.world.plans():
            services.resume(plan=plan, now=self.world.now)

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

    @rule(shape=shapes, wait=waits, grace=waits)
    def changes_the_ladder(self, shape: list[list[int]], wait: dt.timedelta, grace: dt.timedelta) -> None:
        self.world.make_safety_plan(self.world.rungs(shape, [wait, HOUR]), grace)

    @rule()
    def ends_the_plan(self) -> None:
        safety = self.world.safety()
        if safety is not None:
            services.end_plan(plan=safety, by=safety.owner, now=self.world.now)

    @rule()
    def keeps_in_touch_too(self) -> None:
        if len(self.world.plans()) < 2:
            self.world.make_gentle_plan()

    @rule(zone=st.sampled_from(["Europe/London", "Asia/Kolkata", "America/St_Johns"]))
    def moves(self, zone: str) -> None:
        self.world.move_to(zone)

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

    @rule(number=someone)
    def takes_back_their_word(self, number: int) -> None:
        self.world.decline(number)

    @rule(which=someone, later=short)
    def is_on_it(self, which: int, later: dt.timedelta) -> None:
        """One of those who were told; then time passes, or not."""
        self.world.claim(which)
        if later <= 35 * MINUTE:
            self.world.live(later)

    @rule(which=someone, outcome=st.sampled_from(["no_answer", "cannot", "okay"]))
    def reports(self, which: int, outcome: str) -> None:
        self.world.report(which, outcome)

    @rule(which=someone, outcome=st.sampled_from(["no_answer", "cannot", "okay", ""]), after=short)
    def is_on_it_and_tells_how_it_went_or_forgets_to(
        self, which: int, outcome: str, after: dt.timedelta
    ) -> None:
        self.world.claim(which)
        self.world.live(after)
        if outcome:
            self.world.report(which, outcome)

    @rule(number=someone, on=st.booleans())
    def takes_a_break(self, number: int, on: bool) -> None:
        self.world.take_a_break(number, on=on)

    @rule(number=someone, thrown_out=st.booleans())
    def leaves(self, number: int, thrown_out: bool) -> None:
        self.world.leave(number, thrown_out=thrown_out)

    @rule(number=someone)
    def joins_again(self, number: int) -> None:
        self.world.rejoin(number)

    @rule(number=someone)
    def deletes_their_account(self, number: int) -> None:
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


@pytest.mark.django_db
def test_whatever_happens_every_law_holds(
    smtp: Any, settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.WARNING, "mail.log")
    # A story told again is the same story: one letter after the other, and no chance in when one is tried again.
    settings.EMAIL_CONNECTIONS = 1
    monkeypatch.setattr(delivery, "back_off", lambda attempts: min(attempts, 15) * MINUTE)
    cast = world.make_cast()
    came_to_pass: Counter[str] = Counter()
    given = {"cast": cast, "server": smtp, "port": settings.EMAIL_PORT, "came_to_pass": came_to_pass}
    run_state_machine_as_test(type("Stories", (Stories,), given), settings=dosed())
    logger.info("What came to pass, in how many stories: %s", came_to_pass.most_common())
    assert came_to_pass["checkins/alert"], "stories in which nobody is ever told prove nothing"


def dosed() -> settings:
    return settings(
        max_examples=12 * DOSE,
        stateful_step_count=25,
        # The small dose tells the same stories each time, the large one new ones.
        derandomize=DOSE == 1,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        # A large dose only finds; the next small one finds it again and makes it short.
        phases={Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if DOSE == 1 else [])},
        print_blob=True,
    )
