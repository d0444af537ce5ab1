"""A tie as the list tells it: a colour, a few facts in words, and what the button beside it needs."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import times
from networks import picture, sharing, warmth
from networks.models import Circle, Invitation, Membership, Tie, TieKind

INVITED = {
    Invitation.State.WAITING: gettext_lazy("invited, not joined yet"),
    Invitation.State.DECLINED: gettext_lazy("said no for now"),
    Invitation.State.EXPIRED: gettext_lazy("invitation ran out"),
}


@dataclass(frozen=True)
class RowWords:
    """What is the same in every row, in the reader’s language."""

    root: str = field(default_factory=lambda: reverse("network"))
    log: str = field(default_factory=lambda: _("Log"))
    log_whom: str = field(default_factory=lambda: _("that you were in touch with %(name)s today"))


@dataclass
class Row:
    """One line of the list. `key` goes into its button, so that two quick taps log one contact."""

    tie: Tie
    warm: int
    initials: str
    in_touch: str
    standing: str
    words: RowWords
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def path(self) -> str:
        """Their page. Asking `reverse` for each would take as long as all the rest of a long list."""
        return f"{self.words.root}{self.tie.pk}/"

    @property
    def log_path(self) -> str:
        return f"{self.path}log/"

    @property
    def log(self) -> str:
        return self.words.log

    @property
    def log_whom(self) -> str:
        return self.words.log_whom % {"name": self.tie.name}

    @property
    def facts(self) -> list[str]:
        return [fact for fact in (self.kind, self.tie.relationship, self.in_touch, self.standing) if fact]

    @property
    def told(self) -> SafeString:
        """The facts in one line; a name in another script turns only its own fact around."""
        return format_html_join(" · ", "<bdi>{}</bdi>", ((fact,) for fact in self.facts))

    @property
    def kind(self) -> str:
        """Only where it is not a person, as most are."""
        return "" if self.tie.kind == TieKind.PERSON else self.tie.get_kind_display()

    @property
    def is_quiet(self) -> bool:
        return self.warm == warmth.COOLEST


def row(tie: Tie, *, now: dt.datetime, words: RowWords | None = None) -> Row:
    """`now` carries the time zone of whoever looks."""
    return Row(
        words=words or RowWords(),
        tie=tie,
        warm=warmth.of(tie, now=now),
        initials=picture.initials(tie.name),
        in_touch=in_touch(tie.last_touch_at, now=now),
        standing=standing(tie, now=now),
    )


def in_touch(last: dt.datetime | None, *, now: dt.datetime) -> str:
    if last is None:
        return _("no contact noted yet")
    return _("in touch %(ago)s") % {"ago": times.ago(last, now=now, zone=now.tzinfo or dt.UTC)}


def standing(tie: Tie, *, now: dt.datetime) -> str:
    """Joined and seeing what, or what became of the latest invitation."""
    membership = tie.membership
    if membership:
        return sees(membership)
    if tie.invitation is None:
        return ""
    return str(INVITED.get(tie.invitation.state(now), ""))


def rhythm(tie: Tie) -> str:
    """How often the owner would like to be in touch, in words; "" where they did not say."""
    ideal, at_most = (days and _every(days) for days in (tie.ideal_days, tie.at_most_days))
    if ideal and at_most:
        return _("You’d like to be in touch %(ideal)s, and at the latest %(at_most)s.") % {
            "ideal": ideal,
            "at_most": at_most,
        }
    if ideal:
        return _("You’d like to be in touch %(ideal)s.") % {"ideal": ideal}
    return _("You’d like to be in touch at the latest %(at_most)s.") % {"at_most": at_most} if at_most else ""


def _every(days: int) -> str:
    plain = {
        3: _("every few days"),
        7: _("every week"),
        14: _("every two weeks"),
        30: _("every month"),
        91: _("every three months"),
    }
    return plain.get(days) or ngettext("every day", "every %(n)s days", days) % {"n": days}


def sees(membership: Membership) -> str:
    if membership.limited_at:
        return _("limited quietly, sees nothing new")
    if not membership.shown:
        return _("joined, sees nothing of yours")
    shown = sharing.short_words_for_owner(membership.shown)
    return _("sees %(what)s") % {"what": get_text_list(shown, _("and"))}


@dataclass
class Group:
    """One circle of the list."""

    circle: Circle
    rows: list[Row]


def of(ties: Iterable[Tie], *, now: dt.datetime) -> list[Row]:
    words = RowWords()
    return [row(tie, now=now, words=words) for tie in ties]


def groups(found: Sequence[Row]) -> list[Group]:
    """All three circles, empty ones too, with their rows in the order given."""
    return [Group(circle, [one for one in found if one.tie.circle == circle]) for circle in Circle]


def pictures(circles: Sequence[Group]) -> list[picture.Picture]:
    """The same people drawn twice: for a wide place and for a phone. The page shows whichever fits."""
    drawn = [
        (str(group.circle.label), [picture.Dot(one.tie.name, one.warm, one.tie.kind) for one in group.rows])
        for group in circles
    ]
    return [picture.draw(drawn, canvas) for canvas in (picture.WIDE, picture.TALL)]
