"""Organisers: the owner's question, and the member's yes or no."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from networks import services, sharing
from networks.models import Membership, Role


@login_required
@require_POST
def organiser(request: SignedIn, pk: int) -> HttpResponse:
    """The owner asks, or takes it back."""
    membership = get_object_or_404(Membership.objects.of(request.user).select_related("tie"), pk=pk)
    name = {"name": membership.tie.name}
    if "stop" in request.POST:
        services.stop_organising(membership=membership, by=request.user)
        messages.success(request, _("%(name)s does not organise for you any more.") % name)
    else:
        services.ask_to_organise(membership=membership, by=request.user, now=timezone.now())
        messages.success(request, _("We ask %(name)s. Nothing changes before they say yes.") % name)
    return redirect("sharing", pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organise(request: SignedIn, pk: int) -> HttpResponse:
    """The member reads what it means, and says yes, no, or later that they stop."""
    mine = Membership.objects.supported_by(request.user).known_to_organise().select_related("owner")
    membership = mine.filter(pk=pk).first()
    if membership is None:  # the letter may be older than what became of its question
        return render(request, "networks/organise_over.html", {"nav": "support"}, status=404)
    if request.method != "POST" or request.POST.get("answer") not in ("yes", "no"):
        return _question(request, membership)
    if request.POST["answer"] == "yes":
        services.agree_to_organise(membership=membership, by=request.user)
        messages.success(request, _("Thank you. You organise for them from now on."))
    else:
        services.stop_organising(membership=membership, by=request.user)
        messages.success(request, _("That is fine. Nothing else changes between you."))
    return redirect("support")


def _question(request: SignedIn, membership: Membership) -> HttpResponse:
    context = {
        "nav": "support",
        "owner": membership.owner.called,
        "terms": sharing.organiser_for_member(name=membership.owner.called),
        "agreed": membership.role == Role.ORGANISER,
        "problem": request.method == "POST",
    }
    return render(request, "networks/organise.html", context, status=422 if request.method == "POST" else 200)
