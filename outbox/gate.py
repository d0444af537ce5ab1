"""Whether a message may go right now. Looked at just before it goes, many at a time, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from outbox import channels, kinds, preferences, reasons, turns
from outbox.kinds import Context, Said
from outbox.models import BrokenAddress, ChannelPreference, Message

# How soon to look again at a message that has to wait for another.
SOON = dt.timedelta(seconds=5)
# Seconds after which what was found true may be so no longer.
FRESH = 2.0


@dataclass(frozen=True)
class Go:
    """It may be sent, and this is what it says."""

    message: Message
    context: Context
    preference: ChannelPreference | None = None
    looked_at: float = field(default_factory=time.monotonic)

    @property
    def is_stale(self) -> bool:
        return time.monotonic() - self.looked_at > FRESH


@dataclass(frozen=True)
class Hold:
    """Not before then. `why` is one of Message.HeldFor, or "" when it waits for another message."""

    message: Message
    until: dt.datetime
    why: str = ""


@dataclass(frozen=True)
class End:
    """There is nothing to send, ever. `failed`: there was something to say, but nowhere to say it."""

    message: Message
    reason: str
    failed: bool = False


@dataclass(frozen=True)
class Trouble:
    """It could not be worked out what it says."""

    message: Message
    error: Exception


Verdict = Go | Hold | End | Trouble


def look(messages: list[Message], *, now: dt.datetime) -> list[Verdict]:
    """What is to be done with each, in their order. Leaves out what is no longer ours to send."""
    ours = _still_ours(messages)
    verdicts = {m.pk: _spoken(m, said, now) for m, said in _contexts(ours)}
    going = [verdict for verdict in verdicts.values() if isinstance(verdict, Go)]
    verdicts |= {go.message.pk: verdict for go, verdict in _reached(going, now)}
    gentle = [v for v in verdicts.values() if isinstance(v, Go) and kinds.of(v.message.kind).gentle]
    gone = turns.gone((go.message for go in gentle), now=now) if gentle else set()
    verdicts |= {go.message.pk: tomorrow(go, now=now) for go in gentle if go.message.pk in gone}
    return [verdicts[message.pk] for message in ours]


def _still_ours(messages: list[Message]) -> list[Message]:
    """Those that still wait and that nobody else has taken over."""
    waiting = Message.objects.waiting().filter(pk__in=[message.pk for message in messages])
    leases = dict(waiting.values_list("pk", "leased_until"))
    return [message for message in messages if leases.get(message.pk, "gone") == message.leased_until]


def _contexts(messages: list[Message]) -> Iterable[tuple[Message, Said | Exception]]:
    """What each says, one question for all of a kind."""
    by_kind: defaultdict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_kind[message.kind].append(message)
    for name, alike in by_kind.items():
        yield from zip(alike, kinds.of(name).contexts(alike), strict=True)


def _spoken(message: Message, said: Said | Exception, now: dt.datetime) -> Verdict:
    if said is None:
        return End(message, reasons.NOTHING_LEFT)
    if isinstance(said, kinds.NotYet):
        soon = now + SOON
        return Hold(message, max(said.until or soon, soon))
    if isinstance(said, Exception):
        return Trouble(message, said)
    return Go(message, said)


def _reached(going: list[Go], now: dt.datetime) -> Iterable[tuple[Go, Verdict]]:
    """How, where and when each reader wants to hear of it."""
    by_channel: defaultdict[str, list[Go]] = defaultdict(list)
    for go in going:
        by_channel[go.message.channel].append(go)
    for name, alike in by_channel.items():
        try:
            channel = channels.of(name)
        except KeyError as error:  # from a newer version of the code
            yield from ((go, Trouble(go.message, error)) for go in alike)
            continue
        broken = _broken(channel, name, alike)
        readers = [go.message.recipient_id for go in alike if go.message.recipient_id is not None]
        wishes = preferences.of(readers, name)
        for go in alike:
            wish = wishes.get(go.message.recipient_id or 0)
            yield go, _open_to(go, channel.address_of(go.message), broken, wish, now)


def _broken(channel: channels.Channel, name: str, going: list[Go]) -> set[str]:
    """Those of their addresses that take nothing. What somebody asked for just now is tried all the same."""
    asked = {channel.address_of(go.message).lower() for go in going if not kinds.of(go.message.kind).at_once}
    found = BrokenAddress.objects.filter(channel=name, address__in=asked)
    return set(found.values_list("address", flat=True))


def _open_to(
    go: Go, address: str, broken: set[str], wish: ChannelPreference | None, now: dt.datetime
) -> Verdict:
    message, kind = go.message, kinds.of(go.message.kind)
    if not address or (address.lower() in broken and not kind.at_once):
        return End(message, reasons.BROKEN, failed=True)
    if wish is None or message.recipient is None:
        return go
    if kind.unsubscribe and wish.has_stopped(kind.unsubscribe):
        return End(message, reasons.STOPPED)
    quiet = None if message.wakes or kind.at_once else wish.quiet_until_after(now, message.recipient.zone)
    if quiet:
        return Hold(message, quiet, Message.HeldFor.QUIET_HOURS)
    return Go(message, go.context, wish, go.looked_at)


def let_go(go: Go, *, now: dt.datetime) -> Hold | None:
    """Asked when it is really given away: None if it goes, or why not when another had the day's gentle turn."""
    gentle = kinds.of(go.message.kind).gentle
    return None if not gentle or turns.take(go.message, now=now) else tomorrow(go, now=now)


def tomorrow(go: Go, *, now: dt.datetime) -> Hold:
    """The next day of its reader's, after their quiet hours."""
    message, morning = go.message, turns.next_day(go.message, now)
    if go.preference and message.recipient:
        morning = go.preference.quiet_until_after(morning, message.recipient.zone) or morning
    return Hold(message, morning, Message.HeldFor.ONE_A_DAY)
