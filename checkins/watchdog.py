"""Looks whether everything that should have happened did: every due check-in has its silence, every silence its
steps, every step its message, every message was sent or is explained.

Trusts nothing that the sweep or the delivery say of themselves; reads only rows. Each look is one statement, over a
partial index or over what is new. Only a plan that nobody watches can be found nowhere but among all plans; that look
takes half a second for a million of them.
"""

from __future__ import annotations

import datetime as dt
import logging
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext_noop

from checkins import keys
from checkins.models import Claim, Plan, Silence, SilenceStep, Step
from outbox.models import Heartbeat, Message

logger = logging.getLogger(__name__)

NAME = "watchdog"
FAILING_PLAN, FAILING_SILENCE = "failing_plan", "failing_silence"
# How many turns of a sweep may be missed (a deployment, a busy minute) before anything counts as forgotten.
TURNS = 5
LEAST_SLACK = dt.timedelta(minutes=2)
# A row that failed is tried again after five minutes; one that failed this recently still fails.
STILL_FAILS = dt.timedelta(minutes=11)
# So many attempts for a reason of ours (about eight minutes), or without any outcome, are too many.
MOST_ATTEMPTS = 6
# Longer than a message is put off without a reason: a claim holds an alert back for two hours.
PUT_OFF = dt.timedelta(hours=3)
# Longer than quiet hours and one gentle message a day put it off.
HELD = dt.timedelta(days=2)
# Only what is new is compared message by message: so many silences, so long after.
NEWEST = 20_000
RECENT = dt.timedelta(days=2)
# Past this many of a kind it does not matter how many there are.
MOST = 1000
EXAMPLES = 5
# Seconds the heartbeat's address has to answer.
PING = 5.0

Rows = Callable[[dt.datetime], QuerySet[Any]]


@dataclass(frozen=True)
class Finding:
    """One kind of deviation: `count` stops at MOST; `examples` are ids of the rows."""

    what: str
    words: str
    count: int
    examples: list[int]


def watch(*, now: dt.datetime) -> list[Finding]:
    """One round: look, write down and log what was found; after a clean one tell the heartbeat's address."""
    found = look(now=now)
    for one in found:
        logger.error(
            "The watchdog found %s (%s): %d, such as %s.", one.what, one.words, one.count, one.examples
        )
    Heartbeat.beat(NAME, now=now, findings=[asdict(one) for one in found])
    if not found and settings.HEARTBEAT_URL:
        _ping(settings.HEARTBEAT_URL)
    return found


def look(*, now: dt.datetime) -> list[Finding]:
    """Everything that is not as it should be at `now`. Changes nothing."""
    return [*_failing(now), *(one for look_at in LOOKS if (one := look_at.finding(now)))]


def note(what: str, row: int, *, now: dt.datetime) -> None:
    """A row has just failed and was pushed out of the way. Only the latest of a kind is kept."""
    finding = Finding(what, WORDS[what], 1, [row])
    Heartbeat.beat(what, now=now, findings=[asdict(finding)])


def _failing(now: dt.datetime) -> list[Finding]:
    rows = Heartbeat.objects.filter(name__in=WORDS, beat_at__gt=now - STILL_FAILS).order_by("name")
    return [Finding(**finding) for row in rows for finding in row.findings]


def _ping(address: str) -> None:
    try:
        with urllib.request.urlopen(address, timeout=PING) as answer:  # noqa: S310 - the operator's own setting
            answer.read(1)
    except (OSError, ValueError) as error:
        logger.warning("The heartbeat's address did not answer: %s", error)


# What is looked at --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    """A kind of deviation, and which rows show it."""

    what: str
    words: str
    rows: Rows

    def finding(self, now: dt.datetime) -> Finding | None:
        found = list(self.rows(now).values_list("pk", flat=True)[:MOST])
        return Finding(self.what, self.words, len(found), sorted(found)[:EXAMPLES]) if found else None


def slack() -> dt.timedelta:
    """How late something may be."""
    return max(LEAST_SLACK, dt.timedelta(seconds=settings.SWEEP_SECONDS * TURNS))


def _overdue_plans(now: dt.datetime) -> QuerySet[Any]:
    return Plan.objects.overdue(now - slack())


def _real_silence_of_plan() -> Exists:
    return Exists(Silence.objects.open().real().filter(plan=OuterRef("pk")))


def _forgotten_plans(now: dt.datetime) -> QuerySet[Any]:
    return Plan.objects.active().filter(~_real_silence_of_plan(), deadline_at=None)


