"""Two that may be the same: side by side, merged by hand, or told apart for good."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from resources import fields, services
from resources.models import Likeness, Service
from resources.services import likeness, merging
from resources.views.desk.doors import curators_only
from resources.views.desk.paging import page_of


@curators_only()
@require_safe
def duplicates(request: SignedIn) -> HttpResponse:
    page = page_of(likeness.waiting(), request, by="-score")
    return render(request, "resources/desk/duplicates.html", {"nav": "desk", "page": page})


@curators_only("publish_service")
@require_http_methods(["GET", "HEAD", "POST"])
def duplicate(request: SignedIn, pk: int) -> HttpResponse:
    """The one that stays is on the left: the public one, else the older one, unless the curator swaps them."""
    pair = get_object_or_404(
        Likeness.objects.select_related("one__organization", "other__organization"), pk=pk
    )
    winner, loser = _order(pair, swapped=bool(request.GET.get("swap")))
    if request.method == "POST":
        merged = merging.merge(
            winner=winner,
            loser=loser,
            by=request.user,
            take=request.POST.getlist("take"),
            rows=_uuids(request.POST.getlist("rows")),
            why=request.POST.get("why", "").replace("\0", "")[:500],
        )
        messages.success(request, _("They are one now. The old address leads here."))
        return redirect("desk_listing", pk=merged.pk)
    context = {
        "nav": "desk",
        "pair": pair,
        "winner": winner,
        "loser": loser,
        "swapped": bool(request.GET.get("swap")),
        "differing": _differing(winner, loser),
        "movable": [(row.pk, _called(table), str(row)) for table, row in merging.movable(loser)],
    }
    return render(request, "resources/desk/duplicate.html", context)


def _order(pair: Likeness, *, swapped: bool) -> tuple[Service, Service]:
    first, second = sorted(
        (pair.one, pair.other), key=lambda service: (service.published_at is None, service.created_at)
    )
    return (second, first) if swapped else (first, second)


def _differing(winner: Service, loser: Service) -> list[dict[str, Any]]:
    """Fields in which they differ, with what each says. Where the first says nothing, the second is offered."""
    found = []
    for field in fields.columns("service"):
        name = field.name
        mine, theirs = (fields.plain(getattr(one, field.attname)) for one in (winner, loser))
        if field.is_relation or mine == theirs or theirs in (None, "", []):
            continue
        found.append(
            {
                "name": name,
                "label": fields.label("service", name),
                "mine": fields.said("service", name, mine),
                "theirs": fields.said("service", name, theirs),
                "offered": mine in (None, "", []),
            }
        )
    return found


def _called(table: str) -> str:
    return str(fields.TABLES[table]._meta.verbose_name)


def _uuids(said: list[str]) -> set[uuid.UUID]:
    found = set()
    for one in said:
        try:
            found.add(uuid.UUID(one))
        except ValueError:
            continue
    return found


@curators_only()
@require_POST
def not_the_same(request: SignedIn, pk: int) -> HttpResponse:
    pair = get_object_or_404(Likeness, pk=pk)
    services.not_the_same(pair=pair, by=request.user)
    messages.success(request, _("We will not ask about these two again."))
    return redirect("desk_duplicates")
