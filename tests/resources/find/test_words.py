"""What is typed is understood, whatever it is: folded, taken apart, widened by what means the same, and mended."""

import math
import unicodedata

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from resources import services
from resources.models import FruitlessSearch, KnownWord, Service, Synonym
from resources.search import folding, gazette, meaning, parsing, places, spelling, tsquery
from resources.search.areas import is_national
from resources.search.places import Point

FIND = "/find/"
letters = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=200)
points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def names(response) -> list[str]:
    return [row.service.name for row in [*response.context["near"], *response.context["anywhere"]]]


@given(letters)
@example("-")
@example('-"')
@example("or or or")
@example('"unclosed -and or')
def test_the_parser_takes_any_text(text):
    for part in parsing.parse(text):
        assert part.wants_something
        assert all(word.text == folding.fold(word.text) for word in part.words)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(letters)
@example("'':* & | ! <-> \\ ( )")
@example("ＦＵＬＬ ﬁ ½ Ⅷ İ ẞ")
def test_the_database_takes_any_text_too(django_assert_max_num_queries, text):

    with django_assert_max_num_queries(4):
        meant = meaning.understand(text)
        if meant.asks:
            sql, given_words = tsquery.of_meaning(meant)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {sql}", given_words)


@given(letters)
def test_folding_twice_is_folding_once_and_leaves_words_alone(text):
    plain = folding.plain(text)
    assert folding.plain(plain) == plain
    assert all(not unicodedata.combining(letter) for letter in plain)


@given(points, points)
def test_distances_agree_with_the_angle_between_two_arrows(a, b):
    def arrow(point):
        phi, along = math.radians(point.latitude), math.radians(point.longitude)
        return math.cos(phi) * math.cos(along), math.cos(phi) * math.sin(along), math.sin(phi)

    (x, y, z), (u, v, w) = arrow(a), arrow(b)
    cross = math.hypot(y * w - z * v, z * u - x * w, x * v - y * u)
    angle = math.atan2(cross, x * u + y * v + z * w)
    assert places.distance(a, b) == pytest.approx(places.EARTH * angle, abs=0.2)


@given(points)
def test_a_point_is_no_distance_from_itself(point):
    assert places.distance(point, point) == 0


@settings(max_examples=300)
@given(points, st.floats(0.1, 100), st.floats(0, 1), st.floats(0, 2 * math.pi))
def test_whatever_lies_within_a_distance_lies_in_the_box_and_in_its_tiles(middle, radius, share, way):
    far = radius * share / places.KM_A_DEGREE
    latitude = middle.latitude + far * math.cos(way)
    wide = max(0.01, math.cos(math.radians(middle.latitude)))
    longitude = (middle.longitude + far * math.sin(way) / wide + 180) % 360 - 180
    if not -90 <= latitude <= 90 or places.distance(middle, other := Point(latitude, longitude)) > radius:
        return
    around = places.box(middle, radius)
    assert around.south - 1e-9 <= other.latitude <= around.north + 1e-9
    assert around.all_round or around.west - 1e-9 <= other.longitude <= around.east + 1e-9
    tiles = places.tiles_touching(around)
    assert not tiles or set(tiles) & set(places.tiles_of(other))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("fibromialgia", "fibromyalgia"),
        ("fybromyalgia", "fibromyalgia"),
        ("fibermyalgia", "fibromyalgia"),
        ("arthritus", "arthritis"),
        ("counceling", "counseling"),
        ("migrane", "migraine"),
        ("grup", "group"),
        ("xyz", ""),
        ("zzzzzzzz", ""),
    ],
)
def test_the_nearest_word_is_found_and_no_far_one(typed, meant):
    known = [
        ("fibromyalgia", 3),
        ("arthritis", 9),
        ("counseling", 5),
        ("migraine", 2),
        ("group", 40),
        ("grip", 1),
    ]
    shared = [
        (word, times) for word, times in known if set(spelling.nearby(word)) & set(spelling.nearby(typed))
    ]
    assert spelling.nearest(typed, shared) == meant


@pytest.mark.django_db
def test_a_typing_mistake_is_forgiven_and_said(client, published):
    published("Fibromyalgia circle")
    response = client.get(FIND, {"q": "fibromialga"})
    assert names(response) == ["Fibromyalgia circle"]
    assert "We also looked for fibromyalgia" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["sore back", "bad backs", "lumbago group", "lumbago grou"])
