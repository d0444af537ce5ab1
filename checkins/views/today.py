"""Today: say how it is, see what happens if you go quiet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from checkins import services, timeline
from checkins.forms import CheckInForm
from checkins.models import CheckIn, Plan, Silence
from networks.models import Membership, Share
from outbox.models import BrokenAddress

# How long Today says that a supporter ended a silence.
NEWS = dt.timedelta(days=2)


def says_what_was_not_saved(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Somebody whose session ended while they typed is told that their check-in has not arrived."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            words = _("You were signed out, so your check-in was not saved. Sign in, and tap once more.")
            messages.warning(request, words)
        return view(request)

    return wrapped


@require_http_methods(["GET", "HEAD", "POST"])
@says_what_was_not_saved
@login_required
def today(request: SignedIn) -> HttpResponse:
    """Say how it is, in one tap or several; see what happens if you go quiet."""
    form = CheckInForm(_posted(request), owner=request.user)
    if form.is_bound and form.is_valid():
        answers = form.answers()
        services.check_in(owner=request.user, now=timezone.now(), **answers)
        messages.success(
            request, _("Thank you, %(name)s. You are checked in.") % {"name": request.user.called}
        )
        return redirect("today")
    status = 422 if form.is_bound else 200
    return render(request, "checkins/today.html", {"form": form, **_standing(request)}, status=status)


def _posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even if it is nothing at all: that too gets an answer."""
    return request.POST if request.method == "POST" else None


def _standing(request: SignedIn) -> dict[str, Any]:
    """Where the owner stands: their plan and its timeline, an open silence, who sees their pain score."""
    plan = Plan.objects.visible_to(request.user).active().first()
    silence = Silence.objects.open().real().filter(plan=plan).first() if plan else None
    members = list(Membership.objects.of(request.user).select_related("tie"))
    last = CheckIn.objects.of(request.user).first()
    now = timezone.now()
    return {
        "nav": "today",
        "hour": timezone.localtime(now).hour,
        "plan": plan,
        "silence": silence,
        "lines": timeline.of_silence(silence) if silence else timeline.of_plan(plan) if plan else [],
        "resting": plan.is_resting(now) if plan else False,
        "last": last,
        "done_until": plan.next_due_at if plan and plan.is_met(now) else None,
        "nobody_is_told": plan is not None and plan.tells_nobody(),
        "heard_from": _heard_from(plan, last, now),
        "only_member": members[0] if len(members) == 1 else None,
        "sees_pain": [member.tie.name for member in members if member.shows(Share.PAIN)],
        "broken_address": BrokenAddress.objects.filter(address=request.user.email).first(),
    }


def _heard_from(plan: Plan | None, last: CheckIn | None, now: dt.datetime) -> Silence | None:
    """The silence a supporter ended lately, unless the owner has checked in since."""
    ended = Silence.objects.filter(plan=plan, ending=Silence.Ending.HEARD_FROM, closed_at__gt=now - NEWS)
    latest = ended.select_related("closed_by").order_by("-closed_at").first()
    if latest is None or latest.closed_by is None or latest.closed_at is None:
        return None
    return None if last is not None and last.made_at > latest.closed_at else latest
