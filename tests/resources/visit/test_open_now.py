"""Open, closed, or not known: the page of a listing says in words what the search found."""

import datetime as dt
from itertools import product

import pytest
import time_machine
from django.utils import timezone

from resources import open_now, services
from resources.models import OpeningException, Schedule, Service, ServiceAtLocation
from resources.search.opening import Exceptional, zone_of
from resources.search.times import Times

LONDON = zone_of("Europe/London")
WORKDAYS = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": dt.time(10), "closes_at": dt.time(17)}
DAILY = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR,SA,SU"}


def status(moment, *rows, kind="place", apart=(), zone=LONDON, shut=False):
    now = dt.datetime.fromisoformat(moment).replace(tzinfo=LONDON)
    held = Times([Schedule(**row) for row in rows], list(apart), zone, shut)
    found = open_now.at_one(Service(kind=kind), held, now)
    return found.state, found.words


def closed(first: str, last: str, why="") -> Exceptional:
    return Exceptional(dt.date.fromisoformat(first), dt.date.fromisoformat(last), reason=why)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-24T10:00", ("open", "Open now until 5:00 pm")),
        ("2026-11-24T17:00", ("closed", "Closed now, opens tomorrow at 10:00 am")),
        ("2026-11-21T12:00", ("closed", "Closed now, opens Monday at 10:00 am")),
    ],
)
def test_usual_days(moment, said):
    assert status(moment, WORKDAYS) == said


def test_nights_and_what_never_closes():
    late = WORKDAYS | {"opens_at": dt.time(20), "closes_at": dt.time(2)}
    assert status("2026-11-24T23:00", late) == ("open", "Open now until tomorrow at 2:00 am")
    always = DAILY | {"opens_at": dt.time(0), "closes_at": dt.time(23, 59)}
    assert status("2026-11-24T23:00", always) == ("open", "Open now, day and night")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (("2026-11-24", "2026-11-24"), "Closed today, opens tomorrow at 10:00 am"),
        (
            ("2026-11-23", "2026-11-29", "a burst pipe"),
            "Closed this week (a burst pipe), opens Monday at 10:00 am",
        ),
        (
            ("2026-11-01", "2026-12-31", "moving"),
            "Closed this week (moving), opens January 1 2027 at 10:00 am",
        ),
        (("2026-11-01", "2027-12-31"), "Closed this week"),
    ],
)
def test_days_that_are_not_as_usual(days, said):
    assert status("2026-11-24T12:00", WORKDAYS, apart=[closed(*days)]) == ("closed", said)


def test_what_is_not_known_is_said():
    assert status("2026-11-24T12:00") == ("unknown", "We do not know the times")
    unclear = {"freq": "WEEKLY", "byday": "FR", "interval": 2, "opens_at": dt.time(9)}
    assert status("2026-11-24T12:00", unclear) == ("unknown", "We do not know if it is open now")
    assert status("2026-11-24T12:00", WORKDAYS, zone=None) == ("unknown", "We do not know if it is open now")
    assert status("2026-11-24T12:00", kind="group") == ("unknown", "We do not know the next time")


def test_a_closure_of_days_holds_on_every_clock():
    week = closed("2026-11-23", "2026-11-29", "a burst pipe")
    said = ("closed", "Closed this week (a burst pipe)")
    assert status("2026-11-25T12:00", WORKDAYS, zone=None, apart=[week]) == said
    today = closed("2026-11-24", "2026-11-24")
    # Somewhere it is tomorrow already.
    assert status("2026-11-24T12:00", WORKDAYS, zone=None, apart=[today])[0] == "unknown"


def test_who_is_closed_for_now_is_closed():
    assert status("2026-11-24T12:00", WORKDAYS, shut=True) == ("closed", "Closed for now")


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-24T09:00", ("soon", "Starts in 1 hour")),
        ("2026-11-24T12:00", ("open", "On right now, until 5:00 pm")),
        ("2026-11-21T12:00", ("closed", "Next: Monday at 10:00 am")),
    ],
)
def test_what_meets_says_when(moment, said):
    assert status(moment, WORKDAYS, kind="group") == said


def test_what_meets_no_more_and_what_meets_on_an_unknown_clock():
    over = WORKDAYS | {"until": dt.date(2026, 11, 1)}
    assert status("2026-11-24T12:00", over, kind="group") == ("closed", "No next time is planned")
    assert status("2026-11-21T12:00", WORKDAYS, kind="group", zone=None)[1] == "Next: Monday at 10:00 am"


pages = pytest.mark.django_db


def read(client, service) -> str:
    return " ".join(client.get(service.get_absolute_url()).content.decode().split())


@pages
def test_of_several_places_the_best_is_named(client, published):
    service = published(at="The Hall", kind="place")
    at, other = service.at_locations.get(), published("Other", at="The Barn").at_locations.get()
    barn = ServiceAtLocation.objects.create(service=service, location=other.location)
    type(at.location).objects.update(time_zone="Europe/London")
    Schedule.objects.create(service_at_location=barn, **WORKDAYS)
    with time_machine.travel(dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)):
        words = read(client, service)
        assert 'class="state open">Open now until 5:00 pm <span class="where">(The Barn)' in words
        assert "As far as we know" not in words
        Service.objects.update(stale_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
        assert "As far as we know: these times need a check." in read(client, service)


@pages
def test_a_website_has_no_door(client, published):
    assert "We do not know the times" not in read(client, published(kind="website")).partition("<h2")[0]


@pages
@pytest.mark.parametrize("whose", ["service", "location"])
@pytest.mark.parametrize("kind", ["place", "group"])
def test_the_page_and_the_list_of_results_say_the_same(client, published, kind, whose):
    service = published(at="The Hall", kind=kind)
    at = service.at_locations.get()
    type(at.location).objects.update(time_zone="Europe/London")
    Schedule.objects.create(service_at_location=at, **WORKDAYS)
    days = {"starts_on": dt.date(2026, 11, 25), "ends_on": dt.date(2026, 11, 26), "reason": "a wedding"}
    OpeningException.objects.create(**{whose: {"service": service, "location": at.location}[whose]}, **days)
    for hours in range(0, 24 * 8, 11):
        now = dt.datetime(2026, 11, 20, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
        with time_machine.travel(now, tick=False):
            services.reindex(Service.objects.all())
            (row,) = client.get("/find/").context["near"]
            found = open_now.of(Service.objects.for_page().get(), now=now)
        assert row.status == found


@pages
@pytest.mark.parametrize("kind", ["service", "website", "volunteering"])
def test_they_say_the_same_of_what_is_always_open_closed_for_now_or_not_known(client, published, kind):
    service = published(at="The Hall", kind=kind)
    always = DAILY | {"opens_at": dt.time(0), "closes_at": dt.time(23, 59)}
    said = set()
    for told, status_, zone in product(
        [{}, WORKDAYS, always], ["active", Service.Status.CLOSED], ["", "Europe/London"]
    ):
        Schedule.objects.all().delete()
        Service.objects.update(status=status_)
        type(service.at_locations.get().location).objects.update(time_zone=zone)
        if told:
            Schedule.objects.create(service=service, **told)
        with time_machine.travel(dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC), tick=False):
            services.reindex(Service.objects.all())
            (row,) = client.get("/find/").context["near"]
            assert row.status == open_now.of(Service.objects.for_page().get(), now=timezone.localtime())
        said.add(row.status and row.status.words.partition(" until")[0])
    always_on = "On right now, day and night" if kind == "volunteering" else "Open now, day and night"
    assert {"Closed for now", always_on} < said
    assert (None in said) == (kind == "website")
