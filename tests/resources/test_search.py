"""Finding: by words, by filters, and what happens when nothing fits."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

pytestmark = pytest.mark.django_db
FIND = "/find/"


def names(response) -> list[str]:
    context = response.context
    return [row.service.name for row in [*context.get("near", []), *context.get("anywhere", [])]]


def test_only_what_is_published_is_found(client, draft, published):
    draft("Secret draft")
    published("Open door")
    assert names(client.get(FIND)) == ["Open door"]


def test_a_curator_finds_no_more_than_anybody_else(client_of, curator, draft):
    draft("Secret draft")
    assert names(client_of(curator).get(FIND)) == []


def test_a_name_counts_more_than_a_description(client, published):
    published("Choir", description="Singing beats swimming.")
    published("Swimming for sore joints")
    assert names(client.get(FIND, {"q": "swimming"})) == ["Swimming for sore joints", "Choir"]


@pytest.mark.parametrize(
    "words",
    [
        "groups",
        "GROUP",
        "loft",
        "alder bay",
        "harbour house",
        "fibro",
        '"pain group"',
        "pain -choir",
        "harb gro",
    ],
)
def test_words_are_found_in_any_form_in_name_place_organisation_and_search_words(client, published, words):
    published("A pain group", at="The Loft", keywords="fibro", description="Up in the loft.")
    assert names(client.get(FIND, {"q": words})) == ["A pain group"]


def test_a_word_may_be_unfinished_because_the_search_is_live(client, published):
    published("Library")
    assert names(client.get(FIND, {"q": "libr"})) == ["Library"]


def test_when_nothing_has_all_words_those_with_some_are_shown_and_said_to_be(client, published):
    published("Warm water class")
    response = client.get(FIND, {"q": "warm giraffe"})
    assert names(response) == ["Warm water class"]
    assert "Nothing has all of “warm giraffe”" in response.content.decode()


def test_filters_narrow(client, published):
    published("Everything", kind="group", delivery=["online", "phone"], cost="free", access=["step_free"])
    published("Nothing", kind="class", delivery=["in_person"], cost="paid")
    for chosen in ({"how": "online"}, {"cost": "free"}, {"access": "step_free"}, {"kind": "group"}):
        assert names(client.get(FIND, chosen)) == ["Everything"]
    assert names(client.get(FIND, {"kind": "class", "cost": "free"})) == []


def test_addresses_from_before_still_lead_to_the_same(client, published):
    published("Everything", delivery=["online"], cost="free", access=["step_free"])
    published("Nothing", delivery=["in_person"], cost="paid")
    for chosen in ({"online": "on"}, {"free": "on"}, {"step_free": "on"}):
        assert names(client.get(FIND, chosen)) == ["Everything"]


def test_finding_nothing_leads_somewhere(client, published):
    published("Choir", kind="class", cost="paid")
    page = client.get(FIND, {"q": "choir", "cost": "free", "kind": "class"})
    words = page.content.decode()
    assert "Nothing found yet" in words
    assert "Search without “Free”" in words
    assert "q=choir&amp;kind=class" in words
    assert reverse("help_now") in words
    empty = client.get(FIND, {"q": "xylophone"}).content.decode()
    assert "See everything" in empty


def test_an_empty_directory_says_so(client):
    assert "no listings here yet" in client.get(FIND).content.decode()


@pytest.mark.parametrize(
    "words", ["", "  ", "!!!", "a & | ! <->", "':*", "\\", "%", "🙂", "ñandú", "x" * 200, "-", '"']
)
def test_odd_words_are_no_trouble(client, published, words):
    published()
    assert client.get(FIND, {"q": words}).status_code == 200


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"q": "x" * 201}, "too long to search for"),
        ({"q": "a\x00b"}, "that we cannot keep"),
        ({"kind": "shop"}, "Choose from what is there under “Kind”"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(client, query, says):
    response = client.get(FIND, query)
    assert response.status_code == 422
    assert says in response.content.decode()
    if "q" in query and "\x00" not in query["q"]:
        assert query["q"] in response.content.decode()
    assert client.get(FIND, query, headers={"HX-Request": "true"}).status_code == 422


def test_htmx_gets_the_results_alone_and_the_count_for_screen_readers(client, published):
    published()
    response = client.get(FIND, {"q": "tea"}, headers={"HX-Request": "true"})
    words = response.content.decode()
    assert "<html" not in words
    assert 'hx-swap-oob="true">' in words
    assert "1 listing" in words
    assert "HX-Request" in response["Vary"]
    nothing = client.get(FIND, {"q": "zzz"}, headers={"HX-Request": "true"}).content.decode()
    assert "Nothing found" in nothing


def test_a_page_brought_back_by_the_browser_is_whole(client):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in client.get(FIND, headers=headers).content.decode()


def test_results_come_in_pages_that_keep_the_search(client, published):
    for number in range(21):
        published(f"Group {number:02}")
    first = client.get(FIND, {"q": "group"})
    assert len(names(first)) == 20
    assert "q=group&amp;page=2" in first.content.decode()
    second = client.get(FIND, {"q": "group", "page": "2"})
    assert len(names(second)) == 1
    assert "Page 2 of 2" in second.content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "9" * 30, "two", "1e9", "\x00"])
def test_a_page_that_is_none_is_the_nearest_there_is(client, published, page):
    published()
    assert names(client.get(FIND, {"page": page})) == ["Tea and talk"]


def test_a_long_list_takes_no_more_queries_than_a_short_one(client, published):
    def queries(words: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(FIND, {"q": words}).status_code == 200
        return len(asked)

    counts, made = set(), 0
    for many in (1, 3, 30):
        while made < many:
            published(f"Circle {made}", at=f"Place {made}", organization=f"House {made}")
            made += 1
        counts.add(queries("circle"))
    assert len(counts) == 1


def test_changing_the_page_is_not_a_thing(client):
    assert client.post(FIND).status_code == 405
