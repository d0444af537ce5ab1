"""Counts beside each choice: the same as counting one by one with all other choices applied."""

import datetime as dt
import itertools
import random

import pytest
import time_machine
from django.db import connection

from resources import services
from resources.models import (
    Language,
    Location,
    OpeningException,
    Organization,
    PostalCode,
    Schedule,
    Service,
    ServiceAtLocation,
    Source,
    Verification,
)
from resources.search import asking, facets, meaning, places, postcodes
from resources.search.places import Point
from resources.search.wanted import NEAREST, Wanted

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
HERE = Point(52.0, -1.0)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="module")
def told_directory(told):
    with time_machine.travel(NOW, tick=False):
        return told(directory)


@pytest.fixture
def _directory(db, told_directory):
    told_directory.put_in()


def directory():
    """Some dozen listings with everything drawn by lot, several of them at several sites."""
    draw = random.Random(7)
    source = Source.objects.create(name="Invented", time_zone="Europe/London")
    house = Organization.objects.create(name="House")
    PostalCode.objects.create(
        country="GB", code="ZZ1", place_name="Testham", folded_name="testham", latitude=52.0, longitude=-1.0
    )
    for number in range(60):
        service = Service.objects.create(
            organization=house,
            source=source,
            name=f"{draw.choice(['Pain', 'Walking', 'Choir'])} {draw.choice(['group', 'class'])} {number}",
            kind=draw.choice(["group", "class", "service"]),
            cost=draw.choice(["free", "paid", ""]),
            delivery=draw.sample(["in_person", "online", "phone"], draw.randint(0, 2)),
            access=draw.sample(["step_free", "quiet", "lie_down"], draw.randint(0, 3)),
            minimum_age=draw.choice([None, 18, 60]),
            maximum_age=draw.choice([None, 64]) if number % 3 else None,
            referral=draw.choice(["", "none"]),
        )
        for code in draw.sample(["en", "es"], draw.randint(0, 2)):
            Language.objects.create(service=service, code=code)
        if draw.random() < 0.6:
            Schedule.objects.create(
                service=service,
                freq="WEEKLY",
                byday=draw.choice(["MO,TU,WE,TH,FR,SA,SU", "MO"]),
                opens_at=dt.time(draw.choice([0, 8, 18])),
                closes_at=dt.time(draw.choice([20, 23])),
            )
        for _site in range(draw.choice([0, 1, 1, 2, 3])):
            location = Location.objects.create(
                source=source, latitude=52 + draw.uniform(-0.3, 0.3), longitude=-1 + draw.uniform(-0.3, 0.3)
            )
            ServiceAtLocation.objects.create(service=service, location=location)
            if draw.random() < 0.3:
                today = NOW.date()
                OpeningException.objects.create(location=location, starts_on=today, ends_on=today)
        service.verification = Verification.objects.create(
            service=service,
            how="phone",
            parts=["name"],
            verified_at=NOW - dt.timedelta(days=draw.choice([9, 700])),
        )
        service.published_at = NOW
        service.save()
    services.reindex(Service.objects.all())


def rows():
    """What the search knows, with what is true at this moment, read without the statement that is tried."""

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, service_id, name, facts, latitude, longitude, anywhere, hours IS NULL, hours @> %s,"
            " hours && tstzrange(%s, (date_trunc('day', %s AT TIME ZONE zone) + interval '1 day') AT TIME ZONE zone),"
            " verified_at >= %s"
            " FROM resources_findable",
            [NOW, NOW, NOW, NOW - dt.timedelta(days=365)],
        )
        for row in cursor.fetchall():
            pk, service, name, known, latitude, longitude, anywhere, unknown, now, today, checked = row
            times = [("unknown", unknown), ("now", now), ("today", now or today)]
            known += [f"when:{when}" for when, true in times if true] + ["checked:year"] * checked
            km = None if latitude is None else places.distance(HERE, Point(latitude, longitude))
            yield pk, service, name, set(known), km, anywhere


def fits(known, chosen, *, but=""):
    for name, values in chosen.items():
        if name == but or not values:
            continue
        wanted = {f"{name}:{value}" for value in values}
        if not (wanted & known if facets.BY_NAME[name].either else wanted <= known):
            return False
    return True


