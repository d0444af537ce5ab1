"""What people type about their network. Forms convert and check; services decide."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import TURNS, LineField, OnceForm
from networks import sharing
from networks.models import Circle, How, Support, Tie

LONGEST_AGO = dt.timedelta(days=3660)


class TieForm(OnceForm):
    """Only a name and a circle are needed."""

    name = LineField(
        label=_("Name or nickname"),
        max_length=80,
        help_text=_("Just what you call them. It can be a group or a place, too."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    circle = forms.ChoiceField(
        label=_("How close are they to you right now?"),
        choices=lambda: [(circle.value, f"{circle.label}: {circle.hint}") for circle in Circle],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the three circles. You can move them later.")},
    )
    relationship = LineField(
        label=_("Who are they to you?"),
        max_length=60,
        required=False,
        help_text=_("For example: sister, neighbour, physiotherapist."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    supports = forms.MultipleChoiceField(
        label=_("How do they support you?"),
        choices=Support.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    phone = LineField(
        label=_("Phone"),
        max_length=40,
        required=False,
        validators=[
            RegexValidator(
                r"^[\d\s()+./#*-]*\d[\d\s()+./#*-]*$",
                _("Type the number with digits, spaces and + only, like +44 20 7946 0000."),
            )
        ],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    @classmethod
    def of(cls, tie: Tie) -> TieForm:
        """Filled in with what is known."""
        fields = ("name", "circle", "relationship", "supports", "phone", "email")
        return cls(initial={name: getattr(tie, name) for name in fields})

    def details(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "form_key"}


class TouchForm(OnceForm):
    """Sent with nothing but its key it means: today, no matter how."""

    how = forms.ChoiceField(label=_("How?"), choices=How.choices, required=False, widget=forms.RadioSelect)
    on = forms.DateField(
        label=_("When?"),
        required=False,
        help_text=_("Leave it empty for today."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Type the day like 2026-05-31, or leave it empty for today.")},
    )

    def clean_on(self) -> dt.date | None:
        day, today = self.cleaned_data["on"], timezone.localdate()
        if day and day > today:
            raise forms.ValidationError(_("That day is still to come. Choose today or an earlier day."))
        if day and day < today - LONGEST_AGO:
            raise forms.ValidationError(_("That is very long ago. Choose a day in the last ten years."))
        return day

    def happened_at(self, now: dt.datetime) -> dt.datetime:
        """Now, or noon of the day that was chosen, on their clock."""
        day = self.cleaned_data["on"]
        if day is None or day == timezone.localdate(now):
            return now
        return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


class SharesField(forms.MultipleChoiceField):
    """Ticks for what somebody may see, each with a whole sentence. Nothing is ticked to begin with."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[(share.value, share.label) for share in sharing.OFFERED], required=False, **kwargs
        )

    def speak_of(self, name: str) -> None:
        self.choices = [
            (share.value, sharing.sentence_for_owner(share, name=name)) for share in sharing.OFFERED
        ]


class InviteForm(OnceForm):
    email = forms.EmailField(
        label=_("Their e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("We use it for this invitation only."),
    )
    note = forms.CharField(
        label=_("A few words from you"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("They read this in the e-mail. Perhaps why you thought of them."),
    )
    shares = SharesField(label=_("What may they see?"))

    def __init__(self, *args: Any, tie: Tie, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shares = self.fields["shares"]
        assert isinstance(shares, SharesField)  # noqa: S101 - for the type checker
        shares.speak_of(tie.name)
        shares.help_text = _("Nothing is shared unless you tick it. You can change it at any time.")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_note(self) -> str:
        return TURNS.sub("", self.cleaned_data["note"])


class SharesForm(forms.Form):
    all_optional = True
    shares = SharesField(label=_("What may they see?"))

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shares = self.fields["shares"]
        assert isinstance(shares, SharesField)  # noqa: S101 - for the type checker
        shares.speak_of(name)


class ResendForm(forms.Form):
    """How often it had been sent when the button was drawn."""

    seen = forms.IntegerField(min_value=1, max_value=10)
