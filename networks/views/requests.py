"""The owner's side of a share link: make it, end it, and decide about everybody who asks."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import DomainError
from accounts.requests import SignedIn
from networks import services
from networks.joining_forms import ApproveForm
from networks.models import JoinRequest, ShareLink
from outbox import links


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def share_link(request: SignedIn) -> HttpResponse:
    """The link, and who asks."""
    if request.method == "POST":
        return _changed(request)
    live = ShareLink.objects.of(request.user).live(timezone.now()).first()
    context = {
        "nav": "network",
        "link": live,
        "address": links.absolute(reverse("join_link", args=[live.token()])) if live else "",
        "waiting": JoinRequest.objects.to(request.user).waiting().select_related("member").order_by("pk"),
    }
    return render(request, "networks/share_link.html", context)


def _changed(request: SignedIn) -> HttpResponse:
    now = timezone.now()
    if "end" in request.POST:
        services.revoke_links(by=request.user, now=now)
        messages.success(request, _("The link does not work any more."))
        return redirect("share_link")
    try:
        services.make_link(by=request.user, now=now)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Here is your link. It works for 30 days."))
    return redirect("share_link")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join_request(request: SignedIn, pk: int) -> HttpResponse:
    """Who asks, and a yes: as whom, and with what to see."""
    asked = _mine(request, pk)
    if asked is None:
        return _over(request)
    form = ApproveForm(request.POST if request.method == "POST" else None, owner=request.user, asked=asked)
    if form.is_bound and form.is_valid():
        try:
            services.approve(request=asked, by=request.user, now=timezone.now(), **form.decision())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("%(name)s has joined, and sees what you ticked.")
            messages.success(request, said % {"name": asked.member.called})
            return redirect("network")
    context = {"nav": "network", "asked": asked, "form": form}
    return render(request, "networks/join_request.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def turn_down(request: SignedIn, pk: int) -> HttpResponse:
    asked = _mine(request, pk)
    if asked is None:
        return _over(request)
    services.turn_down(request=asked, by=request.user, now=timezone.now())
    messages.success(request, _("That is fine. They read only that it is not answered."))
    return redirect("share_link")


def _mine(request: SignedIn, pk: int) -> JoinRequest | None:
    """None for one that is answered or taken back; somebody else's is not found."""
    asked = get_object_or_404(JoinRequest.objects.to(request.user).select_related("member"), pk=pk)
    ended = asked.approved_at or asked.declined_at or asked.taken_back_at
    return None if ended else asked


def _over(request: SignedIn) -> HttpResponse:
    messages.info(request, _("This was answered already, or they do not ask any more."))
    return redirect("share_link")
