"""What I ask for: the list, and making one in two steps: what and when, then the words."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from asks import audience, fairness, pages, services, wording
from asks.forms import AskForm, ChoicesForm
from asks.models import Ask, Need
from networks import energy
from networks.models import Look, Membership, Share
from networks.services import looks


@login_required
@require_safe
def asks(request: SignedIn, membership_pk: int | None = None) -> HttpResponse:
    """One's own, or those of somebody who made one organiser."""
    membership = _organised(request.user, membership_pk)
    owner, now = membership.owner if membership else request.user, timezone.now()
    found = pages.for_owner(Ask.objects.managed_by(request.user).of(owner), reader=request.user, now=now)
    if membership:
        looks.note(viewer=request.user, seen=[(membership, [Look.ASK])], now=now)
    context: dict[str, Any] = {
        "nav": "support" if membership else "network",
        "owner": owner,
        "membership": membership,
        "new_url": _new_url(membership),
        "asks": found,
        "waiting": pages.next_dates(found.waiting),
        "taken": pages.next_dates(found.taken),
        "needs": Need.choices,
    }
    if membership is None:
        context |= _around(owner, found, now)
    return render(request, "asks/asks.html", context)


def _around(owner: User, found: pages.ForOwner, now: dt.datetime) -> dict[str, Any]:
    """What an owner sees beside what they ask for, and nobody else."""
    members = list(Membership.objects.of(owner).select_related("tie", "offer").order_by("pk"))
    hearers = [one for one in members if one.shows(Share.ASKS)]
    return {
        "load": fairness.load(owner, hearers, now=now),
        "offers": pages.offers_of_all(members),
        "gifts": pages.gifts_of(owner),
        "organised": audience.organised_by(owner).select_related("owner"),
        "hearers": hearers,
        "near_today": pages.near_today(found, owner, now=now) if energy.is_low(owner, now) else [],
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_new(request: SignedIn, membership_pk: int | None = None) -> HttpResponse:
    """Without a need: tiles. With one: the choices. With `words`: the text, made from them, to be changed."""
    membership = _organised(request.user, membership_pk)
    owner = membership.owner if membership else request.user
    context = {"nav": "network", "owner": owner, "membership": membership, "new_url": _new_url(membership)}
    if request.method == "POST":
        return _made(request, owner, context)
    if request.GET.get("need") not in Need.values:
        short = _is_short(request, membership)
        return render(request, "asks/needs.html", context | {"needs": Need.choices, "short": short})
    if "words" in request.GET:
        return _words(request, owner, context)
    context["offers"] = [] if membership else pages.offers_of(owner, request.GET["need"])
    # Whose offer is used is ticked already.
    initial = {"need": request.GET["need"], "chosen": request.GET.getlist("chosen")}
    form = ChoicesForm(initial=initial, owner=owner, by=request.user, now=timezone.now())
    return render(request, "asks/choices.html", context | {"form": form, "need": _label(request.GET["need"])})


def _is_short(request: SignedIn, membership: Membership | None) -> bool:
    """Two taps and no choices: where they wish so, and on a day they said they have little energy."""
    if "short" in request.GET:
        return request.GET["short"] != "0"
    return membership is None and energy.is_low(request.user, timezone.now())


def _words(request: SignedIn, owner: User, context: dict[str, Any]) -> HttpResponse:
    """The second step. What was chosen and cannot be goes back to the first."""
    choices = ChoicesForm(request.GET, owner=owner, by=request.user, now=timezone.now())
    need = request.GET["need"]
    if not choices.is_valid():
        return render(
            request, "asks/choices.html", context | {"form": choices, "need": _label(need)}, status=422
        )
    said = choices.cleaned_data
    text = wording.made_from(need=need, flexible=said["flexible"], softer=said["softer"] or "none")
    form = AskForm(initial={**said, "text": text}, owner=owner, by=request.user, now=timezone.now())
    form.only_words()
    context |= {"form": form, "need": _label(need), "when": choices.in_words()}
    return render(request, "asks/words.html", context)


def _made(request: SignedIn, owner: User, context: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    form = AskForm(request.POST, owner=owner, by=request.user, now=now)
    if not form.is_valid():
        if set(form.errors) == {"text"}:
            form.only_words()
        context |= {"form": form, "need": _label(request.POST.get("need", "")), "whole": True}
        return render(request, "asks/words.html", context, status=422)
    made = services.ask(owner=owner, by=request.user, now=now, **form.details())
    messages.success(request, _("Asked. You need do nothing more; we write when somebody says yes."))
    return redirect("ask", pk=made.pk)


def _label(need: str) -> str:
    return str(Need(need).label) if need in Need.values else ""


def _new_url(membership: Membership | None) -> str:
    return reverse("ask_new_for", args=[membership.pk]) if membership else reverse("ask_new")


def _organised(person: User, membership_pk: int | None) -> Membership | None:
    """The network this person organises; None for their own. Raises Http404."""
    if membership_pk is None:
        return None
    return get_object_or_404(audience.organised_by(person).select_related("owner"), pk=membership_pk)
