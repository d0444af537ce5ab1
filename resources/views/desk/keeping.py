"""What else is kept in order: who said no, links, who speaks for whom, words of visitors, figures."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import DomainError
from accounts.requests import SignedIn
from resources import figures as counted
from resources import services, waiting
from resources.forms.desk import AnswerForm, DoNotListForm
from resources.models import CheckedLink, Claim, DoNotList, Feedback
from resources.services import claiming, linkwork, refusing
from resources.views.desk.doors import curators_only
from resources.views.desk.paging import PER_PAGE, page_of

# The oldest of those who wait; the next ones when these are answered.
MANY_ASKED = 100
COUNTED_FOR = 600


@curators_only("add_donotlist")
@require_http_methods(["GET", "HEAD", "POST"])
def not_listed(request: SignedIn) -> HttpResponse:
    """Who asked not to be listed, and what is still there of them."""
    form = DoNotListForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        note = services.do_not_list(by=request.user, **form.cleaned_data)
        messages.success(request, _("Remembered. “%(name)s” will not be added again.") % {"name": note.name})
        return redirect("desk_not_listed")
    page = page_of(DoNotList.objects.all(), request, by="name")
    rows = [(note, refusing.listed_of(note)) for note in page]
    context = {"nav": "desk", "form": form, "page": page, "rows": rows}
    return render(request, "resources/desk/not_listed.html", context, status=422 if form.is_bound else 200)


@curators_only()
@require_safe
def links(request: SignedIn) -> HttpResponse:
    page = page_of(waiting.dead_links(timezone.now()), request, by="failing_since_at")
    rows = [(link, linkwork.named_by(link.url)[:5]) for link in page]
    moved = CheckedLink.objects.exclude(moved_to="").order_by("url")[:PER_PAGE]
    context = {
        "nav": "desk",
        "page": page,
        "rows": rows,
        "moved": [(link, linkwork.named_by(link.url)[:5]) for link in moved],
    }
    return render(request, "resources/desk/links.html", context)


@curators_only("view_claim")
@require_safe
def claims(request: SignedIn) -> HttpResponse:
    confirmed = Claim.objects.filter(state=Claim.State.CONFIRMED).select_related("organization", "claimed_by")
    page = page_of(confirmed, request, by="organization__name")
    context = {"nav": "desk", "asked": waiting.claims()[:MANY_ASKED], "page": page}
    return render(request, "resources/desk/claims.html", context)


@curators_only("change_claim")
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: SignedIn, pk: int) -> HttpResponse:
    one = get_object_or_404(Claim.objects.select_related("organization", "claimed_by", "decided_by"), pk=pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _claim_decided(request, one, form):
        return redirect("desk_claims")
    context = {
        "nav": "desk",
        "one": one,
        "form": form,
        "listings": one.organization.services.filter(archived_at=None).order_by("name")[:PER_PAGE],
    }
    return render(request, "resources/desk/claim.html", context, status=422 if form.is_bound else 200)


def _claim_decided(request: SignedIn, one: Claim, form: AnswerForm) -> bool:
    act, reason = request.POST.get("act", ""), form.cleaned_data["reason"]
    try:
        if act == "end":
            claiming.end_claim(claim=one, by=request.user)
        elif act in ("confirm", "deny"):
            claiming.decide_claim(claim=one, by=request.user, confirm=act == "confirm", reason=reason)
        else:
            raise Http404
    except DomainError as refusal:
        form.add_error("reason", str(refusal))
        return False
    said = {
        "confirm": _("They speak for it from now on, and read so in a letter."),
        "deny": _("Not confirmed. They read why in a letter."),
        "end": _("They speak for it no longer."),
    }
    messages.success(request, said[act])
    return True


@curators_only("view_feedback")
@require_safe
def feedback(request: SignedIn) -> HttpResponse:
    page = page_of(waiting.feedback(), request, by="changed_at")
    return render(request, "resources/desk/feedback.html", {"nav": "desk", "page": page})


@curators_only("change_feedback")
@require_POST
def feedback_read(request: SignedIn, pk: uuid.UUID, act: str) -> HttpResponse:
    if act not in ("show", "keep"):
        raise Http404
    one = get_object_or_404(Feedback, pk=pk)
    try:
        services.read_feedback(
            feedback=one,
            by=request.user,
            shown=act == "show",
            words=request.POST.get("words", ""),
            because=request.POST.getlist("because"),
            now=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("desk_feedback")


@curators_only()
@require_safe
def figures(request: SignedIn) -> HttpResponse:
    """Counted anew after ten minutes: it means to look at every listing."""
    found: dict[str, Any] = cache.get("resources/figures") or counted.everything()
    cache.add("resources/figures", found, COUNTED_FOR)
    titles = (_("By kind"), _("By topic"), _("By town"))
    context = {"nav": "desk", **found, "tables": list(zip(titles, found["tables"], strict=True))}
    return render(request, "resources/desk/figures.html", context)
