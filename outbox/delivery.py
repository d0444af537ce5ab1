"""From a row to whoever it is for. At least once: a repeat carries the same Message-ID.

`gate` says what may go, `lines` carries it, and what became of each message is recorded here, each by itself.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from outbox import channels, gate, kinds
from outbox.lines import LAST_CALL, Job, Lines, Outcome
from outbox.models import BrokenAddress, Message
from outbox.recording import Recorder

logger = logging.getLogger(__name__)

# How many messages one worker leases at a time.
BATCH = 500
# How many are looked at together right before they go: at first, and at most, while they go quickly.
FIRST_CHUNK, CHUNK = 50, 250
# Seconds after which a batch begins no further letter. With one letter's time-outs it is well inside the lease.
BATCH_SECONDS = 20
FIRST_WAIT = dt.timedelta(seconds=15)
LONGEST_WAIT = dt.timedelta(minutes=15)
# Past this a message is news from another day. It ends as failed, and is shown as such.
GIVE_UP = dt.timedelta(days=3)


class Post:
    """What a worker keeps between two batches: lines to each channel, a recorder, how many to look at together."""

    def __init__(self) -> None:
        self.lines: dict[str, Lines] = {}
        self.recorder = Recorder()
        self.chunk = FIRST_CHUNK

    def to(self, channel: str) -> Lines:
        if channel not in self.lines:
            self.lines[channel] = Lines(channels.of(channel))
        return self.lines[channel]


@contextmanager
def post() -> Iterator[Post]:
    """Lines for as long as this lasts. What is on its way at the end is waited for, but not for long."""
    kept = Post()
    try:
        yield kept
    finally:
        try:
            for lines in kept.lines.values():
                try:
                    _record_all(kept.recorder, lines.finish(within=LAST_CALL))
                finally:
                    lines.close()
            kept.recorder.settle()
        finally:
            kept.recorder.close()


def deliver_due(*, limit: int = BATCH, only: list[str] | None = None) -> int:
    """Send up to `limit` messages that are due (of these dedupe keys, if given). Says how many it is done with."""
    with post() as kept:
        return deliver_batch(kept, limit=limit, only=only)


def deliver_batch(kept: Post, *, limit: int = BATCH, only: list[str] | None = None) -> int:
    """The same over lines that are kept open for the next batch."""
    messages = Message.objects.take(now=timezone.now(), limit=limit, only=only)
    stop_at = time.monotonic() + BATCH_SECONDS
    by_channel: defaultdict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_channel[message.channel].append(message)
    return sum(Batch(kept, name, alike, stop_at).deliver() for name, alike in by_channel.items())


class Batch:
    """Leased messages of one channel, on their way from the gate to the lines."""

    def __init__(self, kept: Post, channel: str, messages: list[Message], stop_at: float) -> None:
        self.kept, self.channel, self.stop_at = kept, channel, stop_at
        self.total = len(messages)
        self.untouched = {message.pk: message for message in messages}
        self.given = 0

    def deliver(self) -> int:
        """Send what may go. What there is no time or no server for goes back for the next worker.

        Says how many are done with.
        """
        for ready in self._ready():
            if self.given and time.monotonic() > self.stop_at:
                return self._hand_back(wait=dt.timedelta(0))
            del self.untouched[ready.go.message.pk]
            if not self._send(ready):
                return self._hand_back(wait=FIRST_WAIT)
        self._finish()
        return self.total

    def _ready(self) -> Iterator[Ready]:
        """Those that may go; what may not is recorded. Looks at fewer together when they go slowly."""
        waiting = list(self.untouched.values())
        while waiting:
            if self.given:  # looking takes a while
                self._record(self.kept.to(self.channel).reports())
            began = time.monotonic()
            chunk, waiting = waiting[: self.kept.chunk], waiting[self.kept.chunk :]
            ready = _made_ready(chunk)
            for message in {m.pk for m in chunk} - {one.go.message.pk for one in ready}:
                del self.untouched[message]
            yield from ready
            self.kept.chunk = _next_size(len(chunk), time.monotonic() - began)

    def _send(self, ready: Ready) -> bool:
        """Give one letter to the lines. False when there is nobody to give it to."""
        lines = self.kept.to(self.channel)
        try:
            self._record(lines.settle())
        except channels.Unreachable as error:
            _try_later(ready.go.message, error)
            return False
        for fresh in _made_ready([ready.go.message]) if ready.go.is_stale else [ready]:
            if _handed_over(fresh.go):
                self.given += 1
                lines.give(Job(fresh.go.message, fresh.letter))
                self._record(lines.reports())
        return True

    def _finish(self) -> None:
        if self.given:
            self._record(self.kept.to(self.channel).finish())
            self.kept.recorder.settle()

    def _record(self, outcomes: Iterable[Outcome]) -> None:
        _record_all(self.kept.recorder, outcomes)

    def _hand_back(self, *, wait: dt.timedelta) -> int:
        """Give back what was taken and not touched, as if it had never been taken. Says how many were done."""
        self._finish()
        for message in self.untouched.values():
            message.record(next_attempt_at=timezone.now() + wait, attempts=message.attempts - 1)
        return self.total - len(self.untouched)


def _next_size(looked_at: int, seconds: float) -> int:
    """As many as go in half of the time after which they would have to be looked at again."""
    return max(1, min(CHUNK, int(looked_at * gate.FRESH / 2 / max(seconds, 0.001))))


@dataclass(frozen=True)
class Ready:
    """What may go, and the letter that it became."""

    go: gate.Go
    letter: Any


def _made_ready(messages: list[Message]) -> list[Ready]:
    """What may go of these, written. All of them together: one after the other takes the processor twice as long."""
    written = ((go, _written(go)) for go in _let_through(messages))
    return [Ready(go, letter) for go, letter in written if letter is not None]


def _let_through(messages: list[Message]) -> list[gate.Go]:
    """What may go of these. What became of the others is written down."""
    going = []
    for verdict in gate.look(messages, now=timezone.now()):
        if isinstance(verdict, gate.Go):
            going.append(verdict)
        else:
            _stop(verdict)
    return going


def _stop(verdict: gate.Hold | gate.End | gate.Trouble) -> None:
    message = verdict.message
    if isinstance(verdict, gate.Hold):
        message.record(next_attempt_at=verdict.until, held_for=verdict.why, attempts=message.attempts - 1)
    elif isinstance(verdict, gate.End):
        when = "failed_at" if verdict.failed else "cancelled_at"
        _end(message, **{when: timezone.now()}, last_error=verdict.reason)
    else:
        _cannot_be_written(message, verdict.error)


def _written(go: gate.Go) -> Any | None:
    """The letter; None when it cannot be written now."""
    try:
        return channels.of(go.message.channel).compose(go.message, go.context, go.preference)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        _cannot_be_written(go.message, error)
        return None


def _cannot_be_written(message: Message, error: Exception) -> None:
    """One letter that cannot be written never holds up the others."""
    logger.error("Message %s (%s) could not be written.", message.pk, message.kind, exc_info=error)
    _try_later(message, error)


def _handed_over(go: gate.Go) -> bool:
    """Write down that it is being given away, if others depend on that. False if it was taken back meanwhile,
    or if it is gentle and another one goes today.
    """
    message, now = go.message, timezone.now()
    if later := gate.let_go(go, now=now):
        _stop(later)
        return False
    if not kinds.of(message.kind).watched:
        return True
    return message.record(handed_over_at=now, last_error="")


# What became of it ----------------------------------------------------------------------------------


def _record_all(recorder: Recorder, outcomes: Iterable[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.error is None:
            _sent(recorder, outcome.job.message)
        elif isinstance(outcome.error, channels.Refused):
            _refused(outcome.job.message, outcome.error)
        else:
            _try_later(outcome.job.message, outcome.error)


def _sent(recorder: Recorder, message: Message) -> None:
    """What was sent was sent, even if it was taken back, or the lease was lost, while it was on its way."""
    to = channels.of(message.channel).address_of(message)
    recorder.sent(message.pk, at=timezone.now(), to=to, wipe=kinds.of(message.kind).secret)


def _refused(message: Message, refusal: channels.Refused) -> None:
    """The other side said no to this letter, for good or for now."""
    now = timezone.now()
    # `message` still says what was so when it was taken: an earlier try may have arrived, with its answer cut off.
    before = message.handed_over_at
    fields: dict[str, Any] = {"handed_over_at": before, "refused_at": message.refused_at or now}
    # One that was taken back meanwhile is not recorded any more, but what tells of its end asks whether it arrived.
    back = Message.objects.filter(
        pk=message.pk, leased_until=message.leased_until, cancelled_at__isnull=False
    )
    back.update(handed_over_at=before)
    if not refusal.for_good:
        _try_later(message, refusal, **fields)
        return
    BrokenAddress.objects.get_or_create(
        channel=message.channel,
        address=channels.of(message.channel).address_of(message).lower(),
        defaults={"reason": refusal.words[:500]},
    )
    _end(message, failed_at=now, last_error=str(refusal)[:500], **fields)


def _try_later(message: Message, error: Exception, **fields: Any) -> None:
    now = timezone.now()
    fields["last_error"] = str(error)[:500] or type(error).__name__
    if now - message.not_before > GIVE_UP:
        _end(message, failed_at=now, **fields)
        return
    message.record(next_attempt_at=now + back_off(message.attempts), **fields)


def back_off(attempts: int) -> dt.timedelta:
    """How long to wait after that many attempts: doubling, up to a quarter of an hour, spread by a fifth."""
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 10), LONGEST_WAIT)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing


def _end(message: Message, **fields: Any) -> None:
    message.record(**fields, **_wiped(message))


def _wiped(message: Message) -> dict[str, Any]:
    return {"params": {}} if kinds.of(message.kind).secret else {}
