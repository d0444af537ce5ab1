"""Opening times: held against a plain look at every day, in every kind of recurrence, across clock changes."""

import datetime as dt
import itertools
import zoneinfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.search import opening
from resources.search.opening import Exceptional, Slot

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FIRST, LAST = dt.date(2026, 10, 20), dt.date(2026, 10, 28)  # with the end of summer time in Europe
LONDON = zoneinfo.ZoneInfo("Europe/London")
WEDNESDAY = dt.datetime(2026, 10, 21, 12, tzinfo=dt.UTC)
days = st.dates(dt.date(2026, 8, 1), dt.date(2026, 12, 31))
clocks = st.times().map(lambda time: time.replace(second=0, microsecond=0))
slots = st.builds(
    Slot,
    opens_at=clocks,
    closes_at=clocks,
    freq=st.just("WEEKLY"),
    byday=st.sets(st.sampled_from(CODES), min_size=1).map(",".join),
    interval=st.integers(1, 3),
    dtstart=days,
    until=st.none() | days,
    valid_from=st.none() | days,
    valid_to=st.none() | days,
    count=st.none() | st.integers(1, 12),
)
exceptions = st.builds(
    lambda start, length, times: Exceptional(start, start + dt.timedelta(days=length), *times),
    days,
    st.integers(0, 5),
    st.just((None, None)) | st.tuples(clocks, clocks),
)


def happens(slot: Slot, day: dt.date) -> bool:
    """Whether a weekly slot happens on that day: counted one day after the other from its first."""
    assert slot.dtstart is not None
    monday = slot.dtstart - dt.timedelta(days=slot.dtstart.weekday())
    came, each = 0, slot.dtstart
    while each <= day:
        weeks = (each - monday).days // 7
        fits = weeks % slot.interval == 0 and CODES[each.weekday()] in slot.byday.split(",")
        fits = fits and (slot.until is None or each <= slot.until)
        came += fits
        if each == day:
            counted = slot.count is None or came <= slot.count
            known = (slot.valid_from or day) <= day <= (slot.valid_to or day)
            return fits and counted and known
        each += dt.timedelta(days=1)
    return False


def minutes(slots: list[Slot], special: list[Exceptional], zone: dt.tzinfo) -> set[dt.datetime]:
    """Every full quarter of an hour at which it is open, worked out from the days alone."""
    found = set()
    for day in [FIRST + dt.timedelta(days=n) for n in range(-1, (LAST - FIRST).days + 1)]:
        today = [each for each in special if each.starts_on <= day <= each.ends_on]
        usual = [(slot.opens_at, slot.closes_at) for slot in slots if happens(slot, day)] if not today else []
        other = [] if any(each.opens_at is None for each in today) else today
        for opens, closes in [*usual, *((each.opens_at, each.closes_at) for each in other)]:
            over = closes <= opens or closes >= dt.time(23, 59)
            end = dt.datetime.combine(
                day + dt.timedelta(days=over), dt.time.min if closes >= dt.time(23, 59) else closes, zone
            )
            moment = dt.datetime.combine(day, opens, zone).astimezone(dt.UTC)
            while moment < end.astimezone(dt.UTC):
                found.add(moment)
                moment += dt.timedelta(minutes=1)
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(slots, min_size=1, max_size=2), st.lists(exceptions, max_size=2))
def test_it_is_open_when_a_look_at_every_day_says_so(slots, special):
    current = [slot for slot in slots if not opening.lapsed(slot, FIRST)]
    spans = opening.intervals(slots, special, zone=LONDON, first=FIRST, last=LAST)
    if not current:
        assert spans is None
        return
    expected = minutes(current, special, LONDON)
    assert spans is not None
    got = set()
    for begin, end in spans:
        while begin < end:
            got.add(begin)
            begin += dt.timedelta(minutes=1)
    assert got == expected
    assert all(one[1] < two[0] for one, two in itertools.pairwise(spans))


@settings(max_examples=40, deadline=None)
@given(slots, st.lists(exceptions, max_size=2), st.sampled_from(sorted(zoneinfo.available_timezones())))
def test_in_every_zone_spans_are_in_order_and_have_a_length(slot, special, zone):
    spans = opening.intervals([slot], special, zone=zoneinfo.ZoneInfo(zone), first=FIRST, last=LAST) or []
    assert spans == sorted(spans)
    assert all(begin < end for begin, end in spans)


@settings(max_examples=80, deadline=None)
@given(
    st.text(max_size=12),
    st.text(max_size=8),
    st.text(max_size=8),
    st.text(max_size=8),
    st.sampled_from(["", "WEEKLY"]),
)
def test_a_rule_nobody_can_read_is_not_known_and_no_trouble(byday, bymonthday, byyearday, byweekno, freq):
    slot = Slot(dt.time(9), dt.time(17), freq, byday, bymonthday, byyearday, byweekno)
    opening.intervals([slot], [], zone=dt.UTC, first=FIRST, last=LAST)


def open_at(moment: str, *slots: Slot, special=(), zone="Europe/London") -> bool | None:
    when = dt.datetime.fromisoformat(moment).replace(tzinfo=zoneinfo.ZoneInfo(zone))
    day = when.date()
    spans = opening.intervals(slots, special, zone=when.tzinfo, first=day, last=day + dt.timedelta(days=8))
    return None if spans is None else any(begin <= when < end for begin, end in spans)


