"""What a member sees, shown to the owner beforehand: made by the same code, with the same template."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from checkins.pages import supporting
from networks.models import Membership


@require_safe
@login_required
def seen_by(request: SignedIn, pk: int) -> HttpResponse:
    """On the owner's clock and in their language: where a member lives is the member's own."""
    now = timezone.now()
    mine = supporting.with_owners(Membership.objects.of(request.user), now)
    membership = get_object_or_404(mine.select_related("tie"), pk=pk)
    context = {
        "nav": "network",
        "membership": membership,
        "tie": membership.tie,
        "person": supporting.people([membership], now)[0],
    }
    return render(request, "checkins/seen_by.html", context)
