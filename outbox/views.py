"""How people hear from us, and what we have sent for them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.requests import SignedIn
from outbox import links, preferences, services


@require_POST
@login_required
def address_works(request: SignedIn) -> HttpResponse:
    """The person says that mail reaches them again."""
    services.trust_address(address=request.user.email)
    messages.success(request, _("Thank you. We will write to that address again."))
    return redirect("home")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The link in a letter (RFC 8058): a GET asks, since mail scanners follow links; a POST stops, or undoes that.

    No sign-in and no cookie: the token says who and what. A mail program posts here by itself.
    """
    stop = links.read_unsubscribe(token)
    person = User.objects.filter(pk=stop.person_id).first() if stop else None
    if stop is None or person is None:
        raise Http404
    asked = {"person_id": stop.person_id, "channel": stop.channel, "what": stop.what}
    if request.method == "POST" and "undo" in request.POST:
        services.go_on(**asked)
    elif request.method == "POST":
        services.stop(**asked, now=timezone.now())
    wish = preferences.of([person.pk], stop.channel)[person.pk]
    with translation.override(person.language):
        said = {"stopped": wish.has_stopped(stop.what), "undone": "undo" in request.POST}
        return render(request, "outbox/unsubscribe.html", said)
