"""Near somebody: by postcode or town, each listing once, and what is available anywhere beside it."""

import datetime as dt

import pytest
from django.utils import timezone

from resources import services
from resources.models import Location, PostalCode, Service, ServiceArea, ServiceAtLocation

pytestmark = pytest.mark.django_db
FIND = "/find/"


@pytest.fixture
def _town():
    PostalCode.objects.create(
        country="GB",
        code="ZZ11AA",
        place_name="Testham",
        folded_name="testham",
        latitude=52.0,
        longitude=-1.0,
    )


def put(service: Service, *points: tuple[float, float]) -> None:
    for latitude, longitude in points:
        location = Location.objects.create(name=f"At {latitude}", latitude=latitude, longitude=longitude)
        ServiceAtLocation.objects.create(service=service, location=location)
    services.reindex(Service.objects.filter(pk=service.pk))


def near(response) -> list[str]:
    return [row.service.name for row in response.context["near"]]


def anywhere(response) -> list[str]:
    return [row.service.name for row in response.context["anywhere"]]


@pytest.mark.usefixtures("_town")
def test_what_is_near_is_found_nearest_first_and_what_is_far_is_not(client, published):
    put(published("Two miles"), (52.03, -1.0))
    put(published("At the door"), (52.0, -1.0))
    put(published("Far away"), (53.0, -1.0))
    response = client.get(FIND, {"place": "zz1 1aa"})
    assert near(response) == ["At the door", "Two miles"]
    assert "right there" in response.content.decode()
    assert "2.1 miles" in response.content.decode()


@pytest.mark.usefixtures("_town")
def test_a_listing_with_several_sites_stands_there_once_at_its_nearest(client, published):
    put(published("Walks"), (52.05, -1.0), (52.01, -1.0), (53.0, -1.0))
    response = client.get(FIND, {"place": "Testham"})
    assert near(response) == ["Walks"]
    assert response.context["near"][0].where == "At 52.01"
    assert response.context["found"].counts["kind:service"] == 1


@pytest.mark.usefixtures("_town")
def test_what_is_available_anywhere_is_never_hidden_by_a_distance(client, published):
    put(published("Local", delivery=["in_person"]), (52.0, -1.0))
    published("Video circle", delivery=["online"])
    response = client.get(FIND, {"place": "Testham", "within": "2"})
    assert (near(response), anywhere(response)) == (["Local"], ["Video circle"])
    assert "Available anywhere" in response.content.decode()


@pytest.mark.usefixtures("_town")
def test_a_place_nobody_knows_gets_a_sentence_and_everything(client, published):
    put(published("Local"), (52.0, -1.0))
    response = client.get(FIND, {"place": "Nowhere-on-Sea"})
    assert near(response) == ["Local"]
    assert "We do not know where “Nowhere-on-Sea” is" in response.content.decode()


@pytest.mark.usefixtures("_town")
def test_nothing_near_offers_to_look_further(client, published):
    put(published("Far"), (52.3, -1.0))
    response = client.get(FIND, {"place": "Testham", "within": "10"})
    assert response.context["nothing"]
    assert "within=25" in response.content.decode()


@pytest.mark.usefixtures("_town")
def test_who_comes_to_people_is_found_in_each_area_they_serve_and_counted_once(client, published):
    for number, name in enumerate(("Farham", "Middleham")):
        PostalCode.objects.create(
            country="GB",
            code=f"ZZ{number + 2}",
            place_name=name,
            folded_name=name.lower(),
            latitude=54.0 + number,
            longitude=-1.0,
        )
    visits = published("Somebody to help at home", delivery=["at_home"])
    for name in ("Testham", "Farham", "Nowhere we know"):
        ServiceArea.objects.create(service=visits, name=name)
    services.reindex(Service.objects.filter(pk=visits.pk))
    for place in ("Testham", "Farham"):
        response = client.get(FIND, {"place": place})
        assert near(response) == ["Somebody to help at home"]
        assert "serves your area" in response.content.decode()
    assert near(client.get(FIND, {"place": "Middleham"})) == []
    everywhere = client.get(FIND, {"q": "help"})
    assert near(everywhere) == ["Somebody to help at home"]
    assert everywhere.context["found"].counts["kind:service"] == 1
    visits.findable.update(refreshed_on=dt.date(2026, 1, 1), hours="{}")
    assert services.sweep_findable(now=timezone.now()) == 2
    assert {row.hours for row in visits.findable.all()} == {None}


@pytest.mark.usefixtures("_town")
def test_the_sweep_adds_the_areas_that_an_older_version_left_out(client, published):
    PostalCode.objects.create(
        country="GB", code="ZZ2", place_name="Farham", folded_name="farham", latitude=54.0, longitude=-1.0
    )
    visits = published("Somebody to help at home", delivery=["at_home"])
    for name in ("Testham", "Farham"):
        ServiceArea.objects.create(service=visits, name=name)
    services.reindex(Service.objects.filter(pk=visits.pk))
    first = visits.findable.get(part=0)
    visits.findable.exclude(pk=first.pk).delete()
    visits.findable.update(refreshed_on=dt.date(2026, 1, 1))
    services.sweep_findable(now=timezone.now())
    for place in ("Testham", "Farham"):
        assert near(client.get(FIND, {"place": place})) == ["Somebody to help at home"]
    assert services.sweep_findable(now=timezone.now()) == 0


@pytest.mark.usefixtures("_town")
def test_what_is_near_with_one_of_its_sites_is_not_in_the_list_of_those_anywhere(client, published):
    """Neither as a row of it nor in its numbers; where the near one does not fit, the far one counts."""
    put(published("Both ways", delivery=["in_person", "online"], cost="free"), (52.01, -1.0), (53.0, -1.0))
    put(published("Far and online", delivery=["in_person", "online"], cost="free"), (53.0, -1.0))
    put(published("Online", delivery=["online"], cost="free"))
    both = client.get(FIND, {"place": "zz1 1aa"})
    assert (near(both), sorted(anywhere(both))) == (["Both ways"], ["Far and online", "Online"])
    alone = client.get(FIND, {"place": "zz1 1aa", "reach": "anywhere"})
    assert (near(alone), sorted(anywhere(alone))) == ([], ["Far and online", "Online"])
    found = alone.context["found"]
    assert (found.anywhere_count, found.near_count, found.counts["cost:free"]) == (2, 0, 2)
    assert found.anywhere_count == both.context["found"].anywhere_count
    unplaced = client.get(FIND, {"reach": "anywhere"})
    assert unplaced.context["found"].total == 3
