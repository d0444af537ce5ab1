"""Somebody else changed what a form of the desk shows while it was open: they are told, and nothing typed is lost."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from resources import fields
from resources.forms.sections import RowForm, Section, WhyForm, held_by
from resources.models import Service
from resources.services import history

NOTHING: tuple[Any, ...] = ("", None, [])
# No page shows as many; what says more was not written by us.
MOST_ROWS = 2_000
TABLES = {model: table for table, model in fields.TABLES.items()}

HEAD = gettext_lazy(
    "This was changed while you had it open. Nothing is saved yet, and all that you typed is still here. Look at "
    "what it says now, then save again: what stands in the form counts."
)
YOU = gettext_lazy("You, in another window,")


@dataclass(frozen=True)
class Row:
    """One record as the directory has it: what it is called, and what each field of the form says there."""

    called: str
    values: dict[str, Any]


Rows = dict[str, Row]


def of(*records: tuple[models.Model, Iterable[str]]) -> Rows:
    """By their keys. Each with the fields that its form asks for."""
    return {
        str(record.pk): Row(fields.called(record), {name: _value(record, name) for name in names})
        for record, names in records
        if not record._state.adding
    }


def of_section(section: Section, service: Service) -> Rows:
    record: models.Model = service if section.of == "service" else service.organization
    beside = fields.rows_of(service, section.rows) if section.rows else ()
    names = (*section.columns, "hangs_on")
    return of((record, section.own), *((each, names) for each in beside))


def of_topics(service: Service, chosen: Iterable[models.Model]) -> Rows:
    return {str(service.pk): Row(str(service), {"topics": sorted(str(term.pk) for term in chosen)})}


def of_rules(service: Service, ticked: Iterable[str]) -> Rows:
    return {str(service.pk): Row(str(service), {"rules": sorted(ticked)})}


def _value(record: models.Model, name: str) -> Any:
    if name == "hangs_on":
        return held_by(record)
    column = record._meta.get_field(name)
    return fields.plain(getattr(record, getattr(column, "attname", name)))


def told(who: str, now: Any, said: str) -> str:
    """Who changed it, and in words what it says now."""
    if now in NOTHING:
        return _("%(who)s emptied this meanwhile.") % {"who": who}
    return _("%(who)s changed this meanwhile. It says: %(now)s") % {"who": who, "now": said}


def _marks(rows: Rows) -> dict[str, dict[str, str]]:
    return {pk: {name: mark(value) for name, value in row.values.items()} for pk, row in rows.items()}


def mark(value: Any) -> str:
    said = json.dumps(None if value in NOTHING else value)
    return hashlib.blake2s(said.encode(), digest_size=4).hexdigest()


class OpenedForm(WhyForm):
    """Why; and what the other forms of the page were opened on, a mark for each field, so that nothing goes out twice.

    `rows`: what they show, as it is now. Who sends something holds the listing, so it stays so until it is saved.
    """

    opened_on = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, service: Service, rows: Rows) -> None:
        super().__init__(data, initial={"opened_on": json.dumps(_marks(rows))})
        self.service, self.rows = service, rows

    def overtaken(self, asked: Iterable[forms.BaseForm], *, by: User) -> bool:
        """Whether somebody changed meanwhile what would be written over. It is said beside each field and above all;
        from then on the form is one that was opened on that, so that it can be saved knowingly."""
        opened, now = self._opened_on(), _marks(self.rows)
        if opened is None or opened == now:
            return False
        asked = list(asked)
        told = _Telling(self.service, self.rows, opened, by, asked)
        for pk in sorted(opened.keys() | now.keys()):
            told.tell(pk)
        if told.who:
            wrong = next((form for form in asked if form.errors and not isinstance(form, RowForm)), self)
            for said in (str(HEAD), *told.beside):
                wrong.add_error(None, said)
        self.data = {**self.data, "why": self.data.get("why", ""), "opened_on": json.dumps(now)}
        return bool(told.who)

    def _opened_on(self) -> dict[str, dict[str, str]] | None:
        """None where the page did not say, or nothing that makes sense."""
        try:
            said = json.loads(self.data.get("opened_on", ""))
            if len(said) > MOST_ROWS:
                return None
            return {str(uuid.UUID(pk)): dict(marks) for pk, marks in said.items()}
        except (ValueError, TypeError, AttributeError, RecursionError):
            return None


def _row_of(form: forms.BaseForm, service: Service) -> str:
    """The key of the record it is about: that of a row that is gone is only in what was sent."""
    sent = form.data.get(form.add_prefix("id"))
    return str(sent or getattr(form, "instance", service).pk)


class _Telling:
    """`who` did it; `beside`: what no field of the page stands for."""

    def __init__(
        self,
        service: Service,
        rows: Rows,
        opened: dict[str, dict[str, str]],
        by: User,
        asked: list[forms.BaseForm],
    ) -> None:
        self.rows, self.opened, self.by = rows, opened, by
        self.forms = {_row_of(form, service): form for form in asked}
        self.last = history.last_touched(service, {*opened, *rows})
        self.who: set[str] = set()
        self.beside: list[str] = []

    def tell(self, pk: str) -> None:
        form, before = self.forms.get(pk), self.opened.get(pk)
        if pk not in self.rows:
            self._gone(pk, form)
        elif form is not None:
            for name, value in self.rows[pk].values.items():
                if mark(value) != (before or {}).get(name, mark(None)):
                    self._changed(pk, form, name, value)
        elif before is None:
            said = _("%(who)s added “%(what)s” meanwhile. It stays.")
            self.beside.append(said % {"who": self._by(pk), "what": self.rows[pk].called})

    def _gone(self, pk: str, form: forms.BaseForm | None) -> None:
        if form is not None and form.cleaned_data.get("DELETE"):
            return
        said = _("%(who)s took this out meanwhile. If you save, it is added again.") % {"who": self._by(pk)}
        if form is None:
            self.beside.append(said)
        else:
            form.add_error(None, said)

    def _changed(self, pk: str, form: forms.BaseForm, name: str, now: Any) -> None:
        typed = form.cleaned_data.get(name, now) if name not in form.errors else ...
        if typed is not ... and mark(plain(typed)) == mark(now):
            return
        said = "" if now in NOTHING else _said(form, name, now)
        form.add_error(name, told(self._by(pk, name), now, said))

    def _by(self, pk: str, name: str = "") -> str:
        """What has no line of its own in the history an import did."""
        columns = ("",) if name in ("", "hangs_on") else (name, f"{name}_id")
        change = next(
            (one for column in columns if (one := self.last.get((pk, column)))), self.last.get(("", ""))
        )
        who = (change.who if change else "") or _("Somebody")
        if change and change.made_by == self.by:
            who = str(YOU)
        self.who.add(who)
        return who


def plain(value: Any) -> Any:
    if isinstance(value, models.QuerySet):
        return sorted(str(one.pk) for one in value)
    return fields.plain(getattr(value, "pk", value))


def _said(form: forms.BaseForm, name: str, value: Any) -> str:
    """In the words of the form, where only it knows them."""
    if name in ("topics", "hangs_on", "rules"):
        known = [*cast(Any, form.fields[name]).choices]
        return (" " if name == "rules" else ", ").join(
            str(label) for key, label in known if str(key) in value
        )
    return fields.said(TABLES[cast(Any, form)._meta.model], name, value)
