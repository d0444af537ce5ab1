"""Every change leaves a record, takes back what it makes unsure, and can be undone."""

from __future__ import annotations

import pytest

from resources import services
from resources.errors import ChangedSince
from resources.models import Address, Change, CostOption, Phone, Schedule, Service
from resources.services import history, undoing

pytestmark = pytest.mark.django_db
ALL = ["access", "contact", "cost", "description", "eligibility", "name", "place", "times"]


@pytest.fixture
def service(published, curator):
    made = published("Chair yoga", at="The Hall")
    services.verify(service=made, by=curator, how="phone", parts=ALL)
    return Service.objects.get(pk=made.pk)


def edit(service: Service, by, **columns) -> Change | None:
    with history.noting(service=service, by=by, why="Rang them.") as noted:
        for name, value in columns.items():
            setattr(service, name, value)
        service.save()
    return noted.change


def half_done(service: Service, by) -> None:
    with history.noting(service=service, by=by):
        Service.objects.filter(pk=service.pk).update(name="Half")
        raise RuntimeError


def confirmed(service: Service) -> set[str]:
    return set(Service.objects.get(pk=service.pk).confirmed)


@pytest.mark.parametrize(
    ("columns", "lost"),
    [
        ({"name": "Chair Yoga"}, "name"),
        ({"description": "Slow."}, "description"),
        ({"url": "https://example.org"}, "contact"),
        ({"cost": "paid"}, "cost"),
        ({"access": ["step_free"]}, "access"),
        ({"minimum_age": 18}, "eligibility"),
    ],
)
def test_editing_a_key_field_takes_back_its_confirmation_and_no_other(service, curator, columns, lost):
    edit(service, curator, **columns)
    assert confirmed(service) == set(ALL) - {lost}


def test_editing_what_no_check_covers_takes_nothing_back(service, curator):
    assert edit(service, curator, keywords="stretch")
    assert confirmed(service) == set(ALL)


def test_a_change_of_rows_counts_like_one_of_fields(service, curator):
    with history.noting(service=service, by=curator):
        Schedule.objects.create(service=service, freq="WEEKLY", byday="MO")
        CostOption.objects.create(service=service, amount=3, currency="GBP")
    assert confirmed(service) == set(ALL) - {"times", "cost"}


def test_moving_house_takes_it_back_of_every_listing_there(service, published, curator):
    other = published("Tea", organization="Elsewhere")
    other.at_locations.create(location=service.at_locations.get().location)
    services.verify(service=other, by=curator, how="phone", parts=ALL)
    with history.noting(service=service, by=curator):
        Address.objects.update(address_1="9 Quay")
    assert "place" not in confirmed(service)
    assert "place" not in confirmed(other)
    assert list(history.of(other).filter(how="edited")) == []
    with history.noting(service=service, by=curator):
        place = service.at_locations.get().location
        place.name = "The Barn"
        place.save()
    assert history.of(other).filter(how="edited").count() == 1


def test_nothing_changed_is_nothing_in_the_history(service, curator):
    assert edit(service, curator, name=service.name) is None


def test_a_record_says_who_why_and_what_was_there(service, curator):
    change = edit(service, curator, name="Yoga")
    (row,) = change.rows.all()
    assert (row.table, row.before, row.after) == ("service", {"name": "Chair yoga"}, {"name": "Yoga"})
    assert (change.made_by, change.why) == (curator, "Rang them.")


def test_undoing_keeps_what_was_changed_later_elsewhere(service, curator):
    first = edit(service, curator, name="Yoga")
    edit(service, curator, cost="paid")
    undone = undoing.undo(change=first, by=curator)
    service.refresh_from_db()
    assert (service.name, service.cost) == ("Chair yoga", "paid")
    assert (undone.how, undone.undoes) == ("undone", first)
    # The undoing can be undone, too.
    undoing.undo(change=undone, by=curator)
    service.refresh_from_db()
    assert service.name == "Yoga"


def test_what_was_changed_again_is_not_undone_over_it(service, curator):
    first = edit(service, curator, name="Yoga")
    edit(service, curator, name="Pilates")
    with pytest.raises(ChangedSince, match="changed again later"):
        undoing.undo(change=first, by=curator)
    assert Service.objects.get(pk=service.pk).name == "Pilates"


def test_nothing_is_undone_twice(service, curator):
    first = edit(service, curator, name="Yoga")
    undoing.undo(change=first, by=curator)
    with pytest.raises(ChangedSince):
        undoing.undo(change=first, by=curator)


def test_rows_that_were_added_go_and_rows_that_went_come_back(service, curator):
    phone = Phone.objects.get(service=service)
    with history.noting(service=service, by=curator) as noted:
        phone.delete()
        added = Phone.objects.create(service=service, number="555-0199")
        CostOption.objects.create(service=service, amount="3.50", currency="GBP")
    undoing.undo(change=noted.change, by=curator)
    assert Phone.objects.get(service=service).number == "555-0150"
    assert not Phone.objects.filter(pk=added.pk).exists()
    assert not service.cost_options.exists()


def test_a_place_that_was_added_goes_again_unless_others_use_it(service, published, curator):
    for used in (False, True):
        with history.noting(service=service, by=curator) as noted:
            place = service.organization.locations.create(name="The Barn")
            service.at_locations.create(location=place)
        if used:
            published("Tea", organization="Elsewhere").at_locations.create(location=place)
        undoing.undo(change=noted.change, by=curator)
        assert service.at_locations.filter(location=place).exists() is False
        assert type(place).objects.filter(pk=place.pk).exists() is used


def test_a_price_that_is_gone_cannot_be_undone(service, curator):
    with history.noting(service=service, by=curator) as noted:
        price = CostOption.objects.create(service=service, amount=1)
    price.delete()
    with pytest.raises(ChangedSince):
        undoing.undo(change=noted.change, by=curator)


def test_a_failure_leaves_neither_change_nor_record(service, curator):
    with pytest.raises(RuntimeError):
        half_done(service, curator)
    assert Service.objects.get(pk=service.pk).name == "Chair yoga"
    assert not history.of(service).filter(how="edited").exists()


def test_publishing_and_putting_away_stand_in_the_history(service, curator):
    services.withdraw(service=service, by=curator, why="They asked.")
    services.archive(service=service, by=curator)
    assert [change.how for change in history.of(service)][:2] == ["archived", "withdrawn"]
