"""At most three listings for one person, each with its reason in words.

From what nobody in their circles gives, from circles going quiet, and from what they said gets in the way. Never from
pain, mood or anything else of their check-ins; nothing of it is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext

from accounts.models import User
from networks import gaps, warmth
from networks.models import Circle, NetworkWishes, Support, Tie
from resources.models import Feedback, FindingWishes, SavedListing, Service
from resources.vocabulary import OURS

MOST = 3
# So many of each term are looked at, the newest listings first.
LOOKED_AT = 30
InTheWay = FindingWishes.InTheWay
FROM_HOME = {Service.Delivery.ONLINE.value, Service.Delivery.PHONE.value, Service.Delivery.AT_HOME.value}


@dataclass(frozen=True)
class Need:
    """Why, in words, and the terms of our vocabulary that answer it, the best first."""

    why: str | Promise
    terms: tuple[str, ...]


MISSING = {
    Support.PRACTICAL: Need(
        _lazy("lifts and practical help are missing from your network"),
        ("transport", "practical-help", "meals"),
    ),
    Support.LISTENING: Need(
        _lazy("nobody in your network is noted as listening"), ("listening", "befriending", "counselling")
    ),
    Support.COMPANY: Need(_lazy("company is missing from your network"), ("company", "befriending")),
    Support.ADVICE: Need(
        _lazy("advice is missing from your network"), ("finding-help", "money", "pain-course")
    ),
    Support.PERSPECTIVE: Need(
        _lazy("nobody in your network knows this from the inside"), ("peer-support", "support-group")
    ),
    Circle.CLOSEST: Need(_lazy("your closest circle is empty"), ("befriending", "peer-support")),
    Circle.CLOSE: Need(_lazy("your close circle is empty"), ("support-group", "company")),
    Circle.WIDER: Need(
        _lazy("no group or place is in your network yet"), ("support-group", "eating-together")
    ),
}
QUIET = Need(
    _lazy("several people around you have gone quiet"), ("company", "befriending", "eating-together")
)
ANYTHING = Need("", ("peer-support", "support-group", "listening", "company"))
# So many going quiet are a circle going quiet.
SEVERAL = 2


@dataclass(frozen=True)
class Pick:
    service: Service
    reason: str


def pick(person: User, *, now: dt.datetime) -> list[Pick]:
    """None for whoever switched it off; nothing about a gap after "not now" to that question."""
    wishes = FindingWishes.objects.filter(owner=person).first()
    if wishes and wishes.picks_off_at:
        return []
    in_the_way = list(wishes.in_the_way) if wishes else []
    found: dict[object, Pick] = {}
    for need in needs(person, now=now, in_the_way=in_the_way):
        fitting = (
            each for each in candidates(person, need) if each.pk not in found and fits(each, in_the_way)
        )
        best = max(fitting, key=lambda each: len(eases(each, in_the_way)), default=None)
        words = reason(need, eases(best, in_the_way)) if best else ""
        if best and words:
            found[best.pk] = Pick(best, words)
    return list(found.values())[:MOST]


def needs(person: User, *, now: dt.datetime, in_the_way: list[str]) -> Iterator[Need]:
    """What speaks for a listing at all, the most pressing first."""
    ties = list(Tie.objects.of(person))
    said = NetworkWishes.objects.filter(owner=person).first()
    gap = gaps.ask(ties, not_now_at=said.gap_not_now_at if said else None, now=now)
    if gap is not None:
        yield MISSING[gap.key]  # type: ignore[index]
    if sum(warmth.has_gone_quiet(tie, now=now.astimezone(person.zone)) for tie in ties) >= SEVERAL:
        yield QUIET
    if in_the_way:
        yield ANYTHING
        yield ANYTHING


def candidates(person: User, need: Need) -> Iterable[Service]:
    """Public ones for that need which they neither saved nor told us about."""
    known = [
        *SavedListing.objects.filter(owner=person).values_list("service", flat=True),
        *Feedback.objects.of(person).values_list("service", flat=True),
    ]
    for term in need.terms:
        filed = Service.objects.published().filter(
            attributes__taxonomy_term__code=term,
            attributes__taxonomy_term__taxonomy__slug=OURS,
            status=Service.Status.ACTIVE,
        )
        yield from filed.exclude(pk__in=known).for_lists().order_by("-published_at", "pk")[:LOOKED_AT]


def fits(service: Service, in_the_way: list[str]) -> bool:
    """Not what they would have to turn away from at the door."""
    if InTheWay.MONEY in in_the_way and service.cost == Service.Cost.PAID:
        return False
    if from_home(service):
        return True
    lacking = set(service.access_lacking)
    if InTheWay.STAIRS in in_the_way and Service.Access.STEP_FREE in lacking:
        return False
    return not (InTheWay.STANDING in in_the_way and (service.standing_minutes or 0) > 15)


def from_home(service: Service) -> bool:
    return bool(FROM_HOME & set(service.delivery))


def eases(service: Service, in_the_way: list[str]) -> list[str]:
    """Which of the things in their way this one goes around, in the order of the list they ticked."""
    home, access = from_home(service), set(service.access)
    around = {
        InTheWay.FLARES: home,
        InTheWay.TRANSPORT: home,
        InTheWay.STAIRS: home or Service.Access.STEP_FREE in access,
        InTheWay.STANDING: home or Service.Access.LITTLE_STANDING in access,
        InTheWay.SITTING: home or Service.Access.LIE_DOWN in access,
        InTheWay.MONEY: service.cost in (Service.Cost.FREE, Service.Cost.DONATION),
        InTheWay.NOISE: bool({Service.Access.QUIET, Service.Access.DIM} & access),
    }
    return [each.value for each in InTheWay if each.value in in_the_way and around.get(each)]


HARD = {
    InTheWay.FLARES: _lazy("getting out is hard on flare days"),
    InTheWay.STAIRS: _lazy("stairs get in your way"),
    InTheWay.STANDING: _lazy("standing for long is hard"),
    InTheWay.SITTING: _lazy("sitting for long is hard"),
    InTheWay.MONEY: _lazy("money gets in your way"),
    InTheWay.TRANSPORT: _lazy("getting there is hard"),
    InTheWay.NOISE: _lazy("noise and bright light are too much"),
}


def reason(need: Need, eased: list[str]) -> str:
    """ "Because you said getting out is hard on flare days, and company is missing from your network." """
    said = pgettext("a list", " and ").join(str(HARD[InTheWay(each)]) for each in eased[:2])
    if said and need.why:
        return _("Because you said %(said)s, and %(why)s.") % {"said": said, "why": need.why}
    if said:
        return _("Because you said %(said)s.") % {"said": said}
    return _("Because %(why)s.") % {"why": need.why} if need.why else ""
