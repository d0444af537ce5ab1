"""Who asked not to be listed, so that nobody adds them again."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from resources import fields, likeness
from resources.errors import NotWanted
from resources.models import DoNotList, Organization, Service
from resources.search import folding


def asked_not_to_be_listed(*, name: str = "", domain: str = "", phone: str = "") -> DoNotList | None:
    """The note of somebody who asked so and has this name, web or mail domain, or number; None for all others.

    All three may be given as they are written: "www.Example.org", "+44 (0)20 ...".
    """
    return note_of(names=[name], ways=[domain], numbers=[phone])


def note_of(*, names: Iterable[str], ways: Iterable[str], numbers: Iterable[str]) -> DoNotList | None:
    """The same for somebody with several of each. `ways` are web and mail addresses."""
    known = Q(folded_name__in={folding.plain(name) for name in names} - {""})
    known |= Q(domain__in={likeness.host(way) for way in ways} - {""})
    known |= Q(phone__in={likeness.digits(number) for number in numbers} - {""})
    return DoNotList.objects.filter(known).first()


# So many that are still there are named at most.
MOST = 50


@transaction.atomic
def do_not_list(*, name: str, by: User, domain: str = "", phone: str = "", reason: str = "") -> DoNotList:
    """Remember that they asked. What is listed of them already, a curator puts away."""
    return DoNotList.objects.create(
        name=name,
        folded_name=folding.plain(name),
        domain=likeness.host(domain),
        phone=likeness.digits(phone),
        reason=reason,
        entered_by=by,
    )


class Unwanted:
    """All who asked not to be listed, read once, for whoever compares many: names and hosts, as they are compared."""

    def __init__(self) -> None:
        notes = list(DoNotList.objects.values_list("folded_name", "domain"))
        self.names = {name for name, _domain in notes if name}
        self.hosts = {domain for _name, domain in notes if domain}

    def holds(self, *, name: str = "", ways: Iterable[str] = ()) -> bool:
        """`ways` are web and mail addresses, as they are written."""
        known = bool(self.names) and folding.plain(name) in self.names
        return known or (bool(self.hosts) and any(likeness.host(way) in self.hosts for way in ways))


def note_against(service: Service) -> DoNotList | None:
    """Whether this listing is of somebody who asked not to be listed, by any of its ways."""
    house = service.organization
    return note_of(
        names=[service.name, house.name],
        ways=[service.url, service.email, house.website, house.email],
        numbers=fields.rows_of(service, "phone").values_list("number", flat=True),
    )


def refuse_if_unwanted(service: Service) -> None:
    """Raises NotWanted."""
    if note := note_against(service):
        raise NotWanted(_("“%(name)s” asked not to be listed. Put this listing away.") % {"name": note.name})


def listed_of(note: DoNotList) -> list[Service]:
    """Listings that are still there although they asked."""
    there = Service.objects.filter(archived_at=None)
    ways = [key for key, said in ((f"p:{note.phone}", note.phone), (f"d:{note.domain}", note.domain)) if said]
    # Each way is asked by itself, so that each finds its index.
    found = {
        *there.filter(name__iexact=note.name)[:MOST],
        *there.filter(organization__in=Organization.objects.filter(name__iexact=note.name))[:MOST],
        *there.filter(fingerprint__keys__overlap=ways)[: MOST if ways else 0],
    }
    return sorted(found, key=lambda service: (service.name, service.pk))[:MOST]
