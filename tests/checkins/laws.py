"""What must hold whatever happens in `world.py`, and in whatever order."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db.models import CharField, Exists, F, Max, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from checkins import ladder, messages, stepping, watchdog
from checkins.models import Claim, Plan, Silence, SilenceStep, Step
from networks.models import Membership
from outbox import preferences
from outbox.models import Message

if TYPE_CHECKING:
    from tests.checkins.world import World

# What speaks of an open silence, and so never comes after its end.
WHILE_OPEN = [
    f"checkins/{kind}"
    for kind in (
        "nudge",
        "last_call",
        "keep_in_touch",
        "alert",
        "on_it",
        "open_again",
        "nobody_yet",
        "claim_reminder",
    )
]
ALERT, ALL_CLEAR = "checkins/alert", "checkins/all_clear"
MINUTE = dt.timedelta(minutes=1)


def agrees(step: SilenceStep) -> bool:
    """Whether this supporter may be told now: agreed when it opened, agrees still, is here and takes no break."""
    membership = Membership.objects.get(pk=step.membership_id)
    stands = Step.objects.filter(
        plan=step.silence.plan_id, membership=membership, agreed_at__isnull=False, declined_at=None
    )
    here = membership.ended_at is None and membership.paused_at is None
    before = step.agreed_at is not None and step.agreed_at <= step.silence.opened_at
    return here and before and stands.exists()


def step_of(message: Message) -> SilenceStep:
    return SilenceStep.objects.select_related("silence__plan", "membership__member").get(
        pk=message.params["step"]
    )


def newest_message() -> int:
    return Message.objects.aggregate(last=Max("pk"))["last"] or 0


class Complaints(logging.Handler):
    """Keeps what the rooms report as errors: a row that failed and was pushed aside, a letter nobody could write."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(self.format(record))


@contextmanager
def heard() -> Iterator[Complaints]:
    complaints = Complaints()
    loggers = [logging.getLogger(room) for room in ("checkins", "outbox", "networks")]
    for logger in loggers:
        logger.addHandler(complaints)
    try:
        yield complaints
    finally:
        for logger in loggers:
            logger.removeHandler(complaints)


class Judge:
    """Watches each sweep and each delivery, and looks at everything after each step."""

    # Sweeps ---------------------------------------------------------------------------------------------

    @contextmanager
    def watching_a_sweep(self, world: World) -> Iterator[None]:
        claims = world.standing_claims()
        planned = dict(Silence.objects.open().values_list("pk", "next_step_at"))
        told = {step.silence_id for step in world.steps_told()}
        last = newest_message()
        with heard() as complaints:
            yield
        assert complaints.records == []
        for alert in Message.objects.filter(kind=ALERT, pk__gt=last).order_by("pk"):
            step = step_of(alert)
            assert step.silence.closed_at is None, "a step after the end"
            assert step.silence_id not in claims, "somebody new was told while a claim stands"
            assert agrees(step), "somebody was told who does not agree to it"
            assert step.silence.plan.programme == Plan.Programme.SAFETY, "keep in touch told somebody"
            if step.silence_id not in told:
                self._owner_heard_first(world, step, planned[step.silence_id])

    def _owner_heard_first(self, world: World, step: SilenceStep, planned: dt.datetime) -> None:
        nudges = Message.objects.filter(
            recipient=world.cast.owner, dedupe_key__startswith=step.silence.key, kind__in=WHILE_OPEN
        )
        last = nudges.order_by("pk").last()
        assert last is not None, "a supporter was told before the owner"
        answered = last.refused_at or last.failed_at
        assert last.sent_at or answered, "a supporter was told while the owner's nudge had not left"
        if last.sent_at:
            slack = min(stepping.LATE, step.wait / 2)
            assert last.sent_at + step.wait - slack <= world.now, "the owner had not the whole wait"
        if world.now - planned > stepping.LATE:
            again = messages.again_key(step.silence, step)
            assert nudges.filter(dedupe_key=again).exists(), "we were late, and the owner heard nothing first"

    # Deliveries ------------------------------------------------------------------------------------------

    @contextmanager
    def watching_a_delivery(self, world: World) -> Iterator[None]:
        waiting = set(Message.objects.filter(sent_at=None).values_list("pk", flat=True))
        letters = world.server.letters.qsize()
        with heard() as complaints:
            yield
        assert complaints.records == []
        sent = list(
            Message.objects.filter(sent_at__isnull=False, pk__in=waiting)
            .select_related("recipient")
            .order_by("pk")
        )
        assert world.server.letters.qsize() - letters == len(sent), "a letter without a row, or a row without"
        for message in sent:
            self._might_be_sent(world, message)

    def _might_be_sent(self, world: World, message: Message) -> None:
        self._nobody_is_woken(world, message)
        if message.kind == ALERT:
            step = step_of(message)
            assert agrees(step), "an alert left for somebody who does not agree to it"
            claim = world.standing_claims().get(step.silence_id)
            assert claim is None or claim.membership_id == step.membership_id, "told beside a claim"
        if message.kind in WHILE_OPEN:
            assert silence_of(message).closed_at is None, "a letter left after the end"
        if message.kind == ALL_CLEAR:
            keys = [step.message_key for step in steps_told(message)]
            alerts = Message.objects.filter(dedupe_key__in=keys, sent_at__isnull=False)
            assert alerts.exists(), "an all-clear to somebody who never heard"

    def _nobody_is_woken(self, world: World, message: Message) -> None:
        if message.wakes or message.recipient is None:
            return
        wish = preferences.of([message.recipient.pk])[message.recipient.pk]
        assert not wish.quiet_until_after(world.now, message.recipient.zone), "somebody was woken"

    # Always -------------------------------------------------------------------------------------------------

    def look(self, world: World) -> None:
        self.an_end_is_an_end(world)
        self.nothing_waits_after_an_end()
        self.nobody_is_forgotten()
        self.nobody_is_told_twice()

    def an_end_is_an_end(self, world: World) -> None:
        # Not by whom: their account may be deleted.
        rows = Silence.objects.exclude(closed_at=None).values_list("pk", "closed_at", "ending")
        ends = {pk: (closed_at, ending) for pk, closed_at, ending in rows}
        for pk, end in world.seen.ends.items():
            assert ends.get(pk) == end, "a silence ended twice"
        world.seen.ends = ends
        later = Q(taken_at__gt=F("silence__closed_at")) | Q(passed_over_at__gt=F("silence__closed_at"))
        assert not SilenceStep.objects.filter(later).exists(), "a step after the end"

    def nothing_waits_after_an_end(self) -> None:
        closed = Silence.objects.exclude(closed_at=None).annotate(
            of_it=Concat(Value("silence:"), Cast("pk", CharField()), Value(":"))
        )
        waiting = Message.objects.waiting().filter(dedupe_key__startswith=OuterRef("of_it"))
        assert not closed.filter(Exists(waiting)).exists(), "something waits to be said after the end"

    def nobody_is_forgotten(self) -> None:
        open_ones = Counter(Silence.objects.open().real().values_list("plan", flat=True))
        for plan in Plan.objects.all():
            watched = (plan.deadline_at is not None) + open_ones[plan.pk]
            assert watched == (0 if plan.ended_at else 1), f"{watched} watch over {plan}"

    def nobody_is_told_twice(self) -> None:
        alerts = Message.objects.filter(kind=ALERT).values_list("params", "recipient")
        silences = dict(SilenceStep.objects.values_list("pk", "silence"))
        told = Counter((silences[params["step"]], whom) for params, whom in alerts)
        assert all(times == 1 for times in told.values()), "one alert twice in one silence"

    # In the end ------------------------------------------------------------------------------------------------

    def everybody_told_has_heard_the_end(self) -> None:
        told = SilenceStep.objects.filter(
            whom=Step.Whom.MEMBER, taken_at__isnull=False, silence__closed_at__isnull=False
        )
        for step in told.exclude(membership=None).select_related("silence", "membership"):
            alert = Message.objects.get(dedupe_key=step.message_key)
            ended_it = step.silence.closed_by_id == alert.recipient_id
            if step.membership.ended_at is None and alert.sent_at and not ended_it:
                key = f"all-clear:{step.silence_id}:{step.membership_id}"
                end = Message.objects.filter(dedupe_key=key).first()
                # Failed: their server refused it for good, or we were away for days.
                assert end and (end.sent_at or end.failed_at), "somebody who was told did not hear the end"

    def the_watchdog_is_content(self, world: World, *, but: tuple[str, ...] = ()) -> None:
        found = [one for one in watchdog.look(now=world.now) if one.what not in but]
        errors = Message.objects.waiting().exclude(last_error="").values_list("kind", "last_error")
        assert not found, (found, list(errors))


