"""One gentle message a person and day. A row in the database says whose turn it is, so two workers cannot both send."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.db.models.functions import Now

from outbox.models import DailyTurn, Message

# How long a turn is kept after its day: longer than any zone is from any other.
KEPT = dt.timedelta(days=3)


def claim(messages: list[Message], *, now: dt.datetime) -> set[int]:
    """The ids of those whose turn it is today, on their reader's calendar. All need a reader with an account."""
    asked = [DailyTurn(person=m.recipient, day=day(m, now), message=m) for m in messages if m.recipient]
    people = [turn.person_id for turn in asked]
    if not people:
        return set()
    _free(people, now)
    DailyTurn.objects.bulk_create(asked, ignore_conflicts=True)
    held = set(DailyTurn.objects.filter(person__in=people).values_list("person", "day", "message"))
    return {turn.message_id for turn in asked if (turn.person_id, turn.day, turn.message_id) in held}


def day(message: Message, now: dt.datetime) -> dt.date:
    """What day it is for its reader."""
    return now.astimezone(_zone(message)).date()


def next_day(message: Message, now: dt.datetime) -> dt.datetime:
    """When the next day begins for its reader, in UTC."""
    tomorrow = day(message, now) + dt.timedelta(days=1)
    return dt.datetime.combine(tomorrow, dt.time(0), tzinfo=_zone(message)).astimezone(dt.UTC)


def _zone(message: Message) -> dt.tzinfo:
    return message.recipient.zone if message.recipient else dt.UTC


def _free(people: list[int], now: dt.datetime) -> None:
    """Give up turns of days long past, and of messages that ended unsent and are in nobody's hands any more."""
    unsent = Q(message__cancelled_at__isnull=False) | Q(message__failed_at__isnull=False)
    past = Q(day__lt=(now - KEPT).date())
    dead = unsent & (Q(message__leased_until=None) | Q(message__leased_until__lte=Now()))
    DailyTurn.objects.filter(past | dead, person__in=people).delete()
