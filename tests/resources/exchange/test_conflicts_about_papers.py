"""What papers say (programmes, funding, numbers, what to bring, free places) is asked about like everything else."""

import pytest

from resources.models import (
    Change,
    FieldChange,
    Funding,
    OrganizationIdentifier,
    Program,
    RequiredDocument,
    Service,
    ServiceCapacity,
)
from resources.services import history, undoing
from tests.resources.conftest import curator as curator
from tests.resources.conftest import draft as draft
from tests.resources.conftest import published as published
from tests.resources.exchange.test_conflicts import at_rest, taken_over, waiting
from tests.resources.folders import folder as folder

pytestmark = pytest.mark.django_db


@pytest.fixture
def papers(folder):
    """The folder with a line of each; `write` says them anew."""

    def write(programme="Winter", payer="The county", number="77", paper="A towel", free="3", more=()):
        folder.write("programs", "id,organization_id,name,description", f"r1,o1,{programme},Warm")
        folder.write("services", "id,organization_id,program_id,name,status", "s1,o1,r1,Tea,active")
        folder.write("funding", "id,organization_id,service_id,source", f"f1,,s1,{payer}", *more)
        folder.write(
            "organization_identifiers",
            "id,organization_id,identifier_type,identifier",
            f"n1,o1,charity,{number}",
        )
        folder.write("required_documents", "id,service_id,document", f"d1,s1,{paper}")
        folder.write("units", "id,name", "u1,Places")
        folder.write(
            "service_capacity",
            "id,service_id,unit_id,available,updated",
            f"k1,s1,u1,{free},2026-01-01T00:00:00Z",
        )
        folder.run()

    write()
    return write


def said():
    return (
        Program.objects.get().name,
        Funding.objects.get().source,
        OrganizationIdentifier.objects.get().identifier,
        RequiredDocument.objects.get().document,
        ServiceCapacity.objects.get().available,
    )


def test_a_draft_follows_its_source(papers):
    papers("Summer", "The town", "78", "A mat", "2")
    assert said() == ("Summer", "The town", "78", "A mat", 2)
    assert not waiting().exists()


def test_of_a_public_page_each_is_asked_once_and_written_when_taken_over(folder, papers, public, curator):
    papers("Summer", "The town", "78", "A mat", "2")
    assert said() == ("Winter", "The county", "77", "A towel", 3)
    assert set(FieldChange.objects.values_list("table", "field")) == {
        ("program", "name"),
        ("funding", "source"),
        ("organization_identifier", "identifier"),
        ("required_document", "document"),
        ("service_capacity", "available"),
    }
    taken_over(curator)
    assert said() == ("Summer", "The town", "78", "A mat", 2)
    at_rest(folder)
    for change in Change.objects.filter(how="decided"):
        undoing.undo(change=change, by=curator)
    assert said() == ("Winter", "The county", "77", "A towel", 3)


def test_new_ones_are_asked_about_too(folder, papers, public, curator):
    papers(more=["f2,o1,,The lottery"])
    assert taken_over(curator) == 1
    assert Funding.objects.get(source="The lottery").organization == public.organization
    at_rest(folder)


def test_another_programme_is_asked_about_by_its_name(client_of, folder, papers, public, curator):
    folder.write("programs", "id,organization_id,name,description", "r1,o1,Winter,Warm", "r2,o1,Summer,")
    folder.write("services", "id,organization_id,program_id,name,status", "s1,o1,r2,Tea,active")
    folder.run()
    desk, request = client_of(curator), waiting().get()
    page = desk.get(f"/find/desk/requests/{request.pk}/").content.decode()
    assert "Winter" in page
    assert "Summer" in page
    taken_over(curator)
    assert Service.objects.get().program.name == "Summer"
    assert "Summer" in desk.get(f"/find/desk/listings/{public.pk}/history/").content.decode()
    at_rest(folder)


@pytest.fixture
def public(papers, curator, folder):
    from_folder = Service.objects.get()
    Service.objects.filter(pk=from_folder.pk).update(
        verification=from_folder.verifications.create(verified_by=curator, how="phone", parts=["name"]),
        published_at="2026-01-01T00:00Z",
    )
    return Service.objects.get()


@pytest.mark.parametrize(
    ("slug", "row", "model"),
    [
        ("bring", {"document": "A pillow"}, RequiredDocument),
        ("free", {"available": "4", "unit": "unit"}, ServiceCapacity),
        ("funding", {"source": "Friends"}, Funding),
        ("numbers", {"identifier_type": "company", "identifier": "9"}, OrganizationIdentifier),
    ],
)
def test_a_curator_writes_them_at_the_desk(client_of, papers, public, curator, slug, row, model):
    desk, kept = client_of(curator), model.objects.get()
    page = f"/find/desk/listings/{public.pk}/change/{slug}/"
    assert f"change/{slug}/" in desk.get(f"/find/desk/listings/{public.pk}/").content.decode()
    form = desk.get(page).context["rows"]
    sent = {"rows-TOTAL_FORMS": "2", "rows-INITIAL_FORMS": "1", "rows-MAX_NUM_FORMS": "200"}
    for number, each in enumerate(form.forms):
        for name in each.fields:
            value = each[name].value()
            sent |= {f"rows-{number}-{name}": str(value)} if value not in (None, "", False) else {}
    if "unit" in row:
        row["unit"] = str(kept.unit_id)
    sent |= {f"rows-1-{name}": value for name, value in row.items()}
    assert desk.post(page, sent).status_code == 302
    name = next(iter(row))
    assert str(getattr(model.objects.exclude(pk=kept.pk).get(), name)).startswith(row[name])


def test_a_page_without_them_is_calm(client_of, draft, curator):
    page = client_of(curator).get(f"/find/desk/listings/{draft('Tea').pk}/").content.decode()
    assert "change/bring/" in page
    assert not any(f"change/{slug}/" in page for slug in ("free", "funding", "numbers"))


def test_a_programme_that_another_listing_came_to_belong_to_stays_when_it_is_undone(published, curator):
    first = published("Tea")
    second = published("Coffee")
    Service.objects.filter(pk=second.pk).update(organization=first.organization)
    with history.noting(service=first, by=curator, how=Change.How.EDITED) as noted:
        winter = Program.objects.create(organization=first.organization, name="Winter")
        Service.objects.filter(pk=first.pk).update(program=winter)
    Service.objects.filter(pk=second.pk).update(program=winter)
    undoing.undo(change=noted.change, by=curator)
    assert list(winter.services.all()) == [second]
