"""The private calendar, and single entries."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedIn
from asks import ical, links, services
from asks.models import CalendarFeed, Occurrence
from networks.models import Membership, Share
from networks.services import looks
from outbox.links import absolute


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: SignedIn) -> HttpResponse:
    """The address to subscribe to; a new one, or none."""
    answer, now = request.POST.get("answer"), timezone.now()
    if answer == "make":
        services.make_feed(person=request.user, now=now)
        messages.success(request, _("Here is your address. An older one no longer works."))
        return redirect("ask_calendar")
    if answer == "revoke":
        services.revoke_feed(person=request.user, now=now)
        messages.success(request, _("Switched off. Nobody can read the calendar any more."))
        return redirect("ask_calendar")
    feed = CalendarFeed.objects.live().filter(person=request.user).first()
    address = absolute(reverse("ask_feed", args=[feed.token()])) if feed else ""
    context = {"nav": "network", "address": address, "webcal": address.replace("https://", "webcal://", 1)}
    return render(request, "asks/calendar.html", context, status=422 if request.method == "POST" else 200)


@never_cache
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """For calendar programmes: whoever has the address may read it, until it is made anew."""
    found = CalendarFeed.objects.for_token(token)
    if found is None:
        raise Http404
    now = timezone.now()
    read = ical.feed(found.person, now=now)
    looks.note_in_calendar(memberships=read.through, now=now)
    return _file(read.content, "supportnet.ics")


@login_required
@require_safe
def entry(request: SignedIn, pk: int) -> HttpResponse:
    """For the owner of an ask, and for whoever said yes to it."""
    occurrence = Occurrence.objects.select_related("ask__owner", "ask__made_by").filter(pk=pk).first()
    written = _for_reader(occurrence, request.user) if occurrence else None
    return _entry(written)


def _for_reader(occurrence: Occurrence, reader: User) -> bytes | None:
    if occurrence.ask.owner_id == reader.pk:
        return ical.entry_for_owner(occurrence)
    mine = Membership.objects.supported_by(reader).select_related("member")
    membership = mine.filter(owner=occurrence.ask.owner_id).first()
    if membership is None or not membership.shows(Share.ASKS):
        return None
    return _for_member(occurrence, membership)


def _for_member(occurrence: Occurrence, membership: Membership) -> bytes | None:
    written = ical.entry_for_member(occurrence, membership)
    if written:
        looks.note_in_calendar(memberships=[membership], now=timezone.now())
    return written


@never_cache
@require_safe
def entry_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    answer = links.read(token)
    return _entry(_for_member(answer.occurrence, answer.membership) if answer else None)


def _entry(written: bytes | None) -> HttpResponse:
    if written is None:
        raise Http404
    return _file(written, "ask.ics")


def _file(content: bytes, name: str) -> HttpResponse:
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    return HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=headers)
