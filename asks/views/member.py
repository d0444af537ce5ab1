"""The side of whoever may say yes: what is open, and one of it, from the page or from a letter."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import DomainError
from accounts.requests import SignedIn
from asks import audience, ical, links, pages, services, wording
from asks.models import Occurrence
from networks.models import Look, Membership
from networks.services import looks


@login_required
@require_safe
def asks_open(request: SignedIn) -> HttpResponse:
    now = timezone.now()
    found = pages.open_for(request.user, now=now)
    looks.note(viewer=request.user, seen=found.looked_at, now=now)
    memberships = Membership.objects.supported_by(request.user).select_related("owner", "offer")
    context = {
        "nav": "support",
        "asks": found,
        "memberships": memberships.order_by("pk"),
        "organised": audience.organised_by(request.user).select_related("owner"),
    }
    return render(request, "asks/open.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask_open(request: SignedIn, pk: int) -> HttpResponse:
    dates = Occurrence.objects.select_related("ask__owner", "ask__made_by").with_standing()
    occurrence = dates.filter(pk=pk).first()
    mine = Membership.objects.supported_by(request.user).select_related("member", "tie")
    membership = mine.filter(owner=occurrence.ask.owner_id).first() if occurrence else None
    if occurrence is None or membership is None or not audience.opens_to(occurrence, membership):
        raise Http404
    entry = reverse("ask_entry", args=[pk])
    return _answered(request, links.Answer(occurrence, membership), entry)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """The link in a letter, in its reader's language and on their clock. The GET only shows."""
    answer = links.read(token)
    if answer is None:
        return render(request, "asks/link_unknown.html", status=404)
    reader = answer.membership.member
    with timezone.override(reader.zone), translation.override(reader.language):
        return _answered(request, answer, reverse("ask_entry_by_mail", args=[token]))


def _answered(request: HttpRequest, answer: links.Answer, entry: str) -> HttpResponse:
    """Show one date and take what they say about it."""
    if request.method != "POST":
        return _page(request, answer, entry)
    said = request.POST.get("answer", "")
    if said not in ("take", "back"):
        return _page(request, answer, entry, status=422)
    try:
        messages.success(request, _say(answer, said, request.POST.get("begins")))
    except DomainError as refusal:
        messages.info(request, str(refusal))
    return _onwards(request, answer)


def _onwards(request: HttpRequest, answer: links.Answer) -> HttpResponse:
    """Back to its page; not where it closed behind them, as after handing back on a break."""
    if audience.opens_to(answer.occurrence, answer.membership):
        return redirect(request.path)
    return redirect("asks_open" if request.user.is_authenticated else "home")


def _say(answer: links.Answer, said: str, seen: str | None) -> str:
    """Do what they said; gives what to answer."""
    now = timezone.now()
    if said == "take":
        services.take(occurrence=answer.occurrence, membership=answer.membership, now=now, seen=seen)
        return _("Thank you. It is yours, and %(name)s knows.") % {"name": answer.occurrence.ask.owner.called}
    services.hand_back(occurrence=answer.occurrence, membership=answer.membership, now=now)
    return _("That is fine. It is open for others again. You need do nothing more.")


def _page(request: HttpRequest, answer: links.Answer, entry: str, status: int = 200) -> HttpResponse:
    occurrence, now = answer.occurrence, timezone.now()
    member = answer.membership.member
    looks.note(viewer=member, seen=[(answer.membership, [Look.ASK])], now=now)
    row = pages.row_for_member(occurrence, member, answer.membership, now=now)
    off = audience.is_off_for(occurrence, answer.membership)
    instead = wording.offered_instead if off else wording.made_less
    context = {
        "nav": "support",
        "row": row,
        "others": pages.other_dates(occurrence, answer.membership, now=now),
        "problem": status == 422,
        "off": off,
        "over": occurrence.is_over(now),
        "instead": instead(occurrence.ask.softer),
        "entry": entry if ical.has_day(occurrence) else "",
    }
    return render(request, "asks/open_one.html", context, status=status)
