"""How the network looked at an earlier time. Pure: ties, their moves and their latest contact by then in, words out.

Who was removed is not in it: what somebody took out of their network does not come back as a picture.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from networks import picture, warmth
from networks.models import Circle, Tie, TieKind, TieMove

# More names than this are no sentence any more.
MOST_NAMES = 12
_NEAR = {circle.value: place for place, circle in enumerate(Circle)}


@dataclass(frozen=True)
class Seen:
    """One tie, where it stood then and where it stands now; "" is outside of the circles."""

    tie: Tie
    then: str
    now: str
    warm: int
    facts: tuple[str, ...]
    was_known: bool  # put into the network by then, wherever it stood

    @property
    def initials(self) -> str:
        return picture.initials(self.tie.name)


@dataclass(frozen=True)
class Group:
    """One circle as it was."""

    circle: Circle
    rows: list[Seen]


def months_before(now: dt.datetime, months: int) -> dt.datetime:
    """The same hour of the same day, or of the month's last day where it has no such day."""
    month = now.year * 12 + now.month - 1 - months
    year, month = month // 12, month % 12 + 1
    return now.replace(year=year, month=month, day=min(now.day, calendar.monthrange(year, month)[1]))


def circle_now(tie: Tie) -> str:
    return "" if tie.archived_at or tie.removed_at else tie.circle


def circle_at(tie: Tie, moves: Sequence[TieMove], then: dt.datetime) -> str:
    """Where a tie stood. `moves` are all of its own, the earliest first; from before they were noted there are none."""
    earlier = [move for move in moves if move.moved_at <= then]
    if earlier:
        return earlier[-1].circle_after
    if tie.created_at > then:
        return ""
    return moves[0].circle_before if moves else circle_now(tie)


def seen(tie: Tie, moves: Sequence[TieMove], last: dt.datetime | None, *, then: dt.datetime) -> Seen:
    """`last` is the latest contact up to `then`, which carries the time zone of whoever looks.

    How often they would like to be in touch is today's wish: that it was another one once is not written down.
    """
    since = warmth.waiting_since(tie)
    warm = warmth.level(last, now=then, ideal=tie.ideal_days, at_most=tie.at_most_days, since=since)
    kind = "" if tie.kind == TieKind.PERSON else tie.get_kind_display()
    facts = (kind, tie.relationship, warmth.word(warm), _last(last, then))
    return Seen(
        tie=tie,
        then=circle_at(tie, moves, then),
        now=circle_now(tie),
        warm=warm,
        facts=tuple(fact for fact in facts if fact),
        was_known=tie.created_at <= then,
    )


def _last(last: dt.datetime | None, then: dt.datetime) -> str:
    if last is None:
        return ""
    return _("last on %(day)s") % {"day": date_format(last.astimezone(then.tzinfo), "MONTH_DAY_FORMAT")}


def groups(found: Iterable[Seen]) -> list[Group]:
    everybody = list(found)
    return [Group(circle, [one for one in everybody if one.then == circle]) for circle in Circle]


def pictures(circles: Sequence[Group]) -> list[picture.Picture]:
    """Drawn as today's are: for a wide place and for a phone."""
    drawn = [
        (str(group.circle.label), [picture.Dot(one.tie.name, one.warm, one.tie.kind) for one in group.rows])
        for group in circles
    ]
    return [picture.draw(drawn, canvas) for canvas in (picture.WIDE, picture.TALL)]


def changes(found: Iterable[Seen]) -> list[str]:
    """What is different today, in sentences without numbers and without blame."""
    everybody = list(found)
    told = [
        (_("Closer now: %(names)s."), [one for one in everybody if _step(one) < 0]),
        (_("A little further out now: %(names)s."), [one for one in everybody if _step(one) > 0]),
        (_("New since then: %(names)s."), [one for one in everybody if _came(one) and not one.was_known]),
        (_("Back again: %(names)s."), [one for one in everybody if _came(one) and one.was_known]),
        (_("Let go for now: %(names)s."), [one for one in everybody if one.then and not one.now]),
    ]
    return [words % {"names": _names(ones)} for words, ones in told if ones]


def _step(one: Seen) -> int:
    """Below nought: towards the middle."""
    return _NEAR[one.now] - _NEAR[one.then] if one.now and one.then else 0


def _came(one: Seen) -> bool:
    return bool(one.now) and not one.then


def _names(ones: Sequence[Seen]) -> str:
    names = [one.tie.name for one in ones[:MOST_NAMES]]
    if len(ones) > MOST_NAMES:
        names.append(_("others"))
    return get_text_list(names, _("and"))
