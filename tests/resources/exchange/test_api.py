"""The public API: every answer is what the standard says, and nothing that is not public gets out."""

import datetime as dt
import json
import uuid

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resources import services
from resources.models import (
    Attribute,
    ChangeRequest,
    FieldChange,
    Location,
    Organization,
    PostalCode,
    Service,
    ServiceArea,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
)
from tests.resources.exchange.official import complaints

pytestmark = pytest.mark.django_db
LISTS = [
    ("services", "service"),
    ("organizations", "organization"),
    ("service_at_locations", "service_at_location"),
    ("taxonomies", "taxonomy"),
    ("taxonomy_terms", "taxonomy_term"),
]


def fine(kind, items):
    assert items
    for item in items:
        assert complaints(kind, item) == []


@pytest.mark.parametrize(("path", "kind"), LISTS)
def test_every_list_its_stream_and_every_single_one_pass_the_official_schemas_strictly(
    ask, everything, path, kind
):
    page = ask(path, per_page=500)
    assert list(page) == [
        *("total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents")
    ]
    fine(kind, page["contents"])
    assert page["total_items"] == page["size"] == len(page["contents"])
    fine(kind, ask(path, per_page=500, full="true", full_service="true")["contents"])
    stream = ask(path, format="ndjson")
    fine(kind, stream)
    assert [each["id"] for each in stream] == [each["id"] for each in page["contents"]]
    for each in page["contents"][:8]:
        fine(kind, [ask(f"{path}/{each['id']}")])


def test_one_listing_says_everything_there_is(ask, everything):
    found = ask(f"services/{everything.pk}")
    assert complaints("service", found) == []
    lists = ("additional_urls", "funding", "required_documents", "capacities", "phones", "schedules")
    assert all(found[name] for name in lists if name not in ("phones",))
    assert found["program"]["name"] == "Warm evenings"
    assert found["url"] == "https://example.org/caf%C3%A9"
    assert found["organization"]["description"] == found["organization"]["name"]
    place = found["service_at_locations"][0]
    assert {"phones", "schedules", "attributes", "location"} <= set(place)
    assert place["schedules"][-1] | {"id": ""} == {
        "id": "",
        "service_at_location_id": place["id"],
        "valid_from": "2099-12-27",
        "valid_to": "2099-12-27",
        "opens_at": "10:00:00",
        "closes_at": "12:00:00",
        "notes": "Open at these hours instead of the usual times.",
    }
    closed = place["location"]["schedules"][-1]
    assert (closed["description"], closed["notes"]) == ("Holiday", "Closed instead of the usual times.")
    said = {
        (each["link_type"], each["taxonomy_term"]["code"], each.get("value")) for each in found["attributes"]
    }
    assert ("kind", f"kind:{everything.kind}", None) in said
    assert ("about", "about:source", "Alder Bay (sample)") in said
    assert {code for _type, code, _value in said} >= {f"access:{fact}" for fact in everything.access}


def test_nobody_is_named(ask, everything, settings):
    settings.DIRECTORY_EMAIL = "directory@example.org"
    whole = json.dumps([ask(path, format="ndjson") for path, _kind in LISTS])
    for secret in ("Wren", "wren@", "555-0177", "Ana", "curator@"):
        assert secret not in whole
    found = ask(f"services/{everything.pk}")
    assert found["assured_date"] == str(everything.verification.verified_at.date())
    assert found["assurer_email"] == "directory@example.org"


def test_history_is_told_without_a_name(ask, everything, curator):
    change = ChangeRequest.objects.create(kind="correction", service=everything)
    FieldChange.objects.create(
        request=change,
        table="service",
        row=everything.pk,
        field="wait_time",
        before="",
        after="A week",
        taken="A week",
        taken_at=timezone.now(),
    )
    FieldChange.objects.create(
        request=change, table="service", row=everything.pk, field="name", before="a", after="b"
    )
    [entry] = ask(f"services/{everything.pk}")["metadata"]
    assert entry["updated_by"] == "Supportnet curator"
    assert (entry["field_name"], entry["replacement_value"]) == ("wait_time", "A week")


