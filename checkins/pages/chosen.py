"""Whom an owner chose beforehand, for company or for a flare: who would hear, when, and in what words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import times
from checkins.models import SilenceStep, Wishes
from networks.models import Membership
from outbox import letters, preferences
from outbox.links import absolute
from outbox.models import Message

PassedOver = SilenceStep.PassedOver


@dataclass(frozen=True)
class Hearing:
    """One chosen supporter, as things stand: why they would not hear, or until when it waits."""

    membership: Membership
    why_not: PassedOver | None = None
    asleep_until: dt.datetime | None = None

    @property
    def words(self) -> str:
        """A sentence without its full stop, on the clock that is active."""
        name = {"name": self.membership.tie.name}
        if self.why_not == PassedOver.PAUSED:
            return _("%(name)s is taking a break, and will not hear") % name
        if self.why_not == PassedOver.BROKEN:
            return _("Our e-mail does not reach %(name)s, so they will not hear") % name
        if self.asleep_until is None:
            return _("%(name)s will hear") % name
        zone = timezone.get_current_timezone()
        when = times.moment(self.asleep_until, now=timezone.now(), zone=zone)
        return _("%(name)s will hear %(when)s, after their quiet hours") % {**name, "when": when}


def hearings(chosen: Iterable[Membership], *, now: dt.datetime) -> list[Hearing]:
    """How each of these stands, in two queries; they need their `member` and `tie` at hand."""
    known = [membership for membership in chosen if membership.ended_at is None]
    wanted = preferences.of([membership.member_id for membership in known]) if known else {}
    broken = preferences.broken([membership.member for membership in known])
    return [
        Hearing(
            membership,
            _why_not(membership, broken),
            wanted[membership.member_id].quiet_until_after(now, membership.member.zone),
        )
        for membership in known
    ]


def _why_not(membership: Membership, broken: set[int]) -> PassedOver | None:
    if membership.paused_at is not None:
        return PassedOver.PAUSED
    return PassedOver.BROKEN if membership.member_id in broken else None


def company_letter(wishes: Wishes, membership: Membership) -> EmailMultiAlternatives:
    """What they get when the owner would like company, to the letter."""
    return _letter("checkins/company", wishes, membership, words=wishes.company_words)


def flare_letter(wishes: Wishes, membership: Membership, *, until: dt.datetime) -> EmailMultiAlternatives:
    """What they get when a flare begins that ends by itself at `until`."""
    return _letter("checkins/flare", wishes, membership, words=wishes.flare_words, until=until)


def _letter(kind: str, wishes: Wishes, membership: Membership, **said: Any) -> EmailMultiAlternatives:
    """Written as delivery writes it; but discreet subjects are between the reader and us."""
    message = Message(kind=kind, dedupe_key="preview", recipient=membership.member, owner=wishes.owner)
    context = {"owner": wishes.owner, "link": absolute(reverse("support")), **said}
    return letters.render(message, context)
