"""The answer to a question about what is missing."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.requests import SignedIn
from networks import services


@login_required
@require_POST
def not_now(request: SignedIn) -> HttpResponse:
    services.leave_gap(owner=request.user, now=timezone.now())
    return redirect("network")
