"""The page behind the link in a nudge."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from checkins import links, services, sweep
from checkins.models import CheckIn


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_in_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """The link in a nudge. The GET only shows: mail scanners follow links."""
    silence = links.silence_from(token)
    if silence is None:
        return render(request, "checkins/link_unknown.html", status=404)
    if links.is_spent(silence):
        return render(request, "checkins/link_spent.html", {"owner": silence.owner})
    if request.method != "POST":
        told = [membership.tie.name for membership in sweep.memberships_told(silence)]
        return render(request, "checkins/check_in_by_mail.html", {"owner": silence.owner, "told": told})
    # The key is made from the link, so that two taps are one check-in.
    key = uuid.uuid5(uuid.NAMESPACE_URL, token)
    services.check_in(owner=silence.owner, now=timezone.now(), form_key=key, via=CheckIn.Via.LINK)
    return render(request, "checkins/link_spent.html", {"owner": silence.owner, "just_now": True})
