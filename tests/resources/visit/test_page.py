"""What the page of a listing says beyond the first: access, notices, checks, its organisation, and where it went."""

import datetime as dt
import uuid
from urllib.parse import unquote

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resources import services
from resources.models import (
    Attribute,
    Contact,
    Funding,
    OpeningException,
    Organization,
    OrganizationIdentifier,
    Program,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    Taxonomy,
    TaxonomyTerm,
    Url,
)
from resources.templatetags.wrapping import breakable

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


def read(client, service, page="") -> str:
    response = client.get(service.get_absolute_url() + page)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_access_has_three_answers(client, published):
    words = read(
        client,
        published(
            access=["lie_down"],
            access_lacking=["step_free"],
            standing_minutes=10,
            parking_metres=40,
            cancel_policy="Ring the day before",
        ),
    )
    there, _, rest = words.partition("Not there, as far as we know")
    lacking, _, unknown = rest.partition("What we do not know")
    assert "<li>You can lie down</li>" in there
    assert "<li>Step-free</li>" in lacking
    assert "Chairs with arms" in unknown and "You can lie down" not in unknown
    for said in ("About 10 minutes of standing.", "About 40 metres (130 feet)", "Ring the day before"):
        assert said in words


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "No standing at all."), (1, "About 1 minute of standing.")]
)
def test_standing_in_words(client, published, minutes, said):
    assert said in read(client, published(standing_minutes=minutes))


def test_a_notice_ends_with_its_last_day(client, published):
    service = published(alert="The lift is broken", alert_until=dt.date(2026, 11, 23))
    with time_machine.travel(NOW):
        words = read(client, service)
        assert (
            "The lift is broken" in words and "Until Nov. 23, 2026" in words
        ) or "November 23, 2026" in words
    with time_machine.travel(NOW + dt.timedelta(days=1)):
        assert "The lift is broken" not in read(client, service)


def test_check_before_you_go_is_said_from_the_day_it_is_due(client, published):
    service = published()
    Service.objects.filter(pk=service.pk).update(stale_at=NOW)
    with time_machine.travel(NOW - dt.timedelta(seconds=1)):
        assert "Check before you go" not in read(client, service)
    with time_machine.travel(NOW):
        assert "Check before you go" in read(client, service)


def test_it_says_which_parts_were_checked(client, published):
    service = published()
    Service.objects.filter(pk=service.pk).update(confirmed=["name", "times"])
    words = read(client, service)
    assert "Checked: name, times." in words
    assert "Not checked: what to expect" in words
    Service.objects.filter(pk=service.pk).update(confirmed=[])
    assert "Not checked" not in read(client, service)


def test_days_that_are_not_as_usual_are_said(client, published):
    service = published(at="Hall")
    location = service.at_locations.get().location
    OpeningException.objects.create(
        service=service, starts_on=dt.date(2026, 12, 24), ends_on=dt.date(2026, 12, 26), reason="Christmas"
    )
    special = {"opens_at": dt.time(9), "closes_at": dt.time(12)}
    OpeningException.objects.create(
        location=location, starts_on=dt.date(2026, 12, 31), ends_on=dt.date(2026, 12, 31), **special
    )
    OpeningException.objects.create(
        service=service, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 1, 1), reason="Long ago"
    )
    with time_machine.travel(NOW):
        words = read(client, service)
    assert "Closed from December 24 to December 26 (Christmas)" in words
    assert "Other times on December 31: 9:00 am to noon" in words
    assert "Long ago" not in words


def test_the_next_sessions_of_a_group_go_into_a_calendar(client, published):
    service = published(kind="group")
    row = Schedule.objects.create(
        service=service, freq="WEEKLY", byday="WE", opens_at=dt.time(14), closes_at=dt.time(15)
    )
    with time_machine.travel(NOW):
        words = read(client, service)
    assert "Wednesday November 25, 2:00 pm to 3:00 pm" in words
    assert f"/find/{service.pk}/times/{row.pk}/session.ics?on=2026-11-25" in words
    assert "Add every one of them" in words


def test_a_place_has_opening_times_and_no_sessions(client, published):
    service = published(kind="place")
    Schedule.objects.create(service=service, freq="WEEKLY", byday="WE", opens_at=dt.time(14))
    assert "Add to my calendar" not in read(client, service)


