"""The page behind the link in a nudge."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import times
from accounts.models import User
from checkins import links, services, until
from checkins.models import CheckIn, Plan, Silence
from checkins.pages import easing


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_in_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """The link in a nudge, in its owner's words and on their clock. The GET only shows: scanners follow links."""
    silence = links.silence_from(token)
    if silence is None:
        return render(request, "checkins/link_unknown.html", status=404)
    owner = silence.owner
    with timezone.override(owner.zone), translation.override(owner.language):
        if links.is_spent(silence):
            return render(request, "checkins/link_spent.html", {"owner": owner})
        return _answer(request, silence, token)


def _answer(request: HttpRequest, silence: Silence, token: str) -> HttpResponse:
    """Show what may be said; take it. Whatever is sent that makes no sense is a sign of life all the same."""
    owner, now = silence.owner, timezone.now()
    context = {"owner": owner, **easing.of(easing.wishes_of(owner), now)}
    if request.method != "POST":
        return render(request, "checkins/check_in_by_mail.html", context | _offered(silence, now))
    answer = request.POST.get("answer", "okay")
    if answer == "rest":
        services.rest(owner=owner, until=until.tomorrow_morning(now, owner.zone), now=now)
    else:
        _check_in(owner, token, answer, now)
    context |= {"answer": answer, "resting_until": easing.resting_until(owner, now)}
    return render(request, "checkins/link_spent.html", context)


def _check_in(owner: User, token: str, answer: str, now: dt.datetime) -> None:
    # The key is made from the link, so that two taps are one check-in.
    key = uuid.uuid5(uuid.NAMESPACE_URL, token)
    said = answer if answer in CheckIn.Answer.values else ""
    services.check_in(owner=owner, now=now, form_key=key, via=CheckIn.Via.LINK, answer=said)


def _offered(silence: Silence, now: dt.datetime) -> dict[str, Any]:
    owner = silence.owner
    return {
        "practice": silence.is_practice,
        "told": [membership.tie.name for membership in silence.memberships_told()],
        "can_rest": Plan.objects.active().filter(owner=owner).exists(),
        "morning": times.until(until.tomorrow_morning(now, owner.zone), now=now, zone=owner.zone),
        "resting_until": easing.resting_until(owner, now),
    }
