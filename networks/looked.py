"""Looks in words, day by day, on the clock of whoever reads them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from accounts import times
from networks import sharing
from networks.models import Look


@dataclass(frozen=True)
class Line:
    """One look: when, who, at what."""

    at: str
    who: str
    what: str


@dataclass(frozen=True)
class Day:
    name: str
    lines: list[Line]


def by_day(looks: Iterable[Look]) -> list[Day]:
    """In the order given, grouped by the reader's calendar."""
    today = timezone.localdate()
    grouped = itertools.groupby(looks, lambda look: timezone.localdate(look.looked_at))
    return [Day(_called(day, today), [_line(look) for look in found]) for day, found in grouped]


def _called(day: dt.date, today: dt.date) -> str:
    said = times.day(day, today=today)
    return said[:1].upper() + said[1:]


def _line(look: Look) -> Line:
    return Line(times.clock(timezone.localtime(look.looked_at)), _who(look), _what(look.saw))


def _who(look: Look) -> str:
    """By the name the owner gave them."""
    if look.membership:
        return look.membership.tie.name
    return _("somebody who looks after Supportnet") if look.viewer else _("somebody whose account is gone")


def _what(saw: list[str]) -> str:
    beside = {
        Look.SILENCE: _("that you had gone quiet"),
        Look.ASK: _("something you asked for"),
        Look.CALENDAR: _("something you asked for, in a calendar"),
        Look.DESK: _("that you have a network, and how it is shared, not what you wrote"),
        Look.ACCOUNT: _("your name and address"),
        Look.CONSENTS: _("when you agreed to something or took it back, without the words"),
        Look.LETTERS: _("that a letter went out for you, and when, without the words"),
    }
    words = sharing.short_words_for_owner(saw) + [said for one, said in beside.items() if one in saw]
    return get_text_list(words, _("and"))
