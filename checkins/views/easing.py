"""Going easy: rest, and flare mode."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from checkins import services
from checkins.forms import FlareForm, RestForm
from checkins.models import Plan, Wishes
from checkins.pages import easing
from checkins.views.today import page, posted


@require_POST
@login_required
def rest(request: SignedIn) -> HttpResponse:
    """Nothing is due until then, and nothing is wrong."""
    now = timezone.now()
    form = RestForm(request.POST, owner=request.user, now=now)
    if not form.is_valid():
        return page(request, now, rest_form=form)
    services.rest(owner=request.user, until=form.cleaned_data["until_at"], now=now)
    messages.success(request, _("Rest well. Your check-ins go on by themselves afterwards."))
    return redirect("today")


@require_POST
@login_required
def rest_end(request: SignedIn) -> HttpResponse:
    """Go on now, in every plan that rests. What was paused for days stays paused."""
    now = timezone.now()
    resting = Plan.objects.visible_to(request.user).active().filter(paused_as=Plan.Rest.REST)
    with transaction.atomic():
        for plan in resting.filter(paused_until__gt=now).order_by("pk"):
            services.resume(plan=plan, now=now)
    messages.success(request, _("Your check-ins go on."))
    return redirect("today")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def flare(request: SignedIn) -> HttpResponse:
    """Begin a flare, see it, move its end."""
    now = timezone.now()
    form = FlareForm(posted(request), owner=request.user, now=now)
    if form.is_bound and form.is_valid():
        services.begin_flare(owner=request.user, until=form.until_at, now=now)
        return redirect("flare")
    wishes = easing.wishes_of(request.user)
    if wishes.in_a_flare(now):
        form.begin_with(wishes.flare_until)
    context = {"nav": "today", "form": form, **easing.of(wishes, now), **_undo(wishes, now)}
    return render(request, "checkins/flare.html", context, status=422 if form.is_bound else 200)


def _undo(wishes: Wishes, now: dt.datetime) -> dict[str, Any]:
    """Until when it can be undone without a trace, and who hears after that."""
    if wishes.flare_began_at is None or not wishes.in_a_flare(now):
        return {}
    undo_until = wishes.flare_began_at + services.UNDO
    if undo_until <= now:
        return {}
    return {"undo_until": undo_until, "flare_tells": easing.said(easing.flare_hearings(wishes, now))}


@require_POST
@login_required
def flare_undo(request: SignedIn) -> HttpResponse:
    """As if it had never been."""
    services.undo_flare(owner=request.user, now=timezone.now())
    messages.success(request, _("Undone. There is no flare, and nobody hears of one."))
    return redirect("today")


@require_POST
@login_required
def flare_end(request: SignedIn) -> HttpResponse:
    services.end_flare(owner=request.user, now=timezone.now())
    messages.success(request, _("The flare is over here. Everything is as usual again."))
    return redirect("today")
