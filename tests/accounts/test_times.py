"""Times in words."""

import datetime as dt
import zoneinfo

import pytest
import time_machine
from django.template import Context, Template
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from accounts import times
from accounts.templatetags import times as filters

LONDON = zoneinfo.ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 11, 22, 15, 0, tzinfo=LONDON)  # a Sunday
ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})


def at(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (at(2026, 11, 22, 20, 0), "today at 8:00 pm"),
        (at(2026, 11, 22, 0, 0), "today at 12:00 am"),
        (at(2026, 11, 22, 12, 5), "today at 12:05 pm"),
        (at(2026, 11, 21, 19, 40), "yesterday at 7:40 pm"),
        (at(2026, 11, 23, 10, 0), "tomorrow at 10:00 am"),
        (at(2026, 11, 24, 9, 30), "Tuesday at 9:30 am"),
        (at(2026, 11, 28, 9, 30), "Saturday at 9:30 am"),
        (at(2026, 11, 29, 9, 30), "November 29 at 9:30 am"),
        (at(2026, 11, 17, 9, 30), "Tuesday at 9:30 am"),
        (at(2026, 5, 3, 20, 0), "May 3 at 8:00 pm"),
        (at(2025, 5, 3, 20, 0), "May 3 2025 at 8:00 pm"),
    ],
)
def test_a_moment_is_said_as_one_would_say_it(when: dt.datetime, said: str) -> None:
    with translation.override("en"):
        assert times.moment(when, now=NOW, zone=LONDON) == said


def test_until_says_the_day_only_when_it_is_another() -> None:
    with translation.override("en"):
        assert times.until(at(2026, 11, 22, 20, 0), now=NOW, zone=LONDON) == "8:00 pm"
        assert times.until(at(2026, 11, 23, 9, 0), now=NOW, zone=LONDON) == "tomorrow at 9:00 am"


def test_british_english_puts_the_day_before_the_month() -> None:
    with translation.override("en-gb"):
        assert times.moment(at(2026, 5, 3, 20, 0), now=NOW, zone=LONDON) == "3 May at 8:00 pm"


def test_which_day_it_is_depends_on_whose_midnight() -> None:
    tokyo = zoneinfo.ZoneInfo("Asia/Tokyo")
    late = dt.datetime(2026, 11, 22, 16, 0, tzinfo=dt.UTC)  # already Monday, 1 am, in Tokyo
    earlier = dt.datetime(2026, 11, 22, 13, 0, tzinfo=dt.UTC)
    assert times.moment(earlier, now=late, zone=LONDON) == "today at 1:00 pm"
    assert times.moment(earlier, now=late, zone=tokyo) == "yesterday at 10:00 pm"
    assert times.ago(earlier, now=late, zone=LONDON) == "today"
    assert times.ago(earlier, now=late, zone=tokyo) == "yesterday"


def test_the_clock_keeps_local_time_over_both_clock_changes() -> None:
    for day in (at(2026, 3, 28, 20, 0), at(2026, 10, 24, 20, 0)):
        morning_after = (day + dt.timedelta(days=1)).replace(hour=8)
        assert times.moment(day, now=morning_after, zone=LONDON) == "yesterday at 8:00 pm"
        assert times.moment(day + dt.timedelta(days=1), now=day, zone=LONDON) == "tomorrow at 8:00 pm"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "today"),
        (1, "yesterday"),
        (2, "2 days ago"),
        (13, "13 days ago"),
        (14, "2 weeks ago"),
        (21, "3 weeks ago"),
        (59, "8 weeks ago"),
        (60, "2 months ago"),
        (70, "2 months ago"),
        (364, "11 months ago"),
        (365, "1 year ago"),
        (800, "2 years ago"),
        (-1, "tomorrow"),
        (-2, "in 2 days"),
    ],
)
def test_how_long_ago_is_rounded_as_people_do(days: int, said: str) -> None:
    when = NOW - dt.timedelta(days=days)
    assert times.ago(when, now=NOW, zone=LONDON) == said
    assert times.ago(when.date(), now=NOW, zone=LONDON) == said


@given(
    when=st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2090, 1, 1), timezones=st.just(dt.UTC)),
    now=st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2090, 1, 1), timezones=st.just(dt.UTC)),
    zone=st.sampled_from(ZONES).map(zoneinfo.ZoneInfo),
)
def test_any_two_times_in_any_zone_have_words(
    when: dt.datetime, now: dt.datetime, zone: zoneinfo.ZoneInfo
) -> None:
    local, today = when.astimezone(zone), now.astimezone(zone).date()
    said, since = times.moment(when, now=now, zone=zone), times.ago(when, now=now, zone=zone)
    assert said.endswith(times.clock(local))
    assert said.startswith("today") == (since == "today") == (local.date() == today)
    assert since.endswith("ago") == (local.date() < today - dt.timedelta(days=1))


@time_machine.travel(NOW, tick=False)
def test_the_filters_use_the_clock_of_whoever_looks() -> None:
    now = timezone.now()
    page = Template("{% load times %}{{ when|moment }}|{{ when|ago }}|{{ when|clock }}")
    for name in ("Pacific/Auckland", "America/New_York"):
        with timezone.override(name):
            clock = times.clock(now.astimezone(zoneinfo.ZoneInfo(name)))
            assert page.render(Context({"when": now})) == f"today at {clock}|today|{clock}"


def test_no_time_is_no_words() -> None:
    assert filters.ago(None) == filters.moment(None) == filters.clock(None) == ""
