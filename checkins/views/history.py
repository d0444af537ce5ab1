"""What the safety net did: every silence, step by step."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from checkins import timeline
from checkins.models import Silence


@require_safe
@login_required
def silence(request: SignedIn, pk: int) -> HttpResponse:
    """One silence of theirs, step by step."""
    mine = Silence.objects.filter(plan__owner=request.user).select_related("plan__owner")
    found = get_object_or_404(mine, pk=pk)
    context = {"nav": "today", "silence": found, "lines": timeline.of_silence(found)}
    return render(request, "checkins/silence_history.html", context)
