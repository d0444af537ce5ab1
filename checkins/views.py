"""Today, the plan, the people one supports, and the pages behind links in mail."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import DomainError
from accounts.requests import SignedIn
from checkins import agreements, links, services, supporting, sweep, timeline
from checkins.forms import CheckInForm, PauseForm, PlanForm
from checkins.models import CheckIn, Claim, Plan, Silence, SilenceStep, Step
from networks.models import Membership, Share
from outbox.models import BrokenAddress

# How long Today says that a supporter ended a silence.
NEWS = dt.timedelta(days=2)

# The owner's side ---------------------------------------------------------------------------------


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
    silence = Silence.objects.open().filter(plan=plan).first() if plan else None
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


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def plan(request: SignedIn) -> HttpResponse:
    """When check-ins are due and what happens then."""
    current = Plan.objects.visible_to(request.user).active().first()
    form = PlanForm(_posted(request), owner=request.user, initial=PlanForm.initial_for(current))
    if form.is_bound and form.is_valid():
        try:
            services.make_plan(owner=request.user, now=timezone.now(), **form.answers())
        except DomainError as refusal:
            form.add_error("supporter", str(refusal))
        else:
            messages.success(request, _("Your plan is saved."))
            return redirect("plan")
    context = {
        "nav": "today",
        "form": form,
        "plan": current,
        "lines": timeline.of_plan(current) if current else [],
        "pause_form": PauseForm(initial={"days": 1}),
        "resting": current.is_resting(timezone.now()) if current else False,
        "nobody_is_told": current is not None and current.tells_nobody(),
        "tells_at_night": current is not None and timeline.tells_at_night(current),
    }
    return render(request, "checkins/plan.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
def pause(request: SignedIn) -> HttpResponse:
    found = get_object_or_404(Plan.objects.visible_to(request.user).active())
    form = PauseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose how long you would like to pause."))
        return redirect("plan")
    now = timezone.now()
    services.pause(
        plan=found, until=now + dt.timedelta(days=form.cleaned_data["days"]), by=request.user, now=now
    )
    messages.success(request, _("Rest well. Check-ins go on by themselves after your pause."))
    return redirect("today")


@require_POST
@login_required
def resume(request: SignedIn) -> HttpResponse:
    found = get_object_or_404(Plan.objects.visible_to(request.user).active())
    services.resume(plan=found, now=timezone.now())
    messages.success(request, _("Your check-ins go on."))
    return redirect("today")


@require_POST
@login_required
def zone(request: SignedIn) -> HttpResponse:
    """The owner has moved; the plan moves too."""
    found = get_object_or_404(Plan.objects.visible_to(request.user).active())
    services.move_to_zone(plan=found, now=timezone.now())
    messages.success(request, _("Your plan follows your own clock again."))
    return redirect("plan")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def end(request: SignedIn) -> HttpResponse:
    """End the plan, after one look at what that means."""
    found = get_object_or_404(Plan.objects.visible_to(request.user).active())
    if request.method != "POST":
        return render(request, "checkins/plan_end.html", {"nav": "today", "plan": found})
    services.end_plan(plan=found, by=request.user, now=timezone.now())
    messages.success(request, _("Your plan has ended. You can make a new one whenever you like."))
    return redirect("today")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_in_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """The link in a nudge. The GET only shows: mail scanners follow links."""
    silence = links.silence_from(token)
    if silence is None:
        return render(request, "checkins/link_unknown.html", status=404)
    if links.is_spent(silence):
        return render(request, "checkins/link_spent.html", {"owner": silence.owner})
    if request.method != "POST":
        told = [membership.tie.name for membership in sweep.memberships_told(silence)]
        return render(request, "checkins/check_in_by_mail.html", {"owner": silence.owner, "told": told})
    # The key is made from the link, so that two taps are one check-in.
    key = uuid.uuid5(uuid.NAMESPACE_URL, token)
    services.check_in(owner=silence.owner, now=timezone.now(), form_key=key)
    return render(request, "checkins/link_spent.html", {"owner": silence.owner, "just_now": True})


# The supporter's side -----------------------------------------------------------------------------


@require_safe
@login_required
def support(request: SignedIn) -> HttpResponse:
    """The people one supports: what is open first, then what each of them shares."""
    people = supporting.people(request.user)
    context = {
        "nav": "support",
        "people": people,
        "open": [person for person in people if person.step is not None],
        "broken_address": BrokenAddress.objects.filter(address=request.user.email).first(),
    }
    return render(request, "checkins/support.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def silence(request: SignedIn, pk: int) -> HttpResponse:
    """One silence, for a supporter who was told of it."""
    step = SilenceStep.objects.told().filter(silence=pk, membership__member=request.user).first()
    if step is None:
        raise Http404
    return _answer(request, step, here=request.path)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def alert_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """The link in an alert. The GET only shows."""
    step = links.step_from(token)
    if step is None:
        return render(request, "checkins/link_unknown.html", status=404)
    return _answer(request, step, here=request.path)


def _answer(request: HttpRequest, step: SilenceStep, *, here: str) -> HttpResponse:
    """Show a silence to a supporter and take what they say: on it, okay, could not reach."""
    if request.method == "POST":
        try:
            _take_answer(step, request.POST.get("answer", ""))
        except DomainError as refusal:
            messages.info(request, str(refusal))
        return redirect(here)
    silence = step.silence
    context = {
        "nav": "support",
        "silence": silence,
        "owner": silence.owner,
        "step": step,
        "claim": silence.claims.standing().first(),
        "reported": silence.claims.filter(membership=step.membership, report=Claim.Report.NO_ANSWER).exists(),
        "goes_on": silence.steps.filter(taken_at=None, passed_over_at=None, whom=Step.Whom.MEMBER).exists(),
    }
    return render(request, "checkins/silence.html", context)


def _take_answer(step: SilenceStep, answer: str) -> None:
    membership, now = step.membership, timezone.now()
    if membership is None:
        return
    if answer == "claim":
        services.claim(silence=step.silence, membership=membership, now=now)
    elif answer in Claim.Report.values:
        services.report(silence=step.silence, membership=membership, outcome=answer, now=now)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ladder_request(request: SignedIn, pk: int) -> HttpResponse:
    """Would you be told when they go quiet? Exactly these words; yes or no, now or later."""
    steps = Step.objects.select_related("plan__owner", "membership").filter(plan__ended_at=None)
    step = get_object_or_404(steps, pk=pk, membership__member=request.user, membership__ended_at=None)
    if request.method != "POST":
        return render(request, "checkins/ladder_request.html", {"nav": "support", "step": step})
    try:
        if request.POST.get("answer") == "agree":
            terms = request.POST.get("terms", "").replace("\r\n", "\n")
            agreements.agree(step=step, by=request.user, now=timezone.now(), terms=terms)
            messages.success(request, _("Thank you. We let them see that you agreed."))
        else:
            agreements.decline(step=step, by=request.user, now=timezone.now())
            messages.success(request, _("That is fine. You will not be told."))
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("ladder_request", pk=pk)
    return redirect("support")
