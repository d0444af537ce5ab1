"""Offers, and what the owner gives."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from asks import pages, services
from asks.forms import GiftForm, OfferForm
from asks.models import Gift, Offer
from networks.models import Membership


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def gift(request: SignedIn) -> HttpResponse:
    """What the owner gave, seen beside what they ask for."""
    form = GiftForm(request.POST if request.method == "POST" else None, owner=request.user)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        services.note_gift(
            owner=request.user,
            tie=said["tie"],
            what=said["what"],
            on=form.given_on(),
            form_key=said["form_key"],
        )
        messages.success(request, _("Noted. You give, too."))
        return redirect("asks")
    context = {"nav": "network", "form": form, "gifts": pages.gifts_of(request.user)}
    return render(request, "asks/gift.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def gift_undo(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(Gift.objects.filter(owner=request.user), pk=pk)
    services.take_back_gift(gift=found)
    messages.success(request, _("Taken back. Nobody else ever saw it."))
    return redirect("ask_gift")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: SignedIn, pk: int) -> HttpResponse:
    """The member says what they can do and when, before anybody asks."""
    mine = Membership.objects.supported_by(request.user).select_related("owner")
    membership = get_object_or_404(mine, pk=pk)
    said = Offer.objects.filter(membership=membership).first()
    form = OfferForm(request.POST if request.method == "POST" else None, initial=_said(said))
    if form.is_bound and form.is_valid():
        services.offer(membership=membership, by=request.user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Saved. %(name)s sees it.") % {"name": membership.owner.called})
        return redirect("asks_open")
    context = {"nav": "support", "form": form, "membership": membership}
    return render(request, "asks/offer.html", context, status=422 if form.is_bound else 200)


def _said(offer: Offer | None) -> dict[str, object]:
    return {"needs": offer.needs, "when": offer.when} if offer else {}
