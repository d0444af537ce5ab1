"""Searches that found nothing: what people look for and we do not have. Words and a day, nobody and no place."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, Q, Sum

from resources.models import FruitlessSearch, PostalCode
from resources.models.search import FEW_WORDS
from resources.search import folding

KEPT = dt.timedelta(days=90)
# What was looked for once says little about what is missing, and may say something about who asked.
KEPT_ONCE = dt.timedelta(days=7)
# Longer ones are sentences about somebody.
MOST_WORDS = 6
# No place has a longer name; of that many different searches a day more are no searches of people.
LONGEST_PLACE = 4
MOST_A_DAY = 500


@transaction.atomic
def note_fruitless(*, words: str, on: dt.date) -> None:
    folded = without_places(folding.words(words)[: MOST_WORDS + 1])
    text = " ".join(folded)
    if not folded or len(folded) > MOST_WORDS or len(text) > FEW_WORDS:
        return
    # A postcode or a number typed into the wrong box says where somebody is, or who.
    if any(letter.isdigit() for letter in text):
        return
    there = FruitlessSearch.objects.filter(on=on)
    if not there.filter(words=text).update(times=F("times") + 1) and there.count() < MOST_A_DAY:
        # Somebody else may have searched for it in this moment.
        FruitlessSearch.objects.bulk_create([FruitlessSearch(words=text, on=on)], ignore_conflicts=True)


def without_places(folded: list[str]) -> list[str]:
    """The same without the names of towns: where somebody is, is not noted, whichever box it was typed into."""
    parts = {
        (start, end): " ".join(folded[start:end])
        for start in range(len(folded))
        for end in range(start + 1, min(start + LONGEST_PLACE, len(folded)) + 1)
    }
    known = set(
        PostalCode.objects.filter(folded_name__in=parts.values()).values_list("folded_name", flat=True)
    )
    named = {at for (start, end), part in parts.items() if part in known for at in range(start, end)}
    return [word for at, word in enumerate(folded) if at not in named]


def forget_fruitless(*, today: dt.date) -> int:
    """Take away what is older than is kept, and sooner what was looked for only once. Returns how many rows."""
    often = FruitlessSearch.objects.values("words").annotate(n=Sum("times")).filter(n__gt=1).values("words")
    once = Q(on__lt=today - KEPT_ONCE) & ~Q(words__in=often)
    return FruitlessSearch.objects.filter(once | Q(on__lt=today - KEPT)).delete()[0]
