"""What one side tells the other with one tap: a word that needs no reply, that they talked, how much is enough."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedIn
from networks import services
from networks.forms import CapForm
from networks.models import Membership, Signal


@login_required
@require_POST
def signal(request: SignedIn, pk: int) -> HttpResponse:
    """From either side."""
    membership = get_object_or_404(Membership.objects.visible_to(request.user), pk=pk)
    kind = request.POST.get("kind", "")
    if kind not in Signal.Kind.values:
        messages.error(request, _("Choose one of the three words."))
    else:
        services.send_signal(membership=membership, by=request.user, kind=kind, now=timezone.now())
        messages.success(request, _("Said. They need not answer."))
    return _back(request, membership)


@login_required
@require_POST
def we_talked(request: SignedIn, pk: int) -> HttpResponse:
    membership = _joined(request, pk)
    services.log_touch_as_member(membership=membership, by=request.user, at=timezone.now())
    said = _("Thank you. It counts for both of you: %(name)s and you were in touch today.")
    messages.success(request, said % {"name": membership.owner.called})
    return _back(request, membership)


@login_required
@require_POST
def we_did_not(request: SignedIn, pk: int) -> HttpResponse:
    """Take back what they said today."""
    membership = _joined(request, pk)
    today = timezone.now().astimezone(request.user.zone).date()
    touch = services.by_member_on(membership=membership, by=request.user, day=today)
    if touch is not None:
        services.undo_touch(touch=touch, by=request.user)
    messages.success(request, _("Taken back."))
    return _back(request, membership)


@login_required
@require_POST
def weekly_cap(request: SignedIn, pk: int) -> HttpResponse:
    membership, form = _joined(request, pk), CapForm(request.POST)
    if form.is_valid():
        services.set_weekly_cap(membership=membership, by=request.user, at_most=form.cleaned_data["at_most"])
        messages.success(request, _("Saved. It counts from now on."))
    else:
        messages.error(request, _("Choose one of the numbers."))
    return _back(request, membership)


def _joined(request: SignedIn, pk: int) -> Membership:
    return get_object_or_404(Membership.objects.supported_by(request.user).select_related("owner"), pk=pk)


def _back(request: SignedIn, membership: Membership) -> HttpResponse:
    """To where the other side is on their own pages."""
    if request.user.pk == membership.owner_id:
        return redirect("tie", pk=membership.tie_id)
    return redirect(f"{reverse('support')}#with-{membership.pk}")
