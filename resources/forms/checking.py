from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import OnceForm
from resources import fields
from resources.models import Service, Verification
from resources.services import history


class VerifyForm(OnceForm):
    """What a curator checked, and how."""

    how = forms.ChoiceField(
        label=_("How did you check?"),
        choices=[choice for choice in Verification.How.choices if choice[0] != Verification.How.SAMPLE],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how you checked this.")},
    )
    parts = forms.MultipleChoiceField(
        label=_("What did you check?"),
        choices=Verification.Part.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one thing that you checked.")},
    )
    note = forms.CharField(
        label=_("Note for other curators"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "aria-labelledby": "id_note_title"}),
        help_text=_("Never shown in public. Who you spoke to by their role, not their name."),
    )


class ReadForm(forms.Form):
    """What each part said when a page was opened: a yes is only to words that were read."""

    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any, *, service: Service) -> None:
        self.now = _marks(service)
        super().__init__(data, initial={"read": json.dumps(self.now)})

    def overtaken(self) -> list[str]:
        """The parts that say something else by now; from then on they were read as they are. None where the page does
        not say what it showed."""
        try:
            said = dict(json.loads(self.data.get("read", "")))
        except (ValueError, TypeError, RecursionError):
            return []
        self.data = {**self.data, "read": json.dumps(self.now)}
        return [part for part in Verification.Part.values if said.get(part) != self.now.get(part)]


def _marks(service: Service) -> dict[str, str]:
    """A mark for each part that says anything, of what is kept: the words of a page change with the day."""
    said: dict[str, list[str]] = {}
    for (table, pk), values in history.snapshot(service).items():
        for name, value in values.items():
            if (part := fields.part_of(table, name)) and value not in ("", None, []):
                said.setdefault(part, []).append(json.dumps([table, str(pk), name, value]))
    return {
        str(part): hashlib.blake2s("".join(sorted(all_of)).encode(), digest_size=8).hexdigest()
        for part, all_of in said.items()
    }
