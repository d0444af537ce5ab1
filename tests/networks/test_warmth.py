import datetime as dt
import itertools
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks import warmth
from networks.models import Tie

LONDON = zoneinfo.ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=LONDON)
ZONES = st.sampled_from(sorted(zoneinfo.available_timezones()))


@st.composite
def cadences(draw: st.DrawFn) -> tuple[int | None, int | None]:
    """Whatever an owner may have chosen: both, one of the two, none."""
    ideal = draw(st.none() | st.integers(1, 366))
    return ideal, draw(st.none() | st.integers(ideal or 1, 366))


def level_after(days: int, ideal: int | None = None, at_most: int | None = None) -> int:
    return warmth.level(NOW - dt.timedelta(days=days), now=NOW, ideal=ideal, at_most=at_most)


@pytest.mark.parametrize(
    ("days", "level"),
    [(0, 1), (3, 1), (4, 2), (10, 2), (11, 3), (21, 3), (22, 4), (45, 4), (46, 5), (4000, 5)],
)
def test_each_level_ends_on_its_last_day(days: int, level: int) -> None:
    assert level_after(days) == level


@pytest.mark.parametrize(
    ("ideal", "at_most", "days", "level"),
    [
        *((7, 30, 3, 1), (7, 30, 7, 2), (7, 30, 8, 3), (7, 30, 30, 4), (7, 30, 31, 5)),
        *((1, 1, 1, 1), (1, 1, 2, 5), (14, 14, 14, 2), (14, 14, 15, 5)),
        *((30, None, 30, 2), (30, None, 135, 4), (30, None, 136, 5)),
        *((None, 90, 20, 2), (None, 90, 21, 3), (None, 90, 91, 5), (None, 2, 1, 1), (None, 2, 3, 5)),
    ],
)
def test_a_tie_is_measured_by_its_own_cadence(
    ideal: int | None, at_most: int | None, days: int, level: int
) -> None:
    assert level_after(days, ideal, at_most) == level


@given(cadence=cadences())
def test_warm_until_the_ideal_quiet_beyond_the_at_most_and_never_in_between(
    cadence: tuple[int | None, int | None],
) -> None:
    ideal, at_most = warmth.intervals(*cadence)
    assert 1 <= ideal <= at_most
    assert cadence[0] in (None, ideal)
    assert cadence[1] in (None, at_most)
    assert level_after(ideal, *cadence) <= 2
    assert level_after(at_most, *cadence) < warmth.COOLEST
    assert level_after(at_most + 1, *cadence) == warmth.COOLEST
    if at_most > ideal:
        assert level_after(ideal + 1, *cadence) in (3, 4)


@given(cadence=cadences(), zone=ZONES, minutes=st.integers(0, 400 * 24 * 60))
def test_the_rule_is_one_for_rows_and_for_numbers(
    cadence: tuple[int | None, int | None], zone: str, minutes: int
) -> None:
    now = NOW.astimezone(zoneinfo.ZoneInfo(zone))
    last = now - dt.timedelta(minutes=minutes)
    tie = Tie(created_at=last, last_touch_at=last, ideal_days=cadence[0], at_most_days=cadence[1])
    found = warmth.level(last, now=now, ideal=cadence[0], at_most=cadence[1])
    assert warmth.of(tie, now=now) == found
    assert warmth.has_gone_quiet(tie, now=now) == (found == warmth.COOLEST)


def test_of_a_tie_nobody_logged_nothing_is_said() -> None:
    assert warmth.level(None, now=NOW) == warmth.UNKNOWN
    assert warmth.word(warmth.UNKNOWN) == "not logged yet"
    assert not warmth.has_gone_quiet(Tie(created_at=NOW - dt.timedelta(days=4000)), now=NOW)


def waiting(*, made: int, rhythm_set: int | None = None, at_most: int = 14) -> Tie:
    """Nothing was ever logged for them; so many days ago they were put in, and said how often."""
    made_at = NOW - dt.timedelta(days=made)
    set_at = None if rhythm_set is None else NOW - dt.timedelta(days=rhythm_set)
    return Tie(created_at=made_at, rhythm_set_at=set_at, at_most_days=at_most)


@pytest.mark.parametrize(
    ("tie", "level"),
    [
        (waiting(made=14), warmth.UNKNOWN),
        (waiting(made=15), warmth.COOLEST),
        (waiting(made=400, rhythm_set=14), warmth.UNKNOWN),
        (waiting(made=400, rhythm_set=15), warmth.COOLEST),
        # From a file that was written elsewhere: whichever is later.
        (waiting(made=14, rhythm_set=400), warmth.UNKNOWN),
    ],
)
def test_before_the_first_contact_it_is_counted_from_when_they_were_wished_for(tie: Tie, level: int) -> None:
    assert warmth.of(tie, now=NOW) == level


@given(cadence=cadences(), zone=ZONES, minutes=st.integers(0, 400 * 24 * 60), logged=st.booleans())
def test_who_is_quiet_and_from_when_are_one_rule(
    cadence: tuple[int | None, int | None], zone: str, minutes: int, logged: bool
) -> None:
    now = NOW.astimezone(zoneinfo.ZoneInfo(zone))
    at = now - dt.timedelta(minutes=minutes)
    tie = Tie(
        created_at=at, last_touch_at=at if logged else None, ideal_days=cadence[0], at_most_days=cadence[1]
    )
    turns = warmth.quiet_from(tie, zone=zoneinfo.ZoneInfo(zone))
    assert (turns is None) == (not logged and cadence == (None, None))
    assert warmth.has_gone_quiet(tie, now=now) == (turns is not None and turns.date() <= now.date())


def test_a_contact_late_last_night_was_yesterday() -> None:
    late = dt.datetime(2026, 11, 21, 23, 59, tzinfo=LONDON)
    assert warmth.days_since(late, now=NOW.replace(hour=0, minute=1)) == 1


def test_days_are_counted_on_the_clock_of_whoever_looks() -> None:
    contact = dt.datetime(2026, 11, 21, 23, 30, tzinfo=dt.UTC)
    auckland = zoneinfo.ZoneInfo("Pacific/Auckland")
    assert warmth.days_since(contact, now=NOW) == 1
    assert warmth.days_since(contact, now=NOW.astimezone(auckland)) == 0


@given(
    zone=ZONES,
    cadence=cadences(),
    earlier=st.integers(0, 400 * 24 * 60),
    later=st.integers(0, 400 * 24 * 60),
)
def test_a_later_contact_is_never_colder(
    zone: str, cadence: tuple[int | None, int | None], earlier: int, later: int
) -> None:
    now = NOW.astimezone(zoneinfo.ZoneInfo(zone))
    old, new = sorted((now - dt.timedelta(minutes=earlier), now - dt.timedelta(minutes=later)))
    levels = [warmth.level(at, now=now, ideal=cadence[0], at_most=cadence[1]) for at in (new, old)]
    assert 1 <= levels[0] <= levels[1] <= 5


@given(cadence=cadences())
def test_the_levels_follow_each_other(cadence: tuple[int | None, int | None]) -> None:
    assert all(one <= next_ for one, next_ in itertools.pairwise(warmth.most_days(*cadence)))


def test_a_contact_logged_ahead_counts_as_today() -> None:
    assert warmth.level(NOW + dt.timedelta(days=2), now=NOW) == 1


def test_every_level_has_a_word_of_its_own() -> None:
    assert len({warmth.word(level) for level in range(6)}) == 6
