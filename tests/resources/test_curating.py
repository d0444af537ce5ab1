"""From draft to public: the rules, in the services and in the database beneath them."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from resources import services
from resources.errors import CannotPublish
from resources.models import Helpline, Location, Phone, Schedule, Service, ServiceAtLocation, Verification
from tests.resources.conftest import complete

pytestmark = pytest.mark.django_db


def test_a_draft_cannot_be_published_without_a_verification(draft, curator):
    service = draft()
    with pytest.raises(CannotPublish, match="not verified yet"):
        services.publish(service=service, by=curator)
    assert not Service.objects.published().exists()


def test_the_database_itself_refuses_to_publish_what_nobody_verified(draft):
    with pytest.raises(IntegrityError, match="service_published_only_when_verified"), transaction.atomic():
        Service.objects.filter(pk=draft().pk).update(published_at=timezone.now())


def test_a_verified_draft_is_published_once(ready, curator):
    service = ready()
    services.verify(service=service, by=curator, how="phone", parts=["name"], note="Rang them.")
    assert services.publish(service=service, by=curator) is True
    assert services.publish(service=service, by=curator) is False
    service.refresh_from_db()
    assert (service.published_by, service.verification.verified_by) == (curator, curator)


@pytest.mark.parametrize("status", ["inactive", "defunct"])
def test_what_is_no_longer_active_is_not_published(ready, curator, status):
    service = ready(status=status)
    services.verify(service=service, by=curator, how="phone", parts=["name"])
    with pytest.raises(CannotPublish, match="not active"):
        services.publish(service=service, by=curator)


def test_what_cannot_be_reached_is_not_published(ready, curator):
    service = ready()
    Phone.objects.all().delete()
    services.verify(service=service, by=curator, how="visit", parts=["name"])
    with pytest.raises(CannotPublish, match="no phone, e-mail, web page or address"):
        services.publish(service=service, by=curator)
    service.url = "https://example.org"
    service.save()
    assert services.publish(service=service, by=curator)


def test_an_address_is_a_way_to_get_there(ready, curator):
    service = ready(at="The Loft")
    Phone.objects.all().delete()
    services.verify(service=service, by=curator, how="visit", parts=["place"])
    assert services.publish(service=service, by=curator)


def test_withdrawing_makes_a_draft_again_and_archiving_puts_it_away(published, curator):
    service = published()
    assert services.withdraw(service=service, by=curator) is True
    assert services.withdraw(service=service, by=curator) is False
    assert services.archive(service=service, by=curator) is True
    assert services.archive(service=service, by=curator) is False
    service.refresh_from_db()
    assert (service.published_at, service.archived_by) == (None, curator)


def test_publishing_brings_back_what_was_archived(published, curator):
    service = complete(published(), curator)
    services.archive(service=service, by=curator)
    services.publish(service=service, by=curator)
    service.refresh_from_db()
    assert service.published_at
    assert service.archived_at is None


def test_erasing_a_curator_leaves_their_checks_standing(published, curator):
    service = published()
    curator.delete()
    service.refresh_from_db()
    assert service.published_at
    assert service.verification.verified_by is None


def test_a_key_from_another_form_makes_a_check_of_its_own(draft, curator, owner):
    first, second = draft("First"), draft("Second")
    one = services.verify(service=first, by=curator, how="phone", parts=["name"], form_key=uuid.uuid4())
    again = {"how": "phone", "parts": ["name"], "form_key": one.form_key}
    assert services.verify(service=first, by=curator, **again) == one
    assert services.verify(service=second, by=curator, **again) != one
    assert services.verify(service=first, by=owner, **again) != one


def test_a_verification_says_what_was_checked(draft):
    with pytest.raises(IntegrityError, match="verification_checked_something"), transaction.atomic():
        Verification.objects.create(service=draft(), how="phone", parts=[])


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda s: Phone.objects.create(number="1"), "phone_belongs_somewhere"),
        (lambda s: Schedule.objects.create(byday="MO"), "schedule_belongs_somewhere"),
        (lambda s: Location.objects.create(latitude=91, longitude=0), "location_is_on_earth"),
        (lambda s: Location.objects.create(latitude=1), "location_is_on_earth"),
        (lambda s: Helpline.objects.create(country="GB", name="Nobody"), "helpline_can_be_reached"),
        (lambda s: Helpline.objects.create(country="gb", name="Low", call="1"), "helpline_country"),
        (lambda s: Service.objects.filter(pk=s.pk).update(kind="shop"), "service_kind_known"),
        (lambda s: Service.objects.filter(pk=s.pk).update(cost="dear"), "service_cost_known"),
        (lambda s: Service.objects.filter(pk=s.pk).update(status="maybe"), "service_status_known"),
        (lambda s: Service.objects.filter(pk=s.pk).update(minimum_age=9, maximum_age=8), "ages_in_order"),
    ],
)
def test_the_database_refuses_what_makes_no_sense(draft, make, rule):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        make(draft())


def test_every_kind_and_status_the_forms_offer_is_one_the_database_takes(draft):
    service = draft()
    for column, choices in (("kind", Service.Kind), ("status", Service.Status), ("cost", Service.Cost)):
        for value in choices.values:
            Service.objects.filter(pk=service.pk).update(**{column: value})
    for how in Verification.How.values:
        Verification.objects.create(service=service, how=how, parts=["name"])


def test_a_service_stands_at_a_location_once(draft):
    at = ServiceAtLocation.objects.get(service=draft(at="The Loft"))
    with pytest.raises(IntegrityError, match="service_once_at_a_location"), transaction.atomic():
        ServiceAtLocation.objects.create(service=at.service, location=at.location)


def test_curators_may_curate_and_nothing_else(curator: User):
    assert curator.is_staff
    assert curator.has_perms(
        ["resources.verify_service", "resources.change_service", "resources.view_source"]
    )
    for forbidden in ("delete_service", "delete_verification", "change_verification", "change_source"):
        assert not curator.has_perm(f"resources.{forbidden}")
    assert not curator.has_perm("accounts.view_user")
    assert not curator.has_perm("networks.view_tie")


def test_the_group_is_there_from_the_first_day_and_is_made_again_when_lost(curator: User):
    group = curator.groups.get()
    before = set(group.permissions.values_list("codename", flat=True))
    group.delete()
    assert set(services.curators().permissions.values_list("codename", flat=True)) == before


def test_a_line_checked_over_a_year_ago_is_stale(db):
    today = dt.date(2026, 11, 22)
    line = Helpline.objects.create(country="FR", name="Line", call="1")
    for checked, stale in [(None, None), (today, False), (dt.date(2025, 11, 1), True)]:
        Helpline.objects.filter(pk=line.pk).update(verified_on=checked)
        assert Helpline.objects.as_of(today).get(pk=line.pk).stale in ([stale] if checked else [None, False])


def test_records_have_names_a_curator_recognises(draft):
    service = draft(at="The Loft")
    at = service.at_locations.get()
    assert str(at) == "Tea and talk – The Loft"
    assert str(at.location.addresses.get()) == "1 Quay, Alder Bay"
    assert str(Location(location_type="virtual")) == "online or by phone"
    assert str(Schedule(freq="WEEKLY", byday="MO")).startswith("WEEKLY MO")
    assert str(Helpline(country="GB", name="Samaritans")) == "GB Samaritans"


@pytest.mark.parametrize(
    ("number", "dial"),
    [("555-0101", "5550101"), ("+44 (0)20 1234", "+440201234"), ('"+1 555"', "+1555"), ("none", "")],
)
def test_a_number_is_dialled_as_digits(number, dial):
    assert Phone(number=number).dial == dial
