"""A small world for the state machine: one owner, three supporters, a clock, a sweep, and a real mail server.

`World` lets things happen and remembers what it saw; what must hold is in `laws.py`.
"""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from accounts.errors import DomainError
from accounts.models import User
from checkins import agreements, services, sweep
from checkins.models import Claim, Plan, Silence, SilenceStep, Step, Wishes
from networks import services as networks
from networks.models import Membership, Tie
from outbox import delivery
from outbox.models import ChannelPreference, Message
from outbox.services import trust_address
from tests.checkins.laws import Judge
from tests.conftest import person
from tests.outbox.conftest import Server

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
# A Thursday; the clocks go forward three nights later.
BEGIN = dt.datetime(2026, 3, 26, 8, tzinfo=dt.UTC)
EVENING = dt.time(18)
AWAKE = (dt.time(0), dt.time(0))
SLEEPS = (dt.time(21), dt.time(9))
# More events than fall due in a few days. Past them the rest of the time goes by as if we were down.
MANY = 60
# While nothing comes of looking (a letter that cannot leave), we look more and more rarely, but are never late.
SOON, AT_MOST = dt.timedelta(seconds=10), dt.timedelta(minutes=4)

GLANCE = """
    SELECT (SELECT min(deadline_at) FROM checkins_plan),
           (SELECT min(next_step_at) FROM checkins_silence WHERE closed_at IS NULL),
           (SELECT min(next_attempt_at) FROM outbox_message
            WHERE sent_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL),
           (SELECT count(*) + count(sent_at) FROM outbox_message),
           (SELECT count(*) FROM checkins_silencestep WHERE taken_at IS NOT NULL)
"""


@dataclass(frozen=True)
class Glance:
    """All that it takes to know whether there is anything to do, in one query."""

    plan_at: dt.datetime | None
    step_at: dt.datetime | None
    letter_at: dt.datetime | None
    letters: int
    steps: int

    @classmethod
    def now(cls) -> Glance:
        with connection.cursor() as cursor:
            cursor.execute(GLANCE)
            return cls(*cursor.fetchone())

    @property
    def sweep_at(self) -> dt.datetime | None:
        """When the next thing happens in a silence or to a plan."""
        return min((at for at in (self.plan_at, self.step_at) if at is not None), default=None)

    @property
    def at(self) -> dt.datetime | None:
        return min((at for at in (self.sweep_at, self.letter_at) if at is not None), default=None)

    def nothing_came_of(self, before: Glance) -> bool:
        return (self.letters, self.steps) == (before.letters, before.steps)


@dataclass
class Cast:
    """Who is in it. Made once; each run begins from here and is rolled back."""

    owner: User
    members: list[User]
    ties: list[Tie]

    def afresh(self) -> Cast:
        """As the database has them: what one story did to them is not there in the next."""
        people = User.objects.in_bulk([self.owner.pk, *(member.pk for member in self.members)])
        ties = Tie.objects.in_bulk([tie.pk for tie in self.ties])
        return Cast(
            people[self.owner.pk],
            [people[member.pk] for member in self.members],
            [ties[tie.pk] for tie in self.ties],
        )


def make_cast() -> Cast:
    owner = person("maya@example.org", "Maya")
    members = [person(f"{name}@example.org", name) for name in ("Ana", "Ben", "Cas")]
    ties = [Tie.objects.create(owner=owner, name=member.name) for member in members]
    return Cast(owner, members, ties)


@dataclass
class Seen:
    """What was seen so far, to compare with."""

    ends: dict[int, tuple[dt.datetime | None, str]] = field(default_factory=dict)
    deeds: set[str] = field(default_factory=set)


