"""How long to rest from a plan."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.times import instant

UNTIL = "until"
LONGEST = dt.timedelta(days=366)


class PauseForm(forms.Form):
    """The end is always known, so that nobody stays paused by mistake."""

    days = forms.ChoiceField(
        label=_("Pause for"),
        choices=[
            ("1", _("one day")),
            ("3", _("three days")),
            ("7", _("one week")),
            ("14", _("two weeks")),
            (UNTIL, _("until a day I choose")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how long you would like to pause.")},
    )
    until = forms.DateField(
        label=_("Go on again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Write the day like 2026-05-03, or choose it.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"days": "1"}, auto_id="pause_%s")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("days") != UNTIL:
            self.errors.pop("until", None)
        elif "until" not in self.errors:
            self._check(said.get("until"))
        return said

    def _check(self, until: dt.date | None) -> None:
        today = timezone.localdate()
        if until is None or until <= today:
            self.add_error("until", _("Choose the day on which your check-ins go on, from tomorrow on."))
        elif until - today > LONGEST:
            self.add_error(
                "until", _("A pause lasts a year at most. Choose an earlier day, or end the plan.")
            )

    def ends_at(self, now: dt.datetime, zone: Any) -> dt.datetime:
        """When it is over: so many days from now, or as the chosen day begins where they live."""
        if self.cleaned_data["days"] == UNTIL:
            return instant(self.cleaned_data["until"], dt.time(0), zone)
        return now + dt.timedelta(days=int(self.cleaned_data["days"]))
