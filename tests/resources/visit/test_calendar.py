"""What a calendar programme makes of a session. Read by vobject, which did not write it."""

import datetime as dt
import io
from zoneinfo import ZoneInfo

import pytest
import time_machine
import vobject
from dateutil import tz

from resources.models import OpeningException, Schedule, Service, Source

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_march")]
LONDON = ZoneInfo("Europe/London")


@pytest.fixture
def in_march():
    with time_machine.travel(dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def group(published):
    """Every Wednesday at two in London, with a holiday, and one Wednesday in the morning."""
    service = published("Pain café", at="The Hall", kind="group", cancel_policy="Any time")
    at = service.at_locations.get()
    location = at.location
    location.time_zone = "Europe/London"
    location.save()
    Schedule.objects.create(
        service_at_location=at,
        **{"freq": "WEEKLY", "byday": "WE", "opens_at": dt.time(14), "closes_at": dt.time(15, 30)},
        dtstart=dt.date(2026, 3, 4),
        until=dt.date(2026, 12, 30),
    )
    days = {"starts_on": dt.date(2026, 3, 18), "ends_on": dt.date(2026, 3, 18)}
    OpeningException.objects.create(location=location, **days, reason="A wedding")
    days = {"starts_on": dt.date(2026, 3, 25), "ends_on": dt.date(2026, 3, 25)}
    OpeningException.objects.create(
        service_at_location=at, **days, opens_at=dt.time(9), closes_at=dt.time(10)
    )
    return service


def address(service, row=None, on="") -> str:
    row = row or Schedule.objects.get()
    return f"/find/{service.pk}/times/{row.pk}/session.ics" + (f"?on={on}" if on else "")


def read(client, *asked, **named):
    response = client.get(address(*asked, **named))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return vobject.readOne(response.content.decode())


def test_a_row_of_times_with_its_zone_its_rule_and_what_falls_out(client, group):
    calendar = read(client, group)
    usual, moved = sorted(calendar.vevent_list, key=lambda event: not hasattr(event, "rrule"))
    assert usual.summary.value == "Pain café"
    assert usual.location.value == "The Hall, 1 Quay, Alder Bay"
    assert "Any time" in usual.description.value
    assert usual.url.value.endswith(f"/find/{group.pk}/")
    assert usual.dtstart.value == dt.datetime(2026, 3, 4, 14, tzinfo=LONDON)
    # vobject counts on the clock of the hall; which clock that is says the next test.
    starts = [when.replace(tzinfo=None) for when in usual.getrruleset(addRDate=True)]
    assert starts[0] == dt.datetime(2026, 3, 4, 14)
    assert dt.datetime(2026, 4, 1, 14) in starts
    assert dt.datetime(2026, 3, 18, 14) not in starts
    assert starts[-1] == dt.datetime(2026, 12, 30, 14)
    assert dt.datetime(2026, 3, 25, 14) not in starts
    assert moved.dtstart.value == dt.datetime(2026, 3, 25, 9, tzinfo=LONDON)
    assert moved.uid.value == read(client, group, on="2026-03-25").vevent.uid.value
    assert "BEGIN:VTIMEZONE" in calendar.serialize()


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Sydney", "Asia/Kolkata"])
def test_the_clock_of_its_place_goes_along(client, group, zone):
    group.at_locations.get().location.__class__.objects.update(time_zone=zone)
    written = client.get(address(group)).content.decode()
    read_back, real = tz.tzical(io.StringIO(written)).get(), ZoneInfo(zone)
    for hours in range(0, 24 * 365 * 3, 5):
        when = dt.datetime(2026, 3, 4) + dt.timedelta(hours=hours)
        assert when.replace(tzinfo=read_back).utcoffset() == when.replace(tzinfo=real).utcoffset(), when


def test_one_day_of_it(client, group):
    event = read(client, group, on="2026-06-03").vevent
    assert event.dtstart.value == dt.datetime(2026, 6, 3, 14, tzinfo=LONDON)
    assert event.dtend.value == dt.datetime(2026, 6, 3, 15, 30, tzinfo=LONDON)
    assert not hasattr(event, "rrule")
    assert event.uid.value != read(client, group, on="2026-06-10").vevent.uid.value


def test_a_day_at_another_time(client, group):
    assert read(client, group, on="2026-03-25").vevent.dtstart.value.hour == 9


@pytest.mark.parametrize("on", ["2026-06-04", "2026-03-18", "2027-06-02", "nonsense"])
def test_a_day_without_it_is_not_there(client, group, on):
    assert client.get(address(group, on=on)).status_code == 404


def test_where_the_zone_is_not_known_times_float(client, group):
    group.at_locations.get().location.__class__.objects.update(time_zone="")
    calendar = read(client, group)
    usual = next(event for event in calendar.vevent_list if hasattr(event, "rrule"))
    assert usual.dtstart.value == dt.datetime(2026, 3, 4, 14)
    assert "VTIMEZONE" not in calendar.serialize()
    assert "UNTIL=20261230T235959" in usual.rrule.value.split(";")


def test_the_zone_of_its_source_counts_where_the_place_names_none(client, group):
    location = group.at_locations.get().location
    location.time_zone, location.source = "", Source.objects.create(name="City", time_zone="Asia/Tokyo")
    location.save()
    assert read(client, group, on="2026-06-03").vevent.dtstart.value.utcoffset() == dt.timedelta(hours=9)


def test_a_nonsense_zone_is_no_zone(client, group):
    group.at_locations.get().location.__class__.objects.update(time_zone="Middle/Earth")
    assert read(client, group, on="2026-06-03").vevent.dtstart.value.tzinfo is None


def test_monthly_and_counted_rows(client, group):
    Schedule.objects.update(freq="MONTHLY", byday="1WE", until=None, count=3, wkst="MO")
    rule = read(client, group).vevent.rrule.value
    assert {"FREQ=MONTHLY", "BYDAY=1WE", "COUNT=3", "WKST=MO"} <= set(rule.split(";"))


def test_a_single_day_has_no_rule(client, group):
    Schedule.objects.update(freq="", byday="", dtstart=dt.date(2026, 5, 1), until=None, count=1)
    event = read(client, group).vevent
    assert not hasattr(event, "rrule")
    assert event.dtstart.value == dt.datetime(2026, 5, 1, 14, tzinfo=LONDON)


@pytest.mark.parametrize(
    "columns", [{"opens_at": None}, {"byday": ""}, {"byday": "FR", "interval": 2, "dtstart": None}]
)
def test_what_cannot_be_foretold_is_in_no_calendar(client, group, columns):
    Schedule.objects.update(**{"dtstart": None, **columns})
    assert client.get(address(group)).status_code == 404


def test_the_hours_of_the_house_are_no_sessions(client, group):
    house = group.at_locations.get().location
    row = Schedule.objects.create(location=house, freq="WEEKLY", byday="MO", opens_at=dt.time(8))
    assert client.get(address(group, row)).status_code == 404
    Schedule.objects.filter(pk=row.pk).update(location=None, service=group)
    group.at_locations.get().schedules.all().delete()
    assert client.get(address(group, row)).status_code == 200


@pytest.mark.parametrize("rule", [{"byyearday": "80,90"}, {"bymonthday": "15"}])
def test_a_rule_calendars_do_not_have_is_written_day_for_day(client, group, rule):
    Schedule.objects.update(**{"byday": "", "until": None, **rule})
    usual = next(event for event in read(client, group).vevent_list if hasattr(event, "rdate"))
    assert not hasattr(usual, "rrule")
    assert usual.dtstart.value.replace(tzinfo=None) == usual.rdate.value[0].replace(tzinfo=None)


def test_who_is_closed_for_now_is_in_no_calendar(client, group):
    Service.objects.update(status="temporarily closed")
    assert client.get(address(group)).status_code == 404


def test_a_count_goes_on_where_it_was(client, group):
    Schedule.objects.update(until=None, count=10, valid_from=dt.date(2026, 3, 18))
    assert "COUNT=8" in read(client, group).vevent_list[0].rrule.value.split(";")
    Schedule.objects.update(valid_to=dt.date(2026, 12, 1))
    assert "UNTIL=20260506T225959Z" in read(client, group).vevent_list[0].rrule.value.split(";")


def test_times_of_something_else_are_not_there(client, group, published):
    other = published("Another")
    assert client.get(address(other)).status_code == 404


def test_times_of_a_draft_are_for_curators(client, client_of, curator, group, draft):
    hidden = draft("Hidden", kind="group")
    Schedule.objects.update(service=hidden, service_at_location=None)
    assert client.get(address(hidden)).status_code == 404
    assert client_of(curator).get(address(hidden)).status_code == 200
