"""What people type about their network. Forms convert and check; services decide."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import TURNS, LineField, OnceForm
from accounts.models import User
from networks.models import Afterwards, Circle, Energy, How, Support, Tie, TieKind, Touch
from networks.sharing_forms import ForAWhile, SharesField

LONGEST_AGO = dt.timedelta(days=3660)


# Days, as people say them.
OFTEN = {
    3: _("Every few days"),
    7: _("Every week"),
    14: _("Every two weeks"),
    30: _("Every month"),
    91: _("Every three months"),
}


class OftenField(forms.TypedChoiceField):
    """An interval in plain choices; a number of days, or None."""

    def __init__(self, *, none: Promise, **more: Any) -> None:
        super().__init__(
            choices=[("", none), *OFTEN.items()], coerce=int, empty_value=None, required=False, **more
        )


class OwnDaysField(forms.IntegerField):
    def __init__(self, **more: Any) -> None:
        wrong = _("Type a number of days from 1 to 366, or leave it empty.")
        super().__init__(
            min_value=1,
            max_value=366,
            required=False,
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
            **more,
        )


class WordsField(forms.CharField):
    """Some lines of the owner's own."""

    def __init__(self, *, rows: int = 3, **more: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": rows}), **more)

    def clean(self, value: Any) -> str:
        return TURNS.sub("", str(super().clean(value)))


class FoldedForm(OnceForm):
    """What is in `PRIVATE` is for the owner alone, and folded away until something is in it."""

    PRIVATE: tuple[str, ...] = ()

    @property
    def open_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.PRIVATE]

    @property
    def private_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name in self.PRIVATE]

    @property
    def is_unfolded(self) -> bool:
        """Something is written there already, or is wrong there."""
        return any(field.errors or field.value() for field in self.private_fields)


class TieForm(FoldedForm):
    """Only a name and a circle are needed."""

    PRIVATE = ("helps", "hinders", "energy", "ideal", "ideal_own", "at_most", "at_most_own")
    STORED = (
        *("kind", "name", "circle", "relationship", "supports", "phone", "email"),
        *("helps", "hinders", "energy"),
    )

    kind = forms.ChoiceField(
        label=_("This is"),
        choices=TieKind.choices,
        initial=TieKind.PERSON,
        required=False,
        widget=forms.RadioSelect,
    )
    name = LineField(
        label=_("Name or nickname"),
        max_length=80,
        help_text=_("Just what you call them. It can be a pain group or a library hour, too."),
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
    ideal = OftenField(label=_("How often would you like to be in touch?"), none=_("No set rhythm"))
    ideal_own = OwnDaysField(label=_("Or every so many days"))
    at_most = OftenField(
        label=_("And the longest time without?"),
        none=_("No longest time"),
        help_text=_("After that they stand on your list of people going quiet. Nobody else sees it."),
    )
    at_most_own = OwnDaysField(label=_("Or at most so many days"))
    energy = forms.ChoiceField(
        label=_("Being in touch with them …"),
        choices=[*Energy.choices, ("", _("I’d rather not say"))],
        required=False,
        widget=forms.RadioSelect,
    )
    helps = WordsField(
        label=_("What helps"),
        max_length=1000,
        help_text=_("Perhaps: a short message first, then a call."),
    )
    hinders = WordsField(
        label=_("What doesn’t"),
        max_length=1000,
        help_text=_("Perhaps: advice when you only want company."),
    )

    @classmethod
    def of(cls, tie: Tie) -> TieForm:
        """Filled in with what is known."""
        initial = {name: getattr(tie, name) for name in cls.STORED}
        for name, days in (("ideal", tie.ideal_days), ("at_most", tie.at_most_days)):
            listed = days is None or days in OFTEN
            initial |= {name: days or "", f"{name}_own": None} if listed else {f"{name}_own": days}
        return cls(initial=initial)

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or TieKind.PERSON

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        ideal, at_most = self._days("ideal"), self._days("at_most")
        if ideal and at_most and at_most < ideal:
            self.add_error("at_most", _("Choose a time that is not shorter than how often you would like."))
        return said

    def _days(self, name: str) -> int | None:
        """A number of their own counts before a choice from the list."""
        return self.cleaned_data.get(f"{name}_own") or self.cleaned_data.get(name) or None

    def details(self) -> dict[str, Any]:
        known = {name: self.cleaned_data[name] for name in self.STORED}
        return known | {"ideal_days": self._days("ideal"), "at_most_days": self._days("at_most")}


class TouchForm(FoldedForm):
    """Sent with nothing but its key it means: today, no matter how."""

    all_optional = True
    PRIVATE = ("afterwards", "note")

    how = forms.ChoiceField(label=_("How?"), choices=How.choices, required=False, widget=forms.RadioSelect)
    on = forms.DateField(
        label=_("When?"),
        required=False,
        help_text=_("Leave it empty for today."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Type the day like 2026-05-31, or leave it empty for today.")},
    )
    afterwards = forms.ChoiceField(
        label=_("How did you feel afterwards?"),
        choices=[*Afterwards.choices, ("", _("I’d rather not say"))],
        required=False,
        widget=forms.RadioSelect,
    )
    note = WordsField(label=_("A note for yourself"), max_length=600)

    def clean_on(self) -> dt.date | None:
        day, today = self.cleaned_data["on"], timezone.localdate()
        if day and day > today:
            raise forms.ValidationError(_("That day is still to come. Choose today or an earlier day."))
        if day and day < today - LONGEST_AGO:
            raise forms.ValidationError(_("That is very long ago. Choose a day in the last ten years."))
        return day

    def happened_at(self, now: dt.datetime) -> dt.datetime:
        """`now`, or noon of another day that was chosen, on their clock."""
        day = self.cleaned_data["on"]
        if day is None or day == timezone.localdate(now):
            return now
        return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))

    def felt(self) -> dict[str, str]:
        """What `services.log_touch` and `services.tell_touch` take besides the time."""
        return {name: self.cleaned_data[name] for name in ("how", "afterwards", "note")}


