"""The answer to a question about what is missing."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.requests import SignedIn

NOT_NOW_AT = "gap_not_now_at"


@login_required
@require_POST
def not_now(request: SignedIn) -> HttpResponse:
    """Kept in the session only: that somebody lacks something is nothing to write down about them."""
    request.session[NOT_NOW_AT] = timezone.now().timestamp()
    return redirect("network")
