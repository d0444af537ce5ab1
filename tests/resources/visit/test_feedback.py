"""How it was: one answer each, counted from three on, words only after somebody has read them."""

import datetime as dt

import pytest

from resources import services
from resources.errors import CannotDecide
from resources.models import Feedback
from tests.conftest import person

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.fixture
def people(db):
    return [
        person(f"{name}@example.org".lower(), name)
        for name in ("Perpetua", "Quentin", "Rosalind", "Septimus")
    ]


def say(service, by, verdict="could_not", because=("stairs",), words=""):
    return services.tell_how_it_was(
        service=service, by=by, verdict=verdict, because=because, words=words, now=NOW
    )


def read(client, service) -> str:
    return " ".join(client.get(service.get_absolute_url()).content.decode().split())


def let_through(service, curator):
    for said in Feedback.objects.filter(service=service).to_read():
        services.read_feedback(
            feedback=said, by=curator, shown=True, words=said.words, because=said.because, now=NOW
        )


def test_from_three_people_on_it_is_said_inside_its_fact_and_nobody_is_named(
    client, curator, published, people
):
    service = published(access=["step_free"])
    for somebody in people[:2]:
        say(service, somebody)
    let_through(service, curator)
    words = read(client, service)
    assert "stairs kept them away" not in words and "Too few have told us yet" in words
    say(service, people[2], because=("stairs", "money"))
    let_through(service, curator)
    words = read(client, service)
    assert 'Step-free<p class="visitors">Three people said stairs kept them away.</p>' in words
    assert "money kept them away" not in words
    assert not any(somebody.name in words for somebody in people)


@pytest.mark.parametrize(
    ("columns", "before", "after"),
    [
        ({"access": ["step_free"]}, "What makes it easier", "What it costs"),
        ({"access_lacking": ["step_free"]}, "Not there, as far as we know", "What we do not know"),
        ({}, "Nobody has told us, but visitors say", "What we do not know"),
    ],
)
def test_visitors_speak_about_what_is_there_is_not_and_nobody_knows(
    client, curator, published, people, columns, before, after
):
    service = published(**columns)
    for somebody in people[:3]:
        say(service, somebody)
    let_through(service, curator)
    words = read(client, service)
    assert "Three people said stairs kept them away." in words.partition(before)[2].partition(after)[0]
    assert words.count("stairs kept them away") == 1
    assert "Too few have told us" not in words and "stands beside what it is about" in words
    assert client.get(f"{service.get_absolute_url()}paper/").content.decode().count("stairs kept them") == 1


@pytest.mark.parametrize(
    ("because", "said", "under"),
    [
        ("money", "Three people said money kept them away.", "What it costs"),
        ("transport", "Three people could not get there.", "Parking close to the door"),
        ("pain", "Three people had too much pain to go that day.", "Cancel at the last minute"),
        ("not_welcome", "Three people did not feel welcome.", "What people say"),
    ],
)
def test_each_reason_stands_beside_what_it_is_about(client, curator, published, people, because, said, under):
    service = published()
    for somebody in people[:3]:
        say(service, somebody, because=(because,))
    let_through(service, curator)
    assert said in read(client, service).partition(under)[2][:200]


def test_what_kept_somebody_away_counts_only_after_a_curator_let_it(client, curator, published, people):
    service = published()
    for somebody in people[:3]:
        say(service, somebody)
    assert Feedback.objects.to_read().count() == 3
    assert "stairs kept them away" not in read(client, service)
    held = Feedback.objects.to_read().first()
    services.read_feedback(feedback=held, by=curator, shown=False, words="", now=NOW)
    let_through(service, curator)
    assert "stairs kept them away" not in read(client, service)
    say(service, people[3])
    let_through(service, curator)
    assert "Three people said stairs kept them away." in read(client, service)


def test_another_reason_is_unread_again(curator, published, people):
    service = published()
    said = say(service, people[0])
    let_through(service, curator)
    say(service, people[0], because=("money",))
    with pytest.raises(CannotDecide, match="just been changed"):
        services.read_feedback(feedback=said, by=curator, shown=True, words="", because=["stairs"], now=NOW)
    assert Feedback.objects.to_read().get() == said


def test_helped_and_did_not_are_counted_apart(client, published, people):
    service = published()
    for somebody in people[:3]:
        say(service, somebody, "helpful", ())
    say(service, people[3], "not_helpful", ())
    words = read(client, service)
    assert "Three people said it helped." in words and "did not help" not in words


def test_everybody_has_one_answer_to_change_and_to_erase(client_of, owner, published):
    service, mine = published(), client_of(owner)
    page = f"{service.get_absolute_url()}how-it-was/"
    assert mine.post(page, {}).status_code == 422
    assert mine.post(page, {"words": "It was cold"}).status_code == 422
    mine.post(page, {"because": ["stairs"]})
    assert Feedback.objects.get().verdict == "could_not"
    mine.post(page, {"verdict": "could_not", "because": ["stairs", "pain"]})
    mine.post(page, {"verdict": "helpful", "because": ["stairs"], "words": "Kind people"})
    said = Feedback.objects.get()
    assert (said.verdict, said.because, said.words) == ("helpful", [], "Kind people")
    assert "Kind people" in mine.get(page).content.decode()
    mine.post(f"{page}erase/")
    assert not Feedback.objects.exists()


def test_words_wait_for_a_curator(client, curator, published, people):
    service = published()
    for somebody in people[:3]:
        say(service, somebody, "helpful", (), words="A warm room" if somebody == people[0] else "")
    waiting = Feedback.objects.to_read().get()
    assert "A warm room" not in read(client, service)
    services.read_feedback(feedback=waiting, by=curator, shown=True, words="A warm room", now=NOW)
    assert "A warm room" in read(client, service)
    assert not Feedback.objects.to_read().exists()
    say(service, people[0], "helpful", (), words="A cold room")
    assert "room" not in read(client, service).split("What people say")[1]
    assert Feedback.objects.to_read().exists()


def test_what_was_read_and_not_shown_stays_away(client, curator, published, people):
    service = published()
    for somebody in people[:3]:
        said = say(service, somebody, "helpful", (), words="Mr Brown is awful")
        services.read_feedback(feedback=said, by=curator, shown=False, words=said.words, now=NOW)
    assert "Mr Brown" not in read(client, service)
    assert not Feedback.objects.to_read().exists()


def test_nobody_reads_their_own_words_or_words_that_just_changed(curator, published):
    service = published()
    said = say(service, curator, "helpful", (), words="Mine")
    with pytest.raises(CannotDecide):
        services.read_feedback(feedback=said, by=curator, shown=True, words="Mine", now=NOW)
    other = say(service, person("else@example.org", "Else"), "helpful", (), words="New")
    with pytest.raises(CannotDecide):
        services.read_feedback(feedback=other, by=curator, shown=True, words="Old", now=NOW)


def test_words_of_few_are_not_shown_either(client, curator, published, owner):
    service = published()
    said = say(service, owner, "helpful", (), words="I was the only one")
    services.read_feedback(feedback=said, by=curator, shown=True, words=said.words, now=NOW)
    assert "the only one" not in read(client, service)
