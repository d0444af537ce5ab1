"""One listing at the desk: all it says, folded; what it lacks; its state; its history."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import DomainError
from accounts.requests import SignedIn
from resources import clock, fields, services
from resources.forms.desk import ReasonForm
from resources.forms.sections import SECTIONS, Section
from resources.models import (
    Attribute,
    Change,
    Organization,
    Program,
    Service,
    TaxonomyTerm,
    Verification,
)
from resources.services import (
    clockwork,
    feedback,
    history,
    leasing,
    likeness,
    merging,
    owning,
    refusing,
    undoing,
)
from resources.views.desk.doors import curators_only, stays_only
from resources.vocabulary import TOPIC

TERM = "taxonomy_term_id"
LINKED: dict[str, type[models.Model]] = {
    TERM: TaxonomyTerm,
    "program_id": Program,
    "parent_organization_id": Organization,
}


@dataclass(frozen=True)
class Fold:
    """A part of the listing, as it is: pairs of what and what it says."""

    slug: str
    label: str | Promise
    pairs: list[tuple[str, str]]


def found(pk: uuid.UUID) -> Service:
    rows = Service.objects.select_related(
        "organization", "source", "verification", "merged_into", "leased_by"
    )
    return get_object_or_404(rows, pk=pk)


@curators_only()
@require_safe
def listing(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    service, now = found(pk), timezone.now()
    checked = clockwork.newest_checks(service)
    parts = [
        (part.label, part.value in service.confirmed, checked.get(part.value)) for part in Verification.Part
    ]
    context = {
        "nav": "desk",
        "service": service,
        "folds": [
            fold for part in SECTIONS.values() if (fold := _fold(part, service)).pairs or not part.rare
        ],
        "topics": service.attributes.filter(link_type=TOPIC).select_related("taxonomy_term"),
        "places": service.at_locations.select_related("location").prefetch_related("location__addresses"),
        "parts": parts,
        "missing": [] if service.published_at else services.missing(service),
        "alike": likeness.alike(service),
        "doubts": feedback.doubts(service),
        "own": owning.speaks_for(service, request.user),
        "unwanted": refusing.note_against(service),
        "waiting": service.change_requests.filter(decided_at=None),
        "other": leasing.holder(service, by=request.user, now=now),
        "mine": service.leased_by_id == request.user.pk
        and service.leased_until_at
        and service.leased_until_at > now,
        "check_first": clock.check_first(service, now=now),
        "address": clockwork.address_of(service),
        "why": ReasonForm(),
    }
    return render(request, "resources/desk/listing.html", context)


def _fold(section: Section, service: Service) -> Fold:
    record: Any = service if section.of == "service" else service.organization
    pairs = [(fields.label("service", name), _said(section.of, record, name)) for name in section.own]
    if section.of == "organization":
        pairs = [
            (str(record._meta.get_field(name).verbose_name), _said(section.of, record, name))
            for name in section.own
        ]
    if section.rows:
        name = str(fields.TABLES[section.rows]._meta.verbose_name)
        rows = fields.rows_of(service, section.rows).order_by("pk")
        pairs += [(name, _row(section, row)) for row in rows]
    return Fold(section.slug, section.label, [(what, said) for what, said in pairs if said])


def _said(table: str, record: models.Model, name: str) -> str:
    return fields.said(table, name, fields.plain(getattr(record, name)))


def _row(section: Section, row: models.Model) -> str:
    said = [fields.said(section.rows, name, fields.plain(getattr(row, name))) for name in section.columns]
    return " · ".join(filter(None, said))


@curators_only("publish_service")
@require_POST
@stays_only
def state(request: SignedIn, pk: uuid.UUID, act: str) -> HttpResponse:
    service = found(pk)
    why = request.POST.get("why", "").replace("\0", "")[:500]
    try:
        if said := _act(service, act, request, why):
            messages.success(request, said)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("desk_listing", pk=pk)


def _act(service: Service, act: str, request: SignedIn, why: str) -> str:
    by = request.user
    if act == "publish":
        return _("It is public now.") if services.publish(service=service, by=by) else ""
    if act == "withdraw":
        return _("It is a draft again.") if services.withdraw(service=service, by=by, why=why) else ""
    if act == "archive":
        return _("It is put away.") if services.archive(service=service, by=by, why=why) else ""
    if act == "unmerge":
        return _("It is a draft of its own again.") if merging.unmerge(service=service, by=by) else ""
    if act == "hold":
        services.hold(row=service, by=by, now=timezone.now())
        return _("It is in your hands for half an hour.")
    if act == "release":
        services.release(row=service, by=by)
        return _("Given back.")
    raise Http404


@curators_only("view_change")
@require_safe
def past(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    service = found(pk)
    found_changes = list(history.of(service)[:200])
    called = _linked(found_changes)
    changes = [(one, one.who, _lines(one, called), _can_undo(one)) for one in found_changes]
    context = {"nav": "desk", "service": service, "changes": changes}
    return render(request, "resources/desk/history.html", context)


def _linked(changes: list[Change]) -> dict[str, str]:
    """What all topics, programmes and houses that these speak of are called, by their keys: a query for each kind."""
    values = [said for one in changes for row in one.rows.all() for said in (row.before, row.after) if said]
    found: dict[str, str] = {}
    for column, model in LINKED.items():
        keys = {key for said in values if (key := said.get(column))}
        found |= {str(row.pk): str(row) for row in model._default_manager.filter(pk__in=keys)}
    return found


def _lines(change: Change, called: dict[str, str]) -> list[tuple[str, str, str]]:
    """What changed: the field, what it said, what it says since."""
    filed = [
        (str(Attribute._meta.verbose_name), _filed(row.before, called), _filed(row.after, called))
        for row in change.rows.all()
        if row.table == "attribute"
    ]
    return filed + [
        (
            fields.label(row.table, name),
            _then(row.table, name, row.before, called),
            _then(row.table, name, row.after, called),
        )
        for row in change.rows.all()
        for name in sorted({*(row.before or {}), *(row.after or {})} - {"link_type"})
        if _is_said(name) and ((row.before or {}).get(name) or (row.after or {}).get(name))
    ]


def _is_said(name: str) -> bool:
    """What a row hangs on is not; of which programme or house it is a part, is."""
    return not name.endswith("_id") or (name in LINKED and name != TERM)


def _filed(values: dict[str, Any] | None, called: dict[str, str]) -> str:
    return called.get((values or {}).get(TERM, ""), "")


def _then(table: str, name: str, values: dict[str, Any] | None, called: dict[str, str]) -> str:
    value = (values or {}).get(name)
    return called.get(value or "", "") if name in LINKED else fields.said(table, name, value)


def _can_undo(change: Change) -> bool:
    return bool(change.rows.all()) and not hasattr(change, "undone_by")


@curators_only()
@require_POST
@stays_only
def undo(request: SignedIn, pk: uuid.UUID, change_pk: uuid.UUID) -> HttpResponse:
    service = found(pk)
    change = get_object_or_404(history.of(service), pk=change_pk)
    try:
        undoing.undo(change=change, by=request.user)
        messages.success(request, _("Undone. That is in the history, too."))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("desk_history", pk=pk)
