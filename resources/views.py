"""The public pages: find, read one listing, help now. Nobody needs to sign in for any of them."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from resources import helplines, listing
from resources.forms import SearchForm
from resources.models import Helpline, Service

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


@require_safe
def resource(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    service = get_object_or_404(Service.objects.visible_to(request.user).for_page(), pk=pk)
    today = timezone.localdate()
    places, times = listing.places(service, today=today), listing.own_times(service, today=today)
    context = {
        "service": service,
        "contact": listing.contact(service),
        "places": places,
        "times": times,
        "has_times": bool(times) or any(place.times for place in places),
        "languages": listing.languages(service),
        "prices": listing.prices(service, today=today),
        "nav": "find",
    }
    return render(request, "resources/resource.html", context)


@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    lines = list(Helpline.objects.as_of(timezone.localdate()))
    known = {line.country: helplines.country_name(line.country) for line in lines}
    asked = request.GET.get("country", "").upper()
    country = asked if asked in known else guess(request)
    others = sorted((name, code) for code, name in known.items() if code != country)
    context = {
        "name": known.get(country, ""),
        "here": [line for line in lines if line.country == country],
        "others": [(name, code, [line for line in lines if line.country == code]) for name, code in others],
    }
    return render(request, "resources/help_now.html", context)


def guess(request: HttpRequest) -> str:
    """Which country they are probably in. Used for this answer only, and kept nowhere."""
    zone = request.user.time_zone if request.user.is_authenticated else ""
    return helplines.guess_country(time_zone=zone, languages=request.headers.get("Accept-Language", ""))
