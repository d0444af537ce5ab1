"""What is chosen and typed on the page of ready words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import TURNS, OnceForm
from networks.words import Effort, Occasion

# No number of ours is longer; anything else is nobody's.
_DIGITS = 18


@dataclass(frozen=True)
class Chosen:
    """From the address or a form; what makes no sense is the first of its kind, or nobody."""

    occasion: str = Occasion.HELLO.value
    effort: str = Effort.LOW.value
    tie: int | None = None
    own: int | None = None

    @classmethod
    def of(cls, given: Mapping[str, Any], *, today: Effort | None = None) -> Chosen:
        """`today` is the energy they said they have: where nothing is chosen it is that."""
        occasion, effort = given.get("occasion", ""), given.get("effort", "")
        return cls(
            occasion=occasion if occasion in Occasion.values else Occasion.HELLO.value,
            effort=effort if effort in Effort.values else (today or Effort.LOW).value,
            tie=_number(given.get("tie", "")),
            own=_number(given.get("own", "")),
        )


def _number(text: str) -> int | None:
    return int(text[:_DIGITS]) if text.isascii() and text.isdecimal() else None


class WordsForm(OnceForm):
    all_optional = True

    text = forms.CharField(
        label=_("Change them as you like"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 6, "data-ready-words": True, "autocomplete": "off"}),
        error_messages={"required": _("Write a word or two first, or choose some above.")},
    )

    def clean_text(self) -> str:
        text = TURNS.sub("", self.cleaned_data["text"]).strip()
        if not text:
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        return text
