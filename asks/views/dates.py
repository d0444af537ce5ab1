"""One ask with its dates, and what its owner does with them: less, later, not at all, thanks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from asks import pages, services, wording
from asks.forms import MoveForm
from asks.models import Ask, Occurrence
from networks.models import Look
from networks.services import looks


@login_required
@require_safe
def ask(request: SignedIn, pk: int) -> HttpResponse:
    context = _page(request.user, _mine(request.user, pk))
    if context["membership"]:
        looks.note(viewer=request.user, seen=[(context["membership"], [Look.ASK])], now=timezone.now())
    return render(request, "asks/ask.html", context)


@login_required
@require_POST
def stop(request: SignedIn, pk: int) -> HttpResponse:
    """Every date that is still to come."""
    found = _mine(request.user, pk)
    services.cancel_ask(ask=found, by=request.user, now=timezone.now())
    messages.success(request, _("Cancelled. Whoever said yes hears of it, with your thanks."))
    return redirect("ask", pk=pk)


@login_required
@require_POST
def widen(request: SignedIn, pk: int) -> HttpResponse:
    """Only for whoever chose the few."""
    found = get_object_or_404(Ask.objects.of(request.user), pk=pk)
    services.widen(ask=found, by=request.user, now=timezone.now())
    messages.success(request, _("Done. Everybody who sees what you ask for hears of it."))
    return redirect("ask", pk=pk)


@login_required
@require_POST
def soften(request: SignedIn, pk: int) -> HttpResponse:
    occurrence = _date(request.user, pk)
    services.soften(occurrence=occurrence, by=request.user, now=timezone.now())
    messages.success(request, _("Done. Whoever said yes hears what would do instead."))
    return redirect("ask", pk=occurrence.ask_id)


@login_required
@require_POST
def move(request: SignedIn, pk: int) -> HttpResponse:
    """One tap for a day or a week later; or to a day and a time."""
    occurrence, now = _date(request.user, pk), timezone.now()
    form = MoveForm(request.POST, auto_id=f"%s-{pk}", owner=occurrence.ask.owner, now=now)
    starts_at = form.starts_at(occurrence.starts_at) if form.is_valid() else None
    if starts_at is None:
        if form.is_valid():
            form.add_error("on", _("Choose a day and a time."))
        context = _page(request.user, occurrence.ask) | {"form": form, "moving": occurrence.pk}
        return render(request, "asks/ask.html", context, status=422)
    services.move(occurrence=occurrence, by=request.user, now=now, starts_at=starts_at)
    messages.success(request, _("Moved. Whoever said yes hears of it, and their calendar does, too."))
    return redirect("ask", pk=occurrence.ask_id)


@login_required
@require_POST
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    occurrence = _date(request.user, pk)
    services.cancel(occurrence=occurrence, by=request.user, now=timezone.now())
    messages.success(request, _("Cancelled. Whoever said yes hears of it, with your thanks."))
    return redirect("ask", pk=occurrence.ask_id)


@login_required
@require_POST
def thank(request: SignedIn, pk: int) -> HttpResponse:
    occurrence = _date(request.user, pk)
    services.thank(occurrence=occurrence, by=request.user, now=timezone.now())
    messages.success(request, _("Your thanks are on their way."))
    return redirect("ask", pk=occurrence.ask_id)


def _mine(person: User, pk: int) -> Ask:
    rows = Ask.objects.managed_by(person).select_related("owner", "made_by")
    return get_object_or_404(rows, pk=pk)


def _date(person: User, pk: int) -> Occurrence:
    rows = Occurrence.objects.managed_by(person).select_related("ask__owner", "ask__made_by")
    return get_object_or_404(rows, pk=pk)


def _page(person: User, found: Ask) -> dict[str, Any]:
    now = timezone.now()
    return {
        "nav": "network" if person == found.owner else "support",
        "ask": found,
        "who": wording.for_owner(found),
        "rhythm": wording.rhythm(found),
        "instead": wording.offered_if_any(found.softer),
        "dates": pages.for_owner([found], reader=person, now=now),
        "chosen": [one.tie.name for one in found.chosen.select_related("tie")]
        if person == found.owner
        else [],
        "membership": person.memberships.active().filter(owner=found.owner).first(),
        "form": MoveForm(owner=found.owner, now=now),
    }
