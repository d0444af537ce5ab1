"""The page of one listing: who may see it, and all that it must say."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from resources import services
from resources.models import (
    Accessibility,
    CostOption,
    Language,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    Source,
    Verification,
)
from tests.resources.conftest import complete

pytestmark = pytest.mark.django_db


def read(client, service) -> str:
    response = client.get(service.get_absolute_url())
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_anybody_reads_what_is_published(client, client_of, owner, stranger, published):
    service = published()
    for visitor in (client, client_of(owner), client_of(stranger)):
        assert "Tea and talk" in read(visitor, service)


def test_a_draft_is_there_for_curators_only(client, client_of, owner, curator, draft):
    service = draft()
    for visitor in (client, client_of(owner)):
        assert visitor.get(service.get_absolute_url()).status_code == 404
    words = read(client_of(curator), service)
    assert "Only curators can see this page" in words
    assert "Nobody has checked this yet" in words


def test_staff_without_the_permission_see_no_drafts(client_of, stranger, draft):
    stranger.is_staff = True
    stranger.save()
    assert client_of(stranger).get(draft().get_absolute_url()).status_code == 404


def test_unknown_and_malformed_addresses_lead_nowhere(client):
    assert client.get(f"/find/{uuid.uuid4()}/").status_code == 404
    assert client.get("/find/1/").status_code == 404


def test_a_page_is_only_for_reading(client, published):
    assert client.post(published().get_absolute_url()).status_code == 405


def test_it_says_all_that_is_known(client, published):
    service = published(
        "Warm water",
        at="The Pool",
        alternate_name="Aqua",
        description="Slow movement.\n\nIn warm water.",
        cost="low",
        access=["warm_water", "lie_down"],
        delivery=["in_person"],
        eligibility_description="Stiff people",
        minimum_age=16,
        wait_time="Two weeks",
        application_process="Ring first",
        interpretation_services="Ask",
        email="pool@example.org",
        url="https://pool.example.org/",
    )
    at = service.at_locations.get()
    Phone.objects.create(location=at.location, number="555-0160", extension=12, description="Ask for Bo")
    Phone.objects.create(location=at.location, number="555-0199", type="fax")
    Schedule.objects.create(location=at.location, freq="WEEKLY", byday="MO", opens_at=dt.time(13))
    Language.objects.create(location=at.location, name="Spanish")
    Accessibility.objects.create(location=at.location, description="Hoist", details="Up to 150 kg")
    CostOption.objects.create(service=service, option="Full", amount="5", currency="usd")
    CostOption.objects.create(service=service, option="Student", amount=0)
    CostOption.objects.create(service=service, option="Old price", amount=1, valid_to=dt.date(2020, 1, 1))
    ServiceArea.objects.create(service=service, name="The bay")
    words = read(client, service)
    for said in (
        *("Also known as Aqua", "<p>Slow movement.</p>", "Low cost", "Warm water", "You can lie down"),
        *("From age 16", "Two weeks", "Ring first", "mailto:pool@example.org", "https://pool.example.org/"),
        *("tel:5550150", "tel:5550160;ext=12", "Ask for Bo", "Monday, from 1:00 pm", "Spanish", "Hoist"),
        *("Up to 150 kg", "Full: 5.00 USD", "Student: free", "The bay", "1 Quay, Alder Bay"),
    ):
        assert said in words, said
    assert "Fax: 555-0199" in words and "tel:5550199" not in words
    assert "Old price" not in words


def test_what_is_not_known_is_said_to_be_unknown(client, published):
    words = read(client, published())
    for said in ("We do not know. Please ask", "do not know the times", "Nobody has told us about access"):
        assert said in words


@pytest.mark.parametrize(
    ("low", "high", "said"), [(16, 30, "Ages 16 to 30"), (None, 12, "Up to age 12"), (0, None, "From age 0")]
)
def test_ages_in_words(client, published, low, high, said):
    assert said in read(client, published(minimum_age=low, maximum_age=high))


def test_it_says_when_it_was_last_checked(client, draft, curator):
    service = complete(draft(), curator)
    with time_machine.travel(dt.datetime(2026, 5, 3, 12, tzinfo=dt.UTC)):
        services.verify(service=service, by=curator, how="phone", parts=["name"])
    services.publish(service=service, by=curator)
    assert "Last checked on May 3, 2026 by a curator" in read(client, service)
    assert "Cora" not in read(client, service)


def test_the_organisation_is_reached_where_the_service_has_no_way_of_its_own(client, published):
    service = published()
    service.phones.all().delete()
    Phone.objects.create(organization=service.organization, number="555-0170")
    service.organization.email = "house@example.org"
    service.organization.save()
    words = read(client, service)
    assert "tel:5550170" in words
    assert "mailto:house@example.org" in words


def test_a_place_without_any_contact_points_to_its_address(client, published):
    service = published(at="The Loft")
    service.phones.all().delete()
    assert "The address is under “Getting there”" in read(client, service)


def test_closed_for_now_and_notices_come_first(client, published):
    assert "Closed for now" in read(client, published(status="temporarily closed", alert="Back in May"))
    assert "Please note" in read(client, published("Other", alert="New door code"))


def test_sample_data_says_so_and_real_data_names_its_source(client, published):
    service = published()
    assert "sample data" not in read(client, service)
    service.source = Source.objects.create(name="Invented", is_sample=True)
    service.save()
    assert "This is sample data" in read(client, service)
    service.source = Source.objects.create(name="County list", licence="CC BY 4.0")
    service.save()
    words = read(client, service)
    assert "First listed by County list" in words
    assert "CC BY 4.0" in words


def test_what_others_wrote_is_never_taken_for_html(client, published):
    words = read(client, published("<script>alert(1)</script>", description="<img src=x onerror=y>"))
    assert "<script>alert" not in words
    assert "<img" not in words


def test_more_details_take_no_more_queries(client, published):
    def queries(service: Service) -> int:
        with CaptureQueriesContext(connection) as asked:
            read(client, service)
        return len(asked)

    few, many = published("Few", at="Here"), published("Many", at="There")
    for number in range(9):
        Phone.objects.create(service=many, number=f"555-01{number:02}")
        Schedule.objects.create(service=many, freq="WEEKLY", byday="MO", opens_at=dt.time(number))
    assert queries(few) == queries(many)


def test_the_checks_of_a_listing_read_newest_first(draft, curator):
    service = draft()
    for how in ("phone", "visit"):
        services.verify(service=service, by=curator, how=how, parts=["name"])
    assert [check.how for check in service.verifications.all()] == ["visit", "phone"]
    assert str(Verification.objects.first()).endswith("by a visit")
