"""When check-ins are due: every zone, both clock changes, leap days, early and late check-ins."""

import datetime as dt
import zoneinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkins import schedule
from checkins.schedule import EVERY_DAY, Rhythm

LONDON = ZoneInfo("Europe/London")
UTC = dt.UTC
EVENINGS = Rhythm(EVERY_DAY, (dt.time(20),), LONDON)

zones = st.sampled_from(sorted(zoneinfo.available_timezones())).map(ZoneInfo)
moments = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2032, 12, 31), timezones=st.just(UTC))
rhythms = st.builds(
    Rhythm,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    times=st.lists(st.times().map(lambda t: t.replace(second=0, microsecond=0)), min_size=1, max_size=3).map(
        tuple
    ),
    zone=zones,
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(rhythms, moments)
def test_the_next_due_moment_is_strictly_later_and_on_a_wanted_day(
    rhythm: Rhythm, moment: dt.datetime
) -> None:
    due = schedule.next_after(rhythm, moment)
    assert due > moment
    assert due - moment <= dt.timedelta(days=9)
    wanted = {
        schedule.instant(due.astimezone(rhythm.zone).date() - dt.timedelta(days=n), time, rhythm.zone)
        for n in (-1, 0, 1)
        for time in rhythm.times
    }
    assert due in wanted


@given(rhythms, moments)
def test_no_occurrence_is_skipped_or_doubled_between_two(rhythm: Rhythm, moment: dt.datetime) -> None:
    due = schedule.next_after(rhythm, moment)
    following = schedule.next_after(rhythm, due)
    assert schedule.next_after(rhythm, due - dt.timedelta(microseconds=1)) == due
    assert schedule.last_before(rhythm, following) == due


@given(rhythms, moments, st.integers(0, 60 * 24 * 8))
def test_a_check_in_satisfies_exactly_one_occurrence(
    rhythm: Rhythm, moment: dt.datetime, minutes: int
) -> None:
    due = schedule.next_after(rhythm, moment)
    now = moment + dt.timedelta(minutes=minutes)
    after = schedule.due_after_check_in(rhythm, due, now)
    if now < due:
        assert after in (due, schedule.next_after(rhythm, due))
    else:
        assert after == schedule.next_after(rhythm, now)
    # A second one right after it belongs to what comes now, and never takes two.
    again = schedule.due_after_check_in(rhythm, after, now)
    assert again in (after, schedule.next_after(rhythm, after))


def test_a_check_in_before_its_time_counts_for_what_it_precedes() -> None:
    due = at("2026-05-04 19:00")
    assert schedule.due_after_check_in(EVENINGS, due, at("2026-05-04 06:00")) == at("2026-05-05 19:00")


def test_a_second_one_on_the_same_day_changes_nothing() -> None:
    due = at("2026-05-05 19:00")  # the one of the 4th is satisfied already
    assert schedule.due_after_check_in(EVENINGS, due, at("2026-05-04 08:00")) == due


def test_a_late_one_counts_for_the_one_just_passed_and_leaves_the_next() -> None:
    due = at("2026-05-04 19:00")
    assert schedule.due_after_check_in(EVENINGS, due, at("2026-05-05 07:00")) == at("2026-05-05 19:00")


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-03-28 20:00", "2026-03-29 19:00"),  # clocks go forward in the night: one hour earlier in UTC
        ("2026-10-24 19:00", "2026-10-25 20:00"),  # and back
        ("2028-02-28 20:00", "2028-02-29 20:00"),  # leap day
    ],
)
def test_the_wall_clock_time_stays_through_clock_changes(moment: str, due: str) -> None:
    assert schedule.next_after(EVENINGS, at(moment)) == at(due)


def test_a_time_the_clocks_jump_over_is_the_moment_by_the_old_offset() -> None:
    # 01:30 does not exist in London on 29 March 2026; by the offset before the jump it is 01:30 UTC.
    assert schedule.instant(dt.date(2026, 3, 29), dt.time(1, 30), LONDON) == at("2026-03-29 01:30")


def test_a_time_that_comes_twice_is_its_first_coming() -> None:
    assert schedule.instant(dt.date(2026, 10, 25), dt.time(1, 30), LONDON) == at("2026-10-25 00:30")


def test_two_times_that_become_one_moment_are_due_once() -> None:
    rhythm = Rhythm(EVERY_DAY, (dt.time(1, 30), dt.time(2, 30)), LONDON)
    first = schedule.next_after(rhythm, at("2026-03-29 00:00"))
    assert first == at("2026-03-29 01:30")
    assert schedule.next_after(rhythm, first) == at("2026-03-30 00:30")


@pytest.mark.parametrize("look", [schedule.next_after, schedule.last_before])
def test_a_rhythm_without_days_is_refused(look: object) -> None:
    with pytest.raises(ValueError, match="needs a day"):
        look(Rhythm(frozenset(), (dt.time(8),), LONDON), at("2026-05-04 00:00"))  # type: ignore[operator]
