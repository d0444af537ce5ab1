"""Searches that found nothing: what people look for and we do not have. Words and a day, nobody and no place."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F

from resources.models import FruitlessSearch
from resources.models.search import FEW_WORDS
from resources.search import folding

KEPT = dt.timedelta(days=90)
# Longer ones are sentences about somebody.
MOST_WORDS = 6


@transaction.atomic
def note_fruitless(*, words: str, on: dt.date) -> None:
    folded = folding.words(words)
    text = " ".join(folded)
    if not folded or len(folded) > MOST_WORDS or len(text) > FEW_WORDS:
        return
    # A postcode or a number typed into the wrong box says where somebody is, or who.
    if any(letter.isdigit() for letter in text):
        return
    row, created = FruitlessSearch.objects.get_or_create(words=text, on=on)
    if not created:
        FruitlessSearch.objects.filter(pk=row.pk).update(times=F("times") + 1)


def forget_fruitless(*, today: dt.date) -> int:
    """Take away what is older than is kept. Returns how many rows that were."""
    return FruitlessSearch.objects.filter(on__lt=today - KEPT).delete()[0]
