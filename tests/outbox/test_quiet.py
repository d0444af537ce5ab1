"""Quiet hours over every zone: local first, UTC after, also when the clock jumps."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outbox.models import ChannelPreference
from outbox.quiet import end_of_quiet

ZONES = st.sampled_from(sorted(zoneinfo.available_timezones() - {"localtime"})).map(zoneinfo.ZoneInfo)
MOMENTS = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2032, 12, 31), timezones=st.just(dt.UTC))
CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
LONDON = zoneinfo.ZoneInfo("Europe/London")
NINE_TO_NINE = {"quiet_from": dt.time(21), "quiet_until": dt.time(9)}


def utc(day: int, hour: int, minute: int = 0, month: int = 5) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("at", "end"),
    [
        (utc(4, 19, 59), None),
        (utc(4, 20), utc(5, 8)),
        (utc(5, 7, 59), utc(5, 8)),
        (utc(5, 8), None),
        (utc(5, 12), None),
    ],
)
def test_over_the_night(at: dt.datetime, end: dt.datetime | None) -> None:
    assert end_of_quiet(at, zone=LONDON, **NINE_TO_NINE) == end
    assert ChannelPreference().quiet_until_after(at, LONDON) == end


def test_over_midday() -> None:
    noon = {"quiet_from": dt.time(12), "quiet_until": dt.time(14)}
    assert end_of_quiet(utc(4, 11), zone=LONDON, **noon) == utc(4, 13)
    assert end_of_quiet(utc(4, 13), zone=LONDON, **noon) is None


def test_an_end_that_comes_twice_is_the_first() -> None:
    # 25 October 2026: from 2:00 back to 1:00. The first 1:30 is 0:30 UTC.
    hours = {"quiet_from": dt.time(22), "quiet_until": dt.time(1, 30)}
    assert end_of_quiet(utc(25, 0, 15, 10), zone=LONDON, **hours) == utc(25, 0, 30, 10)
    assert end_of_quiet(utc(25, 1, 15, 10), zone=LONDON, **hours) is None


def test_an_end_that_is_skipped_comes_an_hour_later_by_the_clock() -> None:
    # 29 March 2026: from 1:00 on to 2:00. 1:30 is read as 2:30 summer time, 1:30 UTC.
    hours = {"quiet_from": dt.time(22), "quiet_until": dt.time(1, 30)}
    assert end_of_quiet(utc(29, 1, 15, 3), zone=LONDON, **hours) == utc(29, 1, 30, 3)


@settings(deadline=None)  # a busy machine
@given(MOMENTS, ZONES, CLOCKS, CLOCKS)
def test_the_end_is_ahead_and_by_then_it_is_no_longer_quiet(
    at: dt.datetime, zone: dt.tzinfo, quiet_from: dt.time, quiet_until: dt.time
) -> None:
    hours = {"quiet_from": quiet_from, "quiet_until": quiet_until}
    end = end_of_quiet(at, zone=zone, **hours)
    if end is not None:
        assert at < end <= at + dt.timedelta(hours=27)
        assert end_of_quiet(end, zone=zone, **hours) is None


@settings(deadline=None)  # a busy machine
@given(MOMENTS, ZONES, CLOCKS)
def test_two_equal_times_are_no_quiet_hours(at: dt.datetime, zone: dt.tzinfo, clock: dt.time) -> None:
    assert end_of_quiet(at, zone=zone, quiet_from=clock, quiet_until=clock) is None


@settings(deadline=None)  # a busy machine
@given(MOMENTS, ZONES)
def test_at_noon_nobody_sleeps_and_at_midnight_everybody_does(at: dt.datetime, zone: dt.tzinfo) -> None:
    local = at.astimezone(zone)
    noon, midnight = (local.replace(hour=h, minute=0, second=0, microsecond=0) for h in (12, 3))
    assert end_of_quiet(noon.astimezone(dt.UTC), zone=zone, **NINE_TO_NINE) is None
    assert end_of_quiet(midnight.astimezone(dt.UTC), zone=zone, **NINE_TO_NINE) is not None
