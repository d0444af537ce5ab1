"""`{% save_button service %}` and `{% save_search %}`: for lists and pages that know nothing of who keeps what."""

from __future__ import annotations

import uuid
from typing import Any

from django import template
from django.http import HttpRequest

from resources import newly
from resources.models import SavedListing, Service

register = template.Library()


@register.inclusion_tag("resources/_save.html", takes_context=True)
def save_button(context: dict[str, Any], service: Service) -> dict[str, Any]:
    request = context["request"]
    return {"service": service, "is_saved": service.pk in _saved(request), "request": request}


def _saved(request: HttpRequest) -> set[uuid.UUID]:
    """Asked once for a page, however long its list."""
    if not request.user.is_authenticated:
        return set()
    kept: set[uuid.UUID] | None = getattr(request, "_saved_listings", None)
    if kept is None:
        kept = set(SavedListing.objects.filter(owner=request.user).values_list("service", flat=True))
        request._saved_listings = kept  # type: ignore[attr-defined]
    return kept


@register.inclusion_tag("resources/_save_search.html", takes_context=True)
def save_search(context: dict[str, Any]) -> dict[str, Any]:
    """A link to keep the search of this page; nothing where nothing is searched for."""
    return {"query": newly.with_place(context["request"].GET.urlencode())}
