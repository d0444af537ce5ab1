"""How people hear from us, and what we have sent for them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from outbox import links, preferences, services, stops
from outbox.forms import PreferenceForm
from outbox.models import Channel, Message
from outbox.sent import Line

# How many messages one page lists.
PAGE = 20


@require_POST
@login_required
def address_works(request: SignedIn) -> HttpResponse:
    """The person says that mail reaches them again."""
    services.trust_address(address=request.user.email)
    messages.success(request, _("Thank you. We will write to that address again."))
    return redirect("home")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_settings(request: SignedIn) -> HttpResponse:
    """Quiet hours, reminders, discretion."""
    wish = preferences.of([request.user.pk])[request.user.pk]
    form = PreferenceForm(request.POST if request.method == "POST" else None, wish=wish)
    if request.method == "POST" and form.is_valid():
        services.prefer(person=request.user, channel=Channel.EMAIL, now=timezone.now(), **form.answers())
        messages.success(request, _("Saved."))
        return redirect("message_settings")
    said = {"form": form, "broken": preferences.broken([request.user])}
    return render(request, "outbox/settings.html", said, status=422 if form.errors else 200)


@login_required
@require_safe
def sent(request: SignedIn) -> HttpResponse:
    """What we sent for them and to them, and what became of it. Never the words."""
    rows = Paginator(Message.objects.shown_to(request.user), PAGE).get_page(request.GET.get("page"))
    lines = Line.of_all(list(rows), looker=request.user, now=timezone.now())
    return render(request, "outbox/sent.html", {"rows": rows, "lines": lines})


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
    if request.method == "POST" and "undo" in request.POST:
        services.go_on(person_id=person.pk, channel=stop.channel, what=stop.what)
    elif request.method == "POST":
        services.stop(person_id=person.pk, channel=stop.channel, what=stop.what, now=timezone.now())
    elsewhere, wish = stops.of(stop.what), preferences.of([person.pk], stop.channel)[person.pk]
    stopped = elsewhere.has_stopped(person.pk) if elsewhere else wish.has_stopped(stop.what)
    page = elsewhere.template if elsewhere else "outbox/unsubscribe.html"
    with translation.override(person.language):
        return render(request, page, {"stopped": stopped, "undone": "undo" in request.POST})
