"""The weekly letter about saved searches, and how its reader stops it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import one_line
from outbox import kinds, stops
from outbox.links import absolute
from outbox.models import Message
from resources.models import SavedSearch, Service
from resources.services import saving


@kinds.register(
    "resources/new_matches",
    gentle=True,
    unsubscribe="searches",
    about=_("What is new in the searches you saved"),
)
def new_matches(message: Message) -> dict[str, Any] | None:
    """Nothing when they want none, dropped the searches, or none of it is public any more."""
    found, reader = message.params["found"], message.recipient
    if reader is None or saving.wants_no_letters(reader.pk):
        return None
    public = Service.objects.published().in_bulk([pk for pks in found.values() for pk in pks])
    by_key = {str(pk): service for pk, service in public.items()}
    parts = [
        _part(search, [by_key[pk] for pk in found[str(search.pk)] if pk in by_key])
        for search in SavedSearch.objects.of(reader).filter(pk__in=list(found)).order_by("pk")
    ]
    parts = [part for part in parts if part["listings"]]
    return {"parts": parts, "saved_link": absolute(reverse("saved"))} if parts else None


def _part(search: SavedSearch, services: list[Service]) -> dict[str, Any]:
    named = [(one_line(each.name), absolute(each.get_absolute_url())) for each in services[: saving.NAMED]]
    return {"name": one_line(search.name), "listings": named, "more": len(services) - len(named)}


def _stop(person_id: int, now: dt.datetime) -> None:
    saving.wish_for_letters(owner_id=person_id, wanted=False, now=now)


def _go_on(person_id: int) -> None:
    saving.wish_for_letters(owner_id=person_id, wanted=True, now=timezone.now())


stops.register("searches", stops.Wish(_stop, _go_on, saving.wants_no_letters, "resources/unsubscribe.html"))
