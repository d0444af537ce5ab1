"""What a person may want of a plan."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from checkins.models import Plan
from checkins.services import Rung
from networks.models import Membership


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
        answers = {name: self.cleaned_data[name] for name in ("programme", "days", "grace")}
        ladder = [Rung(self.cleaned_data["again"])]
        if self.cleaned_data["supporter"]:
            ladder.append(Rung(self.cleaned_data["tell"], (self.cleaned_data["supporter"],)))
        return {**answers, "times": [self.cleaned_data["time"]], "ladder": ladder}


class PauseForm(forms.Form):
    """How long to rest. The end is always known, so that nobody stays paused by mistake."""

    days = forms.TypedChoiceField(
        label=_("Pause for"),
        choices=[(1, _("one day")), (3, _("three days")), (7, _("one week")), (14, _("two weeks"))],
        coerce=int,
        widget=forms.RadioSelect,
    )
