"""What somebody limited quietly goes on seeing: above all their place on a ladder, whatever their owner changes.

It is written down when the limit begins. A place that still stands is shown as it is, one that is gone as it was; what
the supporter says about it is taken down here, so that their page answers as it always did.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import Consent
from checkins import agreements
from checkins.models import Plan, Step
from checkins.pages import shared
from networks import kept
from networks.models import Membership

TIMES = ("asked_at", "agreed_at", "declined_at", "may_wake_at")


@kept.keeps
def seen_now(membership: Membership, now: dt.datetime) -> dict[str, Any]:
    """What they see of what has no time of its own, and every place they know of."""
    return {**shared.as_it_is(membership, now), "places": _places_now(membership)}


def _places_now(membership: Membership) -> list[dict[str, Any]]:
    steps = Step.objects.filter(membership=membership, plan__ended_at=None, asked_at__isnull=False)
    steps = steps.select_related("plan").prefetch_related("plan__steps").order_by("asked_at", "pk")
    return [_written(step) for step in steps]


def _written(step: Step) -> dict[str, Any]:
    said = {name: getattr(step, name) for name in TIMES}
    return {
        "step": step.pk,
        "terms": step.agreed_terms,
        "line": agreements.place_in_words(step),
        **{name: at.isoformat() if at else None for name, at in said.items()},
    }


def gone(membership: Membership, standing: set[int]) -> list[tuple[Step, str]]:
    """The places that were written down and do not stand any more, each with its line."""
    written = (membership.kept_view or {}).get("places", [])
    return [(_as_it_was(membership, row), row["line"]) for row in written if row["step"] not in standing]


def order(membership: Membership) -> list[int]:
    """In which order their places stand on the page."""
    return [row["step"] for row in (membership.kept_view or {}).get("places", [])]


def place(member_id: int, pk: int) -> Step | None:
    """One of those, for its own page."""
    rows = Membership.objects.active().filter(member=member_id, limited_at__isnull=False)
    known = rows.filter(kept_view__contains={"places": [{"step": pk}]}).select_related("owner", "member")
    membership = known.first()
    if membership is None:
        return None
    return next(step for step, _line in gone(membership, set()) if step.pk == pk)


def is_as_it_was(step: Step) -> bool:
    """Whether it only stands for a place that is gone."""
    return step._state.adding


def say(pk: int, membership: Membership, *, agrees: bool, may_wake: bool, now: dt.datetime) -> None:
    """Take down what a limited supporter said of one of their places, for as long as they are limited."""
    membership = Membership.objects.select_for_update().get(pk=membership.pk)
    if membership.kept_view is None:
        return
    for row in membership.kept_view.get("places", []):
        if row["step"] == pk:
            before = _as_it_was(membership, row)
            row["agreed_at"] = (row["agreed_at"] or now.isoformat()) if agrees else None
            row["declined_at"] = None if agrees else now.isoformat()
            row["may_wake_at"] = now.isoformat() if agrees and may_wake else None
            _record(before, _as_it_was(membership, row))
    membership.save(update_fields=["kept_view"])


def _record(before: Step, said: Step) -> None:
    """What they said stands in their record, as for everybody."""
    member = said.membership.member if said.membership else None
    if member and said.agreed_at and not (before.agreed_at and _wakes(before) == _wakes(said)):
        agreements.record(said, member, Consent.Act.GIVEN)
    if member and before.agreed_at and not said.agreed_at:
        agreements.record(before, member, Consent.Act.WITHDRAWN)


def _wakes(step: Step) -> bool:
    return step.may_wake_at is not None


@kept.ends
def end_words(membership: Membership, view: dict[str, Any]) -> None:
    """The limit is over: what they had agreed to and is not asked any more ends in their record only now."""
    asked = Step.objects.filter(membership=membership, plan__ended_at=None, agreed_at__isnull=False)
    standing = set(asked.values_list("pk", flat=True))
    for row in view.get("places", []):
        if row["step"] not in standing:
            agreements.lapse(_as_it_was(membership, row))


def _as_it_was(membership: Membership, row: dict[str, Any]) -> Step:
    """Never saved: it looks like the one that is gone."""
    said = {name: dt.datetime.fromisoformat(row[name]) if row[name] else None for name in TIMES}
    plan = Plan(owner=membership.owner)
    return Step(pk=row["step"], plan=plan, membership=membership, terms=row["terms"], **said)
