"""The invited person's side, from the link in the e-mail to "People I support".

The link's token becomes the invitation's id in the session at once, so that the address bar, the history and
the next site never have it. Looking changes nothing; only POST answers: mail scanners follow links.

Accepting needs an account. Somebody signed out says yes first; the session keeps that (ACCEPTING), and the
join page, where signing in or up ends, does what they said.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import DomainError
from accounts.models import User
from networks import errors, services, sharing
from networks.models import Invitation, Membership

# Session keys. The sign-up form fills in EMAIL, the address the letter went to; a code that is sent there proves it,
# as with any other: a letter can be passed on, and whoever holds its link need not be whoever has the mailbox.
INVITATION, EMAIL = "invitation_id", "invitation_email"
ACCEPTING, ACCEPTING_AT = "invitation_accepting", "invitation_accepting_at"
# Long enough to sign up slowly; not so long that the next person at this screen finishes it.
ACCEPTING_SECONDS = 2 * 3600


@never_cache
@require_safe
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = Invitation.objects.for_token(token)
    if found is None:
        return _unknown(request)
    _forget(request)
    request.session[INVITATION] = found.pk
    response = redirect("invitation_page")
    # Only here: on a page with forms browsers would send "Origin: null", which the CSRF check refuses.
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@require_safe
def invitation_page(request: HttpRequest) -> HttpResponse:
    found = _from_session(request)
    return _unknown(request) if found is None else _state_page(request, found)


@never_cache
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    found = _from_session(request)
    if found is None:
        return _unknown(request)
    if request.user.is_authenticated:
        return _finish(request, found)
    if not _is_open(found):
        return redirect("invitation_page")
    return _to_account(request, found, other_address="other" in request.POST)


@never_cache
@login_required
@require_safe
def join(request: HttpRequest) -> HttpResponse:
    """Where signing in or up ends for somebody who pressed Accept in this session before."""
    said_at = request.session.get(ACCEPTING_AT, 0)
    found = _from_session(request)
    if found is None or request.session.get(ACCEPTING) != found.pk:
        return redirect("invitation_page" if found else "home")
    if timezone.now().timestamp() - said_at > ACCEPTING_SECONDS:
        return redirect("invitation_page")
    return _finish(request, found)


@never_cache
@require_POST
def decline(request: HttpRequest) -> HttpResponse:
    found = _from_session(request)
    if found is None:
        return _unknown(request)
    try:
        services.decline(invitation=found, by=request.user if request.user.is_authenticated else None)
    except errors.OwnInvitation:
        return _state_page(request, found, status=403)
    except DomainError:
        return redirect("invitation_page")
    _forget(request)
    return redirect("invitation_declined")


@never_cache
@require_safe
def declined(request: HttpRequest) -> HttpResponse:
    return render(request, "networks/invited_declined.html")


@never_cache
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Sign out and come back to the same invitation, to answer it as somebody else."""
    kept = request.session.get(INVITATION)
    logout(request)
    if kept:
        request.session[INVITATION] = kept
        messages.info(request, _("You are signed out. Here is the invitation again."))
    return redirect("invitation_page")


def _from_session(request: HttpRequest) -> Invitation | None:
    pk = request.session.get(INVITATION)
    return Invitation.objects.select_related("tie__owner").filter(pk=pk).first() if pk else None


def _is_open(found: Invitation) -> bool:
    return Invitation.objects.open(timezone.now()).filter(pk=found.pk).exists()


def _forget(request: HttpRequest) -> None:
    for key in (INVITATION, EMAIL, ACCEPTING, ACCEPTING_AT):
        request.session.pop(key, None)


def _finish(request: HttpRequest, found: Invitation) -> HttpResponse:
    """Accept as whoever is signed in."""
    assert isinstance(request.user, User)  # noqa: S101 - for the type checker
    try:
        services.accept(invitation=found, by=request.user)
    except errors.OwnInvitation:
        return _state_page(request, found, status=403)
    except errors.AlreadySupporting as refusal:
        _forget(request)
        messages.info(request, str(refusal))
        return redirect("support")
    except DomainError:
        return redirect("invitation_page")
    _forget(request)
    words = _("Thank you. You are in %(name)s’s network now.")
    if request.user.email != found.email:
        words = _(
            "Thank you. You are in %(name)s’s network now. They look first who you are, before they share."
        )
    messages.success(request, words % {"name": found.tie.owner.called})
    return redirect("support")


def _to_account(request: HttpRequest, found: Invitation, *, other_address: bool) -> HttpResponse:
    """Remember the yes, then to sign-in if this address has an account, else to sign-up with it filled in."""
    request.session.pop(EMAIL, None)
    request.session[ACCEPTING] = found.pk
    request.session[ACCEPTING_AT] = timezone.now().timestamp()
    if not other_address and User.objects.filter(email=found.email).exists():
        messages.info(request, _("You already have an account. Sign in, and you have joined."))
        return _then_join("account_login")
    if not other_address:
        request.session[EMAIL] = found.email
    return _then_join("account_signup")


def _then_join(name: str) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': reverse('invitation_join')})}")


def _state_page(request: HttpRequest, found: Invitation, *, status: int = 0) -> HttpResponse:
    """The invitation, or a kind word on why it cannot be answered now."""
    state = found.state(timezone.now())
    if found.tie.owner == request.user:
        return render(request, "networks/invited_own.html", {"tie": found.tie}, status=status or 200)
    members = Membership.objects.of(found.tie.owner)
    if request.user.is_authenticated and members.supported_by(request.user).exists():
        context = {"owner": found.tie.owner.called, "is_open": _is_open(found)}
        return render(request, "networks/invited_joined.html", context)
    if state == Invitation.State.WAITING and not found.tie.removed_at:
        known = not request.user.is_authenticated and User.objects.filter(email=found.email).exists()
        context = {"asked": asked(found), "invitation": found, "has_account": known}
        return render(request, "networks/invited.html", context)
    mine = request.user.is_authenticated and found.accepted_by_id == request.user.pk
    return render(request, "networks/invited_closed.html", {"state": state, "mine": mine}, status=410)


def asked(found: Invitation) -> dict[str, Any]:
    """What the invited person reads: who asks, in what words, and what they would see."""
    owner = found.tie.owner.called
    return {
        "owner": owner,
        "note": found.note,
        "sees": sharing.words_for_member(found.shown, name=owner),
        "until": timezone.localdate(found.expires_at),
    }


def _unknown(request: HttpRequest) -> HttpResponse:
    return render(request, "networks/invited_unknown.html", status=404)
