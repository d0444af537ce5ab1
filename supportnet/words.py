"""Django's stock sentences about forms, said the way this house speaks. A field may still have its own."""

from __future__ import annotations

from django import forms
from django.core.validators import EmailValidator, MaxLengthValidator, ProhibitNullCharactersValidator
from django.utils.translation import gettext_lazy as _


def replace_stock() -> None:
    """Once, before any form is made: fields copy what they find here."""
    forms.Field.default_error_messages["required"] = _("Please fill this in.")
    forms.URLField.default_error_messages["invalid"] = _(
        "That does not look like a web address. Write it like https://example.org."
    )
    EmailValidator.message = _("That does not look like an e-mail address. Is there an @ in it?")
    MaxLengthValidator.message = _("That is too long. Please shorten it a little.")
    ProhibitNullCharactersValidator.message = _(
        "There is a character in it that we cannot keep. Please type it again."
    )
