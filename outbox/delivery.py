"""From a row to a mail server. At least once: a repeat carries the same Message-ID."""

from __future__ import annotations

import datetime as dt
import logging
import random
import smtplib
import time
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from outbox import kinds, letters, replies
from outbox.models import BrokenAddress, Message

logger = logging.getLogger(__name__)

BATCH = 100
# Seconds after which a batch begins no further letter. With one letter's time-outs it is well inside the lease.
BATCH_SECONDS = 20
FIRST_WAIT = dt.timedelta(seconds=15)
LONGEST_WAIT = dt.timedelta(minutes=15)
# How soon to look again at a message that has to wait for another.
SOON = dt.timedelta(seconds=5)
# Past this a message is news from another day. It ends as failed, and is shown as such.
GIVE_UP = dt.timedelta(days=3)


def deliver_due(*, limit: int = BATCH, only: list[str] | None = None) -> int:
    """Send up to `limit` messages that are due (of these dedupe keys, if given). Says how many it is done with."""
    messages = Message.objects.take(now=timezone.now(), limit=limit, only=only)
    return _send_all(messages) if messages else 0


def _send_all(messages: list[Message]) -> int:
    """Send over one connection. What there is no time or no server for goes back for the next worker."""
    stop_at = time.monotonic() + BATCH_SECONDS
    broken = _broken(messages)
    connection = get_connection()
    try:
        for place, message in enumerate(messages):
            if place and time.monotonic() > stop_at:
                return _hand_back(messages, place, wait=dt.timedelta(0))
            if message.to_address.lower() in broken:
                _end(message, failed_at=timezone.now(), last_error="The address takes no mail.")
            elif not _send_one(message, connection):
                return _hand_back(messages, place + 1, wait=FIRST_WAIT)
    finally:
        _close(connection)
    return len(messages)


def _broken(messages: list[Message]) -> set[str]:
    """Those of their addresses that take no mail. What somebody asked for just now is tried all the same."""
    asked = {m.to_address.lower() for m in messages if not kinds.of(m.kind).at_once}
    return set(BrokenAddress.objects.filter(address__in=asked).values_list("address", flat=True))


def _send_one(message: Message, connection: BaseEmailBackend) -> bool:
    """Write and send one. False when there is no mail server to go on with."""
    letter = _write(message)
    if letter is None:
        return True
    try:
        # Opened by us, it stays open for the next one; does nothing while it is.
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        _try_later(message, error)
        return False
    if kinds.of(message.kind).watched and not message.record(handed_over_at=timezone.now(), last_error=""):
        return True  # taken back in the meantime
    try:
        connection.send_messages([letter])
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        _failed(message, error, connection)
    else:
        _sent(message)
    return True


def _write(message: Message) -> letters.Letter | None:
    """The letter, or None when there is none to send now; the row then says why."""
    try:
        context = kinds.get(message.kind).context(message)
        if context is not None:
            return letters.render(message, context)
        _end(message, cancelled_at=timezone.now(), last_error="There was nothing left to say.")
    except kinds.NotYet:
        message.record(next_attempt_at=timezone.now() + SOON, attempts=message.attempts - 1)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        # One letter that cannot be written never holds up the others.
        logger.exception("Message %s (%s) could not be written.", message.pk, message.kind)
        _try_later(message, error)
    return None


def _failed(message: Message, error: Exception, connection: BaseEmailBackend) -> None:
    """The server refused this letter, for good or for now, or the line broke."""
    refusal = replies.refusal(error)
    if refusal is None:
        _close(connection)
        _try_later(message, error)
        return
    code, words = refusal
    fields: dict[str, Any] = {"handed_over_at": None, "refused_at": message.refused_at or timezone.now()}
    if code == 421:  # it hung up with that
        _close(connection)
    if replies.is_permanent(code, words):
        BrokenAddress.objects.get_or_create(
            channel=message.channel, address=message.to_address.lower(), defaults={"reason": words[:500]}
        )
        _end(message, failed_at=timezone.now(), last_error=f"{code} {words}"[:500], **fields)
        return
    _try_later(message, error, **fields)


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


def _sent(message: Message) -> None:
    """What was sent was sent, even if it was taken back while it was on its way."""
    mine = Message.objects.filter(pk=message.pk, attempts=message.attempts, sent_at=None)
    mine.update(
        sent_at=timezone.now(),
        sent_to=message.to_address,
        last_error="",
        cancelled_at=None,
        **_wiped(message),
    )


def _end(message: Message, **fields: Any) -> None:
    message.record(**fields, **_wiped(message))


def _wiped(message: Message) -> dict[str, Any]:
    return {"params": {}} if kinds.of(message.kind).secret else {}


def _hand_back(messages: list[Message], done: int, *, wait: dt.timedelta) -> int:
    """Give back what was taken and not touched, as if it had never been taken. Says how many were done."""
    for message in messages[done:]:
        message.record(next_attempt_at=timezone.now() + wait, attempts=message.attempts - 1)
    return done


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):
        logger.info("The mail server was gone before we could say goodbye.")
