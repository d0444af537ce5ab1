"""Contacts: logged with one tap, told more about afterwards, taken back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from networks import errors, pages, services
from networks.forms import ToldTouchForm, TouchForm
from networks.models import Tie


@login_required
@require_POST
def tie_log(request: SignedIn, pk: int) -> HttpResponse:
    """From the list with one tap, or from the tie's own page with how and when."""
    found = get_object_or_404(Tie.objects.visible_to(request.user).with_standing(), pk=pk)
    form = TouchForm(request.POST)
    if not form.is_valid():
        return render(request, "networks/tie.html", pages.of_tie(found, form), status=422)
    touch = services.log_touch(
        tie=found,
        by=request.user,
        at=form.happened_at(timezone.now()),
        form_key=form.cleaned_data["form_key"],
        **form.felt(),
    )
    if request.htmx:
        said = pages.network(request.user, request.POST) | {"logged": touch}
        return render(request, "networks/_network_answer.html", said)
    if "page" in request.POST:
        messages.success(request, _("Logged."))
        return redirect("tie", pk=pk)
    return redirect(f"{reverse('network')}?logged={touch.pk}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def touch_more(request: SignedIn, pk: int, touch_pk: int) -> HttpResponse:
    """The second step, for whoever wants it: with whom, how, when, how it felt, a note."""
    found = get_object_or_404(Tie.objects.visible_to(request.user), pk=pk)
    touch = get_object_or_404(found.touches, pk=touch_pk)
    form = ToldTouchForm(request.POST if request.method == "POST" else None, touch=touch, owner=request.user)
    if form.is_bound and form.is_valid():
        at, to = form.happened_at(touch.happened_at), form.cleaned_data["tie"]
        try:
            told = services.tell_touch(touch=touch, by=request.user, at=at, to=to, **form.felt())
        except (errors.GoneTie, errors.GoneTouch) as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("tie", pk=told.tie_id)
    context = {"form": form, "tie": found, "touch": touch, "nav": "network"}
    return render(request, "networks/touch.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def touch_undo(request: SignedIn, pk: int, touch_pk: int) -> HttpResponse:
    found = get_object_or_404(Tie.objects.visible_to(request.user), pk=pk)
    touch = get_object_or_404(found.touches.filter(logged_by=request.user), pk=touch_pk)
    services.undo_touch(touch=touch, by=request.user)
    if request.htmx:
        said = pages.network(request.user, request.POST) | {"taken_back": True}
        return render(request, "networks/_network_answer.html", said)
    messages.success(request, _("Taken back."))
    return redirect("tie", pk=pk) if "page" in request.POST else redirect("network")