class ToldTouchForm(TouchForm):
    """The second step, for a contact that is logged: filled in with what is known. A wrong name can be put right."""

    tie = forms.ModelChoiceField(
        label=_("With whom?"),
        queryset=Tie.objects.none(),
        required=False,
        empty_label=None,
        error_messages={"invalid_choice": _("Choose somebody who is in your network now.")},
    )
    field_order = ("form_key", "tie", "how", "on", "afterwards", "note")

    def __init__(self, data: Any = None, *, touch: Touch, owner: User) -> None:
        known = {name: getattr(touch, name) for name in ("how", "afterwards", "note", "tie")}
        super().__init__(data, initial=known | {"on": timezone.localdate(touch.happened_at)})
        tie = self.fields["tie"]
        assert isinstance(tie, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        tie.queryset = Tie.objects.of(owner).order_by("name", "pk")
        if touch.logged_by_id != owner.pk:
            # Who logged it said with whom, when and how; the owner says how it felt.
            for name in ("tie", "how", "on"):
                self.fields[name].disabled = True


class InviteForm(ForAWhile, OnceForm):
    field_order = ("email", "note", "shares", *ForAWhile.FOLDED)

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
        self.fields["how_long"].help_text = _(
            "Counted from today, whenever they say yes. They see it to the end of that day. "
            "Then it is off, and nobody is told."
        )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_note(self) -> str:
        return TURNS.sub("", self.cleaned_data["note"])

    def letter(self) -> dict[str, Any]:
        """What `services.invite` takes."""
        asked = {name: self.cleaned_data[name] for name in ("email", "note", "shares", "form_key")}
        return asked | {"ends": self.ends()}


CAPS = (1, 2, 3, 5, 7, 10, 20)


def _caps() -> list[tuple[int | str, str]]:
    words = [(most, ngettext("At most %(n)s ask a week", "At most %(n)s asks a week", most)) for most in CAPS]
    return [("", gettext("As many as come")), *((most, word % {"n": most}) for most, word in words)]


class CapForm(forms.Form):
    """How many asks a week are enough; empty for as many as come."""

    at_most = forms.TypedChoiceField(
        label=_("How much do you want to be asked?"),
        choices=_caps,
        coerce=int,
        empty_value=None,
        required=False,
    )


class ResendForm(forms.Form):
    """How often it had been sent when the button was drawn."""

    seen = forms.IntegerField(min_value=1, max_value=10)
