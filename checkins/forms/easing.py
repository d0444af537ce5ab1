"""How long to rest, and when a flare ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import times
from accounts.forms import ClockField
from accounts.models import User
from checkins import until


class RestForm(forms.Form):
    """One of the offered moments, or `time` with a time of their own today."""

    all_optional = True

    until = forms.CharField(
        required=False, max_length=20, initial="time", widget=forms.HiddenInput(attrs={"id": "rest_until"})
    )
    time = ClockField(label=gettext_lazy("Until a time today"), required=False)

    def __init__(self, *args: Any, owner: User, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now = owner.zone, now
        self.offered = until.rests(now, self.zone)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        moments = {key: at for key, _words, at in self.offered}
        if cleaned["until"] == "time":
            moments["time"] = self._at(cleaned["time"])
        if cleaned["until"] not in moments:
            raise forms.ValidationError(_("Choose until when you would like to rest."))
        return {**cleaned, "until_at": moments[cleaned["until"]]}

    def _at(self, time: dt.time | None) -> dt.datetime:
        if time is None:
            raise forms.ValidationError({"time": ClockField.INVALID})
        at = times.instant(self.now.astimezone(self.zone).date(), time, self.zone)
        if at <= self.now:
            words = _("That time is over for today. Choose a later one, or tomorrow morning.")
            raise forms.ValidationError({"time": words})
        return at


class FlareForm(forms.Form):
    """When it ends by itself; tomorrow evening unless they say otherwise, so that its check-in is softer too."""

    until = forms.ChoiceField(
        label=gettext_lazy("When shall it end by itself?"),
        initial="tomorrow",
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose when it should end."),
            "invalid_choice": gettext_lazy("Choose when it should end."),
        },
    )

    def __init__(self, *args: Any, owner: User, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = until.flares(now, owner.zone)
        self.moments = {key: at for key, _words, at in offered}
        self.words = {key: words for key, words, _at in offered}
        self.fields["until"].choices = list(self.words.items())  # type: ignore[attr-defined]

    @property
    def until_at(self) -> dt.datetime:
        """The moment that was chosen, in UTC; for a form that is valid."""
        return self.moments[self.cleaned_data["until"]]

    def begin_with(self, at: dt.datetime | None) -> None:
        """Show the end that was chosen before; none of them where the day has moved on since."""
        self.initial["until"] = next((key for key, moment in self.moments.items() if moment == at), None)

    @property
    def usual(self) -> str:
        """The end for who chooses nothing, in words."""
        return self.words["tomorrow"]
