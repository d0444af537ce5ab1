import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks import warmth

LONDON = zoneinfo.ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("days", "level"),
    [(0, 1), (3, 1), (4, 2), (10, 2), (11, 3), (21, 3), (22, 4), (45, 4), (46, 5), (4000, 5)],
)
def test_each_level_ends_on_its_last_day(days: int, level: int) -> None:
    assert warmth.level(NOW - dt.timedelta(days=days), now=NOW) == level


def test_of_a_tie_nobody_logged_nothing_is_said() -> None:
    assert warmth.level(None, now=NOW) == warmth.UNKNOWN
    assert warmth.word(warmth.UNKNOWN) == "not logged yet"


def test_a_contact_late_last_night_was_yesterday() -> None:
    late = dt.datetime(2026, 11, 21, 23, 59, tzinfo=LONDON)
    assert warmth.days_since(late, now=NOW.replace(hour=0, minute=1)) == 1


def test_days_are_counted_on_the_clock_of_whoever_looks() -> None:
    contact = dt.datetime(2026, 11, 21, 23, 30, tzinfo=dt.UTC)
    auckland = zoneinfo.ZoneInfo("Pacific/Auckland")
    assert warmth.days_since(contact, now=NOW) == 1
    assert warmth.days_since(contact, now=NOW.astimezone(auckland)) == 0


@given(
    zone=st.sampled_from(sorted(zoneinfo.available_timezones())),
    earlier=st.integers(0, 400 * 24 * 60),
    later=st.integers(0, 400 * 24 * 60),
)
def test_a_later_contact_is_never_colder(zone: str, earlier: int, later: int) -> None:
    now = NOW.astimezone(zoneinfo.ZoneInfo(zone))
    old, new = sorted((now - dt.timedelta(minutes=earlier), now - dt.timedelta(minutes=later)))
    assert 1 <= warmth.level(new, now=now) <= warmth.level(old, now=now) <= 5


def test_a_contact_logged_ahead_counts_as_today() -> None:
    assert warmth.level(NOW + dt.timedelta(days=2), now=NOW) == 1


def test_every_level_has_a_word_of_its_own() -> None:
    assert len({warmth.word(level) for level in range(6)}) == 6
