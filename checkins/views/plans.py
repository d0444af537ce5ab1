"""Plans: see them, make and change them with their ladder, rest from them, end them."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import DomainError
from accounts.requests import SignedIn
from checkins import errors, services
from checkins.forms import PauseForm, PlanForm, drafts
from checkins.forms.plans import rungs_in
from checkins.models import Plan
from checkins.pages import letter_previews, plan_folds, plan_preview, summaries, timeline


def theirs(request: SignedIn, pk: int) -> Plan:
    """A plan of theirs that has not ended, with its ladder; anybody else's is not there."""
    mine = Plan.objects.visible_to(request.user).active().select_related("owner")
    return get_object_or_404(mine.prefetch_related("steps__membership__tie"), pk=pk)


@require_safe
@login_required
def plans(request: SignedIn) -> HttpResponse:
    """All of their plans, what is due next first; or what a plan could do for them."""
    found = summaries.of_plans(request.user, now=timezone.now())
    return render(request, "checkins/plans.html", {"nav": "today", "plans": found})


@require_safe
@login_required
def safety_net(request: SignedIn) -> HttpResponse:
    """When the safety net last ran, as a piece of a page that renews itself."""
    if not request.htmx:
        return redirect("plans")
    return render(request, "checkins/_safety_net.html")


# Making and changing ------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def plan(request: SignedIn, pk: int | None = None) -> HttpResponse:
    """When check-ins are due and what happens then: a plan they have, or a new one."""
    current = theirs(request, pk) if pk else None
    if request.method != "POST":
        data = (
            drafts.filled(current) if current else drafts.blank(request.user, programme=_asked_for(request))
        )
        form = PlanForm(data, owner=request.user, plan=current).hushed()
        return _page(request, current, form)
    if "do" in request.POST:
        return _rearranged(request, current)
    form = PlanForm(request.POST, owner=request.user, plan=current)
    saved = _saved(request, current, form) if form.is_valid() else None
    if saved is None:
        return _page(request, current, form, status=422)
    messages.success(request, _said_on_saving(saved))
    return redirect("plan", pk=saved.pk)


def _asked_for(request: SignedIn) -> str:
    wanted = request.GET.get("programme", "")
    return wanted if wanted in Plan.Programme.values else Plan.Programme.KEEP_IN_TOUCH


def _saved(request: SignedIn, current: Plan | None, form: PlanForm) -> Plan | None:
    """The plan as it is now; None where it was refused, and the form says why."""
    now = timezone.now()
    try:
        if current is not None:
            return services.change_plan(plan=current, now=now, **form.answers())
        key = form.cleaned_data["form_key"]
        return services.make_plan(owner=request.user, now=now, form_key=key, **form.answers())
    except errors.NeverDue as refusal:
        form.add_error("ends_on", str(refusal))
    except DomainError as refusal:
        form.add_error(None, str(refusal))
    return None


def _said_on_saving(saved: Plan) -> str:
    asked = saved.steps.filter(membership__isnull=False, agreed_at=None, declined_at=None)
    if asked.exists():
        return _(
            "Your plan is saved. We ask whoever is new on your ladder, or has something new to agree to. "
            "You see here what they say."
        )
    return _("Your plan is saved.")


def _rearranged(request: SignedIn, current: Plan | None) -> HttpResponse:
    """A rung was added, moved or taken away. Everything typed stays; nothing is saved."""
    count, do = rungs_in(request.POST), request.POST.get("do", "")
    data, look_at = drafts.rearranged(request.POST, do, count=count)
    form = PlanForm(data, owner=request.user, plan=current).hushed()
    if not request.htmx:
        return _page(request, current, form, look_at=look_at)
    return render(request, "checkins/_rearranged.html", _drawn(request, current, form, look_at))


@require_POST
@login_required
def preview(request: SignedIn, pk: int | None = None) -> HttpResponse:
    """The timeline of the form as it stands. Never saves anything."""
    current = theirs(request, pk) if pk else None
    form = PlanForm(request.POST, owner=request.user, plan=current).hushed()
    context = _drawn(request, current, form)
    template = "checkins/_preview.html" if request.htmx else "checkins/plan.html"
    return render(request, template, context | ({} if request.htmx else _around(current)))