def test_words_that_mean_the_same_find_each_other(client, published, typed):
    Synonym.objects.all().delete()
    Synonym.objects.create(words=["sore back", "bad back", "lumbago", "back pain"])
    published("Back pain group")
    published("Choir")
    response = client.get(FIND, {"q": typed})
    assert names(response) == ["Back pain group"]
    assert "We also looked for" in response.content.decode()


@pytest.mark.django_db
def test_a_short_word_means_an_illness_alone_or_in_capitals_only(client, published):
    Synonym.objects.all().delete()
    Synonym.objects.create(words=["ME", "myalgic encephalomyelitis"])
    published("Myalgic encephalomyelitis group")
    published("Help with forms")
    assert names(client.get(FIND, {"q": "ME"})) == ["Myalgic encephalomyelitis group"]
    assert names(client.get(FIND, {"q": "M.E. group"})) == ["Myalgic encephalomyelitis group"]
    assert names(client.get(FIND, {"q": "help me"})) == ["Help with forms"]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["cafe", "CAFÉ", "café", "Cafe Loft", "lodz"])
def test_accents_and_case_do_not_matter(client, published, typed):
    published("Café Loft", description="Began in Łódź.")
    assert names(client.get(FIND, {"q": typed})) == ["Café Loft"]


@pytest.mark.django_db
def test_quotes_minus_and_or_mean_what_they_usually_mean(client, published):
    published("Warm water class")
    published("Water colours, warm room")
    published("Choir")
    assert names(client.get(FIND, {"q": '"warm water"'})) == ["Warm water class"]
    assert names(client.get(FIND, {"q": "water -class"})) == ["Water colours, warm room"]
    assert set(names(client.get(FIND, {"q": "choir or class"}))) == {"Choir", "Warm water class"}


@pytest.mark.django_db
def test_a_listing_in_another_language_is_found_in_its_own_words(client, published):
    service = published("Grupos de caminatas", text_language="es")
    assert names(client.get(FIND, {"q": "grupos"})) == [service.name]
    assert KnownWord.objects.get(word="caminatas").stem == "caminat"


@pytest.mark.django_db
def test_what_found_nothing_is_noted_by_words_and_day_and_forgotten(client, published):
    published()
    for _again in range(2):
        client.get(FIND, {"q": "Zebra  RIDING", "place": "Somewhere"})
    noted = FruitlessSearch.objects.get()
    assert (noted.words, noted.times) == ("zebra riding", 2)
    client.get(FIND, {"q": "zebra"}, headers={"HX-Request": "true", "HX-Trigger": "id_q"})
    assert FruitlessSearch.objects.count() == 1
    assert services.forget_fruitless(today=noted.on + services.fruitless.KEPT) == 0
    later = noted.on + services.fruitless.KEPT * 1.1
    assert services.forget_fruitless(today=later) == 1


@pytest.mark.django_db
def test_what_is_withdrawn_is_found_no_more(client, published, curator):
    service = published("Choir")
    services.withdraw(service=Service.objects.get(pk=service.pk), by=curator)
    assert names(client.get(FIND, {"q": "choir"})) == []


@pytest.mark.parametrize(
    ("name", "wide"),
    [("the United Kingdom", True), ("USA", True), ("Nationwide", True), ("Leeds", False), ("", False)],
)
def test_a_whole_country_is_no_limit(name, wide):
    assert is_national(name) is wide


@pytest.mark.parametrize(
    ("header", "columns", "line"),
    [
        ("Postcode,Town,Latitude,Longitude\n", "", "zz1 1aa,Testham,52.1,-1.2\n"),
        ("", "latitude,longitude,code,place", "52.1;-1.2;ZZ1 1AA;Testham\n"),
        ("", "", "GB\tZZ1 1AA\tTestham\tShire\t\t\t\t\t\t52.1\t-1.2\t4\n"),
    ],
)
def test_a_file_of_postcodes_says_by_its_header_or_its_shape_what_is_what(header, columns, line):
    row = next(gazette.table([header, line] if header else [line], columns))
    entry = gazette.entry(row)
    assert (entry.code, entry.place, entry.latitude, entry.longitude) == ("ZZ11AA", "Testham", 52.1, -1.2)