def test_a_map_is_a_link_to_somewhere_else(client, published):
    service = published(at="The Pool")
    words = read(client, service)
    assert "openstreetmap.org/search?query=1%20Quay%2C%20Alder%20Bay" in words
    location = service.at_locations.get().location
    location.latitude, location.longitude = 51.5, -0.12
    location.save()
    words = read(client, service)
    assert "mlat=51.50000&amp;mlon=-0.12000" in words
    assert 'rel="noopener noreferrer external">Show it on a map' in words
    assert "<iframe" not in words


def test_what_an_import_brings_is_shown(client, published):
    service = published("Tea", accreditations="Kitemark", referral="needed", assured_date=dt.date(2026, 1, 2))
    organization = service.organization
    Organization.objects.filter(pk=organization.pk).update(
        alternate_name="HH",
        description="By the sea",
        website="https://hh.example.org/",
        year_incorporated=1998,
        legal_status="Charity",
        parent_organization=Organization.objects.create(name="The Harbour Trust"),
    )
    OrganizationIdentifier.objects.create(
        organization=organization, identifier_type="Charity number", identifier="123456"
    )
    Url.objects.create(organization=organization, label="Their blog", url="https://blog.example.org/")
    Url.objects.create(service=service, label="The form", url="https://form.example.org/")
    Funding.objects.create(organization=organization, source="The city")
    RequiredDocument.objects.create(service=service, document="A towel")
    Contact.objects.create(service=service, title="Welcome desk", email="hi@example.org")
    ServiceArea.objects.create(service_at_location=None, service=service, name="All of the bay")
    Service.objects.filter(pk=service.pk).update(
        program=Program.objects.create(organization=organization, name="Warm rooms")
    )
    ours, _made = Taxonomy.objects.get_or_create(slug="supportnet", defaults={"name": "Ours"})
    term = TaxonomyTerm.objects.create(taxonomy=ours, code="tea-x", name="Hot drinks", description="Tea")
    Attribute.objects.create(service=service, taxonomy_term=term, link_type="topic")
    words = read(client, service)
    for said in (
        *("(HH)", "By the sea", "https://hh.example.org/", "Founded in 1998", "Charity", "The Harbour Trust"),
        *("Charity number 123456", "Their blog", "The form", "Paid for by The city", "A towel"),
        *("Welcome desk", "hi@example.org", "All of the bay", "Warm rooms", "Hot drinks", "Kitemark"),
        "A referral is needed",
    ):
        assert said in words, said


def test_other_listings_of_the_organisation_are_named(client, published, draft):
    service = published("First")
    published("Second")
    draft("Hidden third")
    words = read(client, service)
    assert "Second" in words and "Hidden third" not in words


def test_one_and_three_of_everything_need_the_same_number_of_queries(client, published):
    few, many = published("Few", at="Hall"), published("Many", at="Hall")
    for service, number in [(few, 0), (many, 1), (many, 2), (many, 3)]:
        Schedule.objects.create(service=service, freq="WEEKLY", byday="MO")
        RequiredDocument.objects.create(service=service, document=f"Paper {number}")
        Url.objects.create(service=service, url=f"https://{number}.example.org/")
        Contact.objects.create(service=service, name=f"P{number}")
    counted = []
    for service in (few, many):
        with CaptureQueriesContext(connection) as queries:
            read(client, service)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_a_merged_listing_leads_to_the_one_that_has_its_address_now(client, published):
    new, older, oldest = published("New"), published("Older"), published("Oldest")
    for before, after in ((oldest, older), (older, new)):
        Service.objects.filter(pk=before.pk).update(published_at=None, published_by=None, merged_into=after)
    for old in (older, oldest):
        response = client.get(old.get_absolute_url())
        assert (response.status_code, response["Location"]) == (301, new.get_absolute_url())


def test_what_was_withdrawn_or_archived_says_so_kindly(client, curator, published):
    withdrawn, archived = published("Withdrawn"), published("Archived")
    services.withdraw(service=withdrawn, by=curator)
    services.archive(service=archived, by=curator)
    for gone in (withdrawn, archived):
        response = client.get(gone.get_absolute_url())
        assert response.status_code == 410
        words = response.content.decode()
        assert "This is no longer listed" in words and gone.name not in words


def test_nothing_leads_to_what_was_never_public(client, draft):
    for page in ("", "paper/", "pass-on/"):
        assert client.get(draft("Hidden").get_absolute_url() + page).status_code == 404
    assert client.get(f"/find/{uuid.uuid4()}/paper/").status_code == 404


