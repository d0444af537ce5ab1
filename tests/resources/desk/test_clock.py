"""The clock of checks, by itself: times in, times out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from resources import clock

JAN = dt.datetime(2026, 1, 31, 9, tzinfo=dt.UTC)
TIMES = st.datetimes(
    min_value=dt.datetime(2000, 1, 1), max_value=dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)
)


@dataclass
class Listed:
    kind: str = "group"
    stale_at: dt.datetime | None = None


def test_a_check_holds_for_a_year_and_one_of_the_times_for_half_of_it():
    due = clock.due_at(kind="group", checked={"name": JAN, "cost": JAN})
    assert due == dt.datetime(2027, 1, 31, 9, tzinfo=dt.UTC)
    # Six months after the 31st of January is the 31st of July; of August, the 28th of February.
    assert clock.due_at(kind="group", checked={"times": JAN, "name": JAN}) == JAN.replace(month=7)
    august = JAN.replace(month=8)
    assert clock.due_at(kind="group", checked={"times": august}).date() == dt.date(2027, 2, 28)
    # To look at the times is for curators; its page is stale a year after the check like any other.
    assert clock.stale_at(kind="group", checked={"times": JAN}) == JAN.replace(year=2027)


def test_checking_one_part_renews_no_other():
    june = JAN.replace(month=6, day=30)
    checked = {"name": JAN, "contact": june, "cost": JAN}
    assert clock.due_at(kind="group", checked=checked) == JAN.replace(year=2027)
    assert clock.stale_at(kind="group", checked=checked) == JAN.replace(year=2027)
    assert clock.due_at(kind="group", checked=checked | {"times": june}) == JAN.replace(month=12, day=30)


def test_an_event_is_due_when_it_is_over_and_leaves_the_search_then():
    end = JAN + dt.timedelta(days=3)
    assert clock.due_at(kind="event", checked={"name": JAN}, ends_at=end) == end
    assert clock.stale_at(kind="event", checked={"name": JAN}, ends_at=end) == end
    assert clock.leaves_search_at(Listed("event", end)) == end
    # One of which nobody knows the end is looked at after a year, like the others.
    assert clock.due_at(kind="event", checked={"name": JAN}).year == 2027


def test_the_organisation_is_asked_after_six_and_eleven_months():
    stale = clock.stale_at(kind="group", checked={"name": JAN})
    days = [at.date() for at in clock.letters_at(kind="group", checked_at=JAN, stale_at=stale)]
    assert days == [dt.date(2026, 7, 31), dt.date(2026, 12, 31)]


def test_after_a_check_of_one_part_it_is_asked_when_the_others_run_out():
    august = JAN.replace(month=8)
    stale = clock.stale_at(kind="group", checked={"name": JAN, "times": august})
    days = [at.date() for at in clock.letters_at(kind="group", checked_at=august, stale_at=stale)]
    assert days == [dt.date(2026, 12, 31)]


def test_ring_first_from_a_year_on_and_out_of_the_search_three_months_later():
    due = JAN.replace(year=2027)
    listed = Listed(stale_at=due)
    assert not clock.check_first(listed, now=due - dt.timedelta(seconds=1))
    assert clock.check_first(listed, now=due)
    assert clock.leaves_search_at(listed) == due + dt.timedelta(days=92)
    assert clock.leaves_search_at(Listed()) is None
    assert not clock.check_first(Listed(), now=due)


def test_after_a_long_sleep_only_the_newest_letter_is_due():
    due = JAN.replace(year=2027)
    said = {"kind": "group", "checked_at": JAN, "stale_at": due}
    assert clock.letter_due(**said, now=JAN) is None
    assert clock.letter_due(**said, now=due).date() == dt.date(2026, 12, 31)
    assert clock.next_at(**said, now=due) is None


@given(
    checked_at=TIMES, parts=st.lists(st.sampled_from(["name", "times"]), min_size=1), kind=st.just("group")
)
def test_the_clock_always_goes_forward(checked_at, parts, kind):
    stale = clock.stale_at(kind=kind, checked=dict.fromkeys(parts, checked_at))
    now, walked = checked_at, []
    while (at := clock.next_at(kind=kind, checked_at=checked_at, stale_at=stale, now=now)) is not None:
        assert now < at < stale
        walked.append(at)
        now = at
    assert walked == clock.moments(kind=kind, checked_at=checked_at, stale_at=stale)
