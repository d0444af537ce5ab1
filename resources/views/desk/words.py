"""The words of the directory: what listings are filed under, and what people type for the same thing."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from resources.forms.words import SynonymForm, TermForm, ToldForm
from resources.models import Synonym, Taxonomy, TaxonomyTerm
from resources.services import wording
from resources.views.desk.doors import curators_only
from resources.views.desk.paging import page_of
from resources.vocabulary import OURS, TOPIC

PER_PAGE = 50


def _typed(request: SignedIn) -> str:
    return request.GET.get("q", "").strip().replace("\0", "")[:80]


@curators_only("view_taxonomyterm")
@require_safe
def terms(request: SignedIn) -> HttpResponse:
    """All of our own, below what they belong to."""
    typed = _typed(request)
    filed = Count("attributes", filter=Q(attributes__link_type=TOPIC))
    rows = TaxonomyTerm.objects.filter(taxonomy__slug=OURS).annotate(filed=filed)
    fitting = Q(name__icontains=typed) | Q(code__icontains=typed) | Q(description__icontains=typed)
    found = rows.filter(fitting).exclude(parent=None).select_related("parent")
    found = found.order_by("parent__name", "parent", "name", "pk")
    context = {"nav": "desk", "terms": found, "typed": typed}
    return render(request, "resources/desk/terms.html", context)


@curators_only("change_taxonomyterm")
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def term(request: SignedIn, pk: uuid.UUID | None = None) -> HttpResponse:
    ours = get_object_or_404(Taxonomy, slug=OURS)
    one = (
        get_object_or_404(_held(request, ours.terms.all()), pk=pk)
        if pk
        else TaxonomyTerm(taxonomy=ours, language="en")
    )
    form = TermForm(request.POST if request.method == "POST" else None, instance=one, by=request.user)
    if form.is_bound and form.is_valid():
        wording.keep(row=form.save(commit=False), by=request.user, before=form.renamed, **_said(form))
        messages.success(request, _("Saved. The next search knows it."))
        return redirect("desk_terms")
    return _one(request, "resources/desk/term.html", form)


@curators_only("view_synonym")
@require_safe
def synonyms(request: SignedIn) -> HttpResponse:
    typed = _typed(request)
    rows = Synonym.objects.filter(Q(words__icontains=typed) | Q(note__icontains=typed))
    page = page_of(rows, request, by="pk", per_page=PER_PAGE)
    context = {"nav": "desk", "page": page, "typed": typed}
    return render(request, "resources/desk/synonyms.html", context)


@curators_only("change_synonym")
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def synonym(request: SignedIn, pk: int | None = None) -> HttpResponse:
    one = get_object_or_404(_held(request, Synonym.objects.all()), pk=pk) if pk else Synonym()
    form = SynonymForm(request.POST if request.method == "POST" else None, instance=one, by=request.user)
    if form.is_bound and form.is_valid():
        wording.keep(row=form.save(commit=False), by=request.user, **_said(form))
        messages.success(request, _("Saved. The next search knows it."))
        return redirect("desk_synonyms")
    return _one(request, "resources/desk/synonym.html", form)


@curators_only("delete_synonym")
@require_POST
def synonym_remove(request: SignedIn, pk: int) -> HttpResponse:
    wording.remove(row=get_object_or_404(Synonym, pk=pk), by=request.user)
    messages.success(request, _("Taken away. The next search knows it."))
    return redirect("desk_synonyms")


def _held(request: SignedIn, rows: QuerySet[Any]) -> QuerySet[Any]:
    """By whoever sends something, so that what it says now stays so until it is saved."""
    return rows.select_for_update(no_key=True) if request.method == "POST" else rows


def _said(form: ToldForm) -> dict[str, str]:
    return {"said": form.told(), "why": form.cleaned_data["why"]}


def _one(request: SignedIn, template: str, form: Any) -> HttpResponse:
    context = {"nav": "desk", "form": form, "one": form.instance, "told": wording.told(form.instance)}
    return render(request, template, context, status=422 if form.is_bound else 200)
