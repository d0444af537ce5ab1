"""Today: say how it is, see what happens if you go quiet; and what became of asking for company."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from checkins import services
from checkins.forms import CheckInForm, FlareForm, RestForm
from checkins.models import CheckIn
from checkins.pages import company_page, today_page


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
    now = timezone.now()
    form = CheckInForm(posted(request), owner=request.user)
    if form.is_bound and form.is_valid():
        answers = form.answers()
        if form.answer == CheckIn.Answer.COMPANY:
            answers["form_key"] = _asked_just_now(request.user, now) or answers["form_key"]
        services.check_in(owner=request.user, now=now, **answers)
        if form.answer == CheckIn.Answer.COMPANY:
            return redirect("company")
        messages.success(
            request, _("Thank you, %(name)s. You are checked in.") % {"name": request.user.called}
        )
        return redirect("today")
    return page(request, now, form=form)


def page(request: SignedIn, now: dt.datetime, **forms: Any) -> HttpResponse:
    """Today as it stands, with these forms (`form`, `rest_form`) as they were sent, where they were."""
    context = {
        "nav": "today",
        "hour": timezone.localtime(now).hour,
        "form": forms.get("form") or CheckInForm(owner=request.user),
        "rest_form": RestForm(owner=request.user, now=now),
        "flare_form": FlareForm(owner=request.user, now=now),
        **today_page.of(request.user, now),
        **forms,
    }
    bad = any(form.errors for form in forms.values())
    return render(request, "checkins/today.html", context, status=422 if bad else 200)


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, even if it is nothing at all: that too gets an answer."""
    return request.POST if request.method == "POST" else None


def _asked_just_now(owner: User, now: dt.datetime) -> uuid.UUID | None:
    """The key of a wish for company minutes ago: asking twice to be sure writes to nobody twice."""
    lately = CheckIn.objects.of(owner).filter(answer=CheckIn.Answer.COMPANY)
    latest = lately.filter(made_at__gt=now - services.DOUBLE_TAP).first()
    return latest.form_key if latest else None


@require_safe
@login_required
def company(request: SignedIn) -> HttpResponse:
    """After "not okay": who was told, whom they could call themselves, numbers where somebody listens."""
    now = timezone.now()
    told = company_page.latest(request.user, now)
    if told is None:
        return redirect("today")
    context = {"nav": "today", "told": told, "could_call": company_page.could_call(request.user, told)}
    return render(request, "checkins/company.html", context)
