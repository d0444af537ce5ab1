"""Everything the page of one listing shows, from rows that are already loaded. Reads, changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import apnumber
from django.template.defaultfilters import capfirst
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from accounts import times
from outbox.links import absolute
from resources import clock, hours, listing, services, sessions, vocabulary
from resources.ical import Happening
from resources.models import (
    Feedback,
    Location,
    OpeningException,
    Schedule,
    Service,
    ServiceAtLocation,
    Verification,
)
from resources.search import opening

# Whatever has a beginning, so that one comes for it; of the others the opening times are enough.
HAS_SESSIONS = (
    *(Service.Kind.GROUP, Service.Kind.CLASS, Service.Kind.EVENT),
    Service.Kind.VOLUNTEERING,
)
FEET = 3.28
IN_THE_WAY = {
    Feedback.Because.STAIRS: _lazy("%(people)s people said the stairs were a problem."),
    Feedback.Because.PAIN: _lazy("%(people)s people had too much pain to go that day."),
    Feedback.Because.TRANSPORT: _lazy("%(people)s people could not get there."),
    Feedback.Because.MONEY: _lazy("%(people)s people said the money was a problem."),
    Feedback.Because.NOT_WELCOME: _lazy("%(people)s people did not feel welcome."),
}
OTHERS = 6


@dataclass(frozen=True)
class Access:
    """What is there, what is known not to be there, and what nobody told us."""

    there: list[str]
    lacking: list[str]
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
    places, always = listing.places(service, today=today), listing.own_times(service, today=today)
    return {
        "service": service,
        "contact": listing.contact(service),
        "places": places,
        "times": always,
        "closed": hours.say_exceptions(service.exceptions.all(), today=today),
        "coming": coming(service, now=now),
        "has_times": bool(always) or any(place.times for place in places),
        "languages": listing.languages(service),
        "prices": listing.prices(service, today=today),
        "areas": areas(service),
        "access": access(service),
        "notice": notice(service, today=today),
        "overdue": clock.check_first(service, now=now),
        "confirmed": confirmed(service),
        "topics": topics(service),
        "others": others(service),
        "said": people_say(service),
    }


def access(service: Service) -> Access:
    def named(wanted: Iterable[str]) -> list[str]:
        return [str(choice.label) for choice in Service.Access if choice.value in set(wanted)]

    known = {*service.access, *service.access_lacking}
    unknown = [choice.value for choice in Service.Access if choice.value not in known]
    said = list(_measured(service))
    return Access(named(service.access), named(service.access_lacking), named(unknown), said)


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


def people_say(service: Service) -> dict[str, list[str]]:
    """What whoever tried said, counted, and some of their words. Nothing of fewer than three people."""
    said = services.said_of(service)
    sentences = []
    if said.helped:
        sentences.append(_("%(people)s people said it helped.") % {"people": _many(said.helped)})
    if said.did_not:
        sentences.append(_("%(people)s people said it did not help.") % {"people": _many(said.did_not)})
    for reason, people in sorted(said.because.items(), key=lambda pair: (-pair[1], pair[0])):
        sentences.append(str(IN_THE_WAY[Feedback.Because(reason)]) % {"people": _many(people)})
    return {"sentences": sentences, "words": said.words}


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
    if service.kind not in HAS_SESSIONS:
        return []
    found = [
        (session, about)
        for about in happenings(service)
        for session in sessions.coming([about.row], about.exceptions, now=on_the_clock_of(about.zone, now))
    ]
    found.sort(key=lambda pair: (pair[0].starts, str(pair[0].row.pk)))
    return [_coming(session, about, now.date()) for session, about in found[:3]]


def _coming(session: sessions.Session, about: Happening, today: dt.date) -> Coming:
    slot = Schedule(opens_at=session.opens_at, closes_at=session.closes_at)
    day = date_format(session.on, "l") + " " + times.calendar_day(session.on, today=today)
    named = reverse("resource_times", kwargs={"pk": about.service.pk, "row": about.row.pk})
    return Coming(
        ", ".join(filter(None, [day, hours.hours(slot)])),
        about.where,
        session.special,
        f"{named}?on={session.on.isoformat()}" if session.opens_at else "",
        named if session.opens_at and about.row.freq and about.row.count != 1 else "",
    )


def happenings(service: Service) -> Iterator[Happening]:
    """Every row of times it has, with what it needs to be foretold."""
    link = absolute(service.get_absolute_url())
    ats = list(service.at_locations.all())
    usual = ats[0].location if ats else None
    for row in service.schedules.all():
        where = listing.where(service) if len(ats) == 1 else ""
        yield Happening(
            service, row, [*service.exceptions.all()], zone_of(service, usual), _address(ats, where), link
        )
    for at in ats:
        for row in listing.times_at(at):
            apart: list[OpeningException] = [*service.exceptions.all(), *listing.exceptions_at(at)]
            yield Happening(service, row, apart, zone_of(service, at.location), _address([at], ""), link)


def _address(ats: list[ServiceAtLocation], otherwise: str) -> str:
    if len(ats) != 1:
        return otherwise
    address, name = listing.street_address(ats[0].location), ats[0].location.name
    return ", ".join(filter(None, [name, address.one_line if address else ""])) or otherwise


def zone_of(service: Service, location: Location | None) -> ZoneInfo | None:
    """The zone of a place, else of where we have the listing from; None where neither says."""
    sources = [location.source if location else None, service.source]
    named = [location.time_zone if location else "", *(source.time_zone for source in sources if source)]
    return opening.zone_of(*named)


def on_the_clock_of(zone: ZoneInfo | None, now: dt.datetime) -> dt.datetime:
    """The time there, without its zone."""
    return (now.astimezone(zone) if zone else now).replace(tzinfo=None)
