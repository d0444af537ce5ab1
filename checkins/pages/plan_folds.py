"""The folded parts of a plan's form: what each says in one line, and which of them stand open."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from checkins.forms import PlanForm, drafts
from checkins.forms.plans import RungFields
from checkins.models import Plan
from checkins.wording import listed

# The fields of each part, by how their names begin.
PARTS = {
    "kind": ("programme",),
    "when": ("rhythm", "days", "every", "time_", "name", "starts_on", "ends_on"),
    "then": ("grace", "rung"),
}


@dataclass(frozen=True)
class Fold:
    says: str
    is_open: bool


def of(form: PlanForm, current: Plan | None, *, when: str, typed: QueryDict | None) -> dict[str, Fold]:
    """A new plan has everything open; one that is saved, only what is wrong or was changed (`typed`) and not saved.

    `when` is its rhythm in words, empty while that cannot be said.
    """
    saved = drafts.filled(current) if current and typed is not None else None
    kinds = dict(Plan.Programme.choices)
    says = {
        "kind": str(kinds.get(form["programme"].value(), _("not clear yet"))),
        "when": when or _("not clear yet"),
        "then": _then(form),
    }
    return {
        part: Fold(says[part], current is None or _is_open(names, form, saved, typed))
        for part, names in PARTS.items()
    }


def _is_open(
    names: tuple[str, ...], form: PlanForm, saved: QueryDict | None, typed: QueryDict | None
) -> bool:
    if any(name.startswith(names) for name in form.errors):
        return True
    if saved is None or typed is None:
        return False
    return _said(saved, names) != _said(typed, names)


def _said(data: QueryDict, names: tuple[str, ...]) -> dict[str, list[str]]:
    """What these fields say; one that is empty says as much as one that was not sent."""
    said = {name: [value for value in data.getlist(name) if value] for name in data if name.startswith(names)}
    return {name: values for name, values in said.items() if values}


def _then(form: PlanForm) -> str:
    waits = dict(form.waits)
    first = _("a nudge after %(grace)s") % {"grace": waits.get(str(form["grace"].value()), _("a while"))}
    if form["programme"].value() != Plan.Programme.SAFETY:
        return _("%(first)s, then more and more rarely") % {"first": first}
    return _(", then ").join([first, *(_hears(form, rung) for rung in form.ladder)])


def _hears(form: PlanForm, rung: RungFields) -> str:
    chosen = rung.whom.value() or []
    if drafts.ME in chosen:
        return _("another nudge")
    return listed(form.members[pk].tie.name for pk in chosen if pk in form.members) or _("somebody")
