"""What a person may say about how they hear from us."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms import ClockField
from outbox.models import ChannelPreference

# So much of the day is left to write to somebody: in less, a letter that is tried again misses it day after day.
LEAST_AWAKE = dt.timedelta(hours=1)


class PreferenceForm(forms.Form):
    """Reminders, quiet hours and discretion, for one channel."""

    all_optional = True

    nudges = forms.BooleanField(
        label=_("Send me reminders by e-mail"),
        required=False,
        help_text=_(
            "They ask how you are. Without them a safety check-in still goes on: "
            "before we tell anybody, we write to you once."
        ),
    )
    quiet_from = ClockField(label=_("Quiet hours begin at"), required=False)
    quiet_until = ClockField(label=_("Quiet hours end at"), required=False)
    any_hour = forms.BooleanField(
        label=_("No quiet hours: write to me at any time of day"),
        required=False,
    )
    discreet = forms.BooleanField(
        label=_("Keep e-mails discreet"),
        required=False,
        help_text=format_lazy(
            _(
                "They come from “{name}” and are called “A note for you”. What is inside stays the same, "
                "and a phone may show its first words."
            ),
            name=settings.DISCREET_FROM_NAME,
        ),
    )

    def __init__(self, *args: Any, wish: ChannelPreference, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": _initial(wish), **kwargs})

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("any_hour") or self.errors:
            return said
        for name in ("quiet_from", "quiet_until"):
            if said.get(name) is None:
                self.add_error(name, _("Choose a time, or tick “No quiet hours”."))
        if not self.errors and said["quiet_from"] == said["quiet_until"]:
            self.add_error("quiet_until", _("Choose two different times, or tick “No quiet hours”."))
        elif not self.errors and _awake(said["quiet_until"], said["quiet_from"]) < LEAST_AWAKE:
            self.add_error(
                "quiet_until", _("Leave at least one hour of the day in which we may write to you.")
            )
        return said

    def answers(self) -> dict[str, Any]:
        """What `services.prefer` takes. Two equal times are no quiet hours."""
        said = self.cleaned_data
        quiet = (dt.time(0), dt.time(0)) if said["any_hour"] else (said["quiet_from"], said["quiet_until"])
        return {
            "quiet_from": quiet[0],
            "quiet_until": quiet[1],
            "discreet": said["discreet"],
            "nudges": said["nudges"],
        }


def _awake(since: dt.time, until: dt.time) -> dt.timedelta:
    """From one time of day to the next coming of the other."""
    day = dt.date.min
    span = dt.datetime.combine(day, until) - dt.datetime.combine(day, since)
    return span % dt.timedelta(days=1)


def _initial(wish: ChannelPreference) -> dict[str, Any]:
    any_hour = wish.quiet_from == wish.quiet_until
    usual = ChannelPreference()
    return {
        "nudges": wish.nudges_stopped_at is None,
        "any_hour": any_hour,
        "quiet_from": usual.quiet_from if any_hour else wish.quiet_from,
        "quiet_until": usual.quiet_until if any_hour else wish.quiet_until,
        "discreet": wish.discreet_at is not None,
    }
