from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField, OnceForm
from networks.forms import WordsField
from networks.models import Circle, Support, TieKind


class PassOnForm(forms.Form):
    """Words to go with a listing; they are put into links and kept nowhere."""

    all_optional = True

    text = WordsField(label=_("Your words"), rows=5, max_length=1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["data-ready-words"] = True


class PlaceTieForm(OnceForm):
    """A listing as a tie: only what it is to be called, and how close."""

    name = LineField(label=_("What do you call it?"), max_length=80)
    kind = forms.ChoiceField(
        label=_("This is"),
        choices=[choice for choice in TieKind.choices if choice[0] != TieKind.PERSON],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether it is a group or a place.")},
    )
    circle = forms.ChoiceField(
        label=_("How close is it to you right now?"),
        choices=lambda: [(circle.value, f"{circle.label}: {circle.hint}") for circle in reversed(Circle)],
        initial=Circle.WIDER,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three circles. You can move it later.")},
    )
    supports = forms.MultipleChoiceField(
        label=_("How does it support you?"),
        choices=Support.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def details(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("name", "kind", "circle", "supports")}
