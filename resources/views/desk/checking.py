"""What a curator says yes to: parts that were checked, and the rules on who may be listed."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from resources import checklist, services
from resources.forms import meanwhile
from resources.forms.checking import ReadForm, VerifyForm
from resources.forms.desk import RulesForm
from resources.forms.meanwhile import OpenedForm
from resources.models import Inclusion
from resources.services import leasing
from resources.views.desk.doors import curators_only, stays_only
from resources.views.desk.listing import found
from resources.views.desk.sections import may_save


@curators_only("verify_service")
@require_http_methods(["GET", "HEAD", "POST"])
@stays_only
def verify(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    """Not while another curator has it in hand, and of no words that came after they read it out."""
    service, now = found(pk), timezone.now()
    leasing.refuse_if_held(service, by=request.user, now=now)
    data = request.POST if request.method == "POST" else None
    form, read = VerifyForm(data), ReadForm(data, service=service)
    if data is not None and form.is_valid() and not _other_words(form, read):
        services.verify(service=service, by=request.user, **form.cleaned_data)
        messages.success(request, _("Thank you. “%(name)s” is checked.") % {"name": service})
        return redirect("desk_listing", pk=pk)
    # Nothing is ticked beforehand: what nobody asked about would count as checked.
    parts = list(zip(form["parts"].subwidgets, checklist.lines(service), strict=True))
    context = {"nav": "desk", "service": service, "form": form, "read": read, "parts": parts}
    return render(request, "resources/desk/verify.html", context, status=422 if form.is_bound else 200)


def _other_words(form: VerifyForm, read: ReadForm) -> bool:
    labels = dict(form.fields["parts"].choices)  # type: ignore[attr-defined]
    changed = [str(labels[part]) for part in read.overtaken() if part in form.cleaned_data["parts"]]
    if changed:
        said = _(
            "This was changed while you had it open: %(what)s. Read what it says now, then send it again."
        )
        form.add_error("parts", said % {"what": ", ".join(changed)})
    return bool(changed)


@curators_only("publish_service")
@require_http_methods(["GET", "HEAD", "POST"])
@stays_only
def rules(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    service = found(pk)
    kept = Inclusion.objects.filter(service=service).first()
    ticked = kept.rules if kept else []
    data = request.POST if request.method == "POST" else None
    form = RulesForm(data, initial={"rules": ticked})
    why = OpenedForm(data, service=service, rows=meanwhile.of_rules(service, ticked))
    if data is not None and may_save(request, [form], why):
        services.tick_rules(
            service=service, by=request.user, why=why.cleaned_data["why"], **form.cleaned_data
        )
        messages.success(request, _rules_said(form))
        return redirect("desk_listing", pk=pk)
    context = {"nav": "desk", "service": service, "form": form, "why": why, "kept": kept}
    return render(request, "resources/desk/rules.html", context, status=422 if form.is_bound else 200)


def _rules_said(form: RulesForm) -> str:
    if len(form.cleaned_data["rules"]) == len(Inclusion.Rule):
        return _("Kept.")
    return _("Kept. It can go public when every rule is ticked.")
