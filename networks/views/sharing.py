"""What one member sees, and the two ways a membership ends: the owner's and the member's."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from networks import errors, services, telling
from networks import sharing as words
from networks.models import Membership
from networks.sharing_forms import OUTDATED, SharingForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sharing(request: SignedIn, pk: int) -> HttpResponse:
    membership = _mine(request, pk)
    name = membership.tie.name
    typed = request.POST if request.method == "POST" else None
    form = SharingForm(typed, membership=membership)
    if form.is_bound and form.is_valid():
        try:
            saved = services.change_shares(
                membership=membership,
                by=request.user,
                ends=form.ends(),
                shares=form.ticked,
                seen=form.seen_before,
            )
        except errors.NoLongerJoined as refusal:
            messages.info(request, str(refusal))
        else:
            if form.is_outdated_by(saved):
                messages.info(request, OUTDATED)
                return redirect("sharing", pk=pk)
            messages.success(request, _("Saved. It counts from now on."))
        return _to_their_page(membership)
    context = {"nav": "network", "membership": membership, "tie": membership.tie, "form": form}
    context["from_elsewhere"] = not membership.shares and _came_from_elsewhere(membership)
    context["telling"] = telling.of(request.user, [membership])[membership.pk]
    context["organiser_words"] = words.organiser_for_owner(name=name)
    return render(request, "networks/sharing.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def membership_end(request: SignedIn, pk: int) -> HttpResponse:
    """The owner's way."""
    membership = _mine(request, pk)
    if request.method != "POST":
        context = {"nav": "network", "membership": membership, "tie": membership.tie}
        return render(request, "networks/membership_end.html", context)
    services.end_membership(membership=membership, by=request.user)
    messages.success(
        request, _("Ended. %(name)s sees nothing of yours any more.") % {"name": membership.tie.name}
    )
    return _to_their_page(membership)


@login_required
@require_POST
def not_told(request: SignedIn, pk: int) -> HttpResponse:
    """Off every ladder of theirs at once; nobody else's place changes."""
    membership = _mine(request, pk)
    telling.stop(membership=membership, by=request.user, now=timezone.now())
    words = _("Done. %(name)s is not told any more when you go quiet.")
    messages.success(request, words % {"name": membership.tie.name})
    return redirect(
        f"{reverse('who_sees')}#seer-{pk}" if "who_sees" in request.POST else reverse("sharing", args=[pk])
    )


@login_required
@require_POST
def membership_limit(request: SignedIn, pk: int) -> HttpResponse:
    """Quietly: the member is not told and cannot notice, but that nothing new comes."""
    membership = _mine(request, pk)
    both = "no_organiser" in request.POST
    services.limit(membership=membership, by=request.user, now=timezone.now(), no_organiser=both)
    said = _("Done, quietly. %(name)s sees what they saw until now, and nothing newer.")
    messages.success(request, said % {"name": membership.tie.name})
    return redirect("sharing", pk=pk)


@login_required
@require_POST
def membership_show_again(request: SignedIn, pk: int) -> HttpResponse:
    membership = _mine(request, pk)
    services.end_limit(membership=membership, by=request.user)
    said = _("%(name)s sees again what is ticked here.")
    messages.success(request, said % {"name": membership.tie.name})
    return redirect("sharing", pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave_support(request: SignedIn, pk: int) -> HttpResponse:
    """The member's way."""
    mine = Membership.objects.filter(member=request.user)
    if request.method != "POST":
        mine = mine.active()
    membership = get_object_or_404(mine.select_related("owner"), pk=pk)
    if request.method != "POST":
        return render(request, "networks/leave_support.html", {"nav": "support", "membership": membership})
    services.end_membership(membership=membership, by=request.user)
    messages.success(
        request, _("Done. You are no longer in %(name)s’s network.") % {"name": membership.owner.called}
    )
    return redirect("support")


def _came_from_elsewhere(membership: Membership) -> bool:
    """Whether they accepted with another address than the owner wrote to."""
    accepted = membership.tie.invitations.filter(accepted_by=membership.member_id)
    return accepted.exclude(email=membership.member.email).exists()


def _mine(request: SignedIn, pk: int) -> Membership:
    """One that has ended is not shown; but what is sent about it gets a kind answer, not "not found"."""
    mine = Membership.objects.filter(owner=request.user).select_related("tie", "member")
    return get_object_or_404(mine if request.method == "POST" else mine.active(), pk=pk)


def _to_their_page(membership: Membership) -> HttpResponse:
    if membership.tie.removed_at:
        return redirect("network")
    return redirect("tie", pk=membership.tie_id)