NINE_TO_FIVE = Slot(dt.time(9), dt.time(17), "WEEKLY", "MO,TU,WE,TH,FR")


def test_three_answers():
    assert open_at("2026-11-23T10:00", NINE_TO_FIVE) is True
    assert open_at("2026-11-22T10:00", NINE_TO_FIVE) is False
    assert open_at("2026-11-22T10:00") is None


def test_past_midnight_belongs_to_the_evening_before():
    bar = Slot(dt.time(20), dt.time(2), "WEEKLY", "FR")
    assert open_at("2026-11-28T01:00", bar) is True
    assert open_at("2026-11-28T03:00", bar) is False
    assert open_at("2026-11-27T01:00", bar) is False


def test_day_and_night_has_no_gap_before_midnight():
    always = Slot(dt.time(0), dt.time(23, 59), "WEEKLY", ",".join(CODES))
    assert open_at("2026-11-28T23:59:30", always) is True


def test_a_closure_comes_before_the_rule_and_other_hours_replace_it():
    christmas = Exceptional(dt.date(2026, 12, 25), dt.date(2026, 12, 25))
    short = Exceptional(dt.date(2026, 12, 24), dt.date(2026, 12, 24), dt.time(9), dt.time(12))
    assert open_at("2026-12-25T10:00", NINE_TO_FIVE, special=[christmas, short]) is False
    assert open_at("2026-12-24T10:00", NINE_TO_FIVE, special=[christmas, short]) is True
    assert open_at("2026-12-24T13:00", NINE_TO_FIVE, special=[christmas, short]) is False


def test_until_is_an_end_and_valid_to_is_an_end_of_what_is_known():
    ended = Slot(dt.time(9), dt.time(17), "WEEKLY", "MO", until=dt.date(2026, 11, 2))
    lapsed = Slot(dt.time(9), dt.time(17), "WEEKLY", "MO", valid_to=dt.date(2026, 11, 2))
    assert open_at("2026-11-23T10:00", ended) is False
    assert open_at("2026-11-23T10:00", lapsed) is None


def test_every_second_week_without_a_first_one_is_not_known():
    unsaid = Slot(dt.time(19), dt.time(21), "WEEKLY", "FR", interval=2)
    assert open_at("2026-11-27T20:00", unsaid) is None
    said = Slot(dt.time(19), dt.time(21), "WEEKLY", "FR", interval=2, dtstart=dt.date(2026, 11, 13))
    assert open_at("2026-11-27T20:00", said) is True


@pytest.mark.parametrize(("day", "is_open"), [("2026-12-05", True), ("2026-12-12", False)])
def test_the_first_saturday_of_the_month(day, is_open):
    fair = Slot(dt.time(14), dt.time(16), "MONTHLY", "1SA")
    assert open_at(f"{day}T15:00", fair) is is_open


def test_an_event_is_on_its_day_and_no_other():
    event = Slot(dt.time(18), dt.time(20), dtstart=dt.date(2026, 11, 30))
    assert open_at("2026-11-30T19:00", event) is True
    assert open_at("2026-12-07T19:00", event) is False


def test_a_clock_that_jumps_loses_no_opening_and_makes_none_backwards():
    night = Slot(dt.time(1, 15), dt.time(1, 45), "WEEKLY", "SU")
    spans = opening.intervals([night], [], zone=LONDON, first=dt.date(2026, 3, 29), last=dt.date(2026, 3, 29))
    assert spans == [
        (dt.datetime(2026, 3, 29, 1, 15, tzinfo=dt.UTC), dt.datetime(2026, 3, 29, 1, 45, tzinfo=dt.UTC))
    ]


@pytest.mark.parametrize(
    ("opens", "closes", "days", "is_evening"),
    [
        ("17:00", "18:00", "MO", True),
        ("09:00", "17:30", "MO", False),
        ("10:00", "20:00", "TU", True),
        ("18:30", "20:00", "SA", False),
        ("20:00", "01:00", "FR", True),
    ],
)
def test_an_evening_is_a_weekday_after_work(opens, closes, days, is_evening):
    slot = Slot(dt.time.fromisoformat(opens), dt.time.fromisoformat(closes), "WEEKLY", days)
    assert opening.is_evening([slot], [], first=FIRST, last=LAST) is is_evening


def test_beginnings_need_no_end_and_a_zone_that_is_none_is_none():
    open_ended = Slot(dt.time(18), None, "WEEKLY", "TH")
    coming = opening.coming([open_ended], [], zone=LONDON, now=WEDNESDAY, ahead=dt.timedelta(days=3))
    assert [each.begins(LONDON) for each in coming] == [dt.datetime(2026, 10, 22, 17, tzinfo=dt.UTC)]
    assert opening.intervals([open_ended], [], zone=LONDON, first=FIRST, last=LAST) is None
    assert opening.zone_of("", "Nowhere/Land") is None
    assert opening.zone_of("", "../etc/passwd") is None
    assert opening.zone_of("", "") is None
