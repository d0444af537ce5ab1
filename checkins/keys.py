"""What messages about a silence go under, in Python and for SQL: spelled here, so that they cannot differ elsewhere."""

from __future__ import annotations

from django.db import models
from django.db.models import Case, Value, When
from django.db.models.functions import Cast, Concat

_SILENCE, _ALL_CLEAR, _HEARD_FROM = "silence", "all-clear", "heard-from"
# Whichever of them it is, the silence it is about.
ABOUT_A_SILENCE = rf"(?:{_SILENCE}|{_ALL_CLEAR}|{_HEARD_FROM}):(\d+)\b"
# The first nudge of the silence with the id in `opened.id`, as SQL.
FIRST_NUDGE = f"'{_SILENCE}:' || opened.id || ':0'"


def of_silence(silence: int) -> str:
    """What the keys of all messages begin with that a closing takes back."""
    return f"{_SILENCE}:{silence}:"


def of_step(silence: int, position: int, membership: int | None) -> str:
    """Once for the owner, once for each supporter."""
    return f"{of_silence(silence)}{position}" + (f":{membership}" if membership else "")


def all_clear(silence: int, membership: int) -> str:
    return f"{_ALL_CLEAR}:{silence}:{membership}"


def heard_from(silence: int) -> str:
    return f"{_HEARD_FROM}:{silence}"


# For queries over frozen steps -----------------------------------------------------------------------


def of_each_step() -> Concat:
    """`of_step` for each row."""
    member = When(membership__isnull=False, then=Concat(Value(":"), _text("membership_id")))
    tail = Case(member, default=Value(""), output_field=models.CharField())
    return Concat(Value(f"{_SILENCE}:"), _text("silence_id"), Value(":"), _text("position"), tail)


def all_clear_of_each() -> Concat:
    """`all_clear` for each row."""
    return Concat(Value(f"{_ALL_CLEAR}:"), _text("silence_id"), Value(":"), _text("membership_id"))


def _text(column: str) -> Cast:
    return Cast(column, models.CharField())
