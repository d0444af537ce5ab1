"""My network: the picture, the list, and each person's page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from networks import rows, services
from networks.forms import TieForm, TouchForm
from networks.models import Circle, Tie, Touch

SHOWN_TOUCHES = 12


@login_required
@require_safe
def network(request: SignedIn) -> HttpResponse:
    context = _network(request.user)
    if request.GET.get("logged", "").isdecimal():
        context["logged"] = _mine(request.user, request.GET["logged"])
    return render(request, "networks/network.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tie_add(request: SignedIn) -> HttpResponse:
    if request.method != "POST":
        circle = request.GET.get("circle", "")
        form = TieForm(initial={"circle": circle if circle in Circle.values else None})
        return render(request, "networks/tie_add.html", {"form": form, "nav": "network"})
    form = TieForm(request.POST)
    if not form.is_valid():
        return render(request, "networks/tie_add.html", {"form": form, "nav": "network"}, status=422)
    added = services.add_tie(by=request.user, form_key=form.cleaned_data["form_key"], **form.details())
    messages.success(request, _("%(name)s is in your network now.") % {"name": added.name})
    return redirect("network")


@login_required
@require_safe
def tie(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(Tie.objects.visible_to(request.user).with_standing(), pk=pk)
    return render(request, "networks/tie.html", _page(found, TouchForm()))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tie_edit(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(Tie.objects.visible_to(request.user), pk=pk)
    form = TieForm(request.POST) if request.method == "POST" else TieForm.of(found)
    if form.is_bound and form.is_valid():
        services.edit_tie(tie=found, by=request.user, **form.details())
        messages.success(request, _("Saved."))
        return redirect("tie", pk=pk)
    context = {"form": form, "tie": found, "nav": "network"}
    return render(request, "networks/tie_edit.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tie_remove(request: SignedIn, pk: int) -> HttpResponse:
    if request.method != "POST":
        found = get_object_or_404(Tie.objects.visible_to(request.user).with_standing(), pk=pk)
        return render(request, "networks/tie_remove.html", {"tie": found, "nav": "network"})
    found = get_object_or_404(Tie.objects.ever_of(request.user), pk=pk)
    services.remove_tie(tie=found, by=request.user)
    messages.success(request, _("%(name)s is no longer in your network.") % {"name": found.name})
    return redirect("network")


@login_required
@require_POST
def tie_log(request: SignedIn, pk: int) -> HttpResponse:
    """From the list with one tap, or from the tie's own page with how and when."""
    found = get_object_or_404(Tie.objects.visible_to(request.user).with_standing(), pk=pk)
    form = TouchForm(request.POST)
    if not form.is_valid():
        return render(request, "networks/tie.html", _page(found, form), status=422)
    touch = services.log_touch(
        tie=found,
        by=request.user,
        at=form.happened_at(timezone.now()),
        form_key=form.cleaned_data["form_key"],
        **form.felt(),
    )
    if request.htmx:
        return render(request, "networks/_network_answer.html", _network(request.user) | {"logged": touch})
    if "page" in request.POST:
        messages.success(request, _("Logged."))
        return redirect("tie", pk=pk)
    return redirect(f"{reverse('network')}?logged={touch.pk}")


@login_required
@require_POST
def touch_undo(request: SignedIn, pk: int, touch_pk: int) -> HttpResponse:
    found = get_object_or_404(Tie.objects.visible_to(request.user), pk=pk)
    touch = get_object_or_404(found.touches.filter(logged_by=request.user), pk=touch_pk)
    services.undo_touch(touch=touch, by=request.user)
    if request.htmx:
        return render(request, "networks/_network_answer.html", _network(request.user) | {"taken_back": True})
    messages.success(request, _("Taken back."))
    return redirect("tie", pk=pk) if "page" in request.POST else redirect("network")


def _network(user: User) -> dict[str, Any]:
    now = timezone.localtime()
    groups = rows.groups(Tie.objects.visible_to(user).in_order().with_standing(), now=now)
    return {
        "nav": "network",
        "groups": groups,
        "pictures": rows.pictures(groups),
        "anybody": any(group.rows for group in groups),
    }


def _page(tie: Tie, form: TouchForm) -> dict[str, Any]:
    now = timezone.localtime()
    return {
        "nav": "network",
        "tie": tie,
        "form": form,
        "row": rows.row(tie, now=now),
        "rhythm": rows.rhythm(tie),
        "touches": tie.touches.order_by("-happened_at", "-pk")[:SHOWN_TOUCHES],
        "invitation_state": tie.invitation.state(now) if tie.invitation else "",
    }


def _mine(user: User, touch_pk: str) -> Touch | None:
    """The contact that was just logged, so that it can be taken back."""
    ties = Tie.objects.visible_to(user)
    return Touch.objects.filter(tie__in=ties, logged_by=user, pk=touch_pk[:18]).select_related("tie").first()
