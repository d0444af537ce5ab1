"""The supporter's side: whom one supports, what is open, what one is asked."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import DomainError
from accounts.requests import SignedIn
from checkins import agreements, links, services, supporting
from checkins.models import Claim, SilenceStep, Step
from outbox.models import BrokenAddress


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
