"""The desk's front page: what is waiting. And the queues behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedIn
from resources import services, waiting
from resources.models import Service
from resources.models.listings import DRAFT
from resources.services import likeness
from resources.views.desk.doors import curators_only
from resources.views.desk.paging import page_of


@dataclass(frozen=True)
class Pile:
    """One thing that waits. `since` is the oldest of it."""

    label: str | Promise
    address: str
    count: int
    since: Any = None


@curators_only()
@require_safe
def desk(request: SignedIn) -> HttpResponse:
    now = timezone.now()
    piles = [pile for pile in _piles(now) if pile.count]
    mine = [
        *Service.objects.filter(leased_by=request.user, leased_until_at__gt=now),
        *waiting.requests().filter(leased_by=request.user, leased_until_at__gt=now),
    ]
    return render(request, "resources/desk/front.html", {"nav": "desk", "piles": piles, "mine": mine})


def _piles(now: Any) -> list[Pile]:
    kinds: list[tuple[Promise | str, str, QuerySet[Any], str]] = [
        (gettext_lazy("Proposals from people"), reverse("desk_requests"), waiting.requests(), "created_at"),
        (gettext_lazy("Checks that have run out"), reverse("desk_due"), waiting.due(now), "due_at"),
        (gettext_lazy("Drafts to look at"), reverse("desk_listings"), waiting.drafts(), "created_at"),
        (gettext_lazy("Possible duplicates"), reverse("desk_duplicates"), likeness.waiting(), "found_at"),
        (gettext_lazy("Changed since the check"), _state("unsure"), waiting.unsure(), "updated_at"),
        (
            gettext_lazy("An import says otherwise"),
            reverse("desk_conflicts"),
            waiting.conflicts(),
            "created_at",
        ),
        (
            gettext_lazy("Links that are dead"),
            reverse("desk_links"),
            waiting.dead_links(now),
            "failing_since_at",
        ),
        (
            gettext_lazy("People who speak for an organisation"),
            reverse("desk_claims"),
            waiting.claims(),
            "asked_at",
        ),
        (gettext_lazy("Words to read"), reverse("desk_feedback"), waiting.feedback(), "changed_at"),
    ]
    piles = [
        Pile(
            label, address, waiting.counted(rows), rows.order_by(since).values_list(since, flat=True).first()
        )
        for label, address, rows, since in kinds
    ]
    return sorted(piles, key=lambda pile: (pile.since is None, pile.since))


def _state(name: str) -> str:
    return f"{reverse('desk_listings')}?state={name}"


@curators_only("verify_service")
@require_safe
def due(request: SignedIn) -> HttpResponse:
    now = timezone.now()
    page = page_of(waiting.due_soon(now), request, by="due_at")
    return render(request, "resources/desk/due.html", {"nav": "desk", "page": page, "now": now})


@curators_only()
@require_safe
def requests(request: SignedIn, conflicts: bool = False) -> HttpResponse:
    rows = waiting.conflicts() if conflicts else waiting.requests()
    page = page_of(rows, request, by="created_at")
    context = {"nav": "desk", "page": page, "conflicts": conflicts, "now": timezone.now()}
    return render(request, "resources/desk/requests.html", context)


@curators_only()
@require_POST
def take(request: SignedIn, queue: str) -> HttpResponse:
    """The next one nobody else has; from now on it is theirs for a while."""
    now = timezone.now()
    queues: dict[str, tuple[QuerySet[Any], str]] = {
        "due": (waiting.due_soon(now), "desk_listing"),
        "requests": (waiting.requests().exclude(sent_by=request.user), "desk_request"),
        "conflicts": (waiting.conflicts(), "desk_request"),
    }
    if queue not in queues:
        raise Http404
    rows, page = queues[queue]
    # Joins that may find nothing cannot be held; the queue's order and conditions need none.
    found = services.take_next(queue=rows.select_related(None), by=request.user, now=now)
    if found is None:
        messages.info(request, _("Nothing is waiting here that nobody has in hand."))
        return redirect("desk")
    return redirect(page, pk=found.pk)


STATES = {
    "draft": (gettext_lazy("Drafts"), DRAFT),
    "published": (gettext_lazy("Public"), Q(published_at__isnull=False)),
    "unsure": (gettext_lazy("Changed since the check"), None),
    "archived": (gettext_lazy("Put away"), Q(archived_at__isnull=False)),
}


@curators_only()
@require_safe
def listings(request: SignedIn) -> HttpResponse:
    """All listings of one state, found by name, organisation, or number."""
    state, words = request.GET.get("state", "draft"), request.GET.get("q", "").strip()[:200]
    state = state if state in STATES else "draft"
    condition = STATES[state][1]
    rows = Service.objects.filter(condition) if condition else waiting.unsure()
    rows = waiting.named(rows, words.replace("\0", ""))
    page = page_of(
        rows.select_related("organization", "source", "verification"),
        request,
        # The index of those that are unsure has the oldest change first.
        by="updated_at" if state == "unsure" else "name",
    )
    states = [(slug, label) for slug, (label, _condition) in STATES.items()]
    context = {"nav": "desk", "page": page, "states": states, "state": state, "words": words}
    # What fits typed words is found by reading names, so it is not counted besides.
    context["count"] = None if words else waiting.counted(rows)
    return render(request, "resources/desk/listings.html", context)
