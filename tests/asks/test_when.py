"""Times of asks in every zone there is, over every change of the clocks."""

import datetime as dt
import zoneinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asks import when

ZONES = sorted(zoneinfo.available_timezones())
zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2036, 1, 1), timezones=st.just(dt.UTC))


@given(moments, zones, st.integers(1, 12))
def test_dates_are_whole_weeks_apart_on_the_clock_of_the_place(
    first: dt.datetime, zone: ZoneInfo, weeks: int
) -> None:
    dates = list(
        when.weekly(first, weeks=weeks, zone=zone, until=None, horizon=first + dt.timedelta(days=400))
    )
    local = [date.astimezone(zone) for date in dates]
    wall = first.astimezone(zone)
    for number, one in enumerate(local):
        meant = wall.replace(tzinfo=None, fold=0) + dt.timedelta(weeks=weeks * number)
        # Where the clocks jump over it, it is as much later as they jump.
        assert abs(one.replace(tzinfo=None) - meant) <= dt.timedelta(days=1)
        exists = dt.datetime.combine(meant.date(), meant.time(), tzinfo=zone)
        if exists.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) == meant:
            assert one.replace(tzinfo=None) == meant
    assert dates == sorted(dates)


@given(moments, zones, st.integers(1, 60))
def test_the_last_day_is_kept(first: dt.datetime, zone: ZoneInfo, days: int) -> None:
    last = first.astimezone(zone).date() + dt.timedelta(days=days)
    dates = list(when.weekly(first, weeks=1, zone=zone, until=last, horizon=first + dt.timedelta(days=100)))
    assert len(dates) == 1 + days // 7


@given(moments, zones, st.integers(0, 20_000))
def test_a_reminder_comes_after_now_and_before_it_begins(
    now: dt.datetime, zone: ZoneInfo, minutes: int
) -> None:
    starts_at = now + dt.timedelta(minutes=minutes)
    at = when.reminder_at(starts_at, now=now, zone=zone)
    if at is None:
        assert starts_at - now <= when.SHORTLY
    else:
        assert now < at < starts_at


@pytest.mark.parametrize("days", [1, 7])
def test_a_day_later_is_the_same_hour_over_a_clock_change(days: int) -> None:
    london = ZoneInfo("Europe/London")
    before = dt.datetime(2026, 10, 24, 15, tzinfo=london).astimezone(dt.UTC)
    after = when.shifted(before, days=days, zone=london).astimezone(london)
    assert (after.hour, after.day) == (15, 24 + days)
