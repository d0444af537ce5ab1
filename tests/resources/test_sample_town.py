"""The invented town: complete, honest about being invented, and safe to load again."""

import re

import pytest

from accounts.models import User
from resources import sample
from resources.models import Address, Organization, Phone, Schedule, Service, Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db, told_town):
    told_town.put_in()


def test_it_loads_once(curator):
    town = sample.load_sample_town(by=curator)
    assert town >= 40
    services = Service.objects.count()
    assert sample.load_sample_town(by=curator) == 0
    assert Service.objects.count() == services == town


def test_what_was_edited_stays_edited(town):
    service = Service.objects.first()
    Service.objects.filter(pk=service.pk).update(name="Edited")
    sample.load_sample_town(by=User.objects.get(email="curator@example.org"))
    assert Service.objects.get(pk=service.pk).name == "Edited"


def test_all_of_it_is_published_marked_as_sample_and_invented(town):
    assert Source.objects.get().is_sample
    for service in Service.objects.select_related("source", "verification"):
        assert service.published_at
        assert service.source.is_sample
        assert service.verification.how == "sample"
    assert all(
        re.fullmatch(r"555-01\d\d", number) for number in Phone.objects.values_list("number", flat=True)
    )
    for organization in Organization.objects.all():
        assert organization.email.endswith(".example.org")
        assert organization.website.endswith(".example.org")
    assert set(Address.objects.values_list("city", flat=True)) == {"Alder Bay"}


def test_there_is_something_of_every_kind_way_cost_and_access(town):
    services = list(Service.objects.all())
    assert {service.kind for service in services} == set(Service.Kind.values)
    assert {way for service in services for way in service.delivery} == set(Service.Delivery.values)
    assert {service.cost for service in services} == set(Service.Cost.values)
    assert {fact for service in services for fact in service.access} == set(Service.Access.values)


def test_each_is_whole_and_passes_the_rules_a_curator_s_form_has(town):
    for service in Service.objects.all():
        service.full_clean()
        assert 2 <= len(re.findall(r"[.!?](?:\s|$)", service.description)) <= 5, service.name
        assert service.eligibility_description, service.name
    for schedule in Schedule.objects.all():
        schedule.full_clean()


def test_every_page_of_it_can_be_read(town, client):
    for service in Service.objects.all():
        assert client.get(service.get_absolute_url()).status_code == 200


@pytest.mark.parametrize(
    "words", ["pain support group", "warm water", "counselling", "volunteer", "ride", "carer"]
)
def test_what_people_would_type_finds_something(town, client, words):
    assert client.get("/find/", {"q": words}).context["found"].total


def test_a_slot_that_is_none_is_an_error_not_a_guess():
    with pytest.raises(ValueError, match="not a time slot"):
        sample.schedule("whenever")
