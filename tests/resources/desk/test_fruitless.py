"""Searches that found nothing: what is missing is learnt, not where or who somebody is."""

from __future__ import annotations

import datetime as dt

import pytest

from resources import services
from resources.models import FruitlessSearch, PostalCode
from resources.services import fruitless

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 23)


def noted() -> set[str]:
    return set(FruitlessSearch.objects.values_list("words", flat=True))


def look_for(*searches: str) -> None:
    for words in searches:
        services.note_fruitless(words=words, on=TODAY)


@pytest.fixture
def towns(db):
    for code, name in (("A1", "alder bay"), ("B1", "stow on the wold"), ("C1", "ware")):
        PostalCode.objects.create(country="GB", code=code, folded_name=name, latitude=50, longitude=0)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("unicorn riding alder bay", {"unicorn riding"}),
        ("Alder Bay unicorn riding", {"unicorn riding"}),
        ("unicorns in Stow-on-the-Wold", {"unicorns in"}),
        ("Ware", set()),
        ("alder wood", {"alder wood"}),
    ],
)
def test_a_town_typed_into_the_box_of_words_is_not_kept(towns, typed, kept):
    look_for(typed)
    assert noted() == kept


def test_what_was_looked_for_once_is_forgotten_after_a_week(db):
    look_for("unicorn riding", "unicorn riding", "wren ashdown")
    services.forget_fruitless(today=TODAY + dt.timedelta(days=7))
    assert noted() == {"unicorn riding", "wren ashdown"}
    services.forget_fruitless(today=TODAY + dt.timedelta(days=8))
    assert noted() == {"unicorn riding"}


def test_on_two_days_is_twice(db):
    look_for("unicorn riding")
    services.note_fruitless(words="unicorn riding", on=TODAY + dt.timedelta(days=5))
    services.forget_fruitless(today=TODAY + dt.timedelta(days=20))
    assert FruitlessSearch.objects.count() == 2


def test_a_flood_of_searches_fills_nothing(db, monkeypatch):
    monkeypatch.setattr(fruitless, "MOST_A_DAY", 3)
    look_for(*(f"nothing {word}" for word in ("like", "this", "is", "here", "now")), "nothing like")
    assert FruitlessSearch.objects.count() == 3
    assert FruitlessSearch.objects.get(words="nothing like").times == 2
