"""The member's way of taking a break, and of going on: from one person or from all, without a reason."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedIn
from networks import services
from networks.models import Membership


@login_required
@require_POST
def take_break(request: SignedIn, pk: int | None = None) -> HttpResponse:
    only = _mine(request, pk)
    services.take_break(by=request.user, now=timezone.now(), only=only)
    messages.success(request, _("You are taking a break. We ask you for nothing until you go on."))
    return redirect("support")


@login_required
@require_POST
def go_on(request: SignedIn, pk: int | None = None) -> HttpResponse:
    only = _mine(request, pk)
    services.end_break(by=request.user, only=only)
    messages.success(request, _("Welcome back. Everything goes on as you had agreed."))
    return redirect("support")


def _mine(request: SignedIn, pk: int | None) -> Membership | None:
    """The one membership that is meant; None for all of them."""
    mine = Membership.objects.supported_by(request.user)
    return get_object_or_404(mine, pk=pk) if pk is not None else None
