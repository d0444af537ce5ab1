"""Forms about a person, and the piece every form that makes something shares."""

from __future__ import annotations

import uuid
import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User

THEMES = [("light", _("Light")), ("dim", _("Dim")), ("auto", _("Like my device"))]


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


def zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every time zone there is, grouped by its part of the world, UTC first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        area, slash, place = name.partition("/")
        if slash and area not in ("Etc", "SystemV", "US", "posix", "right"):
            groups.setdefault(area, []).append((name, place.replace("_", " ").replace("/", ", ")))
    return [(str(_("World")), [("UTC", "UTC")]), *groups.items()]


class PreferencesForm(forms.ModelForm[User]):
    time_zone = forms.ChoiceField(label=_("Your time zone"), choices=zones)

    class Meta:
        model = User
        fields = ["name", "time_zone", "language"]


class SignupForm(forms.Form):
    """What sign-up asks beside the e-mail address and the password."""

    name = forms.CharField(label=_("What should we call you?"), max_length=60)
    time_zone = forms.ChoiceField(label=_("Your time zone"), choices=zones, initial="UTC")
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def signup(self, request: HttpRequest, user: User) -> None:
        for field in ("name", "time_zone", "language"):
            setattr(user, field, self.cleaned_data[field])
        user.save(update_fields=["name", "time_zone", "language"])
