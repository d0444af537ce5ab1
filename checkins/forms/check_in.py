"""What a person may say when they check in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from accounts.forms import OnceForm
from accounts.models import User
from checkins.models import CheckIn, Energy, Mood
from networks.models import Tie

SCORES = [(str(score), str(score)) for score in range(11)]
SOMEONE_ELSE, NO_ONE = "someone", "none"


class CheckInForm(OnceForm):
    """Today's check-in. Every part may be left out, so nothing here is marked optional."""

    all_optional = True

    pain = forms.TypedChoiceField(
        label=_("Pain right now"),
        choices=SCORES,
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect(attrs={"class": "scale"}),
    )
    mood = forms.ChoiceField(label=_("Mood"), choices=Mood.choices, required=False, widget=forms.RadioSelect)
    energy = forms.ChoiceField(
        label=_("Energy"), choices=Energy.choices, required=False, widget=forms.RadioSelect
    )
    touched = forms.MultipleChoiceField(
        label=_("Were you in touch with anyone?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label=_("A note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The most recently met come first, so that on most days one tap is enough.
        recent = Tie.objects.of(owner).order_by(F("last_touch_at").desc(nulls_last=True), "name")[:30]
        self.ties = {str(tie.pk): tie for tie in recent}
        if self.answer:
            # One tap says one thing: whatever else stands in the form is left out, and cannot be wrong.
            for name in ("pain", "mood", "energy", "touched", "note"):
                self.fields[name].disabled = True
        people = [(key, tie.name) for key, tie in self.ties.items()]
        self.fields["touched"].choices = [  # type: ignore[attr-defined]
            *people,
            (SOMEONE_ELSE, _("Someone else")),
            (NO_ONE, _("No one today")),
        ]

    @property
    def answer(self) -> str:
        """Which of the two buttons that say everything was tapped, if one was."""
        if "company" in self.data:
            return CheckIn.Answer.COMPANY
        return CheckIn.Answer.OKAY if "okay" in self.data else ""

    def clean_touched(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["touched"]
        if NO_ONE in chosen and len(chosen) > 1:
            raise forms.ValidationError(_("Choose the people, or “No one today”, but not both."))
        return chosen

    def answers(self) -> dict[str, Any]:
        """What `services.check_in` takes."""
        chosen = self.cleaned_data["touched"]
        return {
            "form_key": self.cleaned_data["form_key"],
            "answer": self.answer,
            "pain": self.cleaned_data["pain"],
            "mood": self.cleaned_data["mood"],
            "energy": self.cleaned_data["energy"],
            "note": self.cleaned_data["note"],
            "was_in_touch": None if not chosen else chosen != [NO_ONE],
            "touched": [self.ties[key] for key in chosen if key in self.ties],
        }
