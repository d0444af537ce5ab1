from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import TURNS, LineField, OnceForm
from resources.models import Feedback, FindingWishes


class SearchNameForm(OnceForm):
    """A search to keep. Its place is left out unless its owner ticks the box."""

    name = LineField(label=_("What shall we call it?"), max_length=200)
    keep_place = forms.BooleanField(
        label=_("Keep the place, too"),
        required=False,
        help_text=_("Without the tick we look everywhere, and keep nothing of where you searched."),
    )

    def __init__(self, *args: Any, with_place: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_place:
            del self.fields["keep_place"]


class InTheWayForm(forms.Form):
    """What gets in the way. Nothing ticked is an answer, too."""

    all_optional = True

    what = forms.MultipleChoiceField(
        label=_("What gets in your way?"),
        choices=FindingWishes.InTheWay.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class FeedbackForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("How was it?"),
        choices=Feedback.Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how it was.")},
    )
    because = forms.MultipleChoiceField(
        label=_("If you could not: what was in the way?"),
        choices=Feedback.Because.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label=_("In your own words"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown without your name, after a curator has read it. Please name nobody."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Who ticks what was in the way has said already that they could not."""
        super().__init__(*args, **kwargs)
        if self.is_bound and self["because"].data:
            self.fields["verdict"].required = False

    def clean_verdict(self) -> str:
        return self.cleaned_data["verdict"] or Feedback.Verdict.COULD_NOT.value

    def clean_words(self) -> str:
        return TURNS.sub("", self.cleaned_data["words"])
