"""What an organisation wants changed in its own listing."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db.models import URLField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.forms import OnceForm
from resources import fields
from resources.models import Service
from resources.services import Proposal, answering


class OwnListingForm(OnceForm):
    """Every field as it is now, to be written over; and room for what has no field."""

    note = forms.CharField(
        label=_("Anything else that has changed"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Times, prices, access, or that you would rather not be listed."),
    )

    def __init__(self, *args: Any, service: Service, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys: dict[str, answering.Key] = {}
        for key, value in answering.offered(service).items():
            table, pk, name = key
            field = fields.field_of(table, name)
            if field is None:
                continue
            more: dict[str, Any] = {"assume_scheme": "https"} if isinstance(field, URLField) else {}
            made = field.formfield(
                required=not field.blank, initial=value, label=capfirst(fields.label(table, name)), **more
            )
            if made is None:
                continue
            if isinstance(made.widget, forms.Textarea):
                made.widget.attrs["rows"] = 4
            self.keys[f"{table}-{pk}-{name}"] = key
            self.fields[f"{table}-{pk}-{name}"] = made
        self.order_fields([*self.keys, "note"])

    def changes(self) -> list[Proposal]:
        """What they wrote, field by field. Only after `is_valid`."""
        return [
            Proposal(table, field, self.cleaned_data.get(name), row=pk)
            for name, (table, pk, field) in self.keys.items()
        ]

    @property
    def key(self) -> uuid.UUID:
        return uuid.UUID(str(self.cleaned_data["form_key"]))
