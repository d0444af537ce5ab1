"""When it takes place next: rules, ends, days that fall out, other times, clocks."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources import sessions
from resources.models import OpeningException, Schedule

NOW = dt.datetime(2026, 11, 23, 9, 0)  # a Monday


def row(**columns) -> Schedule:
    return Schedule(**{"freq": "WEEKLY", "opens_at": dt.time(14), "closes_at": dt.time(15), **columns})


def days_of(found) -> list[str]:
    return [each.on.isoformat() for each in found]


def coming(schedule, *apart, now=NOW, most=3):
    return sessions.coming([schedule], apart, now=now, most=most)


@pytest.mark.parametrize(
    ("columns", "days"),
    [
        ({"byday": "WE"}, ["2026-11-25", "2026-12-02", "2026-12-09"]),
        ({"byday": "we, mo"}, ["2026-11-23", "2026-11-25", "2026-11-30"]),
        ({"freq": "MONTHLY", "byday": "1SA"}, ["2026-12-05", "2027-01-02", "2027-02-06"]),
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
        ({"freq": "", "dtstart": dt.date(2026, 12, 1), "count": 1}, ["2026-12-01"]),
        ({"freq": "", "valid_from": dt.date(2026, 12, 1), "valid_to": dt.date(2026, 12, 1)}, ["2026-12-01"]),
    ],
)
def test_rules_are_followed_to_their_end(columns, days):
    assert days_of(coming(row(**columns))) == days


@pytest.mark.parametrize(
    "columns",
    [
        {"byday": "FR", "interval": 2},  # which Friday?
        {"byday": "FR", "count": 3},  # since when?
        {"byday": "nonsense"},
        {"byday": ""},
        {"freq": "MONTHLY", "bymonthday": "first"},
        {"byweekno": "3", "byday": "MO"},
        {"freq": "", "dtstart": dt.date(2026, 12, 1)},
        {"freq": ""},
    ],
)
def test_what_is_not_said_is_not_made_up(columns):
    assert coming(row(**columns)) == []


def test_a_session_counts_until_it_is_over():
    monday = row(byday="MO")
    assert days_of(coming(monday, now=dt.datetime(2026, 11, 23, 14, 59), most=1)) == ["2026-11-23"]
    assert days_of(coming(monday, now=dt.datetime(2026, 11, 23, 15, 0), most=1)) == ["2026-11-30"]


def test_one_over_midnight_is_not_over_at_midnight():
    late = row(byday="SU", opens_at=dt.time(22), closes_at=dt.time(1))
    assert days_of(coming(late, now=dt.datetime(2026, 11, 23, 0, 30), most=1)) == ["2026-11-22"]


def test_one_without_an_end_counts_all_day():
    open_end = row(byday="MO", closes_at=None)
    assert days_of(coming(open_end, now=dt.datetime(2026, 11, 23, 23, 0), most=1)) == ["2026-11-23"]


def test_closed_days_fall_out_and_other_times_are_said():
    christmas = OpeningException(starts_on=dt.date(2026, 11, 25), ends_on=dt.date(2026, 11, 26))
    early = OpeningException(
        starts_on=dt.date(2026, 12, 2),
        ends_on=dt.date(2026, 12, 2),
        opens_at=dt.time(9),
        closes_at=dt.time(10),
    )
    first, second, third = coming(row(byday="WE"), christmas, early)
    assert days_of([first, second, third]) == ["2026-12-02", "2026-12-09", "2026-12-16"]
    assert (first.special, first.opens_at) == (True, dt.time(9))
    assert not second.special


def test_closed_wins_where_two_say_different_things():
    day = dt.date(2026, 11, 25)
    closed = OpeningException(starts_on=day, ends_on=day)
    special = OpeningException(starts_on=day, ends_on=day, opens_at=dt.time(9), closes_at=dt.time(10))
    assert days_of(coming(row(byday="WE"), special, closed, most=1)) == ["2026-12-02"]


@given(
    now=st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2030, 1, 1)),
    opens=st.times(),
    closes=st.times(),
    day=st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]),
)
def test_whatever_comes_is_in_order_and_not_over(now, opens, closes, day):
    found = coming(row(byday=day, opens_at=opens, closes_at=closes), now=now)
    assert len(found) == 3
    assert found == sorted(found, key=lambda each: each.starts)
    assert all(each.ends > now for each in found)
