"""Forms about a person, and the piece every form that makes something shares."""

from __future__ import annotations

import functools
import re
import uuid
import zoneinfo
from typing import Any, ClassVar

from allauth.account.fields import EmailField
from allauth.core import context
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.models import User, one_line

THEMES = [("light", _("Light")), ("dim", _("Dim")), ("auto", _("Like my device"))]
Zones = list[tuple[str, list[tuple[str, str]]]]
# Invisible signs that turn the direction of what follows: a name with one could rewrite the page around it.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")


class KeyField(forms.UUIDField):
    """The key a form was drawn with. One that is lost or was tampered with is replaced, never an error:
    the worst that can happen is that sending twice counts twice.
    """

    widget = forms.HiddenInput

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return super().clean(value) or uuid.uuid4()
        except forms.ValidationError:
            return uuid.uuid4()


class OnceForm(forms.Form):
    """A form that makes one thing however often it is sent: the key it was drawn with travels back."""

    form_key = KeyField(initial=uuid.uuid4, required=False)


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=THEMES)


@functools.cache
def zones_by_area() -> Zones:
    """Every time zone that is a place, grouped by its part of the world."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        area, _slash, place = name.partition("/")
        if place and area not in ("Etc", "SystemV", "US", "posix", "right"):
            groups.setdefault(area, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return list(groups.items())


def zone_choices() -> Zones:
    return [(str(_("World")), [("UTC", str(_("Universal time (UTC)")))]), *zones_by_area()]


class ZoneField(forms.ChoiceField):
    def __init__(self) -> None:
        super().__init__(
            label=_("Your time zone"),
            choices=zone_choices,
            initial="UTC",
            help_text=_("So that 8 pm means 8 pm where you are."),
        )


class LineField(forms.CharField):
    """One line of plain text: no control characters, no runs of spaces. It may go into a subject line."""

    def to_python(self, value: Any) -> str:
        text = TURNS.sub("", super().to_python(value) or "")
        return text if "\0" in text else one_line(text)  # a NUL is refused, in words


class ClockField(forms.TimeField):
    """A time of day, written in any way people write one."""

    INVALID = _("Write a time like 10:00 or 8:30 pm.")
    FORMATS: ClassVar = ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I %p", "%I%p", "%I:%M%p", "%H.%M"]

    def __init__(self, **more: Any) -> None:
        super().__init__(
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            error_messages={"invalid": self.INVALID, "required": _("Choose a time of day.")},
            input_formats=self.FORMATS,
            **more,
        )


class NameField(LineField):
    def __init__(self) -> None:
        super().__init__(
            label=_("What should we call you?"),
            max_length=60,
            help_text=_("A first name or a nickname is fine. The people in your network see it."),
            widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
            error_messages={"required": _("Write the name you want to be called by.")},
        )


class PreferencesForm(forms.ModelForm):
    name = NameField()
    time_zone = ZoneField()

    class Meta:
        model = User
        fields = ["name", "time_zone", "language"]


class InvitedEmailField(EmailField):
    """The address an invitation came to. It stays that one here, for with another nothing is shared to begin with.

    It is proven like any: by the code that is sent there.
    """

    def __init__(self, address: str) -> None:
        super().__init__(
            initial=address, help_text=_("Your invitation came to this address. We send a code there.")
        )
        self.address = address
        self.widget.attrs["readonly"] = True

    def clean(self, value: Any) -> str:
        del value
        return str(super().clean(self.address))


class SignupForm(forms.Form):
    """What sign-up asks beside the e-mail address and the password. allauth builds its own form on it."""

    name = NameField()
    time_zone = ZoneField()
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, initial=get_language)
    adult = forms.BooleanField(
        label=_("I am 18 or older"),
        error_messages={"required": _("Supportnet is for adults. Tick the box if you are 18 or older.")},
    )
    agree = forms.BooleanField(
        label=services.STORE_CONSENT,
        help_text=_("Nothing is shared with anybody until you say so."),
        error_messages={
            "required": _("We cannot keep your check-ins unless you agree. Tick the box to go on.")
        },
    )
    field_order = ("name", "email", "password1", "time_zone", "language", "adult", "agree")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.fields["time_zone"].widget.attrs["data-guess-time-zone"] = True
        invited = context.request.session.get("invitation_email")
        if invited:
            self.fields["email"] = InvitedEmailField(invited)

    def signup(self, request: HttpRequest, user: User) -> None:
        """allauth has just saved the account; `request` is part of its signature."""
        del request
        services.welcome(
            user=user,
            name=self.cleaned_data["name"],
            time_zone=self.cleaned_data["time_zone"],
            language=self.cleaned_data["language"],
        )


class AlongForm(forms.Form):
    """What goes into the file."""

    all_optional = True
    private = forms.BooleanField(
        label=_("With your private notes"),
        help_text=_(
            "What helps and what doesn’t, energy, and how it felt afterwards. "
            "Tick this only if the file stays with you."
        ),
        required=False,
    )


class LeavingForm(forms.Form):
    sure = forms.BooleanField(
        label=_("Yes, delete everything. I know that it cannot be brought back."),
        error_messages={"required": _("Tick the box if you really want to leave. Nothing is deleted yet.")},
    )
