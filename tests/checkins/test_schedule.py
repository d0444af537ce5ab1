"""When check-ins are due: every zone, both clock changes, leap days, early and late check-ins.

The laws are tried against `wall_clock`, which knows nothing of `fold`: it looks which moments show a time on the wall.
"""

import datetime as dt
import functools
import os
import zoneinfo
from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from accounts import times
from checkins import schedule
from checkins.schedule import EVERY_DAY, Rhythm

LONDON = ZoneInfo("Europe/London")
UTC = dt.UTC
DAY = dt.timedelta(days=1)
TICK = dt.timedelta(microseconds=1)
EVENINGS = Rhythm(EVERY_DAY, (dt.time(20),), LONDON)
FIRST_YEAR, LAST_YEAR = 2024, 2032
NAMES = sorted(zoneinfo.available_timezones())


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


# The wall clock, by looking ----------------------------------------------------------------------


def offset(moment: dt.datetime, zone: ZoneInfo) -> dt.timedelta:
    """How far the zone's clock is ahead at a naive moment of UTC."""
    found = moment.replace(tzinfo=UTC).astimezone(zone).utcoffset()
    assert found is not None
    return found


def wall_clock(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """The first moment whose clock shows this; if none does, the one that would have by the offset of before."""
    wall = dt.datetime.combine(day, time)
    before, after = offset(wall - DAY, zone), offset(wall + DAY, zone)
    shows = [at for at in (wall - before, wall - after) if at + offset(at, zone) == wall]
    return min(shows, default=wall - before).replace(tzinfo=UTC)


def is_a_day_of(rhythm: Rhythm, day: dt.date, *, bounded: bool = True) -> bool:
    if bounded and ((rhythm.first and day < rhythm.first) or (rhythm.last and day > rhythm.last)):
        return False
    if rhythm.every and rhythm.first:
        return (day - rhythm.first).days % rhythm.every == 0
    return day.weekday() in rhythm.days


def listing(rhythm: Rhythm, around: dt.datetime, days: int, *, bounded: bool = True) -> list[dt.datetime]:
    """Every due moment of so many days before and after, in order, each once."""
    middle = around.astimezone(rhythm.zone).date()
    span = (middle + n * DAY for n in range(-days, days + 1))
    wanted = [day for day in span if is_a_day_of(rhythm, day, bounded=bounded)]
    return sorted({wall_clock(day, time, rhythm.zone) for day in wanted for time in rhythm.times})


@functools.cache
def changes(name: str) -> tuple[dt.datetime, ...]:
    """The moments (naive, UTC, to the minute) after which the clocks of the zone go differently."""
    zone, week = ZoneInfo(name), 7 * DAY
    weeks = [dt.datetime(FIRST_YEAR, 1, 1) + n * week for n in range(53 * (LAST_YEAR - FIRST_YEAR + 1))]
    return tuple(narrowed(at, at + week, zone) for at in weeks if offset(at, zone) != offset(at + week, zone))


def narrowed(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    while after - before > dt.timedelta(minutes=1):
        middle = before + dt.timedelta(minutes=(after - before) // dt.timedelta(minutes=2))
        if offset(middle, zone) == offset(before, zone):
            before = middle
        else:
            after = middle
    return after


# What is tried ------------------------------------------------------------------------------------

minutes = st.integers(0, 24 * 60 - 1).map(lambda n: dt.time(n // 60, n % 60))


@st.composite
def moments(draw: st.DrawFn, name: str) -> dt.datetime:
    """Any moment of those years; rather often one close to a clock change."""
    near = changes(name)
    if near and draw(st.booleans()):
        change = draw(st.sampled_from(near)).replace(tzinfo=UTC)
        return change + draw(st.timedeltas(-2 * DAY, 2 * DAY))
    span = dt.datetime(FIRST_YEAR, 1, 1), dt.datetime(LAST_YEAR, 12, 31)
    return draw(st.datetimes(*span, timezones=st.just(UTC)))


@st.composite
def clock_times(draw: st.DrawFn, name: str, moment: dt.datetime) -> tuple[dt.time, ...]:
    """One to four times of day; rather often close to what the clock shows at the moment."""
    here = moment.astimezone(ZoneInfo(name)).replace(second=0, microsecond=0)
    close = st.integers(-200, 200).map(lambda n: (here.replace(tzinfo=None) + dt.timedelta(minutes=n)).time())
    return tuple(draw(st.lists(st.one_of(close, minutes), min_size=1, max_size=4, unique=True)))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Rhythm, dt.datetime]:
    """A rhythm without an end, and a moment."""
    name = draw(st.sampled_from(NAMES))
    moment = draw(moments(name))
    rhythm = Rhythm(EVERY_DAY, draw(clock_times(name, moment)), ZoneInfo(name))
    if draw(st.booleans()):
        days = draw(st.frozensets(st.integers(0, 6), min_size=1))
        return replace(rhythm, days=days), moment
    first = moment.date() + draw(st.integers(-400, 0)) * DAY
    return replace(rhythm, days=frozenset(), every=draw(st.integers(1, 30)), first=first), moment


@st.composite
def bounded_cases(draw: st.DrawFn) -> tuple[Rhythm, dt.datetime]:
    """One with a first day, a last day, or both, not far from the moment."""
    rhythm, moment = draw(cases())
    first = moment.date() + draw(st.integers(-20, 20)) * DAY if draw(st.booleans()) else None
    last = (first or moment.date()) + draw(st.integers(0, 20)) * DAY if draw(st.booleans()) else None
    return replace(rhythm, first=first or (rhythm.first if rhythm.every else None), last=last), moment


def reach(rhythm: Rhythm) -> int:
    """Days to look around in so that three occurrences on either side are among them."""
    return 3 * max(rhythm.every or 0, 7) + 3


def walk(rhythm: Rhythm, moment: dt.datetime, most: int) -> list[dt.datetime]:
    """From one due moment to the next, so many times or until there is none."""
    walked: list[dt.datetime] = []
    for _turn in range(most):
        due = schedule.next_after(rhythm, walked[-1] if walked else moment)
        if due is None:
            break
        walked.append(due)
    return walked


# The laws -----------------------------------------------------------------------------------------

# DOSE=50 in the environment tries fifty times as much.
many = settings(max_examples=120 * int(os.environ.get("DOSE", "1")), deadline=None)


@many
@given(st.sampled_from(NAMES), st.data())
def test_a_wall_time_is_the_moment_when_the_wall_shows_it(name: str, data: st.DataObject) -> None:
    moment = data.draw(moments(name))
    day, zone = moment.date(), ZoneInfo(name)
    for time in data.draw(clock_times(name, moment)):
        assert times.instant(day, time, zone) == wall_clock(day, time, zone)


@many
@given(cases())
def test_the_next_due_moment_is_strictly_later_and_the_first_one(case: tuple[Rhythm, dt.datetime]) -> None:
    rhythm, moment = case
    due = schedule.next_after(rhythm, moment)
    assert due is not None
    assert due > moment
    assert due == min(one for one in listing(rhythm, moment, reach(rhythm)) if one > moment)


@many
@given(cases())
def test_the_one_before_is_strictly_earlier_and_the_last_one(case: tuple[Rhythm, dt.datetime]) -> None:
    rhythm, moment = case
    found = listing(rhythm, moment, reach(rhythm), bounded=False)
    assert schedule.last_before(rhythm, moment) == max(one for one in found if one < moment)


@many
@given(cases())
def test_none_is_skipped_or_doubled_from_one_to_the_next(case: tuple[Rhythm, dt.datetime]) -> None:
    rhythm, moment = case
    ahead = [one for one in listing(rhythm, moment, reach(rhythm)) if one > moment]
    known = ahead[: len(ahead) - len(rhythm.times)]
    assert known
    assert walk(rhythm, moment, len(known)) == known


@many
@given(cases())
def test_forth_and_back_are_the_inverse_of_each_other(case: tuple[Rhythm, dt.datetime]) -> None:
    rhythm, moment = case
    due = schedule.next_after(rhythm, moment)
    assert due is not None
    following = schedule.next_after(rhythm, due)
    assert following is not None
    assert schedule.last_before(rhythm, following) == due
    assert schedule.next_after(rhythm, schedule.last_before(rhythm, due)) == due
    assert schedule.next_after(rhythm, due - TICK) == due
    assert schedule.last_before(rhythm, due + TICK) == due


@many
@given(bounded_cases())
def test_nothing_is_due_before_the_first_day_or_after_the_last(case: tuple[Rhythm, dt.datetime]) -> None:
    rhythm, moment = case
    ahead = [one for one in listing(rhythm, moment, reach(rhythm) + 40) if one > moment]
    assert schedule.next_after(rhythm, moment) == min(ahead, default=None)


@many
@given(bounded_cases())
def test_walking_on_meets_every_one_until_the_last_day_and_then_ends(
    case: tuple[Rhythm, dt.datetime],
) -> None:
    rhythm, moment = case
    assume(rhythm.last is not None)
    ahead = [one for one in listing(rhythm, moment, reach(rhythm) + 40) if one > moment]
    assert walk(rhythm, moment, len(ahead) + 1) == ahead


def waits_for(rhythm: Rhythm, due: dt.datetime, now: dt.datetime) -> dt.datetime:
    """What is due next after a check-in, from the listing alone."""
    all_of_them = listing(rhythm, due, 3 * reach(rhythm))
    if due <= now:
        return min(one for one in all_of_them if one > now)
    before = max(*(one for one in all_of_them if one < due), due - rhythm.days_apart * dt.timedelta(hours=16))
    return min(one for one in all_of_them if one > due) if before < now else due


@many
@given(cases(), st.integers(-60 * 24 * 8, 60 * 24 * 8))
@example((EVENINGS, at("2026-05-04 09:00")), 0)
def test_an_early_or_late_check_in_satisfies_exactly_one(
    case: tuple[Rhythm, dt.datetime], minutes: int
) -> None:
    rhythm, moment = case
    rhythm = replace(rhythm, first=rhythm.first and rhythm.first - 30 * rhythm.days_apart * DAY)
    due = schedule.next_after(rhythm, moment)
    assert due is not None
    after = schedule.due_after_check_in(rhythm, due, moment + dt.timedelta(minutes=minutes))
    assert after == waits_for(rhythm, due, moment + dt.timedelta(minutes=minutes))


@many
@given(cases(), st.lists(st.integers(1, 60 * 24 * 3), min_size=1, max_size=6))
def test_however_often_they_check_in_each_one_takes_at_most_one(
    case: tuple[Rhythm, dt.datetime], gaps: list[int]
) -> None:
    rhythm, now = case
    due = schedule.next_after(rhythm, now)
    for gap in gaps:
        now += dt.timedelta(minutes=gap)
        assert due is not None
        after = schedule.due_after_check_in(rhythm, due, now)
        assert after is not None
        ahead = [due] if due > now else []
        assert after in (*ahead, schedule.next_after(rhythm, max(due, now)))
        assert after > now
        due = after


def kinds_of_change() -> Iterator[tuple[str, dt.datetime]]:
    """Every clock change of every zone; those zones whose clocks go alike are tried once."""
    seen = set()
    for name in NAMES:
        zone = ZoneInfo(name)
        for change in changes(name):
            alike = (change, offset(change - DAY, zone), offset(change + DAY, zone))
            if alike not in seen:
                seen.add(alike)
                yield name, change


def test_no_clock_change_of_any_zone_in_those_years_skips_or_doubles_a_check_in() -> None:
    tried = 0
    for name, change in kinds_of_change():
        zone = ZoneInfo(name)
        # Not whole hours apart: what a jump moves past midnight must not fall together with what is there.
        around = [change + offset(change - DAY, zone) + n * dt.timedelta(minutes=25) for n in range(-4, 6)]
        rhythm = Rhythm(EVERY_DAY, tuple(sorted({wall.time() for wall in around})), zone)
        expected = listing(rhythm, change.replace(tzinfo=UTC), 1)
        assert walk(rhythm, expected[0] - TICK, len(expected)) == expected, (name, change)
        back = [schedule.last_before(rhythm, due) for due in expected[1:]]
        assert back == expected[:-1], (name, change)
        tried += 1
    assert tried > 300


# Said with examples -------------------------------------------------------------------------------


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
    assert times.instant(dt.date(2026, 3, 29), dt.time(1, 30), LONDON) == at("2026-03-29 01:30")


def test_a_time_that_comes_twice_is_its_first_coming() -> None:
    assert times.instant(dt.date(2026, 10, 25), dt.time(1, 30), LONDON) == at("2026-10-25 00:30")


def test_two_times_that_become_one_moment_are_due_once() -> None:
    rhythm = Rhythm(EVERY_DAY, (dt.time(1, 30), dt.time(2, 30)), LONDON)
    first = schedule.next_after(rhythm, at("2026-03-29 00:00"))
    assert first == at("2026-03-29 01:30")
    assert schedule.next_after(rhythm, first) == at("2026-03-30 00:30")


@pytest.mark.parametrize("look", [schedule.next_after, schedule.last_before])
def test_a_rhythm_without_days_is_refused(look: object) -> None:
    with pytest.raises(ValueError, match="needs a day"):
        look(Rhythm(frozenset(), (dt.time(8),), LONDON), at("2026-05-04 00:00"))
