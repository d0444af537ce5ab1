"""A proposed field in words, for whoever sent it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from django.utils.translation import gettext as _

from resources import fields
from resources.models import FieldChange


@dataclass(frozen=True)
class Told:
    label: str
    before: str
    after: str

    @classmethod
    def of(cls, change: FieldChange) -> Self:
        before, after = (
            fields.said(change.table, change.field, each) for each in (change.before, change.after)
        )
        return cls(fields.label(change.table, change.field), before or _("nothing"), after or _("nothing"))
