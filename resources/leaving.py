"""What of the directory somebody takes along who leaves: what they kept, what they said."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from accounts import leaving
from accounts.models import User
from resources.models import ChangeRequest, Feedback, FindingWishes, SavedListing, SavedSearch

Rows = list[dict[str, Any]]


@leaving.packs
def kept(person: User, private: bool) -> dict[str, Rows]:
    del private
    listings = SavedListing.objects.filter(owner=person).order_by("pk")
    searches = SavedSearch.objects.of(person).order_by("pk")
    wishes = FindingWishes.objects.filter(owner=person)
    return {
        "saved-listings": list(listings.values("saved_at", name=F("service__name"))),
        "saved-searches": list(searches.values(*leaving.columns(SavedSearch, "form_key"))),
        "what-gets-in-the-way": list(wishes.values(*leaving.columns(FindingWishes))),
    }


@leaving.packs
def said(person: User, private: bool) -> dict[str, Rows]:
    del private
    feedback = Feedback.objects.of(person).order_by("said_at", "pk")
    told = ChangeRequest.objects.filter(sent_by=person).order_by("created_at", "pk")
    return {
        "how-it-was": list(
            feedback.values("verdict", "because", "words", "said_at", "changed_at", name=F("service__name"))
        ),
        "told-the-curators": list(
            told.values(
                *("kind", "problem", "note", "evidence", "evidence_url", "created_at", "decision", "reason"),
                name=F("service__name"),
            )
        ),
    }
