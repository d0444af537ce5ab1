"""One listing, for everybody: its page, on paper, and its times for a calendar."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from resources import ical, page
from resources.models import Service

# A listing that was merged leads on so many times at most.
FARTHEST = 10
# A merge can be taken apart: whoever remembers for ever would go round in a circle then.
REMEMBERED = "max-age=3600"
View = Callable[..., HttpResponse]


def leads_on(view: View) -> View:
    """Around each page about a listing: whoever asks for that of one that was made one with another is led to the same
    of the one that stays. What is sent is not: `visible` hears it."""

    @wraps(view)
    def guarded(request: HttpRequest, pk: uuid.UUID, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, pk, **kwargs)
        except Http404:
            there = _same_of_the_one_that_stays(request, pk, kwargs) if request.method != "POST" else ""
            if not there:
                raise
            return onward(there)

    return guarded


def _same_of_the_one_that_stays(request: HttpRequest, pk: uuid.UUID, kwargs: dict[str, Any]) -> str:
    """Its address; where it has no such thing, that of its own page. "" for one that was not merged."""
    stays = the_one_that_stays(pk)
    if stays is None or stays.pk == pk:
        return ""
    whole = Service.objects.published().for_page().filter(pk=stays.pk).first()
    if whole is None or ("row" in kwargs and page.happening(whole, kwargs["row"]) is None):
        return stays.get_absolute_url()
    match = request.resolver_match
    same = reverse(match.view_name if match else "resource", kwargs=kwargs | {"pk": stays.pk})
    asked = request.META.get("QUERY_STRING", "")
    return f"{same}?{asked}" if asked else same


def the_one_that_stays(pk: uuid.UUID) -> Service | None:
    """Itself where it was not made one with another."""
    known = Service.objects.only("merged_into", "archived_at", "verification")
    service = known.filter(pk=pk).first()
    for _step in range(FARTHEST):
        if service is None or service.merged_into_id is None:
            break
        service = known.get(pk=service.merged_into_id)
    return service


def onward(there: str) -> HttpResponse:
    answer = redirect(there, permanent=True)
    answer["Cache-Control"] = REMEMBERED
    return answer


# It says what somebody searched for before: no cache between us and them keeps that for others.
@cache_control(private=True)
@require_safe
def resource(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    service = Service.objects.visible_to(request.user).for_page().filter(pk=pk).first()
    if service is None or service.merged_into_id:
        return elsewhere(request, pk)
    context = page.of(service, now=timezone.localtime()) | {"nav": "find", "results": results_of(request)}
    return render(request, "resources/resource.html", context)


def results_of(request: HttpRequest) -> str:
    """The results somebody comes from, to go back to; nothing where they come from elsewhere."""
    found = reverse("resources")
    before, ours = request.headers.get("referer", ""), request.build_absolute_uri(found) + "?"
    return f"{found}?{before.removeprefix(ours)}" if before.startswith(ours) else ""


@leads_on
@require_safe
def on_paper(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The same on one sheet, with addresses and numbers written out."""
    service = visible(request, pk)
    context = page.of(service, now=timezone.localtime()) | {"nav": "find"}
    context["link"] = request.build_absolute_uri(service.get_absolute_url())
    return render(request, "resources/on_paper.html", context)


@leads_on
@require_safe
def times(request: HttpRequest, pk: uuid.UUID, row: uuid.UUID) -> HttpResponse:
    """One row of its times for a calendar, or one day of it: `?on=2026-11-25`."""
    service, now = visible(request, pk), timezone.localtime()
    about = page.happening(service, row)
    if about is None:
        raise Http404
    today, on = about.sites[0].today(now), request.GET.get("on")
    written = ical.series(about, today=today) if on is None else _one(about, on, today)
    if written is None:
        raise Http404
    headers = {"Content-Disposition": 'attachment; filename="session.ics"', "X-Robots-Tag": "noindex"}
    return HttpResponse(written, content_type="text/calendar; charset=utf-8", headers=headers)


def _one(about: ical.Happening, on: str, today: dt.date) -> bytes | None:
    try:
        day = dt.date.fromisoformat(on)
    except ValueError:
        return None
    # No page of ours leads farther, and counting to the year 9999 takes long.
    held = about.held(day, day, today=today) if abs(day - today) <= ical.A_YEAR else []
    return ical.one(about, held) if held else None


def visible(request: HttpRequest, pk: uuid.UUID) -> Service:
    """The listing as whoever asks may see it, with all that its page needs. Raises Http404.

    What is sent to one that was made one with another while they typed is heard: it reaches the one that stays.
    """
    seen = Service.objects.visible_to(request.user).filter(merged_into=None)
    if request.method == "POST":
        seen |= Service.objects.filter(merged_into__published_at__isnull=False)
    return get_object_or_404(seen.for_page(), pk=pk)


def elsewhere(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """An address that was good once: on to the listing that has it now, or a word that it is no longer here.

    What was never checked was never public, and for a visitor does not exist.
    """
    service = the_one_that_stays(pk)
    if service is not None and service.pk != pk:
        return onward(service.get_absolute_url())
    if service is None or (service.archived_at is None and service.verification_id is None):
        raise Http404
    return render(request, "resources/no_longer.html", {"nav": "find"}, status=410)
