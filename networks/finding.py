"""Looking for somebody in a long list: what was asked for, and who fits. Reads, changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField
from networks import warmth
from networks.models import Circle, Tie, TieKind
from networks.rows import Row

KINDS = {TieKind.PERSON: _("People"), TieKind.GROUP: _("Groups"), TieKind.PLACE: _("Places")}


class FindForm(forms.Form):
    """From the address, or beside what is logged from the list. What makes no sense is passed over."""

    all_optional = True

    q = LineField(
        label=_("Name, or anything you wrote"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    circle = forms.ChoiceField(
        label=_("Circle"), choices=[("", _("All circles")), *Circle.choices], required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All")), *KINDS.items()], required=False)
    quiet = forms.BooleanField(label=_("Only who has gone quiet"), required=False)


@dataclass(frozen=True)
class Wanted:
    text: str = ""
    circle: str = ""
    kind: str = ""
    quiet: bool = False

    @classmethod
    def of(cls, form: FindForm) -> Wanted:
        form.full_clean()
        said: Mapping[str, object] = form.cleaned_data
        return cls(
            text=str(said.get("q") or "").casefold(),
            circle=str(said.get("circle") or ""),
            kind=str(said.get("kind") or ""),
            quiet=bool(said.get("quiet")),
        )

    @property
    def everybody(self) -> bool:
        return self == Wanted()

    def fits(self, row: Row) -> bool:
        tie = row.tie
        return (
            self.circle in ("", tie.circle)
            and self.kind in ("", tie.kind)
            and (not self.quiet or row.warm == warmth.COOLEST)
            and all(word in _written(tie) for word in self.text.split())
        )


def _written(tie: Tie) -> str:
    """All that the owner wrote or chose, for looking through; it is theirs alone, and so is the page."""
    return "\n".join([tie.name, tie.relationship, tie.helps, tie.hinders, *tie.support_words]).casefold()
