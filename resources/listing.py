"""What a listing's page says: how to reach it, when, where. Read from rows that are already loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from resources import hours
from resources.models import (
    Address,
    CostOption,
    Location,
    OpeningException,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
)

MAP = "https://www.openstreetmap.org/"


@dataclass(frozen=True)
class Place:
    location: Location
    address: Address | None
    times: list[str]
    exceptions: list[str] = field(default_factory=list)
    map_link: str = ""


# What people write for the kind of a line, and what kind it is.
KINDS = {
    **dict.fromkeys(("text", "sms", "texting"), "text"),
    **dict.fromkeys(("cell", "mobile", "cellphone", "cell phone", "mobile phone"), "mobile"),
    **dict.fromkeys(("textphone", "tty", "tdd", "tty/tdd"), "textphone"),
    **{name: name for name in ("fax", "pager", "video")},
}
LATER = {"text": 1, "fax": 2}
KIND_WORDS = {
    "mobile": _lazy("mobile"),
    "textphone": _lazy("textphone"),
    "video": _lazy("video call"),
    "fax": _lazy("fax"),
}


@dataclass(frozen=True)
class Line:
    """A number, and what one tap on it does: `call` and `text` are addresses, empty where there is no such thing."""

    phone: Phone
    kind: str | Promise
    call: str
    text: str
    languages: list[str]


@dataclass(frozen=True)
class Contact:
    phones: list[Phone]
    email: str
    website: str
    lines: list[Line] = field(default_factory=list)

    @property
    def host(self) -> str:
        """Of their website, as one would say it."""
        return urlsplit(self.website).netloc.removeprefix("www.")


def can_be_reached(service: Service) -> bool:
    """Whether there is at least one way to get in touch or to go there."""
    organization = service.organization
    if any([service.email, service.url, organization.email, organization.website]):
        return True
    at = Q(location__at_services__service=service)
    phones = Phone.objects.filter(
        at | Q(service=service) | Q(organization=organization) | Q(service_at_location__service=service)
    )
    return phones.exists() or Address.objects.filter(at).exists()


def contact(service: Service) -> Contact:
    """Its own ways and those of its places; its organisation's where it has none of that kind."""
    organization = service.organization
    phones = [*service.phones.all()]
    for at in service.at_locations.all():
        phones += [*at.phones.all(), *at.location.phones.all()]
    own = callable_only(phones)
    lines = public(phones) if own else public([*phones, *organization.phones.all()])
    return Contact(
        own or callable_only(organization.phones.all()),
        service.email or organization.email,
        service.url or organization.website,
        [line(phone) for phone in lines],
    )


def public(phones: Iterable[Phone]) -> list[Phone]:
    """Without the numbers of single people and pagers, each number once; what a voice answers first, faxes last."""
    known = [each for each in phones if each.contact_id is None and each.dial and kind_of(each) != "pager"]
    once: dict[str, Phone] = {}
    for phone in known:
        once.setdefault(phone.dial, phone)
    return sorted(once.values(), key=lambda phone: LATER.get(kind_of(phone), 0))


def callable_only(phones: Iterable[Phone]) -> list[Phone]:
    """Those of them that a voice answers."""
    return [phone for phone in public(phones) if kind_of(phone) not in ("fax", "text")]


def kind_of(phone: Phone) -> str:
    return KINDS.get(phone.type.strip().lower(), "")


def line(phone: Phone) -> Line:
    kind = kind_of(phone)
    extension = f";ext={phone.extension}" if phone.extension else ""
    return Line(
        phone,
        KIND_WORDS.get(kind, ""),
        f"tel:{phone.dial}{extension}" if kind not in ("fax", "text") else "",
        f"sms:{phone.dial}" if kind in ("text", "mobile") else "",
        [str(language) for language in phone.languages.all() if str(language)],
    )


def schedule_links(rows: Iterable[Schedule]) -> list[str]:
    """Where an organisation keeps its own calendar, each address once."""
    return list(dict.fromkeys(row.schedule_link for row in rows if row.schedule_link.startswith("http")))


def places(service: Service, *, today: dt.date) -> list[Place]:
    """Where it happens: each place with its address, its own times and the days that are not as usual."""
    return [
        Place(
            at.location,
            street_address(at.location),
            hours.say(times_at(at), today=today),
            hours.say_exceptions(exceptions_at(at), today=today),
            map_link(at.location),
        )
        for at in service.at_locations.all()
    ]


def times_at(at: ServiceAtLocation) -> list[Schedule]:
    """Its times at this place; those of the place itself where it has none."""
    return [*at.schedules.all()] or [*at.location.schedules.all()]


def exceptions_at(at: ServiceAtLocation) -> list[OpeningException]:
    """What is known of just this service here; of the place where nothing is."""
    return [*at.exceptions.all()] or [*at.location.exceptions.all()]


def map_link(location: Location) -> str:
    """Where it lies on a map of somebody else's: by its coordinates, else by its address. Nothing of it is loaded."""
    if location.latitude is not None:
        return f"{MAP}?mlat={location.latitude:.5f}&mlon={location.longitude:.5f}"
    address = street_address(location)
    return f"{MAP}search?query={quote(address.one_line, safe='')}" if address else ""


def own_times(service: Service, *, today: dt.date) -> list[str]:
    """Times of the service itself, whatever the place."""
    return hours.say(service.schedules.all(), today=today)


def languages(service: Service) -> list[str]:
    spoken = [*service.languages.all()]
    for at in service.at_locations.all():
        spoken += at.location.languages.all()
    return sorted({str(language) for language in spoken if str(language)})


def prices(service: Service, *, today: dt.date) -> list[str]:
    """Each price that still holds, in words: "Concession: 4.00 GBP a session"."""
    return [
        _price(cost) for cost in service.cost_options.all() if cost.valid_to is None or cost.valid_to >= today
    ]


def _price(cost: CostOption) -> str:
    amount = _("free") if cost.amount == 0 else f"{cost.amount or ''} {cost.currency.upper()}".strip()
    said = " ".join(filter(None, [amount, cost.amount_description]))
    return ": ".join(filter(None, [cost.option, said]))


def street_address(location: Location) -> Address | None:
    """The one to go to; never a post box."""
    physical = (a for a in location.addresses.all() if a.address_type == Location.Type.PHYSICAL)
    return next(physical, None)


def where(service: Service) -> str:
    """In a few words, for a list: the venue and town of the first place, else nothing."""
    known = (service.name, service.organization.name)
    for at in service.at_locations.all():
        address = street_address(at.location)
        venue = "" if at.location.name in known else at.location.name
        if said := ", ".join(filter(None, [venue, address.city if address else ""])):
            return said
    return ""
