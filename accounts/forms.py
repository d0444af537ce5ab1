"""Forms about a person, and the piece every form that makes something shares."""

from __future__ import annotations

import uuid

from django import forms


class OnceForm(forms.Form):
    """A form that makes one thing however often it is sent: the key it was drawn with travels back."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
