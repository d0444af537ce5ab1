"""One gentle message a person and day. A row in the database says whose turn it is, so two workers cannot both send.

The turn is taken when the message is given away, not before: what is only looked at uses up nobody's day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from outbox.models import DailyTurn, Message

# How long a turn is kept after its day: longer than any zone is from any other.
KEPT = dt.timedelta(days=3)

# Whoever had the turn keeps it if their message left, or is in somebody's hands. By the database's clock, like a lease.
_TAKE = """
    WITH past AS (DELETE FROM outbox_dailyturn WHERE person_id = %(person)s AND day < %(kept)s)
    INSERT INTO outbox_dailyturn AS turn (person_id, day, message_id)
    VALUES (%(person)s, %(day)s, %(message)s)
    ON CONFLICT (person_id, day) DO UPDATE SET message_id = excluded.message_id
    WHERE turn.message_id = excluded.message_id OR EXISTS (
        SELECT FROM outbox_message had WHERE had.id = turn.message_id AND had.sent_at IS NULL
        AND (had.leased_until IS NULL OR had.leased_until <= now())
    )
    RETURNING message_id
"""


def take(message: Message, *, now: dt.datetime) -> bool:
    """Take today's turn, on its reader's calendar, for a message that is given away now. False if another has it."""
    if message.recipient_id is None:
        return True
    turn: dict[str, int | dt.date] = {"person": message.recipient_id, "message": message.pk}
    turn |= {"day": day(message, now), "kept": (now - KEPT).date()}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, turn)
        return cursor.fetchone() is not None


def gone(messages: Iterable[Message], *, now: dt.datetime) -> set[int]:
    """The ids of those whose reader's turn of today is another's. Changes nothing."""
    asked = {m.pk: (m.recipient_id, day(m, now)) for m in messages if m.recipient_id is not None}
    used = Q(message__sent_at__isnull=False) | Q(message__leased_until__gt=Now())
    rows = DailyTurn.objects.filter(used, person__in={person for person, _day in asked.values()})
    holder = {(person, of): message for person, of, message in rows.values_list("person", "day", "message")}
    return {pk for pk, turn in asked.items() if holder.get(turn, pk) != pk}


def day(message: Message, now: dt.datetime) -> dt.date:
    """What day it is for its reader."""
    return now.astimezone(_zone(message)).date()


def next_day(message: Message, now: dt.datetime) -> dt.datetime:
    """When the next day begins for its reader, in UTC."""
    tomorrow = day(message, now) + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(0), tzinfo=_zone(message)).astimezone(dt.UTC)


def _zone(message: Message) -> dt.tzinfo:
    return message.recipient.zone if message.recipient else dt.UTC
