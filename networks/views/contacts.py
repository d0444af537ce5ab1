"""An address book in, and the network out as one."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from accounts.again import asked_again
from accounts.requests import SignedIn
from networks.contacts import looking, preview, reading, writing
from networks.contacts.looking import Bundle, Pick
from networks.models import Tie
from networks.services import contacts as services


@csrf_exempt
def import_file(request: HttpRequest) -> HttpResponse:
    """Say where an upload goes before anything reads it, which the check for forged requests does (so it comes after).

    Other people's addresses are never written to a disk of ours: what does not fit into memory is not taken.
    """
    request.upload_handlers = [MemoryFileUploadHandler(request)]
    return _import_file(cast(SignedIn, request))  # nobody comes past login_required without


@csrf_protect
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def _import_file(request: SignedIn) -> HttpResponse:
    form = preview.FileForm(most=reading.MOST_BYTES)
    if request.method == "POST":
        form = preview.FileForm(request.POST, request.FILES, most=reading.MOST_BYTES)
        if form.is_valid():
            return _found(request, form)
    context = {"nav": "network", "form": form}
    return render(request, "networks/import.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_look(request: SignedIn) -> HttpResponse:
    """From page to page, for all at once, or yes. Nothing is stored before the yes."""
    bundle = looking.unsealed(request.POST.get("bundle", ""), by=request.user)
    if bundle is None:
        if request.method == "POST":
            messages.info(
                request, _("We do not keep your file, and this took a while. Please choose it again.")
            )
        return redirect("import_file")
    ties = _ties(request)
    before = looking.read(request.POST.get("picks", ""), contacts=len(bundle.contacts))
    page = _page(request.POST.get("page", ""), bundle)
    before = before or preview.first_picks(bundle.contacts, ties)
    picks = preview.after(request.POST, page, before, fresh=preview.surely_new(bundle.contacts, ties))
    if "add" in request.POST and any(pick.take for pick in picks):
        return _add(request, bundle, picks)
    context = _look(request, bundle, picks, ties, _page(request.POST.get("go", str(page)), bundle))
    nobody = "add" in request.POST
    return render(
        request, "networks/import_look.html", context | {"nobody": nobody}, status=422 if nobody else 200
    )


@login_required
@asked_again
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: SignedIn) -> HttpResponse:
    """Everything in one file is worth asking once more who it is, whoever else has this phone in their hand."""
    if request.method != "POST":
        return render(request, "networks/export.html", {"nav": "network", "form": writing.ExportForm()})
    form = writing.ExportForm(request.POST)
    if not form.is_valid():
        return render(request, "networks/export.html", {"nav": "network", "form": form}, status=422)
    chosen = form.cleaned_data
    ties = Tie.objects.kept_by(request.user) if chosen["archived"] else Tie.objects.of(request.user)
    cards = [writing.contact(tie, private=chosen["private"]) for tie in ties.in_order()]
    kind = writing.FORMATS[chosen["format"]]
    name = f"people-{timezone.localdate().isoformat()}.{kind.ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(kind.write(cards), content_type=kind.content_type, headers=headers)


def _found(request: SignedIn, form: preview.FileForm) -> HttpResponse:
    report = reading.read(form.cleaned_data["file"].read())
    if not report.contacts:
        for trouble in report.troubles:
            form.add_error("file", trouble)
        return render(request, "networks/import.html", {"nav": "network", "form": form}, status=422)
    ties = _ties(request)
    bundle = Bundle(uuid.uuid4(), report.contacts)
    context = _look(request, bundle, preview.first_picks(report.contacts, ties), ties, 0)
    return render(request, "networks/import_look.html", context | {"troubles": report.troubles})


def _look(request: SignedIn, bundle: Bundle, picks: list[Pick], ties: list[Tie], page: int) -> dict[str, Any]:
    pages = preview.pages(len(bundle.contacts))
    return {
        "nav": "network",
        "lines": list(preview.lines(page, bundle.contacts, picks, ties)),
        "found": len(bundle.contacts),
        "ticked": sum(pick.take for pick in picks),
        "is_few": len(bundle.contacts) <= preview.FEW,
        "page": page,
        "pages": range(pages) if pages > 1 else [],
        "all_form": preview.AllForm(),
        "bundle": looking.sealed(bundle, by=request.user),
        "picks": looking.written(picks),
    }


def _add(request: SignedIn, bundle: Bundle, picks: list[Pick]) -> HttpResponse:
    chosen = [
        (place, replace(contact, circle=pick.circle, kind=pick.kind))
        for place, (contact, pick) in enumerate(zip(bundle.contacts, picks, strict=True))
        if pick.take
    ]
    added = services.import_ties(by=request.user, contacts=chosen, key=bundle.key)
    new = ngettext("%(count)s more is in your network now.", "%(count)s more are in your network now.", added)
    words = new % {"count": added} if added else _("They are in your network already.")
    messages.success(request, words)
    return redirect("network")


def _ties(request: SignedIn) -> list[Tie]:
    return list(Tie.objects.kept_by(request.user).in_order())


def _page(sent: str, bundle: Bundle) -> int:
    wanted = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 5 else 0
    return min(wanted, preview.pages(len(bundle.contacts)) - 1)
