"""Listings in whatever state a test needs, made through the services a curator uses."""

from collections.abc import Callable

import pytest

from accounts.models import User
from resources import helplines, services
from resources.models import (
    Address,
    Helpline,
    Location,
    Organization,
    Phone,
    Service,
    ServiceAtLocation,
    Verification,
)

MakeListing = Callable[..., Service]


@pytest.fixture
def lines(db: None) -> None:
    """The crisis lines every installation starts with; a test with real transactions may have swept them away."""
    helplines.load(Helpline)


@pytest.fixture
def curator(curator: User) -> User:
    services.appoint_curator(user=curator)
    return User.objects.get(pk=curator.pk)


@pytest.fixture
def draft(db: None) -> MakeListing:
    def make(
        name: str = "Tea and talk", *, at: str = "", organization: str = "Harbour House", **columns
    ) -> Service:
        owner, _created = Organization.objects.get_or_create(name=organization)
        service = Service.objects.create(name=name, organization=owner, **columns)
        Phone.objects.create(service=service, number="555-0150")
        if at:
            location = Location.objects.create(name=at)
            Address.objects.create(location=location, address_1="1 Quay", city="Alder Bay")
            ServiceAtLocation.objects.create(service=service, location=location)
        services.reindex(Service.objects.filter(pk=service.pk))
        return service

    return make


@pytest.fixture
def published(draft: MakeListing, curator: User) -> MakeListing:
    def make(*args, **columns) -> Service:
        service = draft(*args, **columns)
        services.verify(service=service, by=curator, how=Verification.How.PHONE, parts=["name", "contact"])
        services.publish(service=service, by=curator)
        return Service.objects.get(pk=service.pk)

    return make