@pytest.mark.parametrize("path", [path for path, _kind in LISTS])
def test_a_page_costs_the_same_however_much_is_on_it(ask, everything, published, path):
    def cost(**asked):
        with CaptureQueriesContext(connection) as queries:
            ask(path, full="true", full_service="true", per_page=500, **asked)
        # Counting who asks how often takes other queries when a minute turns.
        counting = ("supportnet_cache", "SAVEPOINT")
        return len([each for each in queries if not any(word in each["sql"] for word in counting)])

    cost()
    before = cost()
    for number in range(12):
        published(f"Tea {number}", at=f"Hall {number}", organization=f"House {number}")
    assert cost() == before < 90


def test_only_what_is_public_is_there(ask, everything, draft):
    hidden = draft("Not yet", organization="Nobody", at="Backroom")
    assert str(hidden.pk) not in json.dumps(ask("services", format="ndjson"))
    for path in (
        f"services/{hidden.pk}",
        f"organizations/{hidden.organization_id}",
        f"service_at_locations/{hidden.at_locations.get().pk}",
        f"services/{uuid.uuid4()}",
        f"taxonomies/{uuid.uuid4()}",
        f"taxonomy_terms/{uuid.uuid4()}",
    ):
        assert "no such" in ask(path, 404)["detail"]


def test_what_was_put_away_can_be_seen_to_go(ask, everything, curator):
    services.archive(service=everything, by=curator)
    found = ask(f"services/{everything.pk}")
    assert complaints("service", found) == []
    assert found["status"] == "inactive"
    assert "description" not in found
    Service.objects.filter(pk=everything.pk).update(status="defunct")
    assert ask(f"services/{everything.pk}")["status"] == "defunct"
    services.do_not_list(name=everything.name.upper(), by=curator)
    ask(f"services/{everything.pk}", 404)


def test_what_was_merged_leads_to_the_other(client, everything):
    first, second = Service.objects.published().exclude(pk=everything.pk)[:2]
    for lost, kept in ((first, second), (second, everything)):
        Service.objects.filter(pk=lost.pk).update(published_at=None, published_by=None, merged_into=kept)
    response = client.get(f"/api/hsds/v3/services/{first.pk}")
    assert response.status_code == 301
    assert response["Location"] == f"/api/hsds/v3/services/{everything.pk}"
    assert response["Access-Control-Allow-Origin"] == "*"


# What can be asked ------------------------------------------------------------------------------


def test_pages_follow_each_other_and_end(ask, town):
    seen, number = [], 1
    while True:
        page = ask("services", page=number, per_page=10)
        assert page["first_page"] is (number == 1)
        seen += [each["id"] for each in page["contents"]]
        if page["last_page"]:
            break
        number += 1
    assert len(seen) == len(set(seen)) == page["total_items"] == Service.objects.count()
    beyond = ask("services", page=number + 5)
    assert (beyond["empty"], beyond["size"], beyond["contents"], beyond["last_page"]) == (True, 0, [], True)


def test_nothing_is_an_empty_page(ask, db):
    page = ask("services")
    assert (page["empty"], page["total_pages"], page["first_page"], page["last_page"]) == (
        True,
        0,
        True,
        True,
    )
    assert ask("services", format="ndjson") == []


def test_conditions_narrow_each_other(ask, town):
    term = TaxonomyTerm.objects.get(code="support-group")
    filed = {
        str(key) for key in Attribute.objects.filter(taxonomy_term=term).values_list("service", flat=True)
    }
    assert {each["id"] for each in ask("services", taxonomy_term_id=term.pk)["contents"]} == filed
    ours = Taxonomy.objects.get(slug="supportnet")
    assert ask("services", taxonomy_id=ours.pk)["total_items"] == Service.objects.count()
    house = Organization.objects.get(name="Carers of the Bay")
    both = ask("services", taxonomy_term_id=term.pk, organization_id=house.pk, search="video")
    assert [each["name"] for each in both["contents"]] == ["When your partner is in pain"]
    assert ask("services", taxonomy_term_id=term.pk, search="pool")["empty"]
    assert ask("organizations", taxonomy_term_id=term.pk)["total_items"] == len(
        set(Service.objects.filter(pk__in=filed).values_list("organization", flat=True))
    )
    there = ask(
        "service_at_locations", taxonomy_term_id=term.pk, organization_id=house.pk, search="breakfast"
    )
    assert there["total_items"] == 1
    assert ask("organizations", search="carers bay")["total_items"] == 1


