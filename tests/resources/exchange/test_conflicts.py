"""A source that says otherwise than a public page: what a curator takes over is written where it belongs, once."""

import datetime as dt

import pytest
from django.utils import timezone

from resources import services
from resources.errors import CannotDecide
from resources.models import (
    Address,
    Attribute,
    ChangeRequest,
    FieldChange,
    ImportedRow,
    Location,
    OpeningException,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
)
from resources.services import deciding
from tests.resources.conftest import curator as curator
from tests.resources.folders import folder as folder
from tests.resources.folders import totals

pytestmark = pytest.mark.django_db


@pytest.fixture
def public(folder, curator):
    """What the folder brought, checked and published."""
    folder.run()
    service = Service.objects.get()
    services.verify(service=service, by=curator, how="phone", parts=["name", "contact"])
    Service.objects.filter(pk=service.pk).update(published_at="2026-01-01T00:00Z")
    return service


def waiting():
    return ChangeRequest.objects.filter(kind="conflict", decided_at=None)


def taken_over(curator, **more):
    """Every question answered with yes; returns how many there were."""
    found = list(waiting())
    for request in found:
        services.decide(request=request, by=curator, **more)
    return len(found)


def at_rest(folder):
    """Once more, and again: nothing new is asked, nothing is left to do."""
    before = FieldChange.objects.count()
    for _ in range(2):
        report, _said = folder.run()
    assert FieldChange.objects.count() == before
    return report


# Rows that are there ---------------------------------------------------------------------------------


def test_what_is_taken_over_is_in_the_row_it_was_asked_about(folder, public, curator):
    folder.write("organizations", "id,name,email,website", "o1,Harbour Home,new@example.org,www.example.org")
    folder.write(
        "locations", "id,organization_id,location_type,name,latitude,longitude", "l1,o1,physical,Pier,1,2"
    )
    folder.write("addresses", "id,location_id,address_1,city,country", "a1,l1,2 Quay,Alder Bay,us")
    folder.write("phones", "id,service_id,location_id,number,extension", "p1,s1,,555-0102,12")
    folder.write(
        "schedules", "id,service_id,freq,byday,opens_at,closes_at", "c1,s1,weekly,TU,9:00am,17:00+01:00"
    )
    folder.run()
    assert Organization.objects.get().name == "Harbour House"
    # Five tables, and one listing: one question.
    assert (waiting().get().fields.count(), taken_over(curator)) == (6, 1)
    house, place = Organization.objects.get(), Location.objects.get()
    assert (house.name, house.email, place.name) == ("Harbour Home", "new@example.org", "Pier")
    assert (Address.objects.get().address_1, Phone.objects.get().number) == ("2 Quay", "555-0102")
    assert Schedule.objects.get().byday == "TU"
    assert totals(at_rest(folder)) == (0, 0, 7, 0, 0)


def test_an_organisation_with_a_house_above_it_is_asked_about_at_its_own_listing(folder, public, curator):
    folder.write(
        "organizations", "id,name,email,website,parent_organization_id", "o2,Above,,,", "o1,Below,,,o2"
    )
    folder.run()
    assert FieldChange.objects.get(field="name").row == public.organization_id
    taken_over(curator)
    house = Organization.objects.get(pk=public.organization_id)
    assert (house.name, str(house.parent_organization)) == ("Below", "Above")
    at_rest(folder)


def test_what_was_taken_over_follows_the_source_when_nobody_reads_it_any_more(folder, public, curator):
    folder.write("phones", "id,service_id,number", "p1,s1,555-0102")
    folder.run()
    taken_over(curator)
    Service.objects.update(published_at=None, published_by=None)
    folder.write("phones", "id,service_id,number", "p1,s1,555-0103")
    report, _said = folder.run()
    assert (totals(report)[1], Phone.objects.get().number, waiting().count()) == (1, "555-0103", 0)


# Rows that are new -----------------------------------------------------------------------------------


def test_a_new_row_hangs_where_the_source_hangs_it_and_keeps_its_key(folder, public, curator):
    folder.write("phones", "id,service_id,location_id,number", "p1,s1,,555-0101", "p9,,l1,555-0109")
    folder.run()
    place = Location.objects.get()
    assert taken_over(curator) == 1
    line = place.phones.get()
    assert (line.number, line.service_id) == ("555-0109", None)
    at_rest(folder)
    folder.write("phones", "id,service_id,location_id,number", "p1,s1,,555-0101", "p9,,l1,555-0110")
    folder.run()
    assert FieldChange.objects.get(request__in=waiting(), field="number").row == line.pk
    taken_over(curator)
    assert [each.number for each in place.phones.all()] == ["555-0110"]


