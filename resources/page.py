"""Everything the page of one listing shows, from rows that are already loaded. Reads, changes nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import apnumber
from django.template.defaultfilters import capfirst
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from accounts import times
from outbox.links import absolute
from resources import clock, hours, listing, open_now, services, vocabulary
from resources.ical import Happening
from resources.models import (
    Feedback,
    Schedule,
    Service,
    ServiceAtLocation,
    Verification,
)
from resources.search import opening
from resources.search.documents import FROM_AFAR
from resources.search.times import MEETS, Times, everywhere
from resources.services.feedback import Said

MOST_COMING = 3
FEET = 3.28
# What kept people away, and the fact it speaks about; money stands beside the cost.
KEPT_AWAY = {
    Feedback.Because.STAIRS: _lazy("%(people)s people said stairs kept them away."),
    Feedback.Because.PAIN: _lazy("%(people)s people had too much pain to go that day."),
    Feedback.Because.TRANSPORT: _lazy("%(people)s people could not get there."),
    Feedback.Because.MONEY: _lazy("%(people)s people said money kept them away."),
    Feedback.Because.NOT_WELCOME: _lazy("%(people)s people did not feel welcome."),
}
SPEAKS_OF = {
    Feedback.Because.STAIRS: Service.Access.STEP_FREE,
    Feedback.Because.PAIN: Service.Access.EASY_CANCEL,
    Feedback.Because.TRANSPORT: Service.Access.PARKING,
}
OTHERS = 6
# Of these nobody asks how one gets there, however they are given.
WITHOUT_A_WAY = {Service.Kind.WEBSITE, Service.Kind.PHONE_LINE}


@dataclass(frozen=True)
class Fact:
    """Something that is there or not, and what visitors say who could not come for it."""

    label: str
    visitors: str = ""


@dataclass(frozen=True)
class Access:
    """What is there, what is known not to be there, and what nobody told us."""

    there: list[Fact]
    lacking: list[Fact]
    # Of those nobody told us of, the ones that visitors did say something about.
    doubtful: list[Fact]
    unknown: list[str]
    said: list[str]


@dataclass(frozen=True)
class Coming:
    """One of the next sessions in words, and where a calendar finds it."""

    words: str
    where: str
    special: bool
    link: str
    all_link: str


def of(service: Service, *, now: dt.datetime) -> dict[str, Any]:
    """`now` carries the zone of whoever looks; it counts where the zone of a place is not known."""
    today = now.date()
    said = services.said_of(service)
    rows = [row for _at, held in everywhere(service) for row in held.rows]
    reasons = kept_away(said)
    places, always = listing.places(service, today=today), listing.own_times(service, today=today)
    return {
        "service": service,
        "contact": listing.contact(service),
        "places": places,
        "times": always,
        "closed": hours.say_exceptions(service.exceptions.all(), today=today),
        "status": open_now.of(service, now=now),
        "coming": coming(service, now=now),
        "schedule_links": listing.schedule_links(rows),
        "has_times": bool(always) or any(place.times for place in places),
        "languages": listing.languages(service),
        "prices": listing.prices(service, today=today),
        "areas": areas(service),
        "access": access(service, reasons),
        "too_dear": reasons.get(Feedback.Because.MONEY, ""),
        "notice": notice(service, today=today),
        "overdue": clock.check_first(service, now=now),
        "by_going": by_going(service),
        "confirmed": confirmed(service),
        "topics": topics(service),
        "others": others(service),
        "said": people_say(said),
    }


def by_going(service: Service) -> bool:
    """Whether somebody goes there; not where all of it is on a screen or at a phone."""
    afar = service.kind in WITHOUT_A_WAY or (bool(service.delivery) and set(service.delivery) <= FROM_AFAR)
    return bool(service.at_locations.all()) or not afar


def access(service: Service, kept_away: dict[str, str]) -> Access:
    """`kept_away`: what visitors say, by the reason."""
    said = {fact: kept_away[reason] for reason, fact in SPEAKS_OF.items() if reason in kept_away}

    def facts(wanted: Iterable[str]) -> list[Fact]:
        chosen = set(wanted)
        return [Fact(str(each.label), said.get(each, "")) for each in Service.Access if each.value in chosen]

    known = {*service.access, *service.access_lacking}
    unknown = facts(each.value for each in Service.Access if each.value not in known)
    return Access(
        facts(service.access),
        facts(service.access_lacking),
        [each for each in unknown if each.visitors],
        [each.label for each in unknown if not each.visitors],
        list(_measured(service)),
    )


def _measured(service: Service) -> Iterator[str]:
    if service.standing_minutes is not None:
        minutes = service.standing_minutes
        said = ngettext("About %(n)s minute of standing.", "About %(n)s minutes of standing.", minutes)
        yield said % {"n": minutes} if minutes else _("No standing at all.")
    if service.parking_metres is not None:
        metres = service.parking_metres
        feet = round(metres * FEET / 10) * 10 if metres > 3 else round(metres * FEET)
        yield _("About %(metres)s metres (%(feet)s feet) from parking to the door.") % {
            "metres": metres,
            "feet": feet,
        }
    if service.cancel_policy:
        yield _("Cancelling: %(words)s") % {"words": service.cancel_policy}


def notice(service: Service, *, today: dt.date) -> str:
    """What is to be noted, up to and with its last day."""
    over = service.alert_until is not None and service.alert_until < today
    return "" if over else service.alert


def confirmed(service: Service) -> dict[str, list[str]]:
    """The parts that a check still stands for, and the others. Nothing at all where no part is noted."""
    if not service.confirmed:
        return {}
    parts = [(str(part.label), part.value in service.confirmed) for part in Verification.Part]
    return {
        "yes": [label for label, there in parts if there],
        "no": [label for label, there in parts if not there],
    }


def kept_away(said: Said) -> dict[str, str]:
    """What kept people away, by the reason, in words. Nothing of fewer than three people."""
    return {
        reason: str(KEPT_AWAY[Feedback.Because(reason)]) % {"people": _many(people)}
        for reason, people in said.because.items()
    }


def people_say(said: Said) -> dict[str, list[str]]:
    """What whoever tried said beside the facts, counted, and some of their words."""
    sentences = []
    if said.helped:
        sentences.append(_("%(people)s people said it helped.") % {"people": _many(said.helped)})
    if said.did_not:
        sentences.append(_("%(people)s people said it did not help.") % {"people": _many(said.did_not)})
    if unwelcome := kept_away(said).get(Feedback.Because.NOT_WELCOME):
        sentences.append(unwelcome)
    elsewhere = [reason for reason in said.because if reason != Feedback.Because.NOT_WELCOME]
    return {"sentences": sentences, "words": said.words, "elsewhere": elsewhere}


def _many(people: int) -> str:
    """As a word up to nine, at the beginning of a sentence."""
    return str(capfirst(str(apnumber(people))))


def areas(service: Service) -> list[str]:
    found = [*service.service_areas.all()]
    for at in service.at_locations.all():
        found += at.service_areas.all()
    return list(dict.fromkeys(str(area) for area in found if str(area)))


def topics(service: Service) -> list[str]:
    """What it is filed under in our own words."""
    found = (each for each in service.attributes.all() if each.link_type == vocabulary.TOPIC)
    ours = (each for each in found if each.taxonomy_term.taxonomy.slug == vocabulary.OURS)
    return sorted({str(each) for each in ours})


def others(service: Service) -> list[Service]:
    """What else its organisation offers."""
    found = Service.objects.published().filter(organization=service.organization_id).exclude(pk=service.pk)
    return list(found.order_by("name", "pk")[:OTHERS])


def coming(service: Service, *, now: dt.datetime) -> list[Coming]:
    """The next three, each once, however many of its sites hold it at that time."""
    if service.kind not in MEETS:
        return []
    sites = everywhere(service)
    places: dict[tuple[uuid.UUID, dt.datetime], list[ServiceAtLocation | None]] = {}
    found: dict[tuple[uuid.UUID, dt.datetime], tuple[dt.datetime, opening.Session, Times]] = {}
    for at, held in sites:
        for session in held.coming(now):
            key = held.row_of(session).pk, session.starts
            places.setdefault(key, []).append(at)
            found.setdefault(key, (session.begins(held.clock), session, held))
    first = sorted(found, key=lambda key: (found[key][0], str(key[0])))[:MOST_COMING]
    return [_coming(service, *found[key][1:], _address(places[key], service), now) for key in first]


def _coming(service: Service, session: opening.Session, held: Times, where: str, now: dt.datetime) -> Coming:
    row, slot = held.row_of(session), Schedule(opens_at=session.opens_at, closes_at=session.closes_at)
    day = date_format(session.on, "l") + " " + times.calendar_day(session.on, today=held.today(now))
    named = reverse("resource_times", kwargs={"pk": service.pk, "row": row.pk})
    return Coming(
        f"{day}, {hours.hours(slot)}",
        where,
        session.special,
        f"{named}?on={session.on.isoformat()}",
        named if opening.recurs(session.slot) and row.count != 1 else "",
    )


def happening(service: Service, row: uuid.UUID) -> Happening | None:
    """One row of the times that count for it, with where it takes place."""
    sites = [(at, held) for at, held in everywhere(service) if row in {each.pk for each in held.rows}]
    if not sites:
        return None
    found = next(each for each in sites[0][1].rows if each.pk == row)
    where, link = _address([at for at, _held in sites], service), absolute(service.get_absolute_url())
    return Happening(service, found, [held for _at, held in sites], where, link)


def _address(ats: list[ServiceAtLocation | None], service: Service) -> str:
    """Where one goes, if it is one place."""
    at = ats[0] if len(ats) == 1 else None
    if at is None:
        return ""
    address, name = listing.street_address(at.location), at.location.name
    return ", ".join(filter(None, [name, address.one_line if address else ""])) or listing.where(service)
