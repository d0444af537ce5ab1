"""What the safety net did: every silence and every rehearsal, step by step."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from checkins.pages import summaries, timeline

# How many silences one page lists.
PAGE = 20


@require_safe
@login_required
def history(request: SignedIn) -> HttpResponse:
    """Every silence and rehearsal of theirs, the newest first."""
    rows = Paginator(summaries.history_of(request.user), PAGE).get_page(request.GET.get("page"))
    told = summaries.of_silences(list(rows), now=timezone.now())
    return render(request, "checkins/history.html", {"nav": "today", "rows": rows, "silences": told})


@require_safe
@login_required
def silence(request: SignedIn, pk: int) -> HttpResponse:
    """One silence of theirs, step by step."""
    found = get_object_or_404(summaries.history_of(request.user), pk=pk)
    (summary,) = summaries.of_silences([found], now=timezone.now())
    context = {"nav": "today", "silence": found, "summary": summary, "lines": timeline.of_silence(found)}
    return render(request, "checkins/history_one.html", context)