def test_a_second_place_with_its_address_is_the_right_place(folder, public, curator):
    folder.write(
        "locations",
        "id,organization_id,location_type,name,latitude,longitude",
        "l1,o1,physical,Quay,1,2",
        "l2,o1,physical,Library,3,4",
    )
    folder.write("service_at_location", "id,service_id,location_id", "sl1,s1,l1", "sl2,s1,l2")
    folder.write(
        "addresses",
        "id,location_id,address_1,city,country",
        "a1,l1,1 Quay,Alder Bay,us",
        "a2,l2,1 Road,Alder Bay,us",
    )
    folder.run()
    [asked] = waiting()
    [line] = deciding.lines(asked)
    assert (line.label, line.before, line.after) == ("service at a location: location", "", "Library")
    services.decide(request=asked, by=curator)
    assert {each.name for each in Location.objects.filter(at_services__service=public)} == {"Quay", "Library"}
    assert Location.objects.get(name="Library").addresses.get().address_1 == "1 Road"
    assert totals(at_rest(folder)) == (0, 0, 10, 0, 0)


def test_a_listing_that_moved_is_moved_once_a_curator_says_so(folder, public, curator, client):
    folder.write(
        "locations",
        "id,organization_id,location_type,name,latitude,longitude",
        "l1,o1,physical,Quay,1,2",
        "l2,o1,physical,Library,3,4",
    )
    folder.write("service_at_location", "id,service_id,location_id", "sl1,s1,l2")
    folder.run()
    [asked] = waiting()
    client.force_login(curator)
    page = client.get(f"/find/desk/requests/{asked.pk}/")
    assert "Library" in page.content.decode()
    [field] = asked.fields.all()
    sent = {"act": "take", f"take-{field.pk}": "on", "reason": ""}
    assert client.post(f"/find/desk/requests/{asked.pk}/", sent).status_code == 302
    assert ServiceAtLocation.objects.get().location.name == "Library"
    at_rest(folder)


def test_a_day_of_other_hours_and_a_topic_are_taken_over_like_anything(folder, public, curator):
    folder.write("taxonomy_terms", "id,name,description,taxonomy", "t1,Warm water,Warm water,Pools")
    folder.write("attributes", "id,link_id,link_entity,link_type,taxonomy_term_id", "x1,s1,service,topic,t1")
    folder.write(
        "schedules",
        "id,service_id,freq,byday,opens_at,closes_at,valid_from,valid_to,notes",
        "c1,s1,weekly,MO,9:00am,17:00+01:00,,,",
        "c2,s1,,,,,2099-01-01,2099-01-02,Closed instead of the usual times.",
    )
    folder.run()
    assert taken_over(curator) == 1
    assert str(OpeningException.objects.get(service=public).ends_on) == "2099-01-02"
    assert Attribute.objects.get(service=public).taxonomy_term.name == "Warm water"
    at_rest(folder)


def test_what_the_desk_cannot_write_is_not_asked(folder, public):
    folder.write(
        "services",
        "id,organization_id,name,status,description,assured_date,assurer_email",
        "s1,o1,Tea,active,Tea and talk,2026-01-01,who@example.org",
    )
    _report, said = folder.run()
    assert not waiting().exists()
    assert "services.csv:2: left as curated" in said


def test_half_a_row_is_not_taken_and_said_to_be_half(folder, public, curator):
    folder.write(
        "phones", "id,service_id,number,description", "p1,s1,555-0101,", "p9,s1,555-0109,In the evening"
    )
    folder.run()
    [asked] = waiting()
    only = asked.fields.get(field="description")
    with pytest.raises(CannotDecide, match="number is needed, too"):
        services.decide(request=asked, by=curator, taken={only.pk: only.after})
    assert Phone.objects.count() == 1


def test_of_a_new_row_whose_place_went_it_is_said(folder, public, curator):
    folder.write("phones", "id,service_id,location_id,number", "p1,s1,,555-0101", "p9,,l1,555-0109")
    folder.run()
    ServiceAtLocation.objects.all().delete()
    Location.objects.all().delete()
    with pytest.raises(CannotDecide, match="no longer there"):
        taken_over(curator)


# Asked once -----------------------------------------------------------------------------------------


