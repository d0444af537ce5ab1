"""The owner's side of an invitation: write it, see how it reads, send it again, withdraw it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import DomainError
from accounts.requests import SignedIn
from networks import services, sharing
from networks.forms import InviteForm, ResendForm
from networks.models import OPEN_FOR, Invitation, Tie, TieKind


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: SignedIn, pk: int) -> HttpResponse:
    tie = get_object_or_404(Tie.objects.visible_to(request.user).with_standing(), pk=pk)
    if request.method != "POST":
        if _is_settled(tie):
            return redirect("tie", pk=pk)
        return _written(request, tie, InviteForm(tie=tie, initial={"email": tie.email}))
    form = InviteForm(request.POST, tie=tie)
    if "look" in request.POST:
        return _looked_at(request, tie, form)
    if not form.is_valid():
        return _written(request, tie, form, status=422)
    try:
        sent = services.invite(tie=tie, by=request.user, **form.letter())
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _written(request, tie, form, status=422)
    messages.success(request, _("Your invitation is on its way to %(email)s.") % {"email": sent.email})
    return redirect("tie", pk=pk)


@login_required
@require_POST
def resend(request: SignedIn, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user).select_related("tie"), pk=pk)
    form = ResendForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else invitation.sent_count
    try:
        services.resend(invitation=invitation, by=request.user, seen=seen)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Sent again. The link works for two more weeks."))
    return redirect("tie", pk=invitation.tie_id)


@login_required
@require_POST
def withdraw(request: SignedIn, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user).select_related("tie"), pk=pk)
    try:
        services.withdraw(invitation=invitation, by=request.user)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Withdrawn. The link no longer works, and we do not write to them again.")
        )
    return redirect("tie", pk=invitation.tie_id)


def _is_settled(tie: Tie) -> bool:
    """Joined, asked and not answered, or nobody who could join: there is nothing to write now."""
    waiting = tie.invitation and tie.invitation.state(timezone.now()) == Invitation.State.WAITING
    return bool(tie.membership or waiting or tie.kind != TieKind.PERSON)


def _written(request: SignedIn, tie: Tie, form: InviteForm, *, status: int = 200) -> HttpResponse:
    context = {"nav": "network", "tie": tie, "form": form, "asked": _preview(request, form)}
    return render(request, "networks/invite.html", context, status=status)


def _looked_at(request: SignedIn, tie: Tie, form: InviteForm) -> HttpResponse:
    """How it would read with what is typed so far. Nothing is sent, and nothing is found wrong yet."""
    form.is_valid()
    asked = _preview(request, form)
    if request.htmx:
        return render(request, "networks/_looked_at.html", {"asked": asked})
    draft = InviteForm(tie=tie, initial=_typed(form))
    context = {"nav": "network", "tie": tie, "form": draft, "asked": asked}
    return render(request, "networks/invite.html", context)


def _typed(form: InviteForm) -> dict[str, Any]:
    """What was typed, right or wrong, so that looking never loses a word."""
    return {name: form[name].value() for name in form.fields}


def _preview(request: SignedIn, form: InviteForm) -> dict[str, Any]:
    typed = getattr(form, "cleaned_data", {})
    owner = request.user.called
    return {
        "owner": owner,
        "note": typed.get("note", ""),
        "sees": sharing.words_for_member(typed.get("shares", []), name=owner),
        "until": timezone.localdate(timezone.now() + OPEN_FOR),
    }