@pytest.mark.parametrize(
    ("code", "where"),
    [
        ("access:step_free", {"access__contains": ["step_free"]}),
        ("delivery:online", {"delivery__contains": ["online"]}),
        ("cost:free", {"cost": "free"}),
        ("referral:needed", {"referral": "needed"}),
        ("about:source", {"source__isnull": False}),
        ("access:standing_minutes", {"standing_minutes__isnull": False}),
        ("about:alert_until", {"alert_until__isnull": False}),
    ],
)
def test_what_our_own_columns_say_can_be_asked_for_like_any_term(ask, town, code, where):
    term = TaxonomyTerm.objects.get(code=code)
    expected = Service.objects.filter(**where)
    if code.startswith("access:step"):
        expected = expected | Service.objects.filter(access_lacking__contains=["step_free"])
    found = ask("services", taxonomy_term_id=term.pk, per_page=500)["contents"]
    assert {each["id"] for each in found} == {str(service.pk) for service in expected}
    assert found
    facts = ask("services", taxonomy_id=term.taxonomy_id)
    assert facts["total_items"] == Service.objects.count()


def test_only_what_changed_and_only_when_it_changed(ask, town):
    service = Service.objects.first()
    Service.objects.update(updated_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    Location.objects.update(updated_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    Service.objects.filter(pk=service.pk).update(updated_at=dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC))
    assert ask("services", modified_after="2026-03-01T12:00:00Z")["total_items"] == 1
    assert ask("services", modified_after="2026-03-01T12:00:01")["total_items"] == 0
    assert ask("services", modified_after="2026-03-01")["total_items"] == 1
    # An offset ISO 8601 knows and PostgreSQL does not.
    assert ask("services", modified_after="2026-03-02T06:35:00+18:35")["total_items"] == 1
    assert ask("service_at_locations", modified_after="2026-02-01")["total_items"] <= 1
    page = ask("services", minimal="true", modified_after="2026-02-01")
    moment = "2026-03-01T12:00:00Z"
    assert page["contents"] == [{"id": str(service.pk), "modified_date": moment, "last_modified": moment}]


def test_terms_can_be_walked_from_the_top(ask):
    ours = Taxonomy.objects.get(slug="supportnet")
    tops = ask("taxonomy_terms", taxonomy_id=ours.pk, top_only="true")["contents"]
    assert {each["code"] for each in tops} == {"venue", "activity", "condition", "need"}
    below = ask("taxonomy_terms", parent_id=tops[0]["id"], per_page=100)["contents"]
    assert {each["parent_id"] for each in below} == {tops[0]["id"]}
    assert ask("taxonomy_terms", search="swim pool")["contents"][0]["code"] == "pool"
    assert ask("taxonomies", search="eligibility")["contents"][0]["version"] == "2.0"


# Near --------------------------------------------------------------------------------------------


@pytest.fixture
def two_towns(published):
    """One on the equator at the end of the map, one near it, one at the pole."""
    places = [("Here", 0.0, 179.99), ("Over the line", 0.0, -179.99), ("North", 89.99, 10.0)]
    made = {}
    for name, latitude, longitude in places:
        service = published(name, at=f"{name} hall")
        Location.objects.filter(at_services__service=service).update(latitude=latitude, longitude=longitude)
        made[name] = service
    PostalCode.objects.create(
        country="GB", code="E01AA", place_name="Equator", latitude=0.0, longitude=179.99
    )
    PostalCode.objects.create(country="GB", code="N1", place_name="Pole", latitude=90.0, longitude=0.0)
    return made


def near(ask, **asked):
    found = ask("service_at_locations", **asked)["contents"]
    return {each["service"]["name"] for each in found}


def test_within_so_many_metres_also_across_the_date_line_and_at_the_pole(ask, two_towns):
    assert near(ask, postcode="e0 1aa", proximity="1") == {"Here"}
    assert near(ask, postcode="E01AA", proximity="3000") == {"Here", "Over the line"}
    assert near(ask, postcode="N1", proximity="1200") == {"North"}
    assert near(ask, postcode="N1", proximity="20015200") == {"Here", "Over the line", "North"}
    assert near(ask, postcode="N1") == {"Here", "Over the line", "North"}


def test_whoever_names_an_area_serves_that_area(ask, two_towns):
    ServiceArea.objects.create(service=two_towns["North"], name="Greater Equator and around")
    ServiceArea.objects.create(
        service_at_location=ServiceAtLocation.objects.get(service=two_towns["Here"]), name="Pole"
    )
    assert near(ask, postcode="E01AA") == {"Over the line", "North"}
    assert near(ask, postcode="N1") == {"Here", "Over the line"}


def test_a_postcode_nobody_knows_is_said_to_be_unknown(ask, two_towns):
    assert "postcode" in ask("service_at_locations", 422, postcode="ZZ9")["detail"]
    assert "postcode" in ask("service_at_locations", 422, proximity="10")["detail"]


@pytest.mark.parametrize(
    "asked",
    [
        {"page": "0"},
        {"page": "x"},
        {"page": "99999999999999999999"},
        {"per_page": "0"},
        {"format": "xml"},
        {"taxonomy_term_id": "1"},
        {"modified_after": "yesterday"},
        {"modified_after": "0001-01-01T00:00:00+12:00"},
        {"search": "\x00"},
        {"full": "perhaps"},
        {"search": "x" * 201},
        {"organization_id": ""},
    ],
)
def test_what_cannot_be_meant_is_answered_kindly(ask, db, asked):
    assert ask("services", 422, **asked)["detail"]


# Manners -----------------------------------------------------------------------------------------


def test_what_did_not_change_is_not_sent_again(client, everything):
    address = f"/api/hsds/v3/services/{everything.pk}"
    first = client.get(address)
    assert first["Access-Control-Allow-Origin"] == "*"
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    everything.phones.create(number="555-0199")
    changed = client.get(address, headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_any_page_may_ask_and_nobody_is_known(client, everything, curator, draft):
    preflight = client.options("/api/hsds/v3/services")
    assert preflight.status_code == 204
    assert "If-None-Match" in preflight["Access-Control-Allow-Headers"]
    hidden = draft("Not yet")
    client.force_login(curator)
    response = client.get(f"/api/hsds/v3/services/{hidden.pk}")
    assert response.status_code == 404
    assert not response.cookies
    response = client.get("/api/hsds/v3/services")
    assert "Cookie" not in response.get("Vary", "")
    assert "private" not in response["Cache-Control"]


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_can_be_written(client, db, method):
    assert getattr(client, method)("/api/hsds/v3/services").status_code == 405


@time_machine.travel(dt.datetime(2026, 5, 3, 12, 30, tzinfo=dt.UTC), tick=False)  # no hour ends meanwhile
def test_who_asks_too_often_is_told_how_long_to_wait(client, db, settings):
    settings.DIRECTORY_API_RATE = (3, 3600)
    answers = [client.get("/api/hsds/v3/") for _ in range(4)]
    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600
    assert "wait" in answers[-1].json()["detail"]
    assert answers[-1]["Access-Control-Allow-Origin"] == "*"
    assert client.get("/api/hsds/v3/", REMOTE_ADDR="10.0.0.9").status_code == 200
    settings.DIRECTORY_API_STREAMS = (1, 3600)
    assert [client.get("/api/hsds/v3/services?format=ndjson").status_code for _ in range(2)] == [200, 429]


def test_it_says_what_it_is_and_its_own_page_explains_it(ask, client, db):
    about = ask("")
    assert about["version"] == "3.1"
    for address in (about["profile"], about["openapi_url"]):
        assert client.get(address.replace("http://localhost:8000", "")).status_code == 200
    page = client.get("/api/hsds/v3/docs").content.decode()
    for word in (
        "service_at_locations",
        "modified_after",
        "taxonomy_term_id",
        "http://localhost:8000/api/hsds/v3/",
    ):
        assert word in page
    assert "<script>" not in page
    assert "cdn" not in page.lower()
