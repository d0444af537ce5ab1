"""What a person may want of a plan: when, and who hears after what time, rung by rung."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.forms import ClockField, LineField, OnceForm
from accounts.models import User
from checkins.forms.drafts import ME, MOST_RUNGS, MOST_TIMES
from checkins.models import Plan
from checkins.services import Rung, Wanted
from checkins.wording import in_words, listed
from networks.models import Membership

# Minutes that may lie between two steps.
WAITS = (30, 60, 90, 120, 180, 240, 360, 480, 720, 1080, 1440)
# Days between two check-ins, where they do not follow the week.
STRIDES = (2, 3, 4, 5, 6, 7, 10, 14, 21, 28)
# No plan begins or ends further away; a year with five digits is a slip of the finger.
FURTHEST = dt.timedelta(days=1830)
WEEK, EVERY = "week", "every"


def _minutes(value: str) -> dt.timedelta:
    return dt.timedelta(minutes=int(value))


def _wait_choices(own: Iterable[int]) -> list[tuple[str, str]]:
    return [(str(minutes), in_words(_minutes(str(minutes)))) for minutes in sorted({*WAITS, *own})]


def _own_minutes(plan: Plan | None) -> list[int]:
    """The waits this plan has already, however odd: they may stay."""
    if plan is None or plan.programme != Plan.Programme.SAFETY:
        return [round(plan.grace.total_seconds() / 60)] if plan else []
    spans = [plan.grace, *(step.wait for step in plan.steps.all())]
    return [max(1, round(span.total_seconds() / 60)) for span in spans]


class NearDateField(forms.DateField):
    """A day that a plan may begin or end on."""

    def __init__(self, **more: Any) -> None:
        invalid = {"invalid": _("Write the day like 2026-05-03, or choose it.")}
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), error_messages=invalid, **more
        )

    def clean(self, value: Any) -> dt.date | None:
        day: dt.date | None = super().clean(value)
        if day and abs(day - timezone.localdate()) > FURTHEST:
            raise forms.ValidationError(_("That is too far away. Choose a day within five years."))
        return day


@dataclass(frozen=True)
class RungFields:
    """One rung of the form as the page draws it. Step 1 is the first nudge, so these begin with 2."""

    index: int
    wait: forms.BoundField
    whom: forms.BoundField
    words: forms.BoundField
    says: str

    @property
    def step(self) -> int:
        return self.index + 2


class PlanForm(OnceForm):
    """A whole plan. Rungs are fields with a number in their name; how many there are travels in `rungs`."""

    programme = forms.ChoiceField(
        label=_("What should happen if you miss one?"),
        choices=[
            (Plan.Programme.KEEP_IN_TOUCH, _("Keep in touch: you get a nudge, nobody else hears")),
            (Plan.Programme.SAFETY, _("Safety check-in: nudges first, then we tell the people you choose")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what should happen if you miss a check-in.")},
    )
    rhythm = forms.ChoiceField(
        label=_("Which days?"),
        choices=[(WEEK, _("Days of the week")), (EVERY, _("Every few days"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose days of the week, or every few days.")},
    )
    days = forms.TypedMultipleChoiceField(
        label=_("On these days"),
        choices=[(number, name) for number, name in sorted(WEEKDAYS.items())],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day.")},
    )
    every = forms.TypedChoiceField(label=_("How often?"), coerce=int)
    time_1 = ClockField(
        label=_("By what time?"),
        help_text=_("Earlier that day counts, too. So does the evening before a morning. For example 10:00."),
    )
    time_2 = ClockField(label=_("A second time"), required=False)
    time_3 = ClockField(label=_("A third time"), required=False)
    time_4 = ClockField(label=_("A fourth time"), required=False)
    name = LineField(
        label=_("A name for this plan"),
        max_length=60,
        required=False,
        help_text=_("Only you see it. For example: Mornings."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    starts_on = NearDateField(
        label=_("First day"), required=False, help_text=_("Empty means now. “Every few days” counts from it.")
    )
    ends_on = NearDateField(label=_("Last day"), required=False, help_text=_("Empty means no end."))
    grace = forms.TypedChoiceField(label=_("We nudge you by e-mail after"), coerce=_minutes)
    rungs = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_RUNGS,
        widget=forms.HiddenInput,
        error_messages={"max_value": _("A ladder has at most eight steps after the first nudge.")},
    )

    def __init__(self, data: QueryDict, *, owner: User, plan: Plan | None = None) -> None:
        super().__init__(data)
        members = Membership.objects.of(owner).select_related("tie", "member").order_by("tie__name", "pk")
        self.members = {str(member.pk): member for member in members}
        self.waits = _wait_choices(_own_minutes(plan))
        self._choices("grace").choices = [one for one in self.waits if int(one[0]) >= WAITS[0]]
        strides = sorted({*STRIDES, *([plan.every] if plan and plan.every else [])})
        self._choices("every").choices = [(n, _("every %(n)s days") % {"n": n}) for n in strides]
        self.missing: list[str] = []
        for index in range(rungs_in(data)):
            self._add_rung(index)

    def _choices(self, name: str) -> forms.ChoiceField:
        return cast("forms.ChoiceField", self.fields[name])

    def _add_rung(self, index: int) -> None:
        step = {"n": index + 2}
        self.fields[f"rung_{index}_wait"] = forms.TypedChoiceField(
            label=_("How long after the step before?"), choices=self.waits, coerce=_minutes
        )
        self.fields[f"rung_{index}_whom"] = forms.MultipleChoiceField(
            label=_("Who hears?"),
            choices=[(ME, _("Me, once more")), *((pk, one.tie.name) for pk, one in self.members.items())],
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "required": _t("Step %(n)s: choose who hears, or take this step away.") % step,
                "invalid_choice": _t("Step %(n)s: choose people who have joined your network.") % step,
            },
        )
        self.fields[f"rung_{index}_words"] = forms.CharField(
            label=_("Your own words in their letter"),
            required=False,
            max_length=600,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("Say what they can do. Leave out pain, mood, illness and where you are."),
        )

    # What the page draws --------------------------------------------------------------------------

    def hushed(self) -> PlanForm:
        """Checked without a word of complaint: for a page that is only being worked on. What is wrong with it
        is in `missing`.
        """
        self.missing = [str(error) for errors in self.errors.values() for error in errors]
        self._errors = ErrorDict()
        return self

    @property
    def ladder(self) -> list[RungFields]:
        return [self._rung(index) for index in range(rungs_in(self.data))]

    def _rung(self, index: int) -> RungFields:
        wait, whom, words = (self[f"rung_{index}_{part}"] for part in ("wait", "whom", "words"))
        return RungFields(index, wait, whom, words, self._says(index))

    def _says(self, index: int) -> str:
        chosen = cast("QueryDict", self.data).getlist(f"rung_{index}_whom")
        if ME in chosen:
            return _t("nudge me once more")
        names = [self.members[pk].tie.name for pk in chosen if pk in self.members]
        return _t("tell %(names)s") % {"names": listed(names)} if names else _t("choose who hears")

    @property
    def more_times(self) -> list[forms.BoundField]:
        return [self[f"time_{number}"] for number in range(2, MOST_TIMES + 1)]

    @property
    def has_more_times(self) -> bool:
        return any(field.value() for field in self.more_times)

    @property
    def has_more(self) -> bool:
        return any(self[name].value() or self[name].errors for name in ("name", "starts_on", "ends_on"))

    @property
    def can_grow(self) -> bool:
        return rungs_in(self.data) < MOST_RUNGS

    # What it means --------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        self._forget("every" if said.get("rhythm") == WEEK else "days")
        if said.get("programme") == Plan.Programme.SAFETY:
            self._check_rungs()
        else:
            self._forget("rung")
        starts_on, ends_on = said.get("starts_on"), said.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day is before the first. Choose a later one."))
        return said

    def _forget(self, begins: str) -> None:
        """What is not asked cannot be wrong."""
        for name in [name for name in self.errors if name.startswith(begins)]:
            del self.errors[name]

    def _check_rungs(self) -> None:
        """Each supporter stands once on a ladder; and one step either nudges me or tells others."""
        stands_on: dict[str, int] = {}
        for index in range(rungs_in(self.data)):
            chosen = self.cleaned_data.get(f"rung_{index}_whom", [])
            twice = [pk for pk in chosen if pk in stands_on]
            if ME in chosen and len(chosen) > 1:
                said = _t("Step %(n)s: choose yourself, or the people we tell, but not both.")
                self.add_error(f"rung_{index}_whom", said % {"n": index + 2})
            elif twice:
                names = listed(self.members[pk].tie.name for pk in twice)
                said = _t("Step %(n)s: %(names)s already hears in step %(before)s. Once is enough.")
                words = {"n": index + 2, "names": names, "before": stands_on[twice[0]]}
                self.add_error(f"rung_{index}_whom", said % words)
            stands_on |= {pk: index + 2 for pk in chosen if pk != ME and pk not in stands_on}

    def numbered_rungs(self) -> Iterator[tuple[int, Rung]]:
        """Every rung that makes sense, with its position on the ladder."""
        if self.cleaned_data.get("programme") != Plan.Programme.SAFETY:
            return
        for index in range(rungs_in(self.data)):
            wait, whom, words = (
                self.cleaned_data.get(f"rung_{index}_{part}") for part in ("wait", "whom", "words")
            )
            if wait and whom:
                people = tuple(self.members[pk] for pk in whom if pk != ME)
                yield index + 1, Rung(wait, people, (words or "") if people else "")

    @property
    def knows_when(self) -> bool:
        """Whether enough of it makes sense to say when a check-in would be due."""
        said = self.cleaned_data
        days = "days" if said.get("rhythm") == WEEK else "every"
        wanted = ("programme", "rhythm", days, "time_1", "grace")
        dated = {"starts_on", "ends_on", "time_2", "time_3", "time_4"} <= said.keys()
        return dated and all(said.get(name) for name in wanted)

    def answers(self) -> Wanted:
        """What `services.make_plan` and `services.change_plan` take."""
        said = self.cleaned_data
        weekly = said["rhythm"] == WEEK
        return Wanted(
            name=said.get("name", ""),
            programme=said["programme"],
            days=said["days"] if weekly else [],
            every=None if weekly else said["every"],
            starts_on=said["starts_on"] or (None if weekly else timezone.localdate()),
            ends_on=said["ends_on"],
            times=[said[f"time_{n}"] for n in range(1, MOST_TIMES + 1) if said[f"time_{n}"]],
            grace=said["grace"],
            ladder=[rung for _position, rung in self.numbered_rungs()],
        )


def rungs_in(data: Any) -> int:
    """How many rungs a form was sent with; never more than there may be, whatever it claims."""
    said = str(data.get("rungs") or "0")
    return min(int(said), MOST_RUNGS) if said.isdecimal() and len(said) < 10 else 0