def silence_of(message: Message) -> Silence:
    if "silence" in message.params:
        return Silence.objects.get(pk=message.params["silence"])
    if "step" in message.params:
        return step_of(message).silence
    return Claim.objects.get(pk=message.params["claim"]).silence


def steps_told(all_clear: Message) -> list[SilenceStep]:
    return list(
        SilenceStep.objects.filter(
            silence=all_clear.params["silence"], membership=all_clear.params["membership"]
        )
    )


# Foretelling -------------------------------------------------------------------------------------------------

Telling = tuple[int, int | None, bool]


def foretold(silence: Silence) -> dict[Telling, dt.datetime] | None:
    """Who is told when, or passed over, if nothing is heard; None where mail trouble makes it unknown."""
    steps = list(silence.steps.select_related("membership__member"))
    waiting = [step for step in steps if step.taken_at is None and step.passed_over_at is None]
    told = any(step.whom == Step.Whom.MEMBER and step.taken_at for step in steps)
    nudges = Message.objects.filter(
        recipient=silence.owner, dedupe_key__startswith=silence.key, kind__in=WHILE_OPEN
    )
    last = nudges.order_by("pk").last()
    if last is None or last.last_error or last.failed_at:
        return None
    reach = ladder.Reach.to(waiting, owners=[silence.owner])
    agreed = Step.objects.filter(plan=silence.plan_id, agreed_at__isnull=False).exclude(membership=None)
    reach.agreed = set(agreed.values_list("plan", "membership"))
    coming = ladder.foretell(
        waiting,
        silence.next_step_at,
        reach,
        owner=silence.owner,
        nudged_at=None if told else last.sent_at or last.next_attempt_at,
        plan_id=silence.plan_id,
    )
    return {(one.rung.position, one.rung.membership_id, bool(one.why_not)): one.at for one in coming}


def happened(silence: Silence, since: dt.datetime) -> dict[Telling, dt.datetime]:
    """Who was told when, or passed over, since then. The owner was told when the letter left."""
    found: dict[Telling, dt.datetime] = {}
    for step in silence.steps.all():
        at = step.taken_at or step.passed_over_at
        if at is None or at <= since:
            continue
        if step.whom == Step.Whom.OWNER:
            at = Message.objects.get(dedupe_key=step.message_key).sent_at
        if at is not None:
            found[step.position, step.membership_id, step.passed_over_at is not None] = at
    return found
