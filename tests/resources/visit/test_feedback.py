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
    return [person(f"p{number}@example.org", f"P{number}") for number in range(4)]


def say(service, by, verdict="could_not", because=("stairs",), words=""):
    return services.tell_how_it_was(
        service=service, by=by, verdict=verdict, because=because, words=words, now=NOW
    )


def read(client, service) -> str:
    return " ".join(client.get(service.get_absolute_url()).content.decode().split())


def test_from_three_people_on_it_is_said_and_nobody_is_named(client, published, people):
    service = published()
    for somebody in people[:2]:
        say(service, somebody)
    words = read(client, service)
    assert "people said the stairs" not in words and "Too few have told us yet" in words
    say(service, people[2], because=("stairs", "money"))
    words = read(client, service)
    assert "Three people said the stairs were a problem." in words
    assert "the money was a problem" not in words
    assert not any(somebody.name in words for somebody in people)


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
