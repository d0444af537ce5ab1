"""When somebody leaves for good: what speaks against it now, what they take along, and the goodbyes.

The apps above know what is theirs; it is only collected here, from the `leaving.py` of each.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db import models

from accounts.models import User


@dataclass(frozen=True)
class Reason:
    """Why somebody cannot go yet: said to staff, and said to themselves with what to do first."""

    for_staff: str
    for_them: str


Row = Mapping[str, object]
Reasons = Callable[[list[User]], Iterable[Reason]]
Beside = Callable[[User], Iterable[int]]
Holds = Callable[[User], None]
# With what is nobody's but theirs (private notes, energy), or without.
Belongings = Callable[[User, bool], Mapping[str, Iterable[Row]]]
Goodbye = Callable[[User, dt.datetime], None]

_reasons: list[Reasons] = []
_beside: list[Beside] = []
_holds: list[Holds] = []
_belongings: list[Belongings] = []
_goodbyes: list[Goodbye] = []


def asks(reasons: Reasons) -> Reasons:
    """Register one more that is asked before anybody goes."""
    _reasons.append(reasons)
    return reasons


def knows(beside: Beside) -> Beside:
    """Register one more that gives the ids of those with whom somebody who goes has something in common."""
    _beside.append(beside)
    return beside


def holds(hold: Holds) -> Holds:
    """Register one more that locks what the reasons depend on, until the transaction ends."""
    _holds.append(hold)
    return hold


def packs(belongings: Belongings) -> Belongings:
    """Register one more that gives what somebody entered: rows by what they are."""
    _belongings.append(belongings)
    return belongings


def says(goodbye: Goodbye) -> Goodbye:
    """Register one more that puts in order what others have with somebody who goes, just before everything goes."""
    _goodbyes.append(goodbye)
    return goodbye


def why_not(people: Iterable[User]) -> list[str]:
    """All that speaks against deleting these people now, for staff."""
    return [reason.for_staff for reason in _against(list(people))]


def first(person: User) -> list[str]:
    """What somebody has to do before they can go, each once; nothing for almost everybody."""
    return list(dict.fromkeys(reason.for_them for reason in _against([person])))


def _against(people: list[User]) -> Iterable[Reason]:
    return (reason for reasons in _reasons for reason in reasons(people))


def held(person: User) -> User | None:
    """Them and all beside them, locked in one order: of two who leave each other at once, one waits. None if gone."""
    keys = {person.pk, *(key for beside in _beside for key in beside(person))}
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    return next((one for one in list(rows) if one.pk == person.pk), None)


def hold(person: User) -> None:
    for one in _holds:
        one(person)


def belongings(person: User, *, private: bool) -> dict[str, list[dict[str, object]]]:
    """Everything they entered, by what it is."""
    packed = (each(person, private) for each in _belongings)
    return {name: [dict(row) for row in rows] for part in packed for name, rows in part.items()}


def say_goodbye(person: User, *, now: dt.datetime) -> None:
    for goodbye in _goodbyes:
        goodbye(person, now)


def columns(model: type[models.Model], *without: str) -> list[str]:
    """The names of what a row says itself: all but its keys and `without`. What is added later comes along, too."""
    kept = (field for field in model._meta.concrete_fields if not (field.is_relation or field.primary_key))
    return [field.name for field in kept if field.name not in without]
