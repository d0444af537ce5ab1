"""The dates of an ask, and when there is something to do about them next. The ask is held by the caller."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from asks import when
from asks.models import Ask, Occurrence

# How long before one date of an ask that repeats those who may see it hear that nobody said yes so far.
TELL_BEFORE = dt.timedelta(days=5)


def make(ask: Ask, *, now: dt.datetime) -> list[Occurrence]:
    """The dates it has up to the horizon that are not there yet; always at least the first."""
    starts: list[dt.datetime | None] = [ask.starts_at]
    if ask.starts_at and ask.repeats:
        starts = [*_starts(ask, horizon=max(now + when.HORIZON, ask.starts_at))]
    there = set(ask.occurrences.values_list("number", flat=True))
    rows = [_date(ask, number, at, now) for number, at in enumerate(starts) if number not in there]
    return Occurrence.objects.bulk_create(rows)


def _starts(ask: Ask, *, horizon: dt.datetime) -> Iterator[dt.datetime]:
    """Of one that repeats, from its first on."""
    assert ask.starts_at  # noqa: S101 - what repeats has a time, says the database
    until, zone = ask.repeats_until_on, ask.zone
    return when.weekly(ask.starts_at, weeks=ask.weeks_apart, zone=zone, until=until, horizon=horizon)


def _date(ask: Ask, number: int, starts_at: dt.datetime | None, now: dt.datetime) -> Occurrence:
    ends_at = starts_at + ask.lasts if starts_at else None
    return Occurrence(
        ask=ask, number=number, made_at=now, changed_at=now, starts_at=starts_at, ends_at=ends_at
    )


def ahead(ask: Ask, *, now: dt.datetime) -> list[Occurrence]:
    """Those that are still to come, said yes to or not."""
    rows = list(ask.occurrences.standing().ahead(now).prefetch_related("takings"))
    for row in rows:
        row.ask = ask
    return rows


def told_of(ask: Ask, *, now: dt.datetime) -> list[Occurrence]:
    """Those people have heard of so far and that are open: the first, and what is near."""
    near = [date for date in ahead(ask, now=now) if _is_near(date, now)]
    return [date for date in near if date.standing_taking() is None]


def _is_near(date: Occurrence, now: dt.datetime) -> bool:
    return date.number == 0 or date.starts_at is None or date.starts_at <= now + TELL_BEFORE


def is_told_by_now(date: Occurrence, *, now: dt.datetime) -> bool:
    """Of one that repeats: whether those who may see it hear of this date already."""
    return date.ask.repeats and date.starts_at is not None and date.starts_at <= now + TELL_BEFORE


def look_again(ask: Ask, *, now: dt.datetime) -> None:
    """Write down when to look at it next; never, once there is nothing more to come."""
    ask.look_again_at = min((at for at in _moments(ask, now) if at > now), default=None)
    ask.save(update_fields=["look_again_at"])


def _moments(ask: Ask, now: dt.datetime) -> Iterator[dt.datetime]:
    """When another date comes into sight, when people are told of one, when its owner hears that it is open."""
    if ask.cancelled_at:
        return
    if ask.starts_at and ask.repeats:
        after = _starts(ask, horizon=max(now + when.HORIZON, ask.starts_at) + ask.weeks_apart * when.WEEK)
        yield from (start - when.HORIZON for start in after)
    for date in ahead(ask, now=now):
        if ask.repeats and date.starts_at:
            yield date.starts_at - TELL_BEFORE
        if date.word_at:
            yield date.word_at
