"""Schedules in words."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources import hours
from resources.models import Schedule

TODAY = dt.date(2026, 11, 22)
NINE, FIVE = dt.time(9), dt.time(17)


def said(*rows: Schedule) -> list[str]:
    return hours.say(rows, today=TODAY)


def weekly(days: str, opens: dt.time | None = NINE, closes: dt.time | None = FIVE, **more) -> Schedule:
    return Schedule(freq="WEEKLY", byday=days, opens_at=opens, closes_at=closes, **more)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (weekly("MO"), "Monday, 9:00 am to 5:00 pm"),
        (weekly("tu, th"), "Tuesday and Thursday, 9:00 am to 5:00 pm"),
        (weekly("MO,WE,FR"), "Monday, Wednesday and Friday, 9:00 am to 5:00 pm"),
        (weekly("MO,TU,WE,TH,FR"), "Monday to Friday, 9:00 am to 5:00 pm"),
        (weekly("MO,TU,WE,TH,FR,SA,SU", dt.time(0), dt.time(23, 59)), "Every day, all day and all night"),
        (weekly("SA", dt.time(12), dt.time(0)), "Saturday, noon to midnight"),
        (weekly("SA", None), "Saturday, until 5:00 pm"),
        (weekly("SA", NINE, None), "Saturday, from 9:00 am"),
        (weekly("SA", None, None), "Saturday"),
        (weekly("FR", interval=2), "Every second Friday, 9:00 am to 5:00 pm"),
        (weekly("FR", interval=3), "Friday, every 3 weeks, 9:00 am to 5:00 pm"),
        (weekly("MO", notes="Ring the bell."), "Monday, 9:00 am to 5:00 pm. Ring the bell."),
        (
            Schedule(freq="MONTHLY", byday="1SA", opens_at=NINE),
            "The first Saturday of the month, from 9:00 am",
        ),
        (Schedule(freq="MONTHLY", byday="-1FR"), "The last Friday of the month"),
        (
            Schedule(freq="MONTHLY", byday="1TH,3TH"),
            "The first Thursday of the month and the third Thursday of the month",
        ),
        (Schedule(freq="MONTHLY", byday="-2MO"), "Monday"),
        (weekly("MO", bymonthday="13"), "Monday, 9:00 am"),
        (weekly("nonsense"), "9:00 am to 5:00 pm"),
        (Schedule(freq="MONTHLY", bymonthday="1,15"), "Day 1,15 of the month"),
        (Schedule(dtstart=dt.date(2026, 12, 1), count=1, opens_at=NINE), "Dec. 1, 2026, from 9:00 am"),
        (Schedule(description="By appointment"), "By appointment"),
        (weekly("MO", dtstart=dt.date(2027, 1, 4)), "Monday, 9:00 am to 5:00 pm, from Jan. 4, 2027"),
    ],
)
def test_a_slot_in_words(row, words):
    assert said(row)[0].startswith(words)


def test_days_with_the_same_hours_are_said_together():
    assert said(weekly("MO"), weekly("TU"), weekly("WE"), weekly("SA", closes=dt.time(13))) == [
        "Monday to Wednesday, 9:00 am to 5:00 pm",
        "Saturday, 9:00 am to 1:00 pm",
    ]


@pytest.mark.parametrize("end", ["until", "valid_to"])
def test_what_has_lapsed_is_left_out_and_the_last_day_still_counts(end):
    yesterday = TODAY - dt.timedelta(days=1)
    assert said(weekly("MO", **{end: yesterday})) == []
    assert said(weekly("MO", **{end: TODAY})) != []


@given(
    days=st.text(max_size=20) | st.sampled_from(["MO", "1SA", "-1FR", "9ZZ", "MO,,TU", ","]),
    freq=st.sampled_from(["", "WEEKLY", "MONTHLY"]),
    interval=st.none() | st.integers(1, 99),
    count=st.none() | st.integers(0, 9),
    start=st.none() | st.dates(),
    opens=st.none() | st.times(),
    closes=st.none() | st.times(),
)
def test_whatever_a_source_says_comes_out_as_words(days, freq, interval, count, start, opens, closes):
    row = Schedule(
        freq=freq, byday=days, interval=interval, count=count, dtstart=start, opens_at=opens, closes_at=closes
    )
    assert all(isinstance(words, str) for words in said(row))


@pytest.mark.parametrize(
    ("byday", "words"),
    [
        ("MO,TU,WE", "Monday to Wednesday"),
        ("1SA", "The first Saturday of the month"),
        ("-1FR", "The last Friday of the month"),
        ("-2MO", ""),
        ("MO,nonsense", ""),
        ("", ""),
    ],
)
def test_the_days_of_a_rule_alone(byday, words):
    assert hours.days(byday) == words
