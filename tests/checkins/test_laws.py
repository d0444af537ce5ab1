"""Laws that cannot fail are none: each finds the fault it is there for, here in one plain tale.

With any of these faults the stories of `test_states.py` fail too; that takes longer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

import pytest
from django.db.models import Exists, OuterRef, Q

from checkins import closing, ladder, stepping
from checkins.ladder import Reach
from checkins.models import Silence, SilenceStep, Step
from checkins.models.silences import SilenceQuerySet
from tests.checkins.test_states import Stage, Stories, smtp, stage
from tests.checkins.world import AWAKE, HOUR, MINUTE

__all__ = ["smtp", "stage"]

Patch = pytest.MonkeyPatch
round_of = stepping.Round.of


def nobody_asks_for_consent(patch: Patch) -> None:
    patch.setattr(Reach, "why_not", lambda reach, rung, plan_id=None: None)


def nobody_asks_whether_the_word_still_stands(patch: Patch) -> None:
    def everybody_asked(plans: Collection[int]) -> set[tuple[int, int]]:
        steps = Step.objects.filter(plan__in=plans).exclude(membership=None)
        return set(steps.values_list("plan", "membership"))

    patch.setattr(ladder, "words_that_stand", everybody_asked)


def a_claim_holds_nothing(patch: Patch) -> None:
    def of(silences: list[Silence], now: dt.datetime) -> stepping.Round:
        round_ = round_of(silences, now)
        round_.claims = {silence.pk: [] for silence in silences}
        return round_

    patch.setattr(stepping.Round, "of", of)


def the_owner_need_not_hear_first(patch: Patch) -> None:
    patch.setattr(stepping, "_hold", lambda silence, step, round_: None)


def nobody_hears_the_end(patch: Patch) -> None:
    patch.setattr(Silence, "memberships_told", lambda silence: [])


def nobody_watches_after_the_end(patch: Patch) -> None:
    patch.setattr(closing, "_watch_again", lambda silence, now: None)


def steps_go_on_after_the_end(patch: Patch) -> None:
    def step_due(rows: SilenceQuerySet, now: dt.datetime) -> SilenceQuerySet:
        left = SilenceStep.objects.filter(silence=OuterRef("pk"), taken_at=None, passed_over_at=None)
        return rows.filter(Q(next_step_at__lte=now) | Q(Exists(left), closed_at__lt=now))

    patch.setattr(SilenceQuerySet, "step_due", step_due)


def what_waits_is_not_taken_back(patch: Patch) -> None:
    patch.setattr(closing.outbox, "cancel", lambda key_prefix: 0)


def a_tale(stage: Stage) -> None:
    """Two silences: one with a claim and a word taken back, one while our mail server is away."""
    with closing_it(Stories.on(stage)()) as story:
        world = story.world
        world.make_safety_plan(world.rungs([[], [0], [1], [2]], [HOUR]), HOUR)
        world.agree(0, may_wake=False)
        world.agree(1, may_wake=False)
        for who in (world.cast.owner, *world.members):
            world.sleep(who, AWAKE)
        world.live_until_told()
        world.claim(0)
        story.time_passes(100 * MINUTE)
        world.report(0, "no_answer")
        world.decline(1)
        story.time_passes(6 * HOUR)
        world.check_in()
        story.every_law_holds()
        story.time_passes(HOUR)
        world.mail_is_gone()
        world.live(world.next_step() - world.now)
        story.time_passes(160 * MINUTE)
        world.check_in()
        story.every_law_holds()
        story.time_passes(HOUR)
        story.every_law_holds()
        story.settle()


@contextmanager
def closing_it(story: Stories) -> Iterator[Stories]:
    try:
        yield story
    finally:
        story.world.close()


@pytest.mark.django_db
def test_without_a_fault_the_tale_breaks_no_law(stage: Stage) -> None:
    a_tale(stage)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fault", "law"),
    [
        (nobody_asks_for_consent, "does not agree"),
        (nobody_asks_whether_the_word_still_stands, "does not agree"),
        (a_claim_holds_nothing, "while a claim stands"),
        (the_owner_need_not_hear_first, "the owner's nudge had not left"),
        (nobody_hears_the_end, "did not hear the end|no_all_clear"),
        (nobody_watches_after_the_end, "0 watch over|forgotten_plan"),
        (steps_go_on_after_the_end, "a step after the end"),
        (what_waits_is_not_taken_back, "waits to be said after the end"),
    ],
)
def test_a_law_finds_the_fault_it_is_there_for(
    stage: Stage, monkeypatch: Patch, fault: Callable[[Patch], None], law: str
) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError, match=law):
        a_tale(stage)
