"""A hello to somebody who has gone quiet: the answers to a suggestion, on the page and from a letter."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedIn
from networks import links, services
from networks.models import Suggestion


@login_required
@require_POST
def answer(request: SignedIn, pk: int) -> HttpResponse:
    """Say hello, not now, let this one go."""
    found = get_object_or_404(Suggestion.objects.of(request.user).select_related("tie"), pk=pk)
    said = request.POST.get("answer", "")
    if said not in Suggestion.Answer.values:
        return redirect("network")
    services.answer_suggestion(suggestion=found, by=request.user, answer=said, now=timezone.now())
    if said == Suggestion.Answer.HELLO:
        return redirect(f"{reverse('ready_words')}?tie={found.tie_id}")
    if said == Suggestion.Answer.LET_GO:
        words = _("You let %(name)s go for now. You can bring them back at any time.")
        messages.success(request, words % {"name": found.tie.name})
        return redirect("archived")
    messages.success(request, _("That is fine. Another week, perhaps."))
    return redirect("network")


@login_required
@require_POST
def wish(request: SignedIn) -> HttpResponse:
    """No more suggestions, or some again."""
    wanted = "again" in request.POST
    services.wish_for_suggestions(owner_id=request.user.pk, wanted=wanted, now=timezone.now())
    said = _("You get suggestions again, at most one a week.") if wanted else _("No more suggestions.")
    messages.success(request, said)
    return redirect("quiet")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def in_touch_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the weekly letter. The GET only shows, since scanners follow links; no sign-in is needed."""
    now = timezone.now()
    suggestion = links.suggestion_from(token, now=now)
    if suggestion is None:
        return render(request, "networks/in_touch_unknown.html", status=404)
    owner = suggestion.tie.owner
    if request.method == "POST":
        services.in_touch_by_letter(suggestion=suggestion, now=now)
    with timezone.override(owner.zone), translation.override(owner.language):
        said = {"tie": suggestion.tie, "logged": request.method == "POST"}
        return render(request, "networks/in_touch.html", said)
