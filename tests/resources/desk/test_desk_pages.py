"""The desk through the browser's eyes: queues, a listing in its parts, its places and topics, its history."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from resources import figures, services
from resources.models import (
    Address,
    Change,
    CostOption,
    Location,
    OpeningException,
    Phone,
    Program,
    Schedule,
    Service,
    Taxonomy,
    TaxonomyTerm,
)
from resources.models.search import FruitlessSearch
from resources.services import history
from tests.resources.desk.conftest import words

pytestmark = pytest.mark.django_db
ROWS = {"rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "0", "rows-MAX_NUM_FORMS": "200"}


@pytest.fixture
def service(published):
    return published("Chair yoga", at="The Hall")


def at(service: Service, rest: str = "") -> str:
    return f"/find/desk/listings/{service.pk}/{rest}"


def test_the_front_page_shows_what_waits_the_oldest_first(desk, service, draft, propose):
    assert "Put the kettle on" in words(desk.get("/find/desk/"))
    draft("A draft", organization="Another")
    propose(service, created_at=timezone.now() - dt.timedelta(days=3))
    Service.objects.filter(pk=service.pk).update(due_at=timezone.now() - dt.timedelta(days=9))
    piles = [str(pile.label) for pile in desk.get("/find/desk/").context["piles"]]
    assert piles == ["Checks that have run out", "Proposals from people", "Drafts to look at"]


def test_a_curator_at_work_takes_the_longest_overdue(desk, published, curator, client_of, other_curator):
    late, later = published("Late"), published("Later")
    now = timezone.now()
    Service.objects.filter(pk=late.pk).update(due_at=now - dt.timedelta(days=90))
    Service.objects.filter(pk=later.pk).update(due_at=now - dt.timedelta(days=9))
    assert desk.post("/find/desk/take/due/")["Location"] == at(late)
    other = client_of(other_curator)
    assert other.post("/find/desk/take/due/")["Location"] == at(later)
    assert "Cora has this in hand" in words(other.get(at(late)))
    assert "In your hands" in words(desk.get("/find/desk/"))
    # They cannot check what the other one is checking; it is said on the page they came from.
    assert (
        other.get(at(late, "verify/"), headers={"referer": "http://testserver/find/desk/due/"}).status_code
        == 302
    )
    desk.post(at(late, "do/release/"))
    assert other.get(at(late, "verify/")).status_code == 200
    sent = {"how": "phone", "parts": ["name", "contact"]}
    assert "is checked" in words(other.post(at(later, "verify/"), sent, follow=True))
    later.refresh_from_db()
    assert (later.leased_by, later.due_at > now) == (None, True)
    assert other.post("/find/desk/take/due/")["Location"] == at(late)
    assert "Nothing is waiting" in words(desk.post("/find/desk/take/conflicts/", follow=True))


def test_a_lease_lapses_by_itself(published, curator, other_curator):
    service = published()
    services.hold(row=service, by=curator, now=timezone.now() - dt.timedelta(minutes=31))
    held = services.hold(row=service, by=other_curator, now=timezone.now())
    assert held.leased_by == other_curator


def test_a_listing_shows_all_it_says_in_folds(desk, service):
    page = words(desk.get(at(service)))
    for said in ("What it is", "Chair yoga", "555-0150", "1 Quay, Alder Bay", "not confirmed", "History"):
        assert said in page


def test_its_own_fields_and_why(desk, service, curator):
    page = desk.get(at(service, "change/about/"))
    form = page.context["own"]
    sent = {f"own-{name}": form[name].value() or "" for name in form.fields}
    sent |= {"own-name": "Chair Yoga", "own-delivery": ["in_person"], "why": "Their website says so."}
    assert "Saved" in words(desk.post(at(service, "change/about/"), sent, follow=True))
    service.refresh_from_db()
    assert (service.name, service.delivery) == ("Chair Yoga", ["in_person"])
    assert "name" not in service.confirmed
    assert service.changes.first().why == "Their website says so."
    refused = desk.post(at(service, "change/about/"), sent | {"own-name": ""})
    assert refused.status_code == 422
    assert desk.get(at(service, "change/nonsense/")).status_code == 404


def test_rows_are_added_where_they_belong(desk, service):
    place = service.at_locations.get()
    row = {"rows-0-number": "555-0188", "rows-0-hangs_on": f"location:{place.location_id}"}
    form = {"rows-TOTAL_FORMS": "2", "rows-INITIAL_FORMS": "1", "rows-MAX_NUM_FORMS": "200"}
    mine = Phone.objects.get()
    kept = {
        "rows-0-id": str(mine.pk),
        "rows-0-number": "555-0150",
        "rows-0-hangs_on": f"service:{service.pk}",
    }
    more = {key.replace("rows-0", "rows-1"): value for key, value in row.items()}
    answer = desk.post(at(service, "change/phones/"), form | kept | more | {"more": "1"})
    assert answer["Location"] == at(service, "change/phones/")
    assert Phone.objects.get(location=place.location_id).number == "555-0188"
    gone = kept | {"rows-0-DELETE": "on"} | {"rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "1"}
    desk.post(at(service, "change/phones/"), gone)
    assert not Phone.objects.filter(pk=mine.pk).exists()
    undo = service.changes.first()
    desk.post(at(service, f"history/{undo.pk}/undo/"))
    assert Phone.objects.get(pk=mine.pk).service == service


@pytest.mark.parametrize(
    ("slug", "row", "model"),
    [
        ("times", {"freq": "WEEKLY", "byday": "MO", "opens_at": "10:00", "closes_at": "11:00"}, Schedule),
        ("exceptions", {"starts_on": "2026-12-24", "ends_on": "2026-12-26"}, OpeningException),
        ("cost", {"option": "Concession", "amount": "3.50", "currency": "GBP"}, CostOption),
    ],
)
def test_times_exceptions_and_prices(desk, service, slug, row, model):
    sent = ROWS | {f"rows-0-{name}": value for name, value in row.items()}
    sent["rows-0-hangs_on"] = f"service:{service.pk}"
    assert desk.post(at(service, f"change/{slug}/"), sent).status_code == 302
    assert model.objects.get(service=service)
    assert str(next(iter(row.values()))).split("-")[0] in words(desk.get(at(service, f"change/{slug}/")))


def test_what_the_database_refuses_is_said_on_the_page(desk, service):
    sent = ROWS | {"rows-0-starts_on": "2026-12-26", "rows-0-ends_on": "2026-12-24"}
    sent["rows-0-hangs_on"] = f"service:{service.pk}"
    answer = desk.post(at(service, "change/exceptions/"), sent)
    assert answer.status_code == 422
    assert not OpeningException.objects.exists()


def test_an_organisation_is_edited_for_all_its_listings(desk, service, published):
    other = published("Tea")
    sent = {"own-name": "Harbour Trust", "own-website": "www.example.org"}
    desk.post(at(service, "change/organisation/"), sent)
    other.refresh_from_db()
    assert (other.organization.name, other.organization.website) == (
        "Harbour Trust",
        "https://www.example.org",
    )
    assert other.confirmed == []


def test_a_new_place_an_old_one_and_none_any_more(desk, service, draft):
    sent = {"place-location_type": "physical", "place-name": "The Barn", "address-address_1": "2 Quay"}
    assert desk.post(at(service, "places/new/"), sent | {"place-latitude": "3"}).status_code == 422
    assert desk.post(at(service, "places/new/"), sent | {"place-time_zone": "Mars/One"}).status_code == 422
    desk.post(at(service, "places/new/"), sent | {"access-description": "A ramp"})
    barn = Location.objects.get(name="The Barn")
    assert Address.objects.get(location=barn).address_1 == "2 Quay"
    assert barn.accessibility.get().description == "A ramp"
    other = draft("Tea")
    desk.post(at(other, "places/new/"), {"place-use": str(barn.pk), "place-location_type": "physical"})
    there = other.at_locations.get()
    assert there.location == barn
    desk.post(
        at(other, f"places/{there.pk}/"), sent | {"place-name": "The Big Barn", "access-description": ""}
    )
    barn.refresh_from_db()
    assert barn.name == "The Big Barn"
    assert not barn.accessibility.exists()
    desk.post(at(other, f"places/{there.pk}/remove/"))
    assert not other.at_locations.exists()
    assert Location.objects.filter(pk=barn.pk).exists()
    assert desk.get(at(other, f"places/{there.pk}/")).status_code == 404


def test_topics_are_ticked_and_unticked(desk, service):
    ours, _made = Taxonomy.objects.get_or_create(slug="supportnet", defaults={"name": "Ours"})
    term = TaxonomyTerm.objects.create(taxonomy=ours, code="x", name="Company of cats", description="Cats.")
    retired = TaxonomyTerm.objects.create(
        taxonomy=ours, code="y", name="Leeches", description="Old.", retired_at=timezone.now()
    )
    page = words(desk.get(at(service, "topics/")))
    assert "Company of cats" in page
    assert "Leeches" not in page
    desk.post(at(service, "topics/"), {"topics": [str(term.pk)]})
    assert service.attributes.get(link_type="topic").taxonomy_term == term
    assert desk.post(at(service, "topics/"), {"topics": [str(retired.pk)]}).status_code == 422
    desk.post(at(service, "topics/"), {})
    assert not service.attributes.exists()
    past = words(desk.get(at(service, "history/")))
    assert past.count("Company of cats") == 2 and past.count("Filed under") == 2


def test_what_is_missing_stands_before_the_parts_and_half_the_rules_are_not_all(desk, draft):
    at_hand = draft("Chair yoga", organization="Another")
    page = words(desk.get(at(at_hand)))
    assert page.index("Before it can go public") < page.index("What it costs")
    half = desk.post(at(at_hand, "rules/"), {"rules": ["honest"]}, follow=True)
    assert "It can go public when every rule is ticked." in words(half)
    assert "Not said" in words(desk.get(at(at_hand, "change/cost/")))


def test_history_says_what_who_and_why_and_undoes(desk, service):
    desk.post(at(service, "change/organisation/"), {"own-name": "New House", "why": "New sign."})
    page = words(desk.get(at(service, "history/")))
    for said in ("New sign.", "Harbour House", "New House", "Cora", "Undo this"):
        assert said in page
    change = service.changes.get(why="New sign.")
    assert "Undone" in words(desk.post(at(service, f"history/{change.pk}/undo/"), follow=True))
    assert "nothing to undo" in words(desk.post(at(service, f"history/{change.pk}/undo/"), follow=True))
    service.refresh_from_db()
    assert service.organization.name == "Harbour House"


def test_history_costs_the_same_however_many_programmes_it_names(desk, service, curator):
    def belongs_to(name: str) -> None:
        with history.noting(service=service, by=curator):
            program = Program.objects.create(organization=service.organization, name=name)
            Service.objects.filter(pk=service.pk).update(program=program)

    belongs_to("Warm evenings 0")
    desk.get(at(service, "history/"))
    with CaptureQueriesContext(connection) as once:
        desk.get(at(service, "history/"))
    for number in range(1, 6):
        belongs_to(f"Warm evenings {number}")
    with CaptureQueriesContext(connection) as often:
        page = words(desk.get(at(service, "history/")))
    assert all(f"Warm evenings {number}" in page for number in range(6))
    assert len(often) == len(once)


@pytest.mark.parametrize(
    ("act", "how"), [("withdraw", Change.How.WITHDRAWN), ("archive", Change.How.ARCHIVED)]
)
def test_taking_it_off_with_a_reason(desk, service, act, how):
    desk.post(at(service, f"do/{act}/"), {"why": "They asked."})
    service.refresh_from_db()
    assert service.published_at is None
    assert service.changes.first().how == how
    assert service.changes.first().why == "They asked."
    assert desk.post(at(service, f"do/{act}/")).status_code == 302
    assert desk.post(at(service, "do/burn/")).status_code == 404


def test_holding_one_and_publishing_what_cannot_be(desk, draft):
    service = draft()
    assert "in your hands" in words(desk.post(at(service, "do/hold/"), follow=True))
    assert "cannot go public yet" in words(desk.post(at(service, "do/publish/"), follow=True))
    assert desk.post(at(service, "do/unmerge/")).status_code == 302


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=published", True),
        ("?state=draft", False),
        ("?state=nonsense", False),
        ("?state=published&q=yoga", True),
        ("?state=published&q=555-0150", True),
        ("?state=published&q=nobody", False),
        ("?state=unsure", False),
    ],
)
def test_listings_are_found_by_state_name_and_number(desk, service, query, found):
    assert ("Chair yoga" in words(desk.get(f"/find/desk/listings/{query}"))) is found


def test_what_was_changed_after_its_check_is_shown_as_such(desk, service):
    desk.post(at(service, "change/organisation/"), {"own-name": "New House"})
    assert "Chair yoga" in words(desk.get("/find/desk/listings/?state=unsure"))


@pytest.mark.parametrize("how_many", [1, 3])
def test_lists_cost_the_same_for_one_and_for_three(
    desk, published, propose, django_assert_max_num_queries, how_many
):
    for number in range(how_many):
        made = published(f"Listing {number} {'xyz'[number] * 9}", organization=f"House {number}")
        propose(made)
    Service.objects.update(due_at=timezone.now())
    for path in ("due/", "requests/", "listings/?state=published"):
        with django_assert_max_num_queries(12):
            assert desk.get(f"/find/desk/{path}").status_code == 200


def test_figures_say_how_much_is_checked_and_what_nobody_found(desk, published):
    published("Fresh", at="The Hall")
    late = published("Late", kind="group")
    Service.objects.filter(pk=late.pk).update(
        due_at=timezone.now() - dt.timedelta(days=100), stale_at=timezone.now() - dt.timedelta(days=100)
    )
    FruitlessSearch.objects.create(words="unicorn riding", on=timezone.localdate(), times=4)
    page = words(desk.get("/find/desk/figures/"))
    assert "unicorn riding" in page
    assert "Alder Bay" in page
    whole = figures.whole(timezone.now())
    assert (whole["public"], whole["fresh"], whole["late"], whole["hidden"]) == (2, 1, 1, 1)
    assert {line.name: line.percent for line in figures.by_kind()} == {"Group": 0, "Service": 100}


def test_a_change_in_the_admin_stands_in_the_history_and_takes_its_check_back(desk, service):
    address = f"/admin/resources/organization/{service.organization_id}/change/"
    sent = {"name": "Renamed House", "phones-TOTAL_FORMS": "0", "phones-INITIAL_FORMS": "0"}
    assert desk.post(address, sent).status_code == 302
    service.refresh_from_db()
    assert "name" not in service.confirmed
    assert service.changes.first().why == "In the admin."


@pytest.mark.parametrize("path", ["", "due/", "requests/", "listings/", "figures/"])
def test_the_desk_is_not_there_for_anybody_else(client, client_of, owner, path):
    assert client_of(owner).get(f"/find/desk/{path}").status_code == 404
    assert "login" in client.get(f"/find/desk/{path}")["Location"]
    owner.is_staff = True
    owner.save()
    assert client_of(owner).get(f"/find/desk/{path}").status_code == 404


def test_times_at_hand_are_called_as_on_the_page(desk, service):
    service.schedules.create(
        freq="WEEKLY", byday="TU", interval=1, opens_at=dt.time(11), closes_at=dt.time(11, 45)
    )
    page = words(desk.get(at(service, "change/times/")))
    assert "<legend>Tuesday, 11:00 am to 11:45 am</legend>" in page
