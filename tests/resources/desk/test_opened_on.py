"""Two curators with the same form of a listing open: whoever saves later is told first what the other one wrote."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from accounts.models import User
from resources.forms.meanwhile import MOST_ROWS
from resources.models import Attribute, Inclusion, Phone, Service, TaxonomyTerm, Verification
from resources.services import history
from tests.resources.conftest import complete
from tests.resources.desk.conftest import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(draft) -> Service:
    return draft("Chair yoga", description="Slow.", at="Alder Hall")


@pytest.fixture
def other(client_of, other_curator):
    return client_of(other_curator)


def at(service: Service, rest: str) -> str:
    return f"/find/desk/listings/{service.pk}/{rest}"


def opened(desk: Any, page: str) -> dict[str, Any]:
    """What a browser would send of this page if nobody typed anything."""
    context = desk.get(page).context
    asked = [context["why"], context.get("own"), *(context.get("rows") or [])]
    if "asked" in context:
        asked += context["asked"].all
    if context.get("rows"):
        asked.append(context["rows"].management_form)
    if page.endswith("topics/"):
        asked.append(context["form"])
    found = {bound.html_name: bound.value() for form in asked if form is not None for bound in form}
    return {name: value for name, value in found.items() if value is not None and value is not False}


def test_the_later_of_two_saves_is_told_loses_nothing_and_is_saved_knowingly(desk, other, service):
    page = at(service, "change/about/")
    mine, theirs = opened(desk, page), opened(other, page)
    other.post(page, theirs | {"own-description": "Slow, on chairs.", "own-delivery": ["online"]})
    answer = desk.post(page, mine | {"own-description": "Slow & seated.", "why": "Rang them."})
    said = words(answer)
    assert answer.status_code == 422 and "Nothing is saved yet" in said
    assert "Otto changed this meanwhile. It says: Slow, on chairs." in said
    assert "Otto changed this meanwhile. It says: Online" in said
    assert answer.context["own"].errors.keys() == {"description", "delivery", "__all__"}
    assert "Slow &amp; seated." in said and "Rang them." in said
    service.refresh_from_db()
    assert (service.description, service.delivery) == ("Slow, on chairs.", ["online"])
    again = mine | {"own-description": "Slow & seated.", "own-delivery": ["online"]}
    known = answer.context["why"]["opened_on"].value()
    assert desk.post(page, again | {"opened_on": known}).status_code == 302
    service.refresh_from_db()
    assert (service.description, service.delivery) == ("Slow & seated.", ["online"])


def test_what_others_did_to_another_part_or_in_the_same_words_stops_nobody(desk, other, service):
    page = at(service, "change/about/")
    mine, theirs = opened(desk, page), opened(other, page)
    money = at(service, "change/cost/")
    assert other.post(money, opened(other, money) | {"own-fees_description": "Free."}).status_code == 302
    assert other.post(page, theirs | {"own-description": "Seated."}).status_code == 302
    assert desk.post(page, mine | {"own-description": "Seated.", "own-name": "Yoga"}).status_code == 302
    service.refresh_from_db()
    assert (service.name, service.description, service.fees_description) == ("Yoga", "Seated.", "Free.")


def test_the_same_person_in_two_windows_is_told_too(desk, service):
    page = at(service, "change/about/")
    first, second = opened(desk, page), opened(desk, page)
    desk.post(page, first | {"own-description": ""})
    assert "emptied" in words(desk.post(page, second)) and "You, in another window," in words(
        desk.post(page, second)
    )


def test_rows_that_changed_came_and_went_meanwhile(desk, other, service, other_curator: User):
    kept, gone = Phone.objects.get(service=service), Phone.objects.create(service=service, number="555-0160")
    page = at(service, "change/phones/")
    mine = opened(desk, page)
    with history.noting(service=service, by=other_curator):
        Phone.objects.filter(pk=kept.pk).update(number="555-0151")
        gone.delete()
        Phone.objects.create(service=service, number="555-0170")
    answer = desk.post(page, mine)
    assert answer.status_code == 422
    by_number = {form["number"].value(): form for form in answer.context["rows"]}
    assert by_number["555-0150"].errors == {"number": ["Otto changed this meanwhile. It says: 555-0151"]}
    assert "Otto took this out meanwhile" in str(by_number["555-0160"].non_field_errors())
    assert "Otto added “555-0170” meanwhile." in words(answer)
    again = mine | {"opened_on": answer.context["why"]["opened_on"].value()}
    assert desk.post(page, again).status_code == 302
    numbers = Phone.objects.filter(service=service).order_by("number").values_list("number", flat=True)
    assert list(numbers) == ["555-0150", "555-0160", "555-0170"]


def test_a_row_that_both_take_out_is_out(desk, service, other_curator: User):
    page = at(service, "change/phones/")
    mine = opened(desk, page) | {"rows-0-DELETE": "on"}
    with history.noting(service=service, by=other_curator):
        Phone.objects.all().delete()
    assert desk.post(page, mine).status_code == 302
    assert not Phone.objects.exists()


def test_topics_filed_meanwhile_are_not_taken_out_unseen(desk, other, service, curator):
    complete(service, curator)
    tea = TaxonomyTerm.objects.get(code="tea")
    walks = TaxonomyTerm.objects.create(taxonomy=tea.taxonomy, code="walks", name="Walks")
    page = at(service, "topics/")
    mine = opened(desk, page)
    other.post(page, opened(other, page) | {"topics": [str(tea.pk), str(walks.pk)]})
    answer = desk.post(page, mine | {"topics": [str(tea.pk)]})
    assert answer.status_code == 422
    assert "Otto changed this meanwhile. It says: Company, Walks" in words(answer)
    assert Attribute.objects.filter(service=service, taxonomy_term=walks).exists()


def test_a_place_that_got_its_address_meanwhile_keeps_it(desk, other, service):
    there = service.at_locations.get()
    there.location.addresses.all().delete()
    page = at(service, f"places/{there.pk}/")
    mine, theirs = opened(desk, page), opened(other, page)
    known = {"address-address_1": "2 Quay", "address-city": "Alder Bay", "address-state_province": "Shire"}
    known |= {"address-postal_code": "AB1 2CD", "address-country": "GB"}
    assert other.post(page, theirs | known).status_code == 302
    answer = desk.post(page, mine | known | {"address-address_1": "3 Quay"})
    assert answer.status_code == 422 and "Otto changed this meanwhile. It says: 2 Quay" in words(answer)
    assert there.location.addresses.get().address_1 == "2 Quay"


def test_a_place_taken_off_meanwhile_keeps_what_was_typed_and_is_put_back_knowingly(desk, other, service):
    there = service.at_locations.get()
    page = at(service, f"places/{there.pk}/")
    typed = opened(desk, page) | {"address-address_1": "3 Quay"}
    assert other.post(f"{page}remove/").status_code == 302
    assert desk.get(page).status_code == 404
    answer = desk.post(page, typed)
    said = words(answer)
    assert answer.status_code == 422 and "3 Quay" in said and f"{page}remove/" not in said
    assert said.count("Otto took this out meanwhile. If you save, it is added again.") == 1
    assert not service.at_locations.exists()
    again = typed | {"opened_on": answer.context["why"]["opened_on"].value()}
    assert desk.post(page, again).status_code == 302
    place = service.at_locations.get().location
    assert (place, place.addresses.get().address_1) == (there.location, "3 Quay")


def test_a_place_of_which_only_the_name_changes_keeps_its_address(desk, service):
    there = service.at_locations.get()
    page = at(service, f"places/{there.pk}/")
    assert desk.post(page, opened(desk, page) | {"place-name": "Bay Hall"}).status_code == 302
    there.location.refresh_from_db()
    assert (there.location.name, there.location.addresses.get().address_1) == ("Bay Hall", "1 Quay")


def test_a_place_that_was_never_of_the_listing_is_not_put_there(desk, service, draft):
    elsewhere = draft("Tea", at="Bay Hall").at_locations.get()
    assert desk.post(at(service, f"places/{elsewhere.pk}/"), {"place-name": "Bay"}).status_code == 404


@pytest.mark.parametrize("opened_on", ["", "{", "[]", '{"no key": {}}', "\u00e9"])
def test_a_page_that_does_not_say_what_it_was_opened_on_is_saved_as_ever(desk, service, opened_on):
    page = at(service, "change/about/")
    sent = opened(desk, page) | {"own-name": "Yoga", "opened_on": opened_on}
    assert desk.post(page, sent).status_code == 302


def test_rules_ticked_meanwhile_are_not_taken_out_unseen(desk, other, service):
    page = at(service, "rules/")
    mine = {"opened_on": desk.get(page).context["why"]["opened_on"].value()}
    assert other.post(page, mine | {"rules": ["open", "safe"]}).status_code == 302
    answer = desk.post(page, mine | {"rules": ["fair", "honest"], "why": "Rang them."})
    said = words(answer)
    assert answer.status_code == 422 and "Otto changed this meanwhile. It says: It is open" in said
    assert answer.context["form"]["rules"].value() == ["fair", "honest"] and "Rang them." in said
    assert Inclusion.objects.get().rules == ["open", "safe"]
    again = mine | {"opened_on": answer.context["why"]["opened_on"].value(), "rules": ["safe", "fair"]}
    assert desk.post(page, again).status_code == 302
    assert Inclusion.objects.get().rules == ["fair", "safe"]
    assert service.changes.first().why == ""


def test_the_same_rules_ticked_by_both_in_another_order_stop_nobody(desk, other, service):
    page = at(service, "rules/")
    mine = {"opened_on": desk.get(page).context["why"]["opened_on"].value()}
    for who, rules in ((other, ["open", "fair"]), (desk, ["fair", "open"])):
        assert who.post(page, mine | {"rules": rules}).status_code == 302


def test_a_part_that_changed_since_it_was_read_out_is_not_checked_unseen(desk, service, other_curator):
    page = at(service, "verify/")
    mine = {"read": desk.get(page).context["read"]["read"].value(), "how": "phone"}
    with history.noting(service=service, by=other_curator):
        Phone.objects.filter(service=service).update(number="555-0151")
    assert desk.post(page, mine | {"parts": ["name"]}).status_code == 302
    answer = desk.post(page, mine | {"parts": ["contact", "description"], "note": "Reception."})
    said = words(answer)
    assert answer.status_code == 422 and "This was changed while you had it open:" in said
    contact = str(Verification.Part.CONTACT.label)
    assert f"open: {contact}. Read what it says now" in said and "555-0151" in said and "Reception." in said
    service.refresh_from_db()
    assert service.confirmed == ["name"]
    known = mine | {"read": answer.context["read"]["read"].value(), "parts": ["contact"]}
    assert desk.post(page, known).status_code == 302
    service.refresh_from_db()
    assert service.confirmed == ["contact", "name"]


@pytest.mark.parametrize("read", ["", "{", "7", "null", '["ab"]', '[["a"]]', '{"name": {"a": []}}'])
def test_a_check_whose_page_does_not_say_what_it_showed_is_kept_or_read_again(desk, service, read):
    sent = {"read": read, "how": "phone", "parts": ["name"]}
    answer = desk.post(at(service, "verify/"), sent)
    assert answer.status_code == (422 if read in ('["ab"]', '{"name": {"a": []}}') else 302)


def test_more_rows_than_any_page_shows_are_not_looked_for(desk, service):
    page = at(service, "change/about/")
    many = {str(uuid.UUID(int=number)): {} for number in range(MOST_ROWS + 1)}
    sent = opened(desk, page) | {"own-name": "Yoga", "opened_on": json.dumps(many)}
    assert desk.post(page, sent).status_code == 302


@pytest.mark.parametrize(
    "marks", [None, 7, "ab", [1], [["a"]], [["name", "x"]], {"name": {"x": [1]}}, {"name": 9}]
)
def test_marks_of_any_shape_are_no_mark_or_another_one(desk, service, marks):
    page = at(service, "change/about/")
    sent = opened(desk, page) | {"own-name": "Yoga", "opened_on": json.dumps({str(service.pk): marks})}
    assert desk.post(page, sent).status_code in (302, 422)
