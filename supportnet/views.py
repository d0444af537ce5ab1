"""The front door, the way out, and (later) pages that join two sibling apps."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User
from networks.models import Membership


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return render(request, "landing.html")
    return redirect("support" if _only_supports(request.user) else "today")


def _only_supports(user: User) -> bool:
    """Whether they are here for somebody else: they joined a network, and have begun none of their own."""
    return Membership.objects.supported_by(user).filter(member__ties=None, member__plans=None).exists()


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
