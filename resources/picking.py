"""At most three listings for one person, each with its reason in words.

From what nobody in their circles gives, from circles going quiet, and from what they said gets in the way. Never from
pain, mood or anything else of their check-ins; nothing of it is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Window
from django.db.models.functions import RowNumber
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext

from accounts.models import User
from networks import gaps, warmth
from networks.models import Circle, NetworkWishes, Support, Tie
from resources.models import Attribute, Feedback, Findable, FindingWishes, SavedListing, Service
from resources.search.times import MEETS
from resources.search.traits import bits
from resources.vocabulary import OURS

MOST = 3
# So many of each term are looked at, the newest listings first.
LOOKED_AT = 30
InTheWay = FindingWishes.InTheWay
FROM_HOME = {Service.Delivery.ONLINE.value, Service.Delivery.PHONE.value, Service.Delivery.AT_HOME.value}


# All that is looked at of a listing.
COLUMNS = ("id", "name", "kind", "cost", "delivery", "access", "access_lacking", "standing_minutes")
WITH_TIMES = Findable.objects.filter(service=OuterRef("service"), sessions__len__gt=0)
IN_THE_EVENING = Findable.objects.annotate(evenings=F("traits").bitand(bits(["when:evenings"]))).filter(
    service=OuterRef("service"), evenings__gt=0
)


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
class Candidate:
    service: Service
    # Of what begins at a time of its own: whether some of it is on in the evening, or all of it by day.
    evening: bool
    by_day: bool


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
    wanted = list(needs(person, now=now, in_the_way=in_the_way))
    filed = candidates(person, {term for need in wanted for term in need.terms})
    found: dict[object, Pick] = {}
    for need in wanted:
        answers = (each for term in need.terms for each in filed.get(term, []))
        fitting = (each for each in answers if each.service.pk not in found and fits(each, in_the_way))
        best = max(fitting, key=lambda each: len(eases(each, in_the_way)), default=None)
        words = reason(need, eases(best, in_the_way)) if best else ""
        if best and words:
            found[best.service.pk] = Pick(best.service, words)
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


def candidates(person: User, terms: set[str]) -> dict[str, list[Candidate]]:
    """Public ones filed under these, which they neither saved nor told us about. One query, however many terms."""
    if not terms:
        return {}
    newest = Window(RowNumber(), "taxonomy_term__code", ("-service__published_at", "service_id"))
    rows = (
        Attribute.objects.filter(taxonomy_term__code__in=terms, taxonomy_term__taxonomy__slug=OURS)
        .filter(service__published_at__isnull=False, service__status=Service.Status.ACTIVE)
        .exclude(service__in=SavedListing.objects.filter(owner=person).values("service"))
        .exclude(service__in=Feedback.objects.of(person).values("service"))
        .annotate(number=newest, evening=Exists(IN_THE_EVENING), known=Exists(WITH_TIMES))
        .filter(number__lte=LOOKED_AT)
        .order_by("number")
        .values_list("taxonomy_term__code", "evening", "known", *(f"service__{name}" for name in COLUMNS))
    )
    found: dict[str, list[Candidate]] = {}
    for term, evening, known, *columns in rows:
        service = Service(**dict(zip(COLUMNS, columns, strict=True)))
        meets = service.kind in MEETS
        one = Candidate(service, evening=meets and evening, by_day=meets and known and not evening)
        found.setdefault(term, []).append(one)
    return found


def fits(one: Candidate, in_the_way: list[str]) -> bool:
    """Not what they would have to turn away from at the door."""
    service = one.service
    if InTheWay.MONEY in in_the_way and service.cost == Service.Cost.PAID:
        return False
    if InTheWay.EVENINGS in in_the_way and one.evening:
        return False
    if from_home(service):
        return True
    lacking = set(service.access_lacking)
    if InTheWay.STAIRS in in_the_way and Service.Access.STEP_FREE in lacking:
        return False
    return not (InTheWay.STANDING in in_the_way and (service.standing_minutes or 0) > 15)


def from_home(service: Service) -> bool:
    return bool(FROM_HOME & set(service.delivery))


def eases(one: Candidate, in_the_way: list[str]) -> list[str]:
    """Which of the things in their way this one goes around, in the order of the list they ticked."""
    service = one.service
    home, access = from_home(service), set(service.access)
    around = {
        InTheWay.FLARES: home,
        InTheWay.TRANSPORT: home,
        InTheWay.STAIRS: home or Service.Access.STEP_FREE in access,
        InTheWay.STANDING: home or Service.Access.LITTLE_STANDING in access,
        InTheWay.SITTING: home or Service.Access.LIE_DOWN in access,
        InTheWay.MONEY: service.cost in (Service.Cost.FREE, Service.Cost.DONATION),
        InTheWay.EVENINGS: one.by_day,
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
    InTheWay.EVENINGS: _lazy("evenings are hard"),
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
