"""Somebody says that they speak for an organisation."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import LineField


class ClaimForm(forms.Form):
    affiliation = forms.CharField(
        label=_("What do you do there?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a few words what you do there.")},
    )
    reach_us = LineField(
        label=_("How can we make sure?"),
        max_length=300,
        help_text=_("A number or address that stands on the organisation’s own website."),
        error_messages={"required": _("Tell us how a curator can make sure.")},
    )
