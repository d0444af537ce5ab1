"""What is typed around a share link: a note by whoever asks, and the owner's yes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import TURNS, LineField
from accounts.models import User
from networks.models import Circle, JoinRequest, Tie
from networks.sharing_forms import ForAWhile, SharesField

NEW = "new"


class JoinForm(forms.Form):
    all_optional = True
    note = forms.CharField(
        label=gettext_lazy("A short note, so that they know who you are"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": gettext_lazy("Shorten it to 300 letters or fewer, please.")},
    )

    def clean_note(self) -> str:
        return TURNS.sub("", self.cleaned_data["note"])


class ApproveForm(ForAWhile):
    """As somebody who is in the circles already, or as somebody new; what they may see, and for how long."""

    field_order = ("tie", "name", "circle", "shares", *ForAWhile.FOLDED)

    tie = forms.ChoiceField(
        label=gettext_lazy("Who is it?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose who it is, or “somebody new”."),
            "invalid_choice": gettext_lazy("Choose one of the people shown here."),
        },
    )
    name = LineField(
        label=gettext_lazy("If new: what do you call them?"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    circle = forms.ChoiceField(
        label=gettext_lazy("If new: how close are they to you right now?"),
        choices=lambda: [(circle.value, f"{circle.label}: {circle.hint}") for circle in Circle],
        required=False,
        widget=forms.RadioSelect,
    )
    shares = SharesField(
        label=gettext_lazy("What may they see?"),
        help_text=gettext_lazy("Nothing is shared unless you tick it. You can change it at any time."),
    )

    def __init__(self, data: Any = None, *, owner: User, asked: JoinRequest) -> None:
        name = asked.member.called
        super().__init__(data, initial={"tie": NEW, "name": name, "circle": Circle.WIDER})
        self.ties = {str(tie.pk): tie for tie in _free(owner)}
        tie, shares = self.fields["tie"], self.fields["shares"]
        assert isinstance(tie, forms.ChoiceField)  # noqa: S101 - for the type checker
        assert isinstance(shares, SharesField)  # noqa: S101 - for the type checker
        tie.choices = [(NEW, _("Somebody new")), *((pk, one.name) for pk, one in self.ties.items())]
        shares.speak_of(name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("tie") == NEW:
            if not cleaned.get("name"):
                self.add_error("name", _("Write what you call them."))
            if not cleaned.get("circle"):
                self.add_error("circle", _("Choose one of the three circles. You can move them later."))
        return cleaned

    def decision(self) -> dict[str, Any]:
        """What `services.approve` takes."""
        said = self.cleaned_data
        seen = {"shares": said["shares"], "ends": self.ends()}
        if said["tie"] == NEW:
            return seen | {"name": said["name"], "circle": said["circle"]}
        return seen | {"tie": self.ties[said["tie"]]}


def _free(owner: User) -> list[Tie]:
    """Who is in the circles and has not joined."""
    return [tie for tie in Tie.objects.of(owner).in_order().with_standing() if tie.membership is None]
