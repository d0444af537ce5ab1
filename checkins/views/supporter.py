"""The supporter's side: one silence, and what one is asked. The page of all of it is in `supportnet`."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import times
from accounts.errors import DomainError
from accounts.models import User
from accounts.requests import SignedIn
from checkins import agreements, kept, links, services
from checkins.models import Claim, SilenceStep, Step
from checkins.pages import supporting
from networks.models import Look
from networks.services import looks
from outbox import preferences

ANSWERS = {"claim", *Claim.Report.values}


# One silence ----------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def silence(request: SignedIn, pk: int) -> HttpResponse:
    """One silence, for a supporter who was told of it."""
    step = SilenceStep.objects.told().filter(silence=pk, membership__member=request.user).first()
    if step is None:
        raise Http404
    return _answer(request, step)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def alert_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """The link in an alert, in the language and on the clock of whom it was sent to. The GET only shows."""
    step = links.step_from(token)
    if step is None or step.membership is None:
        return render(request, "checkins/link_unknown.html", status=404)
    reader = step.membership.member
    with timezone.override(reader.zone), translation.override(reader.language):
        return _answer(request, step)


def _answer(request: HttpRequest, step: SilenceStep) -> HttpResponse:
    """Show a silence to a supporter and take what they say."""
    if request.method != "POST":
        return _page(request, step)
    answer = request.POST.get("answer", "")
    if answer not in ANSWERS:
        return _page(request, step, problem=True)
    try:
        _take(step, answer)
    except DomainError as refusal:
        messages.info(request, str(refusal))
    return redirect(request.path)


def _page(request: HttpRequest, step: SilenceStep, *, problem: bool = False) -> HttpResponse:
    """What is open or how it ended; `?heard` asks once whether they have really heard from them."""
    if step.membership:
        seen = [(step.membership, [Look.SILENCE])]
        looks.note(viewer=step.membership.member, seen=seen, now=timezone.now())
    context = {"nav": "support", "alert": supporting.alert(step), "problem": problem}
    asks = "heard" in request.GET and step.silence.closed_at is None
    template = "checkins/silence_heard.html" if asks else "checkins/silence.html"
    return render(request, template, context, status=422 if problem else 200)


def _take(step: SilenceStep, answer: str) -> None:
    membership, now = step.membership, timezone.now()
    if membership is None:
        return
    if answer == "claim":
        services.claim(silence=step.silence, membership=membership, now=now)
    else:
        services.report(silence=step.silence, membership=membership, outcome=answer, now=now)


# A place on a ladder --------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ladder_request(request: SignedIn, pk: int) -> HttpResponse:
    """Would you be told when they go quiet? Exactly these words; yes or no, now or later."""
    step = _place(request.user, pk)
    if step.plan.ended_at:
        return render(request, "checkins/ladder_over.html", {"nav": "support", "owner": step.plan.owner})
    if request.method != "POST" or request.POST.get("answer") not in ("agree", "decline"):
        return _question(request, step)
    try:
        messages.success(request, _say(request, step))
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("ladder_request", pk=pk)
    return redirect("support")


def _place(user: User, pk: int) -> Step:
    """As they know it: for whoever is limited quietly, as it was then."""
    steps = Step.objects.known_to_members().select_related("plan__owner", "membership__member")
    step = steps.filter(pk=pk, membership__member=user, membership__ended_at=None).first()
    # Asked for everybody: how long a page takes does not tell who is limited.
    was = kept.place(user.pk, pk)
    if step is None or (step.plan.ended_at and step.membership and step.membership.limited_at):
        step = was or step
    if step is None:
        raise Http404
    step.hide_what_is_newer()
    return step


def _question(request: SignedIn, step: Step) -> HttpResponse:
    context = {
        "nav": "support",
        "step": step,
        "quiet": _quiet_hours(request.user),
        "waking": agreements.waking_words(),
        "problem": request.method == "POST",
    }
    return render(
        request, "checkins/ladder_request.html", context, status=422 if request.method == "POST" else 200
    )


def _say(request: SignedIn, step: Step) -> str:
    """Do what they said; gives what to answer. Raises TermsHaveChanged."""
    agrees, wakes = request.POST["answer"] == "agree", "may_wake" in request.POST
    with transaction.atomic():
        if not kept.is_as_it_was(step):
            _do(request, step, agrees=agrees, wakes=wakes)
        if step.membership and step.membership.limited_at:
            kept.say(step.pk, step.membership, agrees=agrees, may_wake=wakes, now=timezone.now())
    if not agrees:
        return _("That is fine. You will not be told.")
    if step.agreed_at and step.reconfirm_asked_at is None:
        return _("Saved. It counts from now on.")
    return _("Thank you. We let them see that you agreed.")


def _do(request: SignedIn, step: Step, *, agrees: bool, wakes: bool) -> None:
    now = timezone.now()
    if agrees:
        terms = request.POST.get("terms", "")
        agreements.agree(step=step, by=request.user, now=now, terms=terms, may_wake=wakes)
    else:
        agreements.decline(step=step, by=request.user, now=now)


def _quiet_hours(person: User) -> dict[str, str] | None:
    """When they begin and end, in words; None for somebody who keeps none."""
    wish = preferences.of([person.pk])[person.pk]
    if wish.quiet_from == wish.quiet_until:
        return None
    day = dt.date.min
    ends = {"from": wish.quiet_from, "until": wish.quiet_until}
    return {name: times.clock(dt.datetime.combine(day, end)) for name, end in ends.items()}