def test_on_paper_numbers_are_written_out(client, published):
    service = published(url="https://tea.example.org/")
    words = read(client, service, "paper/").replace("<wbr>", "")
    assert "<strong>555-0150</strong>" in words
    assert "https://tea.example.org/</p>" in words
    assert f"http://testserver{service.get_absolute_url()}" in words


def test_sending_it_to_somebody_leaves_nothing_behind(client, published):
    service = published("Tea & talk")
    words = unquote(read(client, service, "pass-on/"))
    assert "mailto:?subject=Tea & talk&amp;body=This may be something for you:" in words
    assert f"http://testserver{service.get_absolute_url()}" in words
    before = CaptureQueriesContext(connection)
    with before:
        response = client.post(service.get_absolute_url() + "pass-on/", {"text": "Come with me"})
    assert "sms:?&amp;body=Come%20with%20me" in response.content.decode()
    assert not [query for query in before if not query["sql"].startswith("SELECT")]
    assert client.post(service.get_absolute_url() + "pass-on/", {"text": "x" * 1001}).status_code == 422


def test_a_listing_becomes_a_place_in_ones_network(client_of, owner, published):
    service = published("Pain café", kind="group", email="cafe@example.org")
    mine, page = client_of(owner), service.get_absolute_url() + "to-network/"
    assert "Pain café" in mine.get(page).content.decode()
    sent = {"form_key": str(uuid.uuid4()), "name": "The café", "kind": "group", "circle": "wider"}
    for _press in range(2):
        assert mine.post(page, sent).status_code == 302
    tie = owner.ties.get()
    assert (tie.name, tie.kind, tie.circle) == ("The café", "group", "wider")
    assert (tie.phone, tie.email) == ("555-0150", "cafe@example.org")
    assert tie.helps == f"Its page: http://testserver{service.get_absolute_url()}"
    assert mine.post(page, {"name": ""}).status_code == 422


def test_only_who_is_signed_in_has_a_network(client, published):
    response = client.get(published().get_absolute_url() + "to-network/")
    assert response.status_code == 302 and "/accounts/login/" in response["Location"]


def test_it_leads_back_to_the_results_one_comes_from(client, published):
    address = published().get_absolute_url()

    def back(referer: str) -> str:
        page = client.get(address, headers={"Referer": referer}).content.decode()
        return page.partition('<a class="btn quiet" href="')[2].partition('"')[0]

    assert back("http://testserver/find/?q=tea&place=ZZ1") == "/find/?q=tea&amp;place=ZZ1"
    # What one searched for is nobody else's to see.
    assert client.get(address)["Cache-Control"] == "private"
    for elsewhere in (
        "",
        "http://testserver/find/",
        "https://example.org/find/?q=tea",
        "http://[",
        "http://testserver/today/?q=",
    ):
        assert back(elsewhere) == "/find/"


@pytest.mark.parametrize(
    ("columns", "goes"),
    [
        ({"kind": "website"}, False),
        ({"kind": "phone_line"}, False),
        ({"kind": "group", "delivery": ["online", "phone"]}, False),
        ({"kind": "group", "delivery": ["online", "in_person"]}, True),
        ({"kind": "website", "at": "The Hall"}, True),
        ({"kind": "service"}, True),
    ],
)
def test_where_nobody_goes_nothing_is_said_of_going(client, published, columns, goes):
    service = published(**columns)
    page = read(client, service)
    assert ("Ask before you go." in page) == goes
    assert ("Ring or write before you go" in page) == goes
    Service.objects.update(stale_at=timezone.now())
    page = read(client, service)
    assert ("Check before you go" in page) == goes == ("This may have changed" not in page)


def test_a_website_leads_with_its_website_and_has_no_doors_to_open(client, published):
    service = published(
        kind="website", url="https://www.a-long-name.example.org/tea?x=1", email="tea.and_talk@example.org"
    )
    page = read(client, service)
    assert '<a class="btn main" href="https://www.a-long-name.example.org/tea?x=1"' in page
    assert page.count('class="btn main"') == 1 and "<h2>When</h2>" not in page
    assert "a-<wbr>long-<wbr>name<wbr>.example<wbr>.org</p>" in page
    assert "tea<wbr>.and_<wbr>talk@<wbr>example<wbr>.org</p>" in page


def test_what_breaks_between_its_parts_is_escaped():
    assert breakable("<b>@x.org/?a=1&b=2") == ("&lt;b&gt;@<wbr>x<wbr>.org/?<wbr>a=<wbr>1&amp;<wbr>b=<wbr>2")