def number_said(folder, number):
    folder.write("phones", "id,service_id,location_id,number,extension", f"p1,s1,,{number},12")
    folder.run()


def test_what_was_refused_stays_refused_also_when_the_source_goes_to_and_fro(folder, public, curator):
    for number in ("555-0102", "555-0103"):
        number_said(folder, number)
        taken_over(curator, refuse=True, reason="We asked them.")
    for number in ("555-0102", "555-0101", "555-0103", "555-0102"):
        number_said(folder, number)
    assert not waiting().exists()
    assert Phone.objects.get().number == "555-0101"
    number_said(folder, "555-0104")
    assert waiting().get().fields.get().after == "555-0104"


def test_an_open_question_says_what_the_source_says_now(folder, public, curator):
    for number in ("555-0102", "555-0103", "555-0102", "555-0103"):
        number_said(folder, number)
    [field] = FieldChange.objects.all()
    assert (field.before, field.after) == ("555-0101", "555-0103")
    taken_over(curator)
    assert Phone.objects.get().number == "555-0103"
    number_said(folder, "555-0102")
    assert waiting().get().fields.get().before == "555-0103"


def test_a_listing_is_asked_about_once_also_when_the_source_says_more_later(folder, public, curator):
    number_said(folder, "555-0102")
    folder.write("phones", "id,service_id,number", "p1,s1,555-0102", "p8,s1,555-0108", "p9,s1,555-0109")
    folder.write("schedules", "id,service_id,freq,byday,opens_at,closes_at", "c9,s1,WEEKLY,SA,10:00,11:00")
    folder.run()
    asked = waiting().get()
    new = set(asked.fields.filter(group__gt=0).values_list("row", "group"))
    assert len(new) == len(dict(new)) == len({group for _row, group in new}) == 3
    taken_over(curator)
    assert {one.number for one in Phone.objects.all()} == {"555-0102", "555-0108", "555-0109"}
    assert Schedule.objects.filter(service=public, byday="SA").exists()
    at_rest(folder)


def test_what_an_import_adds_while_a_curator_reads_is_not_decided_with_the_rest(
    client_of, folder, public, curator
):
    number_said(folder, "555-0102")
    asked, desk = waiting().get(), client_of(curator)
    page = f"/find/desk/requests/{asked.pk}/"
    form = desk.get(page).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"act": "take"}
    folder.write("services", "id,organization_id,name,status,description", "s1,o1,Cake,active,Tea and talk")
    folder.run()
    assert asked.fields.count() == 2
    assert desk.post(page, sent).status_code == 302
    public.refresh_from_db()
    assert (Phone.objects.get().number, public.name) == ("555-0102", "Tea")
    more = waiting().get()
    assert (more.service, [one.after for one in more.fields.all()]) == (public, ["Cake"])


def test_what_a_curator_has_in_hand_does_not_change_under_their_eyes(folder, public, curator):
    number_said(folder, "555-0102")
    waiting().update(leased_by=curator, leased_until_at=timezone.now() + dt.timedelta(minutes=5))
    number_said(folder, "555-0103")
    assert sorted(FieldChange.objects.values_list("after", flat=True)) == ["555-0102", "555-0103"]


def test_a_new_row_that_was_refused_is_not_asked_again(folder, public, curator):
    folder.write("phones", "id,service_id,number,type", "p1,s1,555-0101,", "p9,s1,555-0109,voice")
    folder.run()
    taken_over(curator, refuse=True, reason="That is a fax.")
    at_rest(folder)
    assert (
        not ImportedRow.objects.filter(table="phone", values={}).exclude(offered__number="555-0109").exists()
    )
    folder.write("phones", "id,service_id,number,type", "p1,s1,555-0101,", "p9,s1,555-0110,voice")
    folder.run()
    assert {field.after for field in waiting().get().fields.all()} == {"555-0110", "voice"}
    taken_over(curator)
    assert {each.number for each in Phone.objects.filter(service=public)} == {"555-0101", "555-0110"}


def test_what_a_curator_took_over_in_other_words_is_theirs(folder, public, curator):
    number_said(folder, "555-0102")
    [asked] = waiting()
    services.decide(request=asked, by=curator, taken={asked.fields.get().pk: "555-0199"})
    for number in ("555-0102", "555-0101", "555-0102"):
        number_said(folder, number)
    assert (waiting().count(), Phone.objects.get().number) == (0, "555-0199")
