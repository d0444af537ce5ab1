"""Find support. Nobody needs to sign in for it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from resources import listing
from resources.forms.searching import SearchForm
from resources.models import Service

PER_PAGE = 20


class Request(HttpRequest):
    """A request as django-htmx leaves it; for the type checker only."""

    htmx: HtmxDetails


@require_safe
def resources(request: Request) -> HttpResponse:
    form = SearchForm(request.GET)
    found = search(form, page=request.GET.get("page", "1")) if form.is_valid() else {}
    # A page that comes back from the browser's history is asked for by htmx, too, but needs to be whole.
    fragment = request.htmx and not request.htmx.history_restore_request
    response = render(
        request,
        "resources/_results.html" if fragment else "resources/list.html",
        {"form": form, "nav": "find", **found},
        status=200 if form.is_valid() else 422,
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def search(form: SearchForm, *, page: str) -> dict[str, Any]:
    """One page of what the form asks for; where nothing has all the words, what has some of them."""
    words, base = form.cleaned_data["q"], Service.objects.published().filter(**form.filters())
    found = base.matching(words) if words else base.order_by("name", "pk")
    pages = Paginator(found.for_lists(), PER_PAGE)
    near = False
    if words and not pages.count:
        pages = Paginator(base.resembling(words).for_lists(), PER_PAGE)
        near = bool(pages.count)
    shown = pages.get_page(page)
    rows = [{"service": row, "where": listing.where(row)} for row in shown]
    return {"page": shown, "rows": rows, "words": words, "near": near, "chosen": form.chosen()}
