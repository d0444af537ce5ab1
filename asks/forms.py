"""What people type about asks. Forms convert and check; services decide."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import times
from accounts.forms import ClockField, LineField, OnceForm
from accounts.models import User
from asks import audience, when, wording
from asks.models import Ask, Energy, Gift, Need, Occurrence, Softer
from networks.contacts import card
from networks.models import Membership, Tie

A_DAY = _("Type the day like 2026-05-31.")
AN_HOUR = 60
PAST = _("Choose a day and a time that are still to come.")


class DayField(forms.DateField):
    def __init__(self, **more: Any) -> None:
        super().__init__(
            required=False,
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            error_messages={"invalid": A_DAY},
            **more,
        )


class PeopleField(forms.ModelMultipleChoiceField):
    """Members by the name the owner gave them."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.tie.name)


class TieField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


def _day_to_come(day: dt.date | None, owner: User, now: dt.datetime) -> None:
    if day and day < now.astimezone(owner.zone).date():
        raise forms.ValidationError(_("That day is past. Choose today or a later day."))
    if day and day > now.astimezone(owner.zone).date() + dt.timedelta(days=730):
        raise forms.ValidationError(_("That is very far away. Choose a day in the next two years."))


class ChoicesForm(OnceForm):
    """What is needed, when, and of whom. Everything has an answer already; nothing has to be changed."""

    all_optional = True
    # Folded away to begin with: what few need.
    RARER: ClassVar = ("weeks_apart", "repeats_until_on", "energy")

    need = forms.ChoiceField(choices=Need.choices, widget=forms.HiddenInput)
    on = DayField(label=_("Which day?"), help_text=_("Leave it empty if any time is fine."))
    at = ClockField(label=_("At what time?"), required=False)
    minutes = forms.TypedChoiceField(
        label=_("About how long?"),
        choices=[
            (15, _("15 minutes")),
            (30, _("Half an hour")),
            (60, _("An hour")),
            (120, _("Two hours")),
            (240, _("Half a day")),
        ],
        coerce=int,
        initial=AN_HOUR,
        required=False,
    )
    weeks_apart = forms.TypedChoiceField(
        label=_("Once, or again and again?"),
        choices=[
            (0, _("Once")),
            (1, _("Every week")),
            (2, _("Every 2 weeks")),
            (3, _("Every 3 weeks")),
            (4, _("Every 4 weeks")),
        ],
        coerce=int,
        initial=0,
        required=False,
    )
    repeats_until_on = DayField(label=_("Until when, if again and again?"))
    flexible = forms.BooleanField(label=_("Yes, if my body agrees: it may change on the day"), required=False)
    energy = forms.ChoiceField(
        label=_("How much energy does it cost you?"),
        choices=Energy.choices,
        initial=Energy.MIDDLE,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Only you see this."),
    )
    softer = forms.ChoiceField(
        label=_("If it has to be less on the day"),
        choices=Softer.choices,
        initial=Softer.CALL,
        required=False,
        widget=forms.RadioSelect,
    )
    chosen = PeopleField(
        label=_("Ask only these people"),
        queryset=Membership.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick nobody to ask everybody who sees what you ask for."),
    )

    def __init__(self, *args: Any, owner: User, by: User, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner, self.now = owner, now
        chosen = self.fields["chosen"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type checker
        # Who is in the network is the owner's to know: an organiser asks everybody.
        members = audience.those_who_see(owner).select_related("tie").order_by("tie__name", "pk")
        chosen.queryset = members if owner == by else Membership.objects.none()
        if owner != by or not members.exists():
            del self.fields["chosen"]
        if self["need"].value() == Need.CALL:
            self._offer_less_than_a_call()
        # What it takes out of the owner, only they can say.
        if owner != by:
            del self.fields["energy"]

    def _offer_less_than_a_call(self) -> None:
        softer = self.fields["softer"]
        assert isinstance(softer, forms.ChoiceField)  # noqa: S101 - for the type checker
        softer.choices = [choice for choice in Softer.choices if choice[0] != Softer.CALL]
        softer.initial = Softer.MESSAGE

    def clean_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["on"]
        _day_to_come(day, self.owner, self.now)
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        on, at, weeks = said.get("on"), said.get("at"), said.get("weeks_apart")
        if at and not on and "on" not in self.errors:
            self.add_error("on", _("Choose the day, too, or leave the time empty."))
        if on and at and times.instant(on, at, self.owner.zone) <= self.now:
            self.add_error("at", PAST)
        if weeks and not (on and at) and not self.errors:
            self.add_error("at", _("For something that comes again, choose a day and a time."))
        until = said.get("repeats_until_on")
        if until and on and until < on:
            self.add_error("repeats_until_on", _("That is before the first day. Choose a later one."))
        return said

    def details(self) -> dict[str, Any]:
        """For `services.ask`."""
        said = self.cleaned_data
        on, at, weeks = said["on"], said["at"], said["weeks_apart"] or 0
        starts_at = times.instant(on, at, self.owner.zone) if on and at else None
        return {
            "need": said["need"],
            "starts_at": starts_at,
            "minutes": (said["minutes"] or AN_HOUR) if starts_at else None,
            "by_on": on if on and not at else None,
            "weeks_apart": weeks,
            "repeats_until_on": said["repeats_until_on"] if weeks else None,
            "flexible_at": self.now if said["flexible"] else None,
            "energy": said.get("energy") or Energy.MIDDLE,
            "softer": said["softer"] or Softer.NONE,
            "to": Ask.To.CHOSEN if said.get("chosen") else Ask.To.EVERYBODY,
            "chosen": list(said.get("chosen") or ()),
            "form_key": said["form_key"],
        }

    def in_words(self) -> str:
        """When, how long and how often, to be read once more before it is sent."""
        said = {name: value for name, value in self.details().items() if name not in ("chosen", "form_key")}
        ask = Ask(owner=self.owner, time_zone=self.owner.time_zone, **said)
        date = Occurrence(ask=ask, starts_at=ask.starts_at)
        parts = [wording.when(date, now=self.now), wording.lasts(ask.minutes), wording.rhythm(ask)]
        return ", ".join(part for part in parts if part)

    @property
    def usual(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in self.RARER]

    @property
    def rarer(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name in self.RARER]

    @property
    def rarer_matters(self) -> bool:
        """Whether something there is wrong or was chosen, so that it must not be folded away."""
        return any(field.errors for field in self.rarer) or bool(
            self["weeks_apart"].value() not in (0, "0", None)
        )


class AskForm(ChoicesForm):
    """The same with the words, which begin as what the choices say."""

    text = forms.CharField(
        label=_("What they read"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("Change every word you like. Day and time stand beside it."),
        error_messages={"required": _("Write a few words, so that people know what you need.")},
    )

    def clean_text(self) -> str:
        text = card.text(self.cleaned_data["text"])
        if not text:
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        return text

    def details(self) -> dict[str, Any]:
        return super().details() | {"text": self.cleaned_data["text"]}

    def only_words(self) -> None:
        """The choices are made: they travel along unseen, and only the words are shown."""
        for name, field in self.fields.items():
            if name != "text":
                several = isinstance(field, forms.ModelMultipleChoiceField)
                field.widget = forms.MultipleHiddenInput() if several else forms.HiddenInput()


class MoveForm(forms.Form):
    """Another day and time; or a button that says how many days later."""

    days = forms.TypedChoiceField(choices=[(1, "1"), (7, "7")], coerce=int, required=False, empty_value=None)
    on = DayField(label=_("Which day?"))
    at = ClockField(label=_("At what time?"), required=False)

    def __init__(self, *args: Any, owner: User, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner, self.now = owner, now

    def clean_on(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["on"]
        _day_to_come(day, self.owner, self.now)
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not said.get("days") and not (said.get("on") and said.get("at")) and not self.errors:
            self.add_error("on", _("Choose a day and a time."))
        return said

    def starts_at(self, before: dt.datetime | None) -> dt.datetime | None:
        """None where a number of days is meant of something that has no time yet."""
        said, zone = self.cleaned_data, self.owner.zone
        if said["days"]:
            return when.shifted(before, days=said["days"], zone=zone) if before else None
        return times.instant(said["on"], said["at"], zone)


class OfferForm(forms.Form):
    all_optional = True
    needs = forms.MultipleChoiceField(
        label=_("What could you do?"),
        choices=Need.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    when = LineField(
        label=_("When does it suit you?"),
        max_length=120,
        required=False,
        help_text=_("For example: Tuesday afternoons, or most evenings."),
    )


class GiftForm(OnceForm):
    what = forms.ChoiceField(
        label=_("What did you give?"),
        choices=Gift.What.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you gave.")},
    )
    tie = TieField(
        label=_("To whom?"), queryset=Tie.objects.none(), required=False, empty_label=_("Somebody")
    )

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tie = self.fields["tie"]
        assert isinstance(tie, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        tie.queryset = Tie.objects.of(owner).order_by("name")

    def given_on(self) -> dt.date:
        return timezone.localdate()
