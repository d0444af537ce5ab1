"""Other directories, taken over at the desk: upload, watch, read the report, stop, try again."""

from __future__ import annotations

import uuid
from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from resources.forms.importing import ImportForm
from resources.hsds.report import said
from resources.models import ImportJob, QuarantinedRow, Source
from resources.services import exchanging
from resources.views.desk.doors import curators_only
from resources.views.desk.paging import page_of

PER_PAGE = 50
PIECE = 2**20


@curators_only("add_service")
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: SignedIn) -> HttpResponse:
    """What was taken over, and a form for more."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_bound and form.is_valid():
        return redirect("desk_import", _started(request, form).pk)
    page = page_of(ImportJob.objects.all(), request, by="-created_at")
    context = {"nav": "desk", "form": form, "page": page, "sources": _waiting_sources()}
    return render(request, "resources/desk/imports.html", context, status=422 if form.is_bound else 200)


def _started(request: SignedIn, form: ImportForm) -> ImportJob:
    file = form.cleaned_data["file"]
    return exchanging.start_import(
        by=request.user,
        form_key=form.cleaned_data["form_key"] or uuid.uuid4(),
        file_name=str(file.name),
        content=file.chunks(PIECE),
        dry_run="try" in request.POST,
        **form.about(),
    )


def _waiting_sources() -> list[Source]:
    return list(Source.objects.filter(quarantined__isnull=False).distinct().order_by("name"))


@curators_only("add_service")
@require_safe
def one_import(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    """How far it is; the page renews itself while it runs."""
    job = get_object_or_404(ImportJob, pk=pk)
    context = {
        "nav": "desk",
        "job": job,
        "tables": [(table, said(Counter(counts))) for table, counts in job.counts.items()],
        "page": page_of(job.notes.all(), request, by="id", per_page=PER_PAGE),
        "waiting": QuarantinedRow.objects.filter(source__name=job.source_name).count(),
        "source": Source.objects.filter(name=job.source_name).first(),
        "can_take_over": job.dry_run and job.is_over and not job.trouble and job.file_parts.exists(),
    }
    part = (
        "resources/desk/_import.html" if request.headers.get("HX-Request") else "resources/desk/import.html"
    )
    return render(request, part, context)


@curators_only("add_service")
@require_POST
def cancel(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    job = get_object_or_404(ImportJob, pk=pk)
    if exchanging.cancel_import(job=job, by=request.user):
        messages.success(request, _("Stopped. What is in stays in, as drafts."))
    return redirect("desk_import", pk)


@curators_only("add_service")
@require_POST
def take_over(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    job = get_object_or_404(ImportJob, pk=pk)
    return redirect("desk_import", exchanging.take_over_tried(job=job, by=request.user).pk)


@curators_only("add_service")
@require_safe
def quarantine(request: SignedIn, pk: int) -> HttpResponse:
    """The rows of one source that could not be taken, each with its reason and what it says."""
    source = get_object_or_404(Source, pk=pk)
    page = page_of(source.quarantined.all(), request, by="table", per_page=PER_PAGE)
    rows = [(row, [(name, said) for name, said in (row.cells or {}).items() if said]) for row in page]
    context = {"nav": "desk", "source": source, "page": page, "rows": rows}
    return render(request, "resources/desk/quarantine.html", context)


@curators_only("add_service")
@require_POST
def retry(request: SignedIn, pk: int) -> HttpResponse:
    source = get_object_or_404(Source, pk=pk)
    return redirect("desk_import", exchanging.retry_quarantined(source=source, by=request.user).pk)
