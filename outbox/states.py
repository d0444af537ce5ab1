"""What has become of a message, in words anybody may read. Never what a mail server said, and no query."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import times
from outbox import reasons, replies
from outbox.models import Message

# A reply as delivery keeps it: "550 5.1.1 no such mailbox".
_REPLY = re.compile(r"^(\d{3}) (.*)", re.S)


@dataclass(frozen=True)
class State:
    """`code` is one of waiting, held, on_its_way, sent, refused, given_up, taken_back; `at` when it became so,
    or for what waits when it goes on. Times in `words` are on the clock that is active.
    """

    code: str
    words: str
    at: dt.datetime

    @property
    def is_over(self) -> bool:
        """Nothing more will come of it."""
        return self.code in ("sent", "refused", "given_up", "taken_back")


def of(message: Message, *, now: dt.datetime, looker_id: int | None = None) -> State:
    """The state of this message as its row says, to whoever looks: its owner, unless somebody else is named."""
    mine = message.recipient_id is not None and message.recipient_id == (looker_id or message.owner_id)
    return _ended(message, mine) or _under_way(message, now, mine)


def _ended(message: Message, mine: bool) -> State | None:
    if message.sent_at:
        words = _("Sent. Your mail server took it.") if mine else _("Sent. Their mail server took it.")
        return State("sent", words, message.sent_at)
    if message.cancelled_at:
        return State("taken_back", _why_taken_back(message, mine), message.cancelled_at)
    if message.failed_at:
        code = "refused" if _refused_for_good(message) else "given_up"
        return State(code, _why_not(message, mine), message.failed_at)
    return None


def _under_way(message: Message, now: dt.datetime, mine: bool) -> State:
    later = message.next_attempt_at
    if message.held_for and later > now:
        return State("held", _why_held(message, now, mine), later)
    if message.is_on_its_way(now):
        return State("on_its_way", _("On its way right now."), message.handed_over_at or now)
    if message.last_error:
        return State("waiting", _try_again(message, now, mine), later)
    if message.is_leased(now):
        return State("on_its_way", _("On its way right now."), later)
    if later > now:
        return State("waiting", _("Waits until %(when)s.") % {"when": _when(later, now)}, later)
    return State("waiting", _("Goes out in a moment."), later)


def _why_held(message: Message, now: dt.datetime, mine: bool) -> str:
    when = {"when": _when(message.next_attempt_at, now)}
    if message.held_for == Message.HeldFor.ONE_A_DAY:
        return _("Waits until %(when)s: one gentle message a day is enough.") % when
    if mine:
        return _("Waits until %(when)s: these are your quiet hours.") % when
    return _("Waits until %(when)s: these are their quiet hours.") % when


def _try_again(message: Message, now: dt.datetime, mine: bool) -> str:
    soon = message.next_attempt_at <= now
    when = {"when": _when(message.next_attempt_at, now)}
    again = _("We try again in a moment.") if soon else _("We try again at %(when)s.") % when
    if not message.refused_at:
        why = _("We could not send it yet.")
    elif mine:
        why = _("Your mail server asked us to wait.")
    else:
        why = _("Their mail server asked us to wait.")
    return f"{why} {again}"


def _refused_for_good(message: Message) -> bool:
    reply = _REPLY.match(message.last_error)
    if reply:
        return replies.is_permanent(int(reply.group(1)), reply.group(2))
    return message.last_error == reasons.BROKEN


def _why_not(message: Message, mine: bool) -> str:
    if message.last_error == reasons.BROKEN:
        return _("Not sent: an earlier message to this address came back.")
    if _refused_for_good(message):
        return _("Came back: the mail server says this mailbox does not exist.")
    if not message.refused_at:
        return _("We gave up after three days: we could not reach the mail server.")
    if mine:
        return _("We gave up after three days: your mail server kept saying no.")
    return _("We gave up after three days: their mail server kept saying no.")


def _why_taken_back(message: Message, mine: bool) -> str:
    if message.last_error != reasons.STOPPED:
        return _("Taken back before it went: it was no longer needed.")
    return _("Not sent: you have stopped these.") if mine else _("Not sent: they have stopped these.")


def _when(at: dt.datetime, now: dt.datetime) -> str:
    return times.until(at, now=now, zone=timezone.get_current_timezone())
