"""The days of a time, ticked; kept as RFC 5545 has them: "MO,TU", "1SA" for the first Saturday of a month."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from resources.hours import DAYS
from resources.models import Schedule

WEEK = [(code, WEEKDAYS_ABBR[number]) for number, code in enumerate(DAYS)]
WHICH = [
    ("1", gettext_lazy("first")),
    ("2", gettext_lazy("second")),
    ("3", gettext_lazy("third")),
    ("4", gettext_lazy("fourth")),
    ("-1", gettext_lazy("last")),
]
# RFC 5545, weekdaynum: up to 53 weeks from either end.
WEEKDAYNUM = re.compile(rf"^[+-]?([1-9]|[1-4]\d|5[0-3])?({'|'.join(DAYS)})$")
CODE = re.compile(rf"^\+?([1-4]|-1)?({'|'.join(DAYS)})$")


def ticked(byday: str) -> tuple[list[str], list[str], str]:
    """The days, which of them in a month, and what ticks cannot say: that stands as it was, the others empty."""
    codes = [code.strip().upper() for code in byday.split(",") if code.strip()]
    found = [CODE.match(code) for code in codes]
    pairs = {(match[1] or "", match[2]) for match in found if match}
    which = {one for one, _day in pairs}
    days = {day for _which, day in pairs}
    if None in found or len(pairs) < len(which) * len(days) or ("" in which and len(which) > 1):
        return [], [], byday
    return [day for day in DAYS if day in days], [one for one, _label in WHICH if one in which], ""


def written(days: list[str], which: list[str]) -> str:
    """As RFC 5545 has it."""
    order = [day for day in DAYS if day in days]
    of_month = [f"{one}{day}" for one, _label in WHICH if one in which for day in order]
    return ",".join(of_month or order)


class DaysInput(forms.MultiWidget):
    """Seven ticks, five more for the month, and a line for what neither can say, where there is something like that."""

    template_name = "resources/desk/_days.html"
    use_fieldset = True

    def __init__(self) -> None:
        ticks = forms.CheckboxSelectMultiple
        super().__init__({"": ticks(choices=WEEK), "which": ticks(choices=WHICH), "letters": forms.TextInput})

    def decompress(self, value: Any) -> list[Any]:
        return list(ticked(value or ""))

    def id_for_label(self, id_: str | None) -> str:
        return id_ or ""


class DaysField(forms.MultiValueField):
    widget = DaysInput

    def __init__(self, *, label: Any, initial: Any = None) -> None:
        parts = (
            forms.MultipleChoiceField(choices=WEEK, required=False),
            forms.MultipleChoiceField(choices=WHICH, required=False),
            forms.CharField(max_length=60, required=False),
        )
        super().__init__(parts, required=False, require_all_fields=False, label=label, initial=initial)

    def compress(self, data_list: list[Any]) -> str:
        days, which, letters = data_list or ([], [], "")
        if letters and (days or which):
            raise ValidationError(_("Tick days, or keep the line in letters. Empty one of them."))
        if which and not days:
            raise ValidationError(_("Tick the day, too: the first Monday, the last Friday."))
        for code in filter(None, letters.split(",")):
            if not WEEKDAYNUM.match(code.strip().upper()):
                raise ValidationError(
                    _("“%(code)s” is no day. “1MO,3TU” means the first Monday and the third Tuesday.")
                    % {"code": code.strip()}
                )
        return letters or written(days, which)


def check(freq: str, byday: str) -> None:
    """Whether the days fit to how often it is. Raises ValidationError."""
    _days, which, letters = ticked(byday)
    if freq == Schedule.Frequency.WEEKLY and which:
        raise ValidationError(
            _("“First” or “last” goes with every month. Choose that, or take these ticks away.")
        )
    if freq == Schedule.Frequency.MONTHLY and byday and not (which or letters):
        raise ValidationError(_("Which of these days in the month? Tick the first, or the last."))
