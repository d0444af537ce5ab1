"""Find support. Nobody needs to sign in for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from resources import services
from resources.forms.searching import RADII, SearchForm
from resources.search import asking, meaning, results
from resources.search.asking import Found
from resources.search.meaning import Meaning
from resources.search.pages import Pages
from resources.search.results import Choice
from resources.search.wanted import Wanted
from resources.views.help_now import guess

# Of what is chosen, so much is left out for a try.
MOST_TRIED = 3


@dataclass(frozen=True)
class WayOn:
    """A search that finds something: this one, without one thing; without all that is chosen if `facet` is empty."""

    label: str
    facet: str
    value: str
    count: int


class Request(HttpRequest):
    """A request as django-htmx leaves it; for the type checker only."""

    htmx: HtmxDetails


@require_safe
def resources(request: Request) -> HttpResponse:
    form = SearchForm(request.GET, country=guess(request))
    found = search(form, page=request.GET.get("page", "1"), now=timezone.now()) if form.is_valid() else {}
    # A page that comes back from the browser's history is asked for by htmx, too, but needs to be whole.
    fragment = bool(request.htmx) and not request.htmx.history_restore_request
    typing = fragment and request.htmx.trigger == form["q"].id_for_label
    if found.get("nothing") and found["words"] and not typing:
        services.note_fruitless(words=found["words"], on=timezone.localdate())
    response = render(
        request,
        "resources/_results.html" if fragment else "resources/list.html",
        {"form": form, "nav": "find", "fragment": fragment, **found},
        status=200 if form.is_valid() else 422,
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def search(form: SearchForm, *, page: str, now: dt.datetime) -> dict[str, Any]:
    """One page of what the form asks for; where nothing has all the words, what has some of them."""
    wanted = form.wanted(now=now, page=Pages.number_in(page))
    found = asking.ask(wanted)
    some = not found.total and wanted.meaning.asks and not wanted.page > 1
    if some:
        looser = wanted.changed(meaning=meaning.any_of(wanted.meaning))
        loose = asking.ask(looser)
        wanted, found = (looser, loose) if loose.total else (wanted, found)
    pages = Pages(wanted, found)
    if pages.beyond:
        wanted = wanted.changed(page=pages.last)
        found = asking.ask(wanted)
        pages = Pages(wanted, found)
    return {**said(form, wanted, found), "pages": pages, "some": some and bool(found.total)}


def said(form: SearchForm, wanted: Wanted, found: Found) -> dict[str, Any]:
    """What the templates look at."""
    choices = results.groups(found, wanted, whole=form.cleaned_data["all"])
    near, anywhere = results.shown(found, wanted)
    return {
        "wanted": wanted,
        "found": found,
        "words": form.cleaned_data["q"].strip(),
        "near": near,
        "anywhere": anywhere,
        "nothing": not found.total,
        "corrected": wanted.meaning.corrected,
        "same": wanted.meaning.also,
        "choices": choices,
        "chosen": results.chosen(choices),
        "folded_in_use": sum(choice.chosen for group in choices for choice in group.folded),
        **widened(form, wanted),
        "ways_on": [] if found.total else ways_on(form, wanted, results.chosen(choices)),
    }


def ways_on(form: SearchForm, wanted: Wanted, chosen: list[Choice]) -> list[WayOn]:
    """From a search that finds nothing: what is left out, and how many that finds. Only what finds something."""
    words, place = form.cleaned_data["q"].strip(), wanted.place
    tries = [
        *((each.label, each.facet, each.value, without(wanted, each)) for each in chosen[:MOST_TRIED]),
        *([("", "", "", wanted.changed(chosen={}))] if len(chosen) > 1 else []),
        *([(place.name, "place", "", wanted.changed(place=None))] if place else []),
        *([(words, "q", "", wanted.changed(meaning=Meaning()))] if words else []),
    ]
    found = [
        WayOn(str(label), facet, value, asking.ask(looser).total) for label, facet, value, looser in tries
    ]
    return [way for way in found if way.count]


def without(wanted: Wanted, choice: Choice) -> Wanted:
    kept = tuple(each for each in wanted.chosen[choice.facet] if each != choice.value)
    return wanted.changed(chosen={**wanted.chosen, choice.facet: kept})


def widened(form: SearchForm, wanted: Wanted) -> dict[str, Any]:
    """The next larger distance, where there is a place and one to offer."""
    within = int(form.cleaned_data["within"])
    wider = next((each for each in RADII if int(each) > within), "") if wanted.place else ""
    words = dict(form.fields["within"].widget.choices).get(wider, "")
    return {"wider": wider, "wider_words": _("Look within %(distance)s") % {"distance": words}}
