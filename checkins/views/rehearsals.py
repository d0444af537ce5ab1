"""Trying the ladder out: with real letters, in minutes, everybody knowing that it is practice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from checkins import services, wording
from checkins.models import Plan, Silence
from checkins.pages import timeline
from checkins.pages.summaries import latest_rehearsals
from checkins.views.plans import theirs


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rehearse(request: SignedIn, pk: int) -> HttpResponse:
    """What a rehearsal would do; how the one that runs is going; how the last one went."""
    plan = theirs(request, pk)
    if plan.programme != Plan.Programme.SAFETY:
        raise Http404
    if request.method == "POST":
        return _act(request, plan)
    last = next(iter(latest_rehearsals([plan])), None)
    template = "checkins/_rehearsal.html" if request.htmx else "checkins/plan_rehearse.html"
    return render(request, template, _context(plan, last, whole=not request.htmx))


def _act(request: SignedIn, plan: Plan) -> HttpResponse:
    now = timezone.now()
    if request.POST.get("answer") == "stop":
        services.end_rehearsal(plan=plan, now=now)
        messages.success(request, _("The rehearsal is over. Whoever was told hears so."))
    else:
        services.rehearse(plan=plan, now=now)
        messages.success(request, _("The rehearsal has begun. Look into your mail."))
    return redirect("plan_rehearse", pk=plan.pk)


def _context(plan: Plan, last: Silence | None, *, whole: bool) -> dict[str, Any]:
    now = timezone.now()
    running = last is not None and last.closed_at is None
    context: dict[str, Any] = {"nav": "today", "plan": plan, "last": last, "running": running}
    if last is not None:
        context["lines"] = timeline.of_silence(last)
        context["practised"] = wording.practised(last, now=now, zone=plan.owner.zone)
    if whole and not running:
        context["coming"] = timeline.of_rehearsal(plan, now)
        context["nobody_is_told"] = plan.tells_nobody()
        context["silence"] = plan.silences.open().real().first()
    return context
