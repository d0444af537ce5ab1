"""Plans: see them, make them, rest from them, end them."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import DomainError
from accounts.requests import SignedIn
from checkins import services, timeline
from checkins.forms import PauseForm, PlanForm
from checkins.models import Plan


@require_safe
@login_required
def plans(request: SignedIn) -> HttpResponse:
    """All of somebody's plans; with one or none, that one at once."""
    found = list(Plan.objects.visible_to(request.user).active().order_by("pk"))
    if not found:
        return redirect("plan_new")
    return redirect("plan", pk=found[0].pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def plan(request: SignedIn, pk: int | None = None) -> HttpResponse:
    """When check-ins are due and what happens then: a plan they have, or a new one."""
    mine = Plan.objects.visible_to(request.user).active()
    current = get_object_or_404(mine, pk=pk) if pk else None
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        owner=request.user,
        initial=PlanForm.initial_for(current),
    )
    if form.is_bound and form.is_valid():
        try:
            saved = _save(request, current, form)
        except DomainError as refusal:
            form.add_error("supporter", str(refusal))
        else:
            messages.success(request, _("Your plan is saved."))
            return redirect("plan", pk=saved.pk)
    context = {
        "nav": "today",
        "form": form,
        "plan": current,
        "lines": timeline.of_plan(current) if current else [],
        "pause_form": PauseForm(initial={"days": 1}),
        "resting": current.is_resting(timezone.now()) if current else False,
        "nobody_is_told": current is not None and current.tells_nobody(),
    }
    return render(request, "checkins/plan.html", context, status=422 if form.is_bound else 200)


def _save(request: SignedIn, current: Plan | None, form: PlanForm) -> Plan:
    now = timezone.now()
    if current is not None:
        return services.change_plan(plan=current, now=now, **form.answers())
    return services.make_plan(owner=request.user, now=now, **form.answers())


@require_POST
@login_required
def pause(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(Plan.objects.visible_to(request.user).active(), pk=pk)
    form = PauseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose how long you would like to pause."))
        return redirect("plan", pk=pk)
    now = timezone.now()
    services.pause(
        plan=found, until=now + dt.timedelta(days=form.cleaned_data["days"]), by=request.user, now=now
    )
    messages.success(request, _("Rest well. Check-ins go on by themselves after your pause."))
    return redirect("today")


@require_POST
@login_required
def resume(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(Plan.objects.visible_to(request.user).active(), pk=pk)
    services.resume(plan=found, now=timezone.now())
    messages.success(request, _("Your check-ins go on."))
    return redirect("today")


@require_POST
@login_required
def zone(request: SignedIn, pk: int) -> HttpResponse:
    """The owner has moved; the plan moves too."""
    found = get_object_or_404(Plan.objects.visible_to(request.user).active(), pk=pk)
    services.move_to_zone(plan=found, now=timezone.now())
    messages.success(request, _("Your plan follows your own clock again."))
    return redirect("plan", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def end(request: SignedIn, pk: int) -> HttpResponse:
    """End the plan, after one look at what that means."""
    found = get_object_or_404(Plan.objects.visible_to(request.user).active(), pk=pk)
    if request.method != "POST":
        return render(request, "checkins/plan_end.html", {"nav": "today", "plan": found})
    services.end_plan(plan=found, by=request.user, now=timezone.now())
    messages.success(request, _("Your plan has ended. You can make a new one whenever you like."))
    return redirect("today")
