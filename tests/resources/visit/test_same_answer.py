"""What the search says of the next session, what the page says, and what a calendar makes of the file are one thing."""

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject
from dateutil import rrule
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts import times
from resources import ical, page, services
from resources.models import (
    Findable,
    Location,
    OpeningException,
    Organization,
    Schedule,
    Service,
    ServiceAtLocation,
)
from resources.search.opening import Exceptional
from resources.search.times import Times

LONDON = ZoneInfo("Europe/London")
NOW = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)  # a week before the clocks go forward in Europe
LAST = NOW.date() + dt.timedelta(days=60)
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
days = st.dates(dt.date(2026, 1, 1), dt.date(2026, 5, 31))
soon = st.dates(NOW.date() - dt.timedelta(days=3), LAST)
hours = st.integers(4, 23).map(lambda hour: dt.time(hour, 15))
weekly: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    freq=st.sampled_from(["WEEKLY", ""]),
    byday=st.sets(st.sampled_from(CODES), min_size=1).map(",".join),
    interval=st.integers(1, 3),
    wkst=st.sampled_from(["", "SU", "MO"]),
)
monthly: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    freq=st.just("MONTHLY"),
    interval=st.integers(1, 2),
    byday=st.sampled_from(["", "1SA", "-1FR", "2MO,4MO"]),
    bymonthday=st.just(""),
) | st.builds(dict, freq=st.just("MONTHLY"), bymonthday=st.sampled_from(["1,15", "31", "-1"]))
odd = st.just({"freq": "WEEKLY", "bymonthday": "3,18"}) | st.just({"freq": "", "byday": ""})
rows = st.builds(
    lambda rule, times, more: Schedule(pk=uuid.uuid4(), **rule, **times, **more),
    weekly | monthly | odd,
    st.builds(dict, opens_at=hours, closes_at=st.none() | hours),
    st.builds(
        dict,
        dtstart=days,
        until=st.none() | days,
        valid_from=st.none() | days,
        valid_to=st.none() | days,
        count=st.none() | st.integers(1, 12),
    ),
)
exceptions = st.builds(
    lambda start, length, times: Exceptional(start, start + dt.timedelta(days=length), *times),
    soon,
    st.integers(0, 5),
    st.just((None, None)) | st.tuples(hours, hours),
)


def read(written: bytes | None) -> set[tuple[dt.date, dt.time]]:
    """What a calendar shows, by somebody else's reading of the file."""
    found = set()
    for event in vobject.readOne(written.decode()).vevent_list if written else []:
        starts = event.dtstart.value.replace(tzinfo=None)
        if not hasattr(event, "rrule") and not hasattr(event, "rdate"):
            found.add(starts)
            continue
        said = rrule.rruleset()
        if hasattr(event, "rrule"):
            rule = ";".join(part for part in event.rrule.value.split(";") if not part.startswith("UNTIL"))
            said.rrule(rrule.rrulestr(rule, dtstart=starts))
        for each in getattr(event, "rdate_list", []):
            for moment in each.value:
                said.rdate(moment.replace(tzinfo=None))
        for each in getattr(event, "exdate_list", []):
            for moment in each.value:
                said.exdate(moment.replace(tzinfo=None))
        ends = (
            [part[6:14] for part in event.rrule.value.split(";") if part.startswith("UNTIL")]
            if hasattr(event, "rrule")
            else []
        )
        last = dt.datetime.strptime(ends[0], "%Y%m%d") + dt.timedelta(days=1) if ends else dt.datetime.max
        until = min(last, dt.datetime.combine(LAST, dt.time.max))
        found |= set(said.between(starts, until, inc=True))
    return {(each.date(), each.time()) for each in found}


@settings(max_examples=100, deadline=None)
@given(
    st.lists(rows, min_size=1, max_size=3),
    st.lists(exceptions, max_size=3),
    st.sampled_from([None, "Asia/Kolkata"]),
)
def test_a_calendar_shows_what_the_search_knows(rows, apart, zone):
    held = Times(rows, apart, ZoneInfo(zone) if zone else None)
    service = Service(name="Tea", organization=Organization(name="Harbour"), updated_at=NOW)
    known = {(each.on, each.opens_at) for each in held.coming(NOW) if each.on <= LAST}
    shown = set()
    for row in rows:
        about = ical.Happening(service, row, [held], "", "https://example.org/")
        shown |= read(ical.series(about, today=held.today(NOW)))
    first = held.today(NOW) + dt.timedelta(days=1)
    assert {each for each in shown if first <= each[0] <= LAST} == {
        each for each in known if first <= each[0]
    }


def house(**columns) -> Location:
    return Location.objects.create(name=f"House {Location.objects.count()}", **columns)


@pytest.fixture
def group(published):
    """Tuesdays at four sites: at its own hour, at the group's hour, shut, and with a house that is open all week."""
    service = published("Tea", kind="group")
    ats = [
        ServiceAtLocation.objects.create(service=service, location=house(time_zone="Europe/London"))
        for _number in range(3)
    ]
    usual = {"freq": "WEEKLY", "byday": "TU", "closes_at": dt.time(23)}
    Schedule.objects.create(service=service, opens_at=dt.time(14), **usual)
    Schedule.objects.create(service_at_location=ats[0], opens_at=dt.time(9), **usual)
    Schedule.objects.create(location=ats[2].location, opens_at=dt.time(7), **usual | {"byday": "MO"})
    closed = {"starts_on": dt.date(2026, 3, 24), "ends_on": dt.date(2026, 3, 24)}
    OpeningException.objects.create(location=ats[1].location, **closed)
    return service


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["active", "temporarily closed"])
def test_the_page_says_what_the_search_says(group, status):
    Service.objects.update(status=status)
    with time_machine.travel(NOW, tick=False):
        services.reindex(Service.objects.filter(pk=group.pk))
        said = page.coming(Service.objects.for_page().get(pk=group.pk), now=timezone.localtime())
    known = sorted({begins for row in Findable.objects.all() for begins in row.sessions})[:3]
    assert [each.words.rpartition(" to ")[0] for each in said] == [
        f"{begins.astimezone(LONDON):%A %B %-d}, {times.clock(begins.astimezone(LONDON))}" for begins in known
    ]
    assert len(said) == (3 if status == "active" else 0)


@pytest.mark.django_db
def test_each_time_leads_to_the_same_time_in_a_calendar(client, group):
    with time_machine.travel(NOW, tick=False):
        found = page.coming(Service.objects.for_page().get(pk=group.pk), now=timezone.localtime())
        for each in found:
            event = vobject.readOne(client.get(each.link).content.decode()).vevent
            assert f"{event.dtstart.value:%A %B %-d}" in each.words
            assert times.clock(event.dtstart.value) in each.words
