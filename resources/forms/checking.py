from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import OnceForm
from resources.models import Verification


class VerifyForm(OnceForm):
    """What a curator checked, and how."""

    how = forms.ChoiceField(
        label=_("How did you check?"),
        choices=[choice for choice in Verification.How.choices if choice[0] != Verification.How.SAMPLE],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how you checked this.")},
    )
    parts = forms.MultipleChoiceField(
        label=_("What did you check?"),
        choices=Verification.Part.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one thing that you checked.")},
    )
    note = forms.CharField(
        label=_("Note for other curators"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "aria-labelledby": "id_note_title"}),
        help_text=_("Never shown in public. Who you spoke to by their role, not their name."),
    )