class World:
    def __init__(self, cast: Cast, server: Server, port: int, judge: Judge) -> None:
        self.cast, self.server, self.port, self.judge = cast.afresh(), server, port, judge
        self.seen = Seen()
        # Instead of chance: a story told again is the same story.
        self.numbers = itertools.count(1)
        self.now = BEGIN
        self._clock = time_machine.travel(BEGIN, tick=False)
        self._traveller = self._clock.start()
        self._whole = transaction.atomic()
        self._whole.__enter__()
        self.server.refuse.clear()
        self.server.data_reply = "250 OK"
        self.mail_goes()
        self.members = list(self.cast.members)
        self.memberships = [self.join(number) for number in range(3)]

    def close(self) -> None:
        """As if it had never been."""
        transaction.set_rollback(True)
        self._whole.__exit__(None, None, None)
        self._clock.stop()

    # The clock ---------------------------------------------------------------------------------------

    def jump(self, span: dt.timedelta) -> None:
        """Time passes and we are down."""
        self._at(self.now + span)

    def _at(self, moment: dt.datetime) -> None:
        self.now = moment
        self._traveller.move_to(moment)

    def live(self, span: dt.timedelta) -> None:
        """Time passes, and whatever falls due is done then."""
        until, pause = self.now + span, SOON
        before = Glance.now()
        for _event in range(MANY):
            self.turn(before)
            after = Glance.now()
            pause = min(pause * 2, AT_MOST) if after.nothing_came_of(before) else SOON
            before = after
            if after.at is None or max(after.at, self.now + pause) > until:
                break
            self._at(max(after.at, self.now + pause))
        self._at(until)
        self.turn(Glance.now())

    def live_until_told(self) -> None:
        """Until one more supporter is told; for a few days at most."""
        before = len(self.steps_told())
        for _step in range(12):
            at = self.next_step()
            if at is None or at > self.now + 4 * DAY or len(self.steps_told()) > before:
                break
            self.live(max(at - self.now, dt.timedelta(0)))

    def somebody_is_told(self) -> None:
        """Else most stories end before anybody is."""
        if not self.anybody_told():
            self.be_in_good_order()
            self.live_until_told()

    def be_in_good_order(self) -> None:
        """As most keep it: there is a plan, and whoever was asked has agreed."""
        for number in range(3):
            self.rejoin(number)
        if self.safety() is None:
            self.make_safety_plan(self.rungs([[], [0], [1, 2]], [HOUR]), HOUR)
        for number in range(3):
            self.agree(number, may_wake=False, again=False)

    def next_step(self) -> dt.datetime | None:
        return Glance.now().sweep_at

    def turn(self, due: Glance) -> None:
        """A sweep and a delivery, each watched, where there is anything to do for them."""
        swept = due.sweep_at is not None and due.sweep_at <= self.now
        if swept:
            self.sweep()
        if swept or (due.letter_at is not None and due.letter_at <= self.now):
            self.deliver()

    def sweep(self) -> None:
        with self.judge.watching_a_sweep(self):
            sweep.sweep(now=self.now)

    def deliver(self) -> None:
        with self.judge.watching_a_delivery(self):
            delivery.deliver_due()

    @contextmanager
    def dreamt(self) -> Iterator[None]:
        """What happens in here has not happened."""
        now, seen = self.now, copy.deepcopy(self.seen)
        before = transaction.savepoint()
        try:
            yield
        finally:
            transaction.savepoint_rollback(before)
            self.seen = seen
            self._at(now)

    def deeds(self) -> set[str]:
        """What came to pass in this run."""
        sent = Message.objects.filter(sent_at__isnull=False).values_list("kind", flat=True)
        passed = SilenceStep.objects.exclude(why_passed_over="").values_list("why_passed_over", flat=True)
        reports = Claim.objects.exclude(report="").values_list("report", flat=True)
        ends = Silence.objects.exclude(ending="").values_list("nature", "ending")
        lapsed = ["a claim lapsed"] if Claim.objects.filter(lapsed_at__isnull=False).exists() else []
        claimed = ["a claim"] if Claim.objects.exists() else []
        opened = [f"a {nature} silence" for nature in Silence.objects.values_list("nature", flat=True)]
        return {*sent, *passed, *reports, *lapsed, *claimed, *opened, *map(" ".join, ends), *self.seen.deeds}

    # Mail ----------------------------------------------------------------------------------------------

    def mail_goes(self) -> None:
        self.mail_is_away, settings.EMAIL_PORT = False, self.port

    def mail_is_gone(self) -> None:
        """Nobody answers where our mail server was."""
        self.mail_is_away, settings.EMAIL_PORT = True, 1

    def refuse(self, who: User, reply: str) -> None:
        self.server.refuse[who.email] = reply

    def accept(self, who: User) -> None:
        self.server.refuse.pop(who.email, None)
        trust_address(address=who.email)

    # People ---------------------------------------------------------------------------------------------

    def move_to(self, zone: str) -> None:
        User.objects.filter(pk=self.cast.owner.pk).update(time_zone=zone)
        for plan in self.plans():
            services.move_to_zone(plan=plan, now=self.now)

    def sleep(self, who: User, hours: tuple[dt.time, dt.time]) -> None:
        ChannelPreference.objects.update_or_create(
            person=who, channel="email", defaults={"quiet_from": hours[0], "quiet_until": hours[1]}
        )

    def join(self, number: int) -> Membership:
        tie, member = self.cast.ties[number], self.members[number]
        return Membership.objects.create(tie=tie, owner=self.cast.owner, member=member)

    def rejoin(self, number: int) -> None:
        if self.membership(number).ended_at is not None:
            self.memberships[number] = self.join(number)

    def membership(self, number: int) -> Membership:
        """As the database has it."""
        return Membership.objects.select_related("member", "owner").get(pk=self.memberships[number].pk)

    def anybody_left(self) -> bool:
        return any(self.membership(number).ended_at for number in range(3))

    def leave(self, number: int, *, thrown_out: bool) -> None:
        membership = self.membership(number)
        networks.end_membership(membership=membership, by=self.owner if thrown_out else membership.member)

    def delete_account(self, number: int) -> None:
        """And come back later with a new one."""
        User.objects.filter(pk=self.members[number].pk).delete()
        self.members[number] = User.objects.create(email=f"dee{next(self.numbers)}@example.org", name="Dee")
        self.memberships[number] = self.join(number)

    def take_a_break(self, number: int, *, on: bool) -> None:
        """The database's word for it; what the page does is tested with the page."""
        paused_at = self.now if on else None
        Membership.objects.filter(pk=self.memberships[number].pk).update(paused_at=paused_at)

    @property
    def owner(self) -> User:
        return User.objects.get(pk=self.cast.owner.pk)

    # Plans ------------------------------------------------------------------------------------------------

    def plans(self) -> list[Plan]:
        return list(Plan.objects.active().filter(owner=self.cast.owner).order_by("pk"))

    def safety(self) -> Plan | None:
        return next((plan for plan in self.plans() if plan.programme == Plan.Programme.SAFETY), None)

    def rungs(self, shape: Sequence[Sequence[int]], waits: Sequence[dt.timedelta]) -> list[services.Rung]:
        """One rung for each group; an empty group is the owner."""
        groups = [tuple(self.memberships[number] for number in group) for group in shape]
        return [services.Rung(wait, group) for wait, group in zip(itertools.cycle(waits), groups)]

    def make_safety_plan(self, rungs: list[services.Rung], grace: dt.timedelta) -> None:
        wanted = {"days": list(range(7)), "times": [EVENING], "grace": grace, "ladder": rungs}
        safety = self.safety()
        if safety is not None:
            with refusals_are_fine():
                services.change_plan(plan=safety, now=self.now, **wanted)
            return
        with refusals_are_fine():
            services.make_plan(owner=self.owner, now=self.now, programme="safety", **wanted)

    def make_gentle_plan(self) -> None:
        wanted = {"every": 2, "days": [], "starts_on": self.now.date(), "times": [dt.time(11)], "grace": HOUR}
        services.make_plan(owner=self.owner, now=self.now, programme="keep_in_touch", **wanted)

    def agree(self, number: int, *, may_wake: bool, again: bool = True) -> None:
        step = Step.objects.filter(membership=self.memberships[number], plan__ended_at=None).first()
        if step is not None and step.asked_at is not None and (again or step.agreed_at is None):
            by = self.members[number]
            with refusals_are_fine():
                agreements.agree(step=step, by=by, now=self.now, terms=step.terms, may_wake=may_wake)

    def decline(self, number: int) -> None:
        step = Step.objects.filter(membership=self.memberships[number], plan__ended_at=None).first()
        if step is not None:
            if step.agreed_at is not None and self.silences():
                self.seen.deeds.add("a word taken back in a silence")
            with refusals_are_fine():
                agreements.decline(step=step, by=self.members[number], now=self.now)

    # Silences ------------------------------------------------------------------------------------------------

    def silences(self) -> list[Silence]:
        return list(Silence.objects.open().select_related("plan__owner").order_by("pk"))

    def steps_told(self) -> list[SilenceStep]:
        """Of silences that are open."""
        told = SilenceStep.objects.filter(whom=Step.Whom.MEMBER, taken_at__isnull=False)
        return list(told.filter(silence__closed_at=None).select_related("silence", "membership__member"))

    def anybody_told(self) -> bool:
        return bool(self.steps_told())

    def claim(self, which: int) -> None:
        """By one of those who were told, in whatever they were told of."""
        for silence, membership in self.asked(which):
            with refusals_are_fine():
                services.claim(silence=silence, membership=membership, now=self.now)

    def report(self, which: int, outcome: str) -> None:
        for silence, membership in self.asked(which):
            with refusals_are_fine():
                services.report(silence=silence, membership=membership, outcome=outcome, now=self.now)

    def asked(self, which: int) -> list[tuple[Silence, Membership]]:
        steps = [step for step in self.steps_told() if step.membership]
        members = sorted({step.membership.pk for step in steps if step.membership})
        if not members:
            return []
        chosen = members[which % len(members)]
        return [(step.silence, step.membership) for step in steps if step.membership_id == chosen]

    def check_in(self, **said: Any) -> None:
        services.check_in(owner=self.owner, now=self.now, form_key=uuid.UUID(int=next(self.numbers)), **said)

    def wish(self, **wished: Any) -> None:
        with refusals_are_fine():
            services.wish(owner=self.owner, **wished)

    def standing_claims(self) -> dict[int, Claim]:
        """By silence; those that hold the ladder now: of whoever is still here and stands by their word."""
        rows = Claim.objects.standing().filter(lapses_at__gt=self.now, silence__closed_at=None)
        here = rows.filter(membership__ended_at=None, membership__paused_at=None)
        word = Step.objects.filter(
            plan=OuterRef("silence__plan"), membership=OuterRef("membership"), agreed_at__isnull=False
        )
        return {claim.silence_id: claim for claim in here.filter(Exists(word))}

    def flare_is_on(self) -> bool:
        return Wishes.of(self.owner).in_a_flare(self.now)


@contextmanager
def refusals_are_fine() -> Iterator[None]:
    """What the services refuse in words for a person is no fault."""
    with suppress(DomainError), transaction.atomic():
        yield
