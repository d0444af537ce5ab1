"""What stands ready for a bad day: rest, company and a flare; who would hear of it, when, and in what words."""

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
from accounts.models import User
from checkins import until, wording
from checkins.models import Plan, SilenceStep, Wishes
from networks.models import Membership
from outbox import letters, preferences
from outbox.links import absolute
from outbox.models import Message

PassedOver = SilenceStep.PassedOver


def wishes_of(user: User) -> Wishes:
    """What they wished for, with whom they chose for company at hand; an empty one where there is none."""
    rows = Wishes.objects.select_related("company_from__tie", "company_from__member")
    wishes = rows.filter(owner=user).first() or Wishes(owner=user)
    wishes.owner = user
    if wishes.company_from and wishes.company_from.ended_at:
        wishes.company_from = None  # has left; here as much as nobody
    return wishes


def of(wishes: Wishes, now: dt.datetime) -> dict[str, Any]:
    """What stands ready for a bad day: company, and a flare."""
    company = hearings([wishes.company_from] if wishes.company_from else [], now=now)
    hears = next((one for one in company if one.why_not is None), None)
    return {
        "wishes": wishes,
        "company": company[0] if company else None,
        "company_hears": hears,
        "company_letter": company_letter(wishes, hears.membership) if hears else None,
        "in_a_flare": wishes.in_a_flare(now),
        **_flare(wishes, now),
    }


def _flare(wishes: Wishes, now: dt.datetime) -> dict[str, Any]:
    """Until when it goes on; or, while there is none, whom one that begins now would tell, and what."""
    if wishes.in_a_flare(now) and wishes.flare_until:
        return {"flare_until": times.until(wishes.flare_until, now=now, zone=wishes.owner.zone)}
    known = flare_hearings(wishes, now)
    usual = until.tomorrow_morning(now, wishes.owner.zone)
    first = next((one.membership for one in known if one.why_not is None), None)
    letter = flare_letter(wishes, first, until=usual) if first else None
    return {"flare_tells": said(known), "flare_letter": letter}


def flare_hearings(wishes: Wishes, now: dt.datetime) -> list[Hearing]:
    return hearings(flare_tells(wishes), now=now)


def flare_tells(wishes: Wishes) -> Iterable[Membership]:
    """Whom they chose to hear when a flare begins, as far as they are still here."""
    tells = Membership.objects.of(wishes.owner).filter(pk__in=wishes.flare_tells.values("pk"))
    return tells.select_related("tie", "member").order_by("tie__name", "pk")


# Rest ----------------------------------------------------------------------------------------------


def latest_rest(plans: Iterable[Plan], now: dt.datetime) -> str:
    """Until when the longest rest among these plans goes on, in words; empty where none rests."""
    resting = [plan for plan in plans if plan.paused_as == Plan.Rest.REST and plan.is_resting(now)]
    ends = [plan.paused_until for plan in resting if plan.paused_until]
    return times.until(max(ends), now=now, zone=timezone.get_current_timezone()) if ends else ""


def resting_until(owner: User, now: dt.datetime) -> str:
    """The same for everything this owner has planned."""
    return latest_rest(Plan.objects.visible_to(owner).active(), now)


# Who hears -----------------------------------------------------------------------------------------


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
        if self.why_not == PassedOver.LIMITED:
            return _("You limited what %(name)s sees, so they will not hear") % name
        if self.why_not == PassedOver.BROKEN:
            return _("Our e-mail does not reach %(name)s, so they will not hear") % name
        if self.asleep_until is None:
            return _("%(name)s will hear") % name
        zone = timezone.get_current_timezone()
        when = times.moment(self.asleep_until, now=timezone.now(), zone=zone)
        return _("%(name)s will hear %(when)s, after their quiet hours") % {**name, "when": when}


def said(hearings: Iterable[Hearing]) -> list[str]:
    """Sentences without their full stops: everybody who hears at once in one of them, then the others."""
    known = list(hearings)
    at_once = [one for one in known if one.why_not is None and one.asleep_until is None]
    names = wording.listed(one.membership.tie.name for one in at_once)
    together = [_("%(names)s will hear") % {"names": names}] if at_once else []
    return together + [one.words for one in known if one not in at_once]


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
    if membership.limited_at is not None:
        return PassedOver.LIMITED
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