CHOSEN = [
    {},
    {"kind": ("group",)},
    {"kind": ("group", "class"), "cost": ("free",)},
    {"access": ("step_free", "quiet")},
    {"when": ("now",)},
    {"when": ("evenings", "now"), "how": ("online",)},
    {"language": ("es",), "age": ("older",), "referral": ("none",)},
    {"kind": ("event",)},
    {"cost": ("free",), "how": ("in_person",), "access": ("step_free",), "when": ("today",)},
]


@pytest.mark.usefixtures("_directory")
@pytest.mark.parametrize("chosen", CHOSEN, ids=str)
def test_counts_and_results_are_those_of_counting_one_by_one(chosen):
    everything = list(rows())
    for text, place, radius in itertools.product(["", "pain"], [None, postcodes.find("ZZ1")], [10.0, 25.0]):
        wanted = Wanted(
            now=NOW,
            meaning=meaning.understand(text),
            place=place,
            radius=radius,
            chosen=chosen,
            order=NEAREST,
            per_page=500,
        )
        found = asking.ask(wanted)
        inside = [
            row
            for row in everything
            if text in row[2] and (place is None or row[5] or (row[4] is not None and row[4] <= radius))
        ]
        expected: dict[str, set] = {}
        for _pk, service, _name, known, _km, _anywhere in inside:
            for fact in known:
                facet = fact.partition(":")[0]
                either = facet in facets.BY_NAME and facets.BY_NAME[facet].either
                if fits(known, chosen, but=facet if either else ""):
                    expected.setdefault(fact, set()).add(service)
        assert found.counts == {fact: len(those) for fact, those in expected.items()}
        fitting = [row for row in inside if fits(row[3], chosen)]
        near = {row[1] for row in fitting if place is None or (row[4] is not None and row[4] <= radius)}
        assert found.near_count == len(near) == len(found.near)
        assert found.total == len({row[1] for row in fitting})
        if place:
            nearest = {
                service: min(row[4] for row in fitting if row[1] == service and row[4] is not None)
                for service in near
            }
            assert sorted(nearest.values()) == pytest.approx([hit.km for hit in found.near])
        shown = {row[1] for row in fitting}
        unknown = {
            row[1]
            for row in inside
            if row[1] not in shown and "when:unknown" in row[3] and fits(row[3], chosen, but="when")
        }
        assert found.unknown_hours == (len(unknown) if chosen.get("when") else 0)


def test_what_is_chosen_stays_there_though_nothing_has_it(client, published):
    published("Choir", cost="paid")
    page = client.get("/find/", {"cost": "free"}).content.decode()
    assert 'value="free" id="id_cost_free" checked' in page
    assert 'id="id_kind_event"' not in page


def test_times_we_do_not_know_are_said_and_not_dropped_in_silence(client, published):
    published("Choir")
    page = client.get("/find/", {"when": "now"}).content.decode()
    assert "of which we do not know the times" in page
    assert "Show those, too" in page


def test_the_sweep_brings_the_times_of_today_and_what_was_not_there(published):
    service = published("Choir")
    Schedule.objects.create(
        service=service, freq="WEEKLY", byday="MO", opens_at=dt.time(9), closes_at=dt.time(10)
    )
    service.findable.update(refreshed_on=NOW.date() - dt.timedelta(days=2))
    forgotten = published("Library")
    forgotten.findable.all().delete()
    assert services.sweep_findable(now=NOW) == 2
    assert {row.refreshed_on for row in service.findable.all()} == {NOW.astimezone(dt.UTC).date()}
    assert forgotten.findable.count() == 1
    assert services.sweep_findable(now=NOW) == 0


def test_the_first_page_is_kept_for_a_minute_and_never_shows_what_is_gone(client, published, curator):
    stays, goes = published("Choir"), published("Library")
    assert client.get("/find/").context["found"].near_count == 2
    with connection.execute_wrapper(refuse_to_search):
        shown = client.get("/find/").context["near"]
    assert {row.service for row in shown} == {stays, goes}
    services.archive(service=goes, by=curator)
    assert [row.service for row in client.get("/find/").context["near"]] == [stays]
    published("Tea")
    assert client.get("/find/").context["found"].near_count == 2


def refuse_to_search(execute, sql, *rest):
    assert "WITH found" not in sql
    return execute(sql, *rest)
