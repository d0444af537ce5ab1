"""Who of a ladder hears next, and when. One rule serves the sweep, which acts on it, and the pages, which foretell it.

The rule is pure: what is known of each supporter is a `Reach`, loaded beforehand for many ladders at once.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from accounts.models import User
from checkins.models import SilenceStep, Step
from outbox import preferences
from outbox.models import ChannelPreference

PassedOver = SilenceStep.PassedOver
# How many nudges a "keep in touch" plan sends at its own pace before it backs off, and how slowly then.
PACES = (1, 1, 3, 7)

# A step of a plan, or one frozen into a silence.
AnyStep = Step | SilenceStep
R = TypeVar("R", Step, SilenceStep)


@dataclass(frozen=True)
class Choice(Generic[R]):
    """What to do now: whom to tell, whom to pass over and why, or until when everybody sleeps."""

    tell: list[R] = field(default_factory=list)
    passed: list[tuple[R, PassedOver]] = field(default_factory=list)
    asleep_until: dt.datetime | None = None


@dataclass
class Reach:
    """What is known of the supporters at one moment, loaded for many ladders at once.

    `agreed` holds (plan, membership) of every word that stands, or is None where each step's own word counts.
    """

    quiet: dict[int, ChannelPreference]
    broken: set[int]
    agreed: set[tuple[int, int]] | None = None

    @classmethod
    def to(
        cls, rungs: Iterable[AnyStep], *, owners: Iterable[User] = (), plans: Collection[int] | None = None
    ) -> Reach:
        """Loads what it takes in two queries; in three with `plans`, ids of plans whose words are to be asked."""
        people = {rung.membership.member for rung in rungs if rung.membership}
        known = preferences.of([person.pk for person in {*people, *owners}])
        agreed = None if plans is None else words_that_stand(plans)
        return cls(known, preferences.broken(people), agreed)

    def why_not(self, rung: AnyStep, plan_id: int | None = None) -> PassedOver | None:
        """Why this supporter cannot be told at all; None when they can."""
        membership = rung.membership
        if membership is None or membership.ended_at is not None:
            return PassedOver.LEFT
        if rung.agreed_at is None:
            return PassedOver.NOT_AGREED
        if self.agreed is not None and plan_id and (plan_id, membership.pk) not in self.agreed:
            return PassedOver.WITHDREW
        if membership.limited_at is not None:
            return PassedOver.LIMITED
        if membership.paused_at is not None:
            return PassedOver.PAUSED
        return PassedOver.BROKEN if membership.member_id in self.broken else None

    def asleep_until(self, rung: AnyStep, at: dt.datetime) -> dt.datetime | None:
        """When this supporter's quiet hours over `at` end; None when they may be told then."""
        if rung.membership is None or rung.may_wake_at is not None:
            return None
        return self.quiet_until(rung.membership.member, at)

    def quiet_until(self, person: User, at: dt.datetime) -> dt.datetime | None:
        """When this person's quiet hours over `at` end; None when there are none then."""
        return self.quiet[person.pk].quiet_until_after(at, person.zone)


def words_that_stand(plans: Collection[int]) -> set[tuple[int, int]]:
    """(plan, membership) of every supporter who agrees, as of now, to be told in one of these plans."""
    rows = Step.objects.filter(plan__in=plans, agreed_at__isnull=False).exclude(membership=None)
    return set(rows.values_list("plan", "membership"))


def choose(waiting: Sequence[R], at: dt.datetime, reach: Reach, plan_id: int | None = None) -> Choice[R]:
    """The next step that somebody can be told now. Who is awake is told before who has to be let sleep."""
    passed: list[tuple[R, PassedOver]] = []
    ends: list[dt.datetime] = []
    for _position, group in itertools.groupby(waiting, lambda rung: rung.position):
        rungs = list(group)
        if rungs[0].whom == Step.Whom.OWNER:
            return Choice(rungs, passed)
        reasons = [(rung, reach.why_not(rung, plan_id)) for rung in rungs]
        passed += [(rung, why) for rung, why in reasons if why]
        standing = [(rung, reach.asleep_until(rung, at)) for rung, why in reasons if not why]
        awake = [rung for rung, until in standing if until is None]
        if awake:
            return Choice(awake, passed)
        ends += [until for _rung, until in standing if until]
    return Choice([], passed, min(ends, default=None))


@dataclass(frozen=True)
class Foretold(Generic[R]):
    """One telling to come: when (UTC), and why it would be passed over, if it would."""

    at: dt.datetime
    rung: R
    why_not: PassedOver | None = None


def foretell(
    waiting: Sequence[R],
    at: dt.datetime | None,
    reach: Reach,
    *,
    owner: User,
    nudged_at: dt.datetime | None = None,
    plan_id: int | None = None,
) -> Iterator[Foretold[R]]:
    """What would happen if nothing is heard, from `at` on, when the first of these is due.

    The owner's nudges wait for the end of their quiet hours, and the first supporter for the whole wait after the
    latest nudge (`nudged_at` is when that was; None when a supporter has been told before).
    """
    left, told = list(waiting), nudged_at is None
    for _turn in range(3 * len(left)):
        if not left or at is None:
            return
        choice = choose(left, at, reach, plan_id)
        nudges = bool(choice.tell) and choice.tell[0].whom == Step.Whom.OWNER
        told_at = (reach.quiet_until(owner, at) or at) if nudges else at
        if nudges and not told:
            nudged_at = told_at
        elif choice.tell and not nudges:
            if nudged_at is not None and nudged_at + choice.tell[0].wait > at:
                at, nudged_at = nudged_at + choice.tell[0].wait, None
                continue
            told, nudged_at = True, None  # nobody after the first waits for a nudge to the owner
        yield from (Foretold(at, rung, why) for rung, why in choice.passed)
        yield from (Foretold(told_at, rung) for rung in choice.tell)
        gone = {id(rung) for rung in choice.tell} | {id(rung) for rung, _why in choice.passed}
        left = [rung for rung in left if id(rung) not in gone]
        at = at + left[0].wait if choice.tell and left else choice.asleep_until


def gentle_waits(days_apart: int) -> list[dt.timedelta]:
    """The waits between the nudges of "keep in touch": three at the plan's own pace, then rarer, then none."""
    return [dt.timedelta(days=min(days_apart * pace, 28)) for pace in PACES]
