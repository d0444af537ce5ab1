"""Telling the curators: a problem, a correction, a listing that is missing. And what one has told them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from resources import services
from resources.errors import CannotPropose
from resources.forms.telling import CorrectionForm, ProblemForm, SuggestionForm, TellingForm
from resources.models import ChangeRequest, Service
from resources.services.proposing import Proposal
from resources.views.listing import leads_on, visible

# Under this name a browser remembers what was sent from it without an account.
TOLD = "told"
# So many of them.
REMEMBERED = 20
Kind = ChangeRequest.Kind


@leads_on
@require_http_methods(["GET", "HEAD", "POST"])
def problem(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    service = visible(request, pk)
    form = ProblemForm(_sent(request), signed_in=request.user.is_authenticated)
    if form.is_bound and form.is_valid() and (sent := _send(request, form, Kind.PROBLEM, service)):
        return sent
    return _page(request, "resources/problem.html", form, service)


@leads_on
@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    service = visible(request, pk)
    form = CorrectionForm(_sent(request), service=service, signed_in=request.user.is_authenticated)
    if form.is_bound and form.is_valid():
        sent = _send(request, form, Kind.CORRECTION, service, form.proposals())
        if sent:
            return sent
    return _page(request, "resources/correct.html", form, service)


@require_http_methods(["GET", "HEAD", "POST"])
def suggest(request: HttpRequest) -> HttpResponse:
    form = SuggestionForm(_sent(request), signed_in=request.user.is_authenticated)
    if form.is_bound and form.is_valid():
        sent = _send(request, form, Kind.ADDITION, None, form.proposals())
        if sent:
            return sent
    return _page(request, "resources/suggest.html", form)


@require_safe
def told(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Thank you, what was sent, and what happens next: for whoever sent it, from their account or browser."""
    mine = (
        Q(sent_by=request.user.pk)
        if request.user.is_authenticated
        else Q(sent_by=None, pk__in=_ours(request))
    )
    found = ChangeRequest.objects.filter(mine).select_related("service").prefetch_related("fields")
    sent = get_object_or_404(found, pk=pk)
    lines = [services.Told.of(change) for change in sent.fields.all()]
    return render(request, "resources/told.html", {"sent": sent, "lines": lines, "nav": "find"})


@login_required
@require_safe
def all_told(request: SignedIn) -> HttpResponse:
    mine = (
        ChangeRequest.objects.filter(sent_by=request.user).select_related("service").order_by("-created_at")
    )
    return render(request, "resources/all_told.html", {"sent": mine[:100], "nav": "find"})


@login_required
@require_POST
def take_back(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    sent = get_object_or_404(ChangeRequest.objects.filter(sent_by=request.user), pk=pk)
    if services.take_back(request=sent, by=request.user, now=timezone.now()):
        messages.success(request, _("Taken back. Nobody looks at it any more."))
    else:
        messages.info(request, _("It was decided already."))
    return redirect("told", pk=pk)


def _send(
    request: HttpRequest,
    form: TellingForm,
    kind: str,
    service: Service | None,
    changes: Iterable[Proposal] = (),
) -> HttpResponse | None:
    """On to the thank-you; None, with a word on the form, where it cannot be sent."""
    if form.is_from_a_programme:
        return redirect("resources")
    if not ratelimit.consume(request, action="tell"):
        form.add_error(None, _("You have told us a lot in a short time. Thank you. Please go on in an hour."))
        return None
    said = form.cleaned_data
    by = request.user if request.user.is_authenticated else None
    try:
        sent = services.propose(
            kind=kind,
            service=service,
            changes=changes,
            by=by,
            email=said.get("email", ""),
            on_behalf_of=None,
            form_key=said["form_key"],
            **form.said(),
        )
    except CannotPropose as refusal:
        form.add_error(None, str(refusal))
        return None
    if by is None:
        request.session[TOLD] = [*_ours(request), str(sent.pk)][-REMEMBERED:]
    return redirect("told", pk=sent.pk)


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _ours(request: HttpRequest) -> list[str]:
    found: list[str] = request.session.get(TOLD, [])
    return found


def _page(
    request: HttpRequest, template: str, form: TellingForm, service: Service | None = None
) -> HttpResponse:
    context = {"form": form, "service": service, "nav": "find"}
    return render(request, template, context, status=422 if form.errors else 200)
