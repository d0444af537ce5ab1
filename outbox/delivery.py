"""From a row to a mail server. At least once: a repeat carries the same Message-ID."""

from __future__ import annotations

import datetime as dt
import logging
import random
import re
import smtplib
import time
from typing import Any

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from outbox import kinds, letters
from outbox.models import LEASE, BrokenAddress, Message

logger = logging.getLogger(__name__)

BATCH = 100
# Seconds one batch may take: half a lease, so that nobody else takes over what we still hold.
BATCH_SECONDS = LEASE.total_seconds() / 2
FIRST_WAIT = dt.timedelta(seconds=15)
LONGEST_WAIT = dt.timedelta(minutes=15)
# Past this a message is news from another day. It ends as failed, and is shown as such.
GIVE_UP = dt.timedelta(days=3)

# RFC 3463: X.1.* speak of the address, X.2.1 of a mailbox that is closed.
_ADDRESS_IS_WRONG = re.compile(r"\b5\.(1\.\d{1,3}|2\.1)\b")
_HAS_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


def deliver_due(*, limit: int = BATCH, only: list[str] | None = None) -> int:
    """Send up to `limit` messages that are due (only of these dedupe keys, if given). Says how many it took."""
    messages = Message.objects.take(now=timezone.now(), limit=limit, only=only)
    if messages:
        _send_all(messages)
    return len(messages)


def _send_all(messages: list[Message]) -> None:
    """Send over one connection. What there is no time for goes back for the next worker."""
    stop_at = time.monotonic() + BATCH_SECONDS
    broken = _broken(messages)
    connection = get_connection()
    try:
        for place, message in enumerate(messages):
            if place and time.monotonic() > stop_at:
                return _hand_back(messages[place:])
            if message.to_address.lower() in broken:
                _end(message, failed_at=timezone.now(), last_error="The address takes no mail.")
            else:
                _send_one(message, connection)
    finally:
        _close(connection)
    return None


def _broken(messages: list[Message]) -> set[str]:
    """Those of their addresses that take no mail. What somebody asked for just now is tried all the same."""
    asked = {m.to_address.lower() for m in messages if not kinds.get(m.kind).at_once}
    return set(BrokenAddress.objects.filter(address__in=asked).values_list("address", flat=True))


def _send_one(message: Message, connection: BaseEmailBackend) -> None:
    try:
        kind = kinds.get(message.kind)
        context = kind.context(message)
        if context is None:
            _end(message, cancelled_at=timezone.now())
            return
        letter = letters.render(message, context)
        # Opened by us, it stays open for the next one; does nothing while it is.
        connection.open()
        connection.send_messages([letter])
    except smtplib.SMTPRecipientsRefused as error:
        _refused(message, error)
    except Exception as error:
        # One letter that cannot be written or sent never holds up the others.
        if not isinstance(error, smtplib.SMTPException | OSError):
            logger.exception("Message %s (%s) could not be written.", message.pk, message.kind)
        _close(connection)
        _try_later(message, error)
    else:
        _sent(message)


def _refused(message: Message, error: smtplib.SMTPRecipientsRefused) -> None:
    """The server would not take this address: for good, or for now?"""
    code, said = next(iter(error.recipients.values()))
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    if not is_permanent(code, words):
        _try_later(message, error)
        return
    BrokenAddress.objects.get_or_create(address=message.to_address.lower(), defaults={"reason": words[:500]})
    _end(message, failed_at=timezone.now(), last_error=f"{code} {words}"[:500])


def is_permanent(code: int, words: str) -> bool:
    """Whether an SMTP reply says that the address itself will never work (RFC 5321 §4.2, RFC 3463).

    A 5xx about anything else (relaying, policy, size) is the server's trouble, not the address's.
    """
    if code < 500:
        return False
    if _HAS_STATUS.search(words):
        return bool(_ADDRESS_IS_WRONG.search(words))
    return code in (550, 551, 553)


def _try_later(message: Message, error: Exception) -> None:
    now = timezone.now()
    if now - message.not_before > GIVE_UP:
        _end(message, failed_at=now, last_error=str(error)[:500])
        return
    message.record(next_attempt_at=now + back_off(message.attempts), last_error=str(error)[:500])


def back_off(attempts: int) -> dt.timedelta:
    """How long to wait after that many attempts: doubling, up to a quarter of an hour, spread by a fifth."""
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 10), LONGEST_WAIT)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing


def _sent(message: Message) -> None:
    """What was sent was sent, even if it was taken back while it was on its way."""
    mine = Message.objects.filter(pk=message.pk, attempts=message.attempts, sent_at=None)
    ended: dict[str, Any] = {"params": {}} if kinds.get(message.kind).secret else {}
    mine.update(sent_at=timezone.now(), sent_to=message.to_address, last_error="", cancelled_at=None, **ended)


def _end(message: Message, **fields: Any) -> None:
    if kinds.get(message.kind).secret:
        fields["params"] = {}
    message.record(**fields)


def _hand_back(messages: list[Message]) -> None:
    for message in messages:
        message.record(next_attempt_at=timezone.now())


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):
        logger.info("The mail server was gone before we could say goodbye.")
