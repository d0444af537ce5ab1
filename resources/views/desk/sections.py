"""Changing one part of a listing: its own fields, rows beside them, its places, its topics."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.forms import BaseForm, BaseFormSet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from resources.errors import OwnListing
from resources.forms import meanwhile
from resources.forms.desk import TopicsForm
from resources.forms.meanwhile import OpenedForm
from resources.forms.places import PlaceForms
from resources.forms.sections import SECTIONS, own_form, row_forms
from resources.models import Attribute, Service, ServiceAtLocation
from resources.services import history, likeness
from resources.views.desk.doors import curators_only, stays_only
from resources.views.desk.listing import found
from resources.vocabulary import TOPIC


@curators_only()
@require_http_methods(["GET", "HEAD", "POST"])
@stays_only
def section(request: SignedIn, pk: uuid.UUID, slug: str) -> HttpResponse:
    if slug not in SECTIONS:
        raise Http404
    service, part = found(pk), SECTIONS[slug]
    data = request.POST if request.method == "POST" else None
    own, rows = own_form(part, data, service), row_forms(part, data, service)
    why = OpenedForm(data, service=service, rows=meanwhile.of_section(part, service))
    asked = [form for form in (own, rows) if form is not None]
    if data is not None and may_save(request, asked, why) and _save(request, service, asked, why, own):
        return _done(request, service, slug)
    context = {"nav": "desk", "service": service, "part": part, "own": own, "rows": rows, "why": why}
    context["form"] = own if own is not None and own.errors else why
    return render(request, "resources/desk/section.html", context, status=422 if data is not None else 200)


def may_save(request: SignedIn, asked: list[Any], why: OpenedForm) -> bool:
    """Each is looked at, so that all that is wrong is said at once, and what others did meanwhile."""
    wrong = [form for form in (*asked, why) if not form.is_valid()]
    return not why.overtaken([form for one in asked for form in _each(one)], by=request.user) and not wrong


def _each(asked: Any) -> Iterable[BaseForm]:
    if isinstance(asked, PlaceForms):
        return asked.all
    return asked.forms if isinstance(asked, BaseFormSet) else [asked]


def _save(request: SignedIn, service: Service, asked: list[Any], why: OpenedForm, own: Any) -> bool:
    """What the database's own rules refuse becomes an error on the form."""
    try:
        with history.noting(service=service, by=request.user, why=why.cleaned_data["why"]):
            for form in asked:
                form.save()
    except OwnListing as refusal:
        (own or why).add_error(None, str(refusal))
        return False
    except IntegrityError:
        said = _("The directory’s rules do not allow that. Look at the values again.")
        (own or why).add_error(None, said)
        return False
    return True


def _done(request: SignedIn, service: Service, slug: str) -> HttpResponse:
    """Saved; and if it now looks like another one, that is said at once."""
    messages.success(request, _("Saved."))
    if likeness.alike(service).exists():
        messages.warning(
            request, _("There is another listing much like this one. Look below whether it is the same.")
        )
    if request.POST.get("more"):
        return redirect("desk_section", pk=service.pk, slug=slug)
    return redirect("desk_listing", pk=service.pk)


@curators_only()
@require_http_methods(["GET", "HEAD", "POST"])
@stays_only
def topics(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    service = found(pk)
    filed = service.attributes.filter(link_type=TOPIC).select_related("taxonomy_term")
    data = request.POST if request.method == "POST" else None
    chosen = [one.taxonomy_term for one in filed]
    form = TopicsForm(data, chosen=chosen)
    why = OpenedForm(data, service=service, rows=meanwhile.of_topics(service, chosen))
    if data is not None and may_save(request, [form], why):
        with history.noting(service=service, by=request.user, why=why.cleaned_data["why"]):
            _file(service, form)
        return _done(request, service, "about")
    context = {"nav": "desk", "service": service, "form": form, "why": why}
    return render(request, "resources/desk/topics.html", context, status=422 if data is not None else 200)


def _file(service: Service, form: TopicsForm) -> None:
    chosen = form.cleaned_data["topics"]
    service.attributes.filter(link_type=TOPIC).exclude(taxonomy_term__in=chosen).delete()
    for term in chosen:
        Attribute.objects.get_or_create(service=service, taxonomy_term=term, link_type=TOPIC)


@curators_only()
@require_http_methods(["GET", "HEAD", "POST"])
@stays_only
def place(request: SignedIn, pk: uuid.UUID, at_pk: uuid.UUID | None = None) -> HttpResponse:
    """One place: its name, how to get there, its address and what is known of the building."""
    service = found(pk)
    at = _at(request, service, at_pk) if at_pk else None
    data = request.POST if request.method == "POST" else None
    asked = PlaceForms(data, service=service, at=at)
    why = OpenedForm(data, service=service, rows=asked.rows)
    if data is not None and may_save(request, [asked], why):
        with history.noting(service=service, by=request.user, why=why.cleaned_data["why"]):
            asked.save()
        return _done(request, service, "about")
    context = {
        "nav": "desk",
        "service": service,
        "at": at,
        "may_remove": at is not None and not at._state.adding,
        "asked": asked,
        "why": why,
        "form": asked.first_wrong or why,
    }
    return render(request, "resources/desk/place.html", context, status=422 if data is not None else 200)


def _at(request: SignedIn, service: Service, pk: uuid.UUID) -> ServiceAtLocation:
    """Whoever typed something while the place was taken out is told so, and may put it back."""
    there = service.at_locations.select_related("location").filter(pk=pk).first()
    if there is None and request.method == "POST":
        there = history.place_left(service, pk)
    if there is None:
        raise Http404
    return there


@curators_only()
@require_POST
@stays_only
def place_remove(request: SignedIn, pk: uuid.UUID, at_pk: uuid.UUID) -> HttpResponse:
    """The listing is not there any more. The place itself stays for the others."""
    service = found(pk)
    at = get_object_or_404(ServiceAtLocation, pk=at_pk, service=service)
    with history.noting(service=service, by=request.user):
        at.delete()
    messages.success(request, _("It is not listed there any more. You can undo that in the history."))
    return redirect("desk_listing", pk=pk)
