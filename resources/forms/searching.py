from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from resources.models import Service


class SearchForm(forms.Form):
    """The search, as it stands in the address bar. Every part is optional; an empty one finds everything."""

    all_optional = True

    q = forms.CharField(
        label=_("What are you looking for?"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "type": "search", "autocomplete": "off"}),
        error_messages={"max_length": _("That is too long to search for. Try a few words.")},
    )
    kind = forms.ChoiceField(
        label=_("Kind of support"),
        choices=[("", _("Any kind")), *Service.Kind.choices],
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={"invalid_choice": _("Choose one of the kinds in the list.")},
    )
    online = forms.BooleanField(label=_("Online"), required=False)
    free = forms.BooleanField(label=_("Free"), required=False)
    step_free = forms.BooleanField(label=_("Step-free"), required=False)

    def filters(self) -> dict[str, Any]:
        """What was chosen beside the words, as conditions on services. Only after `is_valid`."""
        chosen = self.cleaned_data
        conditions: dict[str, Any] = {}
        if chosen["kind"]:
            conditions["kind"] = chosen["kind"]
        if chosen["online"]:
            conditions["delivery__contains"] = [Service.Delivery.ONLINE]
        if chosen["free"]:
            conditions["cost"] = Service.Cost.FREE
        if chosen["step_free"]:
            conditions["access__contains"] = [Service.Access.STEP_FREE]
        return conditions

    def chosen(self) -> list[tuple[str, str]]:
        """The filters in use, each as its name in the address bar and in words, so that it can be dropped."""
        names = [name for name in ("kind", "online", "free", "step_free") if self.cleaned_data.get(name)]
        words = {"kind": dict(Service.Kind.choices).get(self.cleaned_data.get("kind", ""), "")}
        return [(name, str(words.get(name) or self.fields[name].label)) for name in names]