def _silences_beside_a_watch(now: dt.datetime) -> QuerySet[Any]:
    """Whose plan is watched as well, or has ended: one of the two tells a lie."""
    either = Q(plan__deadline_at__isnull=False) | Q(plan__ended_at__isnull=False)
    return Silence.objects.open().real().filter(either)


def _overdue_silences(now: dt.datetime) -> QuerySet[Any]:
    return Silence.objects.step_due(now - slack())


def _stuck_silences(now: dt.datetime) -> QuerySet[Any]:
    """Nothing will happen in it any more, though something should."""
    left = SilenceStep.objects.filter(silence=OuterRef("pk"), taken_at=None, passed_over_at=None)
    claimed = Claim.objects.standing().filter(silence=OuterRef("pk"))
    return Silence.objects.open().filter(Exists(left) | Exists(claimed), next_step_at=None)


def _newest() -> int:
    """The id from which on silences are new."""
    return (Silence.objects.aggregate(last=Max("pk"))["last"] or 0) - NEWEST


def _told_recently(now: dt.datetime) -> QuerySet[SilenceStep]:
    """Who was told lately. Whose account is gone is left out: their letters went with it."""
    steps = SilenceStep.objects.filter(silence__gt=_newest(), taken_at__gt=now - RECENT)
    return steps.exclude(whom=Step.Whom.MEMBER, membership=None).order_by()


def _steps_without_a_message(now: dt.datetime) -> QuerySet[Any]:
    return _told_recently(now).annotate(key=keys.of_each_step()).filter(~Exists(_under_key()))


def _told_without_an_end(now: dt.datetime) -> QuerySet[Any]:
    """Supporters who were told, and whom nobody told that it is over. Who ended it themselves knows."""
    told = _told_recently(now).filter(whom=Step.Whom.MEMBER, silence__closed_at__isnull=False)
    ended_it = Q(silence__closed_by__isnull=False, silence__closed_by=F("membership__member"))
    return told.exclude(ended_it).annotate(key=keys.all_clear_of_each()).filter(~Exists(_under_key()))


def _under_key() -> QuerySet[Message]:
    return Message.objects.filter(dedupe_key=OuterRef("key"))


def _late_messages(now: dt.datetime) -> QuerySet[Any]:
    """Nobody has even tried. A lease that nobody came back from ends and lands here too."""
    late = Message.objects.waiting().filter(next_attempt_at__lte=now - slack())
    return late.order_by("next_attempt_at")  # as the index has them


def _failing_messages(now: dt.datetime) -> QuerySet[Any]:
    """Tried again and again, and it is not their server that says no: ours is away, or we cannot write it."""
    tried = Message.objects.waiting().filter(attempts__gte=MOST_ATTEMPTS, held_for="")
    return tried.filter(refused_at=None).exclude(last_error="")


def _messages_without_an_outcome(now: dt.datetime) -> QuerySet[Any]:
    """Taken again and again by workers that did not live to say what became of it."""
    return Message.objects.waiting().filter(attempts__gte=MOST_ATTEMPTS, held_for="", last_error="")


def _messages_put_off(now: dt.datetime) -> QuerySet[Any]:
    """Due, and put off further than any reason we have for that."""
    due = Message.objects.waiting().filter(not_before__lte=now)
    for_no_reason = Q(held_for="", next_attempt_at__gt=now + PUT_OFF)
    return due.filter(for_no_reason | Q(next_attempt_at__gt=now + HELD))


WORDS = {
    FAILING_PLAN: gettext_noop("plans whose silence cannot be opened"),
    FAILING_SILENCE: gettext_noop("silences whose step cannot be taken"),
}
LOOKS = [
    Look("overdue_plan", gettext_noop("plans whose grace is over without a silence"), _overdue_plans),
    Look("forgotten_plan", gettext_noop("plans that nobody watches"), _forgotten_plans),
    Look("watched_twice", gettext_noop("silences beside a watched or ended plan"), _silences_beside_a_watch),
    Look("overdue_step", gettext_noop("silences whose next step is overdue"), _overdue_silences),
    Look("stuck_silence", gettext_noop("silences in which nothing happens any more"), _stuck_silences),
    Look("step_without_message", gettext_noop("steps that wrote no message"), _steps_without_a_message),
    Look("no_all_clear", gettext_noop("supporters told without an all-clear"), _told_without_an_end),
    Look("late_message", gettext_noop("messages that are due and that nobody takes"), _late_messages),
    Look("failing_message", gettext_noop("messages that we cannot get rid of"), _failing_messages),
    Look("lost_outcome", gettext_noop("messages whose worker never came back"), _messages_without_an_outcome),
    Look("put_off_message", gettext_noop("messages put off for no reason"), _messages_put_off),
]