def _drawn(
    request: SignedIn,
    current: Plan | None,
    form: PlanForm,
    look_at: int | None = None,
    *,
    untouched: bool = False,
) -> dict[str, Any]:
    """What the form and its timeline need. A form that nobody has touched shows the plan as it stands."""
    now = timezone.now()
    typed = None if untouched or request.method != "POST" else cast("QueryDict", form.data)
    if current is not None and typed is None:
        coming = plan_preview.of_saved(current, now=now)
    else:
        coming = plan_preview.of_form(form, owner=request.user, current=current, now=now)
    return {
        "nav": "today",
        "form": form,
        "plan": current,
        "rungs": [(rung, coming.notes.get(rung.index + 1, [])) for rung in form.ladder],
        "lines": coming.lines,
        "missing": coming.missing,
        "told": coming.told if current else [],
        "folds": plan_folds.of(form, current, when=coming.when, typed=typed),
        "look_at": look_at,
    }


def _around(current: Plan | None, pause_form: PauseForm | None = None) -> dict[str, Any]:
    """What stands around the form of a plan they have."""
    if current is None:
        return {}
    silence = current.silences.open().real().first()
    return {
        "summary": summaries.of_plan(current, now=timezone.now()),
        "pause_form": pause_form or PauseForm(),
        "resting": current.is_resting(timezone.now()),
        "nobody_is_told": current.tells_nobody(),
        "silence": silence,
        "silence_lines": timeline.of_silence(silence) if silence else [],
    }


def _page(
    request: SignedIn,
    current: Plan | None,
    form: PlanForm,
    *,
    status: int = 200,
    pause_form: PauseForm | None = None,
    look_at: int | None = None,
) -> HttpResponse:
    drawn = _drawn(request, current, form, look_at, untouched=pause_form is not None)
    context = drawn | _around(current, pause_form)
    return render(request, "checkins/plan.html", context, status=status)


@require_safe
@login_required
def letters(request: SignedIn, pk: int) -> HttpResponse:
    """Every letter of this plan as whoever gets it would read it."""
    found = theirs(request, pk)
    context = {
        "nav": "today",
        "plan": found,
        "letters": letter_previews.of_plan(found),
        "afterwards": letter_previews.afterwards(found),
    }
    return render(request, "checkins/plan_letters.html", context)


# Resting and ending -------------------------------------------------------------------------------


@require_POST
@login_required
def pause(request: SignedIn, pk: int) -> HttpResponse:
    found = theirs(request, pk)
    form = PauseForm(request.POST)
    if not form.is_valid():
        plan_form = PlanForm(drafts.filled(found), owner=request.user, plan=found).hushed()
        return _page(request, found, plan_form, status=422, pause_form=form)
    now = timezone.now()
    until: dt.datetime = form.ends_at(now, request.user.zone)
    services.pause(plan=found, until=until, by=request.user, now=now)
    messages.success(request, _("Rest well. Check-ins go on by themselves after your pause."))
    return redirect("plan", pk=pk)


@require_POST
@login_required
def resume(request: SignedIn, pk: int) -> HttpResponse:
    services.resume(plan=theirs(request, pk), now=timezone.now())
    messages.success(request, _("Your check-ins go on."))
    return redirect("plan", pk=pk)


@require_POST
@login_required
def zone(request: SignedIn, pk: int) -> HttpResponse:
    """The owner has moved; the plan moves too."""
    services.move_to_zone(plan=theirs(request, pk), now=timezone.now())
    messages.success(request, _("Your plan follows your own clock again."))
    return redirect("plan", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def end(request: SignedIn, pk: int) -> HttpResponse:
    """End the plan, after one look at what that means."""
    found = theirs(request, pk)
    if request.method != "POST":
        agreed = [
            step.membership.tie.name for step in found.steps.all() if step.membership and step.agreed_at
        ]
        context = {"nav": "today", "plan": found, "agreed": agreed}
        return render(request, "checkins/plan_end.html", context)
    services.end_plan(plan=found, by=request.user, now=timezone.now())
    messages.success(request, _("Your plan has ended. You can make a new one whenever you like."))
    return redirect("plans")
