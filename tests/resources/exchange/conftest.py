"""A town with everything in it, and somebody who asks the API."""

import json

import pytest

from accounts.models import User
from resources import services
from resources.models import (
    Attribute,
    Contact,
    Funding,
    Location,
    OpeningException,
    Organization,
    OrganizationIdentifier,
    Phone,
    Program,
    RequiredDocument,
    Service,
    ServiceCapacity,
    TaxonomyTerm,
    Unit,
    Url,
)
from tests.resources.conftest import a_curator
from tests.resources.conftest import draft as draft
from tests.resources.conftest import published as published


@pytest.fixture
def town(db, told_town):
    """The sample town, and the curator who took it in."""
    told_town.put_in()


@pytest.fixture
def curator(request, db):
    """The town's own, where it is there."""
    if "town" in request.fixturenames:
        request.getfixturevalue("town")
    else:
        a_curator()
    return User.objects.get(email="curator@example.org")


@pytest.fixture
def everything(town):
    """One listing with a row of every table."""
    service = Service.objects.filter(at_locations__isnull=False, schedules__isnull=False).first()
    house, place = service.organization, service.at_locations.first()
    service.program = Program.objects.create(organization=house, name="Warm evenings", source=service.source)
    service.url, service.email = "https://example.org/café", "tea@example.org"
    service.save()
    unit = Unit.objects.create(name="seats")
    ServiceCapacity.objects.create(
        service=service, unit=unit, available=3, maximum=8, updated="2026-01-02T03:04:05Z"
    )
    RequiredDocument.objects.create(service=service, document="A cup")
    Funding.objects.create(service=service, source="The town")
    Funding.objects.create(organization=house, source="Gifts")
    Url.objects.create(service=service, url="https://example.org/more", label="More")
    Url.objects.create(organization=house, url="https://example.org/house")
    OrganizationIdentifier.objects.create(organization=house, identifier_type="charity", identifier="12")
    person = Contact.objects.create(service=service, name="Wren Ashdown", email="wren@example.org")
    Phone.objects.create(service=service, contact=person, number="555-0177")
    Phone.objects.create(service_at_location=place, number="555-0178", extension=12)
    term = TaxonomyTerm.objects.get(code="community-centre")
    Attribute.objects.create(location=place.location, taxonomy_term=term, link_type="topic")
    Attribute.objects.create(service_at_location=place, taxonomy_term=term, link_type="topic", label="Here")
    Attribute.objects.create(organization=house, taxonomy_term=term, link_type="topic")
    Location.objects.filter(pk=place.location_id).update(time_zone="America/Los_Angeles")
    OpeningException.objects.create(
        location=place.location, starts_on="2099-12-24", ends_on="2099-12-26", reason="Holiday"
    )
    OpeningException.objects.create(
        service_at_location=place,
        starts_on="2099-12-27",
        ends_on="2099-12-27",
        opens_at="10:00",
        closes_at="12:00",
    )
    Organization.objects.filter(pk=house.pk).update(description="")
    services.reindex(Service.objects.all())
    return Service.objects.get(pk=service.pk)


@pytest.fixture
def ask(client, settings):
    settings.DIRECTORY_API_RATE = settings.DIRECTORY_API_STREAMS = (1_000_000, 60)

    def asked(path, status=200, **parameters):
        response = client.get(f"/api/hsds/v3/{path}", parameters)
        assert response.status_code == status, response.content[:500]
        if response.streaming:
            return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]
        return response.json() if response.content else response

    return asked
