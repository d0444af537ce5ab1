"""The front door, the way out, and pages that join sibling apps."""

from __future__ import annotations

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
    HttpResponseServerError,
)
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from asks import pages as asks
from checkins.pages import supporting
from networks import between
from networks.models import Membership
from networks.services import looks
from outbox.models import BrokenAddress
from supportnet import sides


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "landing.html")
    return redirect("support" if sides.begins_with_others(request.user, now=timezone.now()) else "today")


@require_safe
@login_required
def support(request: SignedIn) -> HttpResponse:
    """The people one supports: what is open first, then each of them with what they share."""
    user, now = request.user, timezone.now()
    rows = supporting.with_owners(Membership.objects.supported_by(user), now)
    joined = list(between.with_side(rows, member=user, now=now).order_by("owner__name", "pk"))
    people = supporting.people(joined, now)
    found = asks.open_for(user, now=now, memberships=joined)
    looks.note(viewer=user, seen=[*supporting.looked_at(people), *found.looked_at], now=now)
    context = {
        "nav": "support",
        "supports_someone": bool(people),
        "people": [(person, between.side(person.membership)) for person in people],
        "alerts": supporting.open_alerts(people),
        "asks": found,
        "working": [person for person in people if person.membership.paused_at is None],
        "broken_address": BrokenAddress.objects.filter(address=user.email).first(),
    }
    return render(request, "support.html", context)


@never_cache
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out and go somewhere harmless. A plain link: it works on every page and without a script."""
    if _only_looking_ahead(request):
        return HttpResponse(status=204)
    logout(request)
    response = HttpResponseRedirect(settings.LEAVE_URL)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _only_looking_ahead(request: HttpRequest) -> bool:
    """Browsers fetch links nobody has followed yet, and pictures may point anywhere: neither is leaving."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return "prefetch" in purpose or request.headers.get("Sec-Fetch-Dest", "document") != "document"


@never_cache
def desk_door(request: HttpRequest) -> HttpResponse:
    """In place of the admin's own form, which counts no tries and asks for no proven address."""
    wanted = get_next_redirect_url(request) or reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(wanted)
    if not request.user.is_staff:
        raise PermissionDenied
    return redirect(wanted)


def desk_password(request: HttpRequest) -> HttpResponse:
    return redirect("account_change_password")


def no_shortcut(request: HttpRequest, what: str) -> HttpResponse:
    """The admin's "view on site" needs pages about single rows, and a framework we do not have."""
    raise Http404


# Django's own handlers look for the CSRF token in what was sent, and break where just that cannot be read.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponseBadRequest(render_to_string("400.html"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    try:
        return defaults.page_not_found(request, exception)
    except BadRequest as unreadable:
        return bad_request(request, unreadable)


def server_error(request: HttpRequest) -> HttpResponse:
    return HttpResponseServerError(render_to_string("500.html"))
