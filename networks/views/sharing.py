"""What one member sees, and the two ways a membership ends: the owner's and the member's."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from networks import services
from networks.forms import SharesForm
from networks.models import Membership


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sharing(request: SignedIn, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.of(request.user).select_related("tie"), pk=pk)
    name = membership.tie.name
    form = SharesForm(request.POST or None, name=name, initial={"shares": membership.shares})
    if request.method == "POST":
        form = SharesForm(request.POST, name=name)
        if form.is_valid():
            services.change_shares(membership=membership, by=request.user, **form.cleaned_data)
            messages.success(request, _("Saved. It counts from now on."))
            return redirect("tie", pk=membership.tie_id)
    context = {"nav": "network", "membership": membership, "tie": membership.tie, "form": form}
    return render(request, "networks/sharing.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def membership_end(request: SignedIn, pk: int) -> HttpResponse:
    """The owner's way."""
    membership = get_object_or_404(Membership.objects.of(request.user).select_related("tie"), pk=pk)
    if request.method != "POST":
        context = {"nav": "network", "membership": membership, "tie": membership.tie}
        return render(request, "networks/membership_end.html", context)
    services.end_membership(membership=membership, by=request.user)
    messages.success(
        request, _("Ended. %(name)s sees nothing of yours any more.") % {"name": membership.tie.name}
    )
    return redirect("tie", pk=membership.tie_id)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave_support(request: SignedIn, pk: int) -> HttpResponse:
    """The member's way."""
    mine = Membership.objects.supported_by(request.user).select_related("owner")
    membership = get_object_or_404(mine, pk=pk)
    if request.method != "POST":
        return render(request, "networks/leave_support.html", {"nav": "support", "membership": membership})
    services.end_membership(membership=membership, by=request.user)
    messages.success(
        request, _("Done. You are no longer in %(name)s’s network.") % {"name": membership.owner.called}
    )
    return redirect("support")
