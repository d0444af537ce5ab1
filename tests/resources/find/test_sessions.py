"""When it takes place next: rules, ends, days that fall out, other times, clocks."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.search import opening
from resources.search.opening import Exceptional, Slot

MONDAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
AHEAD = dt.timedelta(days=92)


def slot(**said) -> Slot:
    return Slot(**{"freq": "WEEKLY", "opens_at": dt.time(14), "closes_at": dt.time(15), **said})


def coming(*slots, apart=(), now=MONDAY, most=3):
    return opening.coming(slots, apart, zone=dt.UTC, now=now, ahead=AHEAD)[:most]


def days_of(found) -> list[str]:
    return [each.on.isoformat() for each in found]


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ({"byday": "WE"}, ["2026-11-25", "2026-12-02", "2026-12-09"]),
        ({"byday": "we, mo"}, ["2026-11-23", "2026-11-25", "2026-11-30"]),
        ({"byday": "WE", "freq": ""}, ["2026-11-25", "2026-12-02", "2026-12-09"]),
        ({"freq": "MONTHLY", "byday": "1SA"}, ["2026-12-05", "2027-01-02", "2027-02-06"]),
        ({"freq": "", "byday": "1SA"}, ["2026-12-05", "2027-01-02", "2027-02-06"]),
        ({"freq": "MONTHLY", "byday": "-1FR"}, ["2026-11-27", "2026-12-25", "2027-01-29"]),
        ({"freq": "MONTHLY", "bymonthday": "1,15"}, ["2026-12-01", "2026-12-15", "2027-01-01"]),
        (
            {"byday": "FR", "interval": 2, "dtstart": dt.date(2026, 11, 13)},
            ["2026-11-27", "2026-12-11", "2026-12-25"],
        ),
        ({"dtstart": dt.date(2026, 11, 19)}, ["2026-11-26", "2026-12-03", "2026-12-10"]),
        ({"byday": "WE", "until": dt.date(2026, 12, 2)}, ["2026-11-25", "2026-12-02"]),
        ({"byday": "WE", "valid_to": dt.date(2026, 11, 30)}, ["2026-11-25"]),
        ({"byday": "WE", "valid_from": dt.date(2026, 12, 3)}, ["2026-12-09", "2026-12-16", "2026-12-23"]),
        ({"byday": "WE", "count": 2, "dtstart": dt.date(2026, 11, 18)}, ["2026-11-25"]),
        ({"freq": "", "dtstart": dt.date(2026, 12, 1)}, ["2026-12-01"]),
        ({"freq": "", "dtstart": dt.date(2026, 12, 1), "count": 1}, ["2026-12-01"]),
        ({"freq": "", "valid_from": dt.date(2026, 12, 1), "valid_to": dt.date(2026, 12, 1)}, ["2026-12-01"]),
        ({"freq": "", "valid_from": dt.date(2026, 12, 1), "until": dt.date(2026, 12, 1)}, ["2026-12-01"]),
    ],
)
def test_rules_are_followed_to_their_end(said, days):
    assert days_of(coming(slot(**said))) == days


@pytest.mark.parametrize(
    "said",
    [
        {"byday": "FR", "interval": 2},  # which Friday?
        {"byday": "FR", "count": 3},  # since when?
        {"byday": "nonsense"},
        {"byday": ""},
        {"byday": "1SA"},  # the first Saturday of every week?
        {"freq": "MONTHLY", "bymonthday": "first"},
        {"byweekno": "3", "byyearday": "5"},
        {"freq": "", "dtstart": dt.date(2026, 12, 1), "until": dt.date(2026, 12, 5)},  # on each of these?
        {"freq": "", "dtstart": dt.date(2026, 12, 1), "count": 3},
        {"freq": ""},
        {"byday": "MO", "opens_at": None},
    ],
)
def test_what_is_not_said_is_not_made_up(said):
    assert coming(slot(**said)) == []
    assert opening.intervals([slot(**said)], [], zone=dt.UTC, first=MONDAY.date(), last=MONDAY.date()) is None


def test_a_session_counts_until_it_is_over():
    monday = slot(byday="MO")
    assert days_of(coming(monday, now=MONDAY.replace(hour=14, minute=59), most=1)) == ["2026-11-23"]
    assert days_of(coming(monday, now=MONDAY.replace(hour=15), most=1)) == ["2026-11-30"]


def test_one_over_midnight_is_not_over_at_midnight():
    late = slot(byday="SU", opens_at=dt.time(22), closes_at=dt.time(1))
    assert days_of(coming(late, now=MONDAY.replace(hour=0, minute=30), most=1)) == ["2026-11-22"]


def test_one_without_an_end_is_there_until_it_begins():
    open_end = slot(byday="MO", closes_at=None)
    assert days_of(coming(open_end, now=MONDAY.replace(hour=13), most=1)) == ["2026-11-23"]
    assert days_of(coming(open_end, now=MONDAY.replace(hour=14), most=1)) == ["2026-11-30"]


CHRISTMAS = Exceptional(dt.date(2026, 11, 25), dt.date(2026, 11, 26))
EARLY = Exceptional(dt.date(2026, 12, 2), dt.date(2026, 12, 2), dt.time(9), dt.time(10))


def test_closed_days_fall_out_and_other_times_are_said():
    first, second, third = coming(slot(byday="WE"), apart=[CHRISTMAS, EARLY])
    assert days_of([first, second, third]) == ["2026-12-02", "2026-12-09", "2026-12-16"]
    assert (first.special, first.opens_at) == (True, dt.time(9))
    assert not second.special


def test_closed_wins_where_two_say_different_things():
    day = CHRISTMAS.starts_on
    special = Exceptional(day, day, dt.time(9), dt.time(10))
    assert days_of(coming(slot(byday="WE"), apart=[special, CHRISTMAS], most=1)) == ["2026-12-02"]


def test_other_times_are_held_once_however_many_rows_there_are():
    morning, noon = slot(byday="WE"), slot(byday="WE,SA", opens_at=dt.time(18), closes_at=dt.time(19))
    found = [each for each in coming(morning, noon, apart=[EARLY], most=9) if each.on == EARLY.starts_on]
    assert [(each.opens_at, each.slot) for each in found] == [(dt.time(9), morning)]


def test_an_extra_day_is_a_day_too():
    saturday = Exceptional(dt.date(2026, 11, 28), dt.date(2026, 11, 28), dt.time(9), dt.time(10))
    assert days_of(coming(slot(byday="WE"), apart=[saturday], most=2)) == ["2026-11-25", "2026-11-28"]


@settings(max_examples=60, deadline=None)
@given(
    now=st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC)),
    opens=st.times(),
    closes=st.times(),
    day=st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]),
)
def test_whatever_comes_is_in_order_and_not_over(now, opens, closes, day):
    found = coming(slot(byday=day, opens_at=opens, closes_at=closes), now=now)
    assert len(found) == 3
    assert found == sorted(found, key=lambda each: each.starts)
    assert all(each.ends.replace(tzinfo=dt.UTC) > now for each in found)
