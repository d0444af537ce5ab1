"""What a person may type about check-ins."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import F
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.forms import OnceForm
from accounts.models import User
from checkins.models import Mood, Plan
from networks.models import Membership, Tie

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
    touched = forms.MultipleChoiceField(
        label=_("Were you in touch with anyone?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label=_("A note, for yourself"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The most recently met come first, so that on most days one tap is enough.
        recent = Tie.objects.of(owner).order_by(F("last_touch_at").desc(nulls_last=True), "name")[:30]
        self.ties = {str(tie.pk): tie for tie in recent}
        if "okay" in self.data:
            # One tap says one thing: whatever else stands in the form is left out, and cannot be wrong.
            for name in ("pain", "mood", "touched", "note"):
                self.fields[name].disabled = True
        people = [(key, tie.name) for key, tie in self.ties.items()]
        self.fields["touched"].choices = [  # type: ignore[attr-defined]
            *people,
            (SOMEONE_ELSE, _("Someone else")),
            (NO_ONE, _("No one today")),
        ]

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
            "pain": self.cleaned_data["pain"],
            "mood": self.cleaned_data["mood"],
            "note": self.cleaned_data["note"],
            "was_in_touch": None if not chosen else chosen != [NO_ONE],
            "touched": [self.ties[key] for key in chosen if key in self.ties],
        }


def _hours(*choices: float) -> list[tuple[str, Any]]:
    words = {0.5: _("half an hour"), 1: _("1 hour")}
    return [
        (str(int(hours * 60)), words.get(hours) or _("%(n)s hours") % {"n": int(hours)}) for hours in choices
    ]


def _minutes(value: str) -> dt.timedelta:
    return dt.timedelta(minutes=int(value))


class PlanForm(forms.Form):
    """When check-ins are due, and what happens if one does not come."""

    programme = forms.ChoiceField(
        label=_("What should happen if you miss one?"),
        choices=[
            (Plan.Programme.KEEP_IN_TOUCH, _("Keep in touch: you get a nudge, nobody else hears")),
            (Plan.Programme.SAFETY, _("Safety check-in: nudges first, then we tell one supporter")),
        ],
        widget=forms.RadioSelect,
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Which days?"),
        choices=[(number, name) for number, name in sorted(WEEKDAYS.items())],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day.")},
    )
    time = forms.TimeField(
        label=_("By what time?"),
        help_text=_("You can check in at any time before. For example 10:00."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Write a time like 10:00 or 8:30 pm.")},
        input_formats=["%H:%M", "%H:%M:%S", "%I:%M %p", "%I %p", "%I%p", "%I:%M%p", "%H.%M"],
    )
    grace = forms.TypedChoiceField(
        label=_("Nudge me after"), choices=_hours(0.5, 1, 2, 4, 8, 12), coerce=_minutes
    )
    again = forms.TypedChoiceField(
        label=_("Nudge me again after another"), choices=_hours(0.5, 1, 2, 4, 8, 12), coerce=_minutes
    )
    tell = forms.TypedChoiceField(
        label=_("Then tell my supporter after another"),
        choices=_hours(0.5, 1, 2, 4, 8, 12, 24),
        coerce=_minutes,
    )
    supporter = forms.ModelChoiceField(
        label=_("Whom do we tell?"),
        queryset=Membership.objects.none(),
        required=False,
        blank=True,
        widget=forms.RadioSelect,
        empty_label=_("Nobody yet"),
        help_text=_("We ask them first. Nothing is told to anyone who has not agreed."),
    )

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["supporter"]
        field.queryset = Membership.objects.of(owner).select_related("tie")  # type: ignore[attr-defined]
        field.label_from_instance = lambda membership: membership.tie.name  # type: ignore[attr-defined]

    @staticmethod
    def initial_for(plan: Plan | None) -> dict[str, Any]:
        """What the form starts with: the plan they have, or mornings at ten, every day, two hours at each step."""
        two = str(120)
        start: dict[str, Any] = {
            "programme": Plan.Programme.KEEP_IN_TOUCH,
            "days": list(range(7)),
            "time": dt.time(10),
            "grace": two,
            "again": two,
            "tell": two,
            "supporter": "",
        }
        if plan is None:
            return start
        start |= {"programme": plan.programme, "days": plan.days, "time": plan.times[0]}
        start["grace"] = str(round(plan.grace.total_seconds() / 60))
        for step in plan.steps.all():
            start["tell" if step.membership_id else "again"] = str(round(step.wait.total_seconds() / 60))
            start["supporter"] = step.membership_id or start.get("supporter")
        return start

    def answers(self) -> dict[str, Any]:
        """What `services.make_plan` takes."""
        answers = {name: self.cleaned_data[name] for name in ("programme", "days", "grace", "again", "tell")}
        return {**answers, "times": [self.cleaned_data["time"]], "supporter": self.cleaned_data["supporter"]}


class PauseForm(forms.Form):
    """How long to rest. The end is always known, so that nobody stays paused by mistake."""

    days = forms.TypedChoiceField(
        label=_("Pause for"),
        choices=[(1, _("one day")), (3, _("three days")), (7, _("one week")), (14, _("two weeks"))],
        coerce=int,
        widget=forms.RadioSelect,
    )
