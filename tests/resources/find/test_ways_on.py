"""No dead end: choices beyond the commonest, and searches that find nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from resources import services
from resources.models import Language, PostalCode, Service

pytestmark = pytest.mark.django_db
FIND = "/find/"


def words(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.fixture
def in_many_languages(published):
    for number in range(18):
        service = published(f"Tea {number}", cost="free" if number else "paid")
        Language.objects.create(service=service, name=f"Language {number:02}")
    services.reindex(Service.objects.all())


def test_all_choices_can_be_reached_without_a_script(client, in_many_languages):
    page = client.get(FIND, {"q": "tea"})
    assert words(page).count('name="language"') == 12
    assert 'href="?q=tea&amp;all=language#filters">Show 6 more<span class="unseen">: Language' in words(page)
    whole = words(client.get(FIND, {"q": "tea", "all": "language"}))
    assert whole.count('name="language"') == 18
    assert "Show 6 more" not in whole
    assert '<input type="hidden" name="all" value="language">' in whole
    assert '<details class="more-filters" open>' in whole


def test_what_is_chosen_is_among_the_commonest(client, in_many_languages):
    page = words(client.get(FIND, {"language": "language_14"}))
    assert 'value="language_14" id="id_language_language_14" checked' in page


def test_all_of_something_that_is_not_there_is_refused_kindly(client):
    assert client.get(FIND, {"all": "nonsense"}).status_code == 422


def test_a_search_that_finds_nothing_offers_what_finds_something(client, in_many_languages):
    asked = {"q": "tea", "cost": "paid", "language": "language_03"}
    page = client.get(FIND, asked)
    ways = {(way.facet, way.value): way.count for way in page.context["ways_on"]}
    assert ways == {("cost", "paid"): 1, ("language", "language_03"): 1, ("", ""): 18}
    assert 'href="?q=tea">Clear all filters</a> <span class="soft">18 listings </span>' in words(page)
    assert 'href="?q=tea">Clear filters</a>' in words(page)
    assert 'Search without “Paid”</a> <span class="soft">1 listing </span>' in words(page)
    for way in page.context["ways_on"]:
        left_out = [way.facet] if way.facet else ["cost", "language"]
        looser = {name: value for name, value in asked.items() if name not in left_out}
        assert client.get(FIND, looser).context["found"].total == way.count


def test_nothing_is_offered_that_finds_nothing_either(client, in_many_languages):
    page = client.get(FIND, {"q": "xylophone"})
    assert [way.facet for way in page.context["ways_on"]] == ["q"]
    assert client.get(FIND, {"cost": "low"}).context["ways_on"][0].count == 18


def test_far_from_everything_there_is_everywhere(client, in_many_languages):
    PostalCode.objects.create(
        country="GB", code="ZZ1", place_name="Testham", folded_name="testham", latitude=52, longitude=-1
    )
    page = client.get(FIND, {"place": "ZZ1"})
    assert 'Search everywhere</a> <span class="soft">18 listings </span>' in words(page)


def test_the_tries_are_few_however_much_was_asked(client, in_many_languages):
    many = [("q", "tea"), ("cost", "low")] + [
        ("access", name) for name in ("quiet", "dim", "parking", "toilet")
    ]
    query = "&".join(f"{name}={value}" for name, value in many)
    with CaptureQueriesContext(connection) as asked:
        client.get(f"{FIND}?{query}")
    assert len([each for each in asked if "resources_findable" in each["sql"]]) <= 7
