"""Listings in whatever state a test needs, made through the services a curator uses."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import User
from resources import helplines, sample, services
from resources.models import (
    Address,
    Attribute,
    Helpline,
    Inclusion,
    Location,
    Organization,
    Phone,
    Service,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
    Verification,
)
from tests.conftest import person
from tests.tables import Told

MakeListing = Callable[..., Service]


def a_curator() -> User:
    user = person("curator@example.org", "Cora", is_staff=True)
    services.appoint_curator(user=user)
    return user


@pytest.fixture(scope="session")
def told_town(told: Callable[[Callable[[], object]], Told]) -> Told:
    """The sample town and the curator who took it in, for those who do not ask how that happens."""
    return told(lambda: sample.load_sample_town(by=a_curator()))


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
        # However little it says: what a curator needs to publish is tried in desk/test_publishing.py.
        Service.objects.filter(pk=service.pk).update(published_at=timezone.now(), published_by=curator)
        services.reindex(Service.objects.filter(pk=service.pk))
        return Service.objects.get(pk=service.pk)

    return make


def complete(service: Service, by: User) -> Service:
    """Give it what a listing needs to go public, except a check."""
    ours, _made = Taxonomy.objects.get_or_create(slug="supportnet", defaults={"name": "Supportnet"})
    term, _made = TaxonomyTerm.objects.get_or_create(
        taxonomy=ours, code="tea", defaults={"name": "Company", "description": "Tea and talk."}
    )
    Attribute.objects.get_or_create(service=service, taxonomy_term=term, link_type="topic")
    services.tick_rules(service=service, by=by, rules=Inclusion.Rule.values)
    Service.objects.filter(pk=service.pk).update(cost="free", delivery=["in_person"])
    service.refresh_from_db()
    return service


@pytest.fixture
def ready(draft: MakeListing, curator: User) -> MakeListing:
    """A draft that lacks nothing but a check."""

    def make(*args, **columns) -> Service:
        return complete(draft(*args, **columns), curator)

    return make
