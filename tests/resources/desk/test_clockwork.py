"""The clock at work: letters to organisations, events that are over, workers that are killed or two at once."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbox import kinds
from outbox.models import Message
from resources import services
from resources.models import Change, Schedule, Service, Verification
from resources.services import clockwork, history

pytestmark = pytest.mark.django_db
MADE = dt.datetime(2026, 1, 10, 9, tzinfo=dt.UTC)


def letters() -> list[Message]:
    return list(Message.objects.filter(kind="resources/still_right").order_by("pk"))


@transaction.atomic
def swept_and_killed(at: dt.datetime) -> None:
    clockwork._sweep_batch(at)
    raise KeyboardInterrupt


@pytest.fixture
def listed(draft, curator):
    """A published listing checked on the tenth of January."""

    def make(name: str = "Tea", *, parts=("name", "contact", "times"), **columns) -> Service:
        service = draft(name, **{"email": "house@example.org", **columns})
        with time_machine.travel(MADE, tick=False):
            services.verify(service=service, by=curator, how="phone", parts=list(parts))
        Service.objects.filter(pk=service.pk).update(published_at=MADE)
        return Service.objects.get(pk=service.pk)

    return make


def walk(until: dt.datetime) -> int:
    with time_machine.travel(until, tick=False):
        return services.sweep_clock(now=until)


def test_a_check_sets_who_how_which_and_when_again(listed, curator):
    service = listed()
    assert service.confirmed == ["contact", "name", "times"]
    assert service.due_at == MADE.replace(year=2027)
    assert service.clock_at == MADE.replace(month=7)
    assert (service.verification.how, service.verification.verified_by) == ("phone", curator)


def test_two_letters_go_to_the_organisation_itself_and_none_twice(listed):
    service = listed()
    for month in range(2, 13):
        walk(MADE.replace(month=month))
        walk(MADE.replace(month=month))
    assert [(letter.address, letter.not_before.month) for letter in letters()] == [
        ("house@example.org", 7),
        ("house@example.org", 12),
    ]
    service.refresh_from_db()
    assert service.clock_at is None
    with time_machine.travel(MADE.replace(month=12)):
        said = kinds.get("resources/still_right").context(letters()[-1])
    assert said["name"] == "Tea"
    assert "/find/still-right/" in said["link"]


def test_after_a_year_without_a_worker_there_is_one_letter(listed):
    listed()
    assert walk(MADE.replace(year=2028)) == 1
    assert len(letters()) == 1


def test_a_letter_is_not_sent_to_an_address_that_changed_nor_after_a_new_check(listed, curator):
    service = listed()
    walk(MADE.replace(month=7))
    kind, (letter,) = kinds.get("resources/still_right"), letters()
    with time_machine.travel(MADE.replace(month=7)):
        Service.objects.filter(pk=service.pk).update(email="other@example.org")
        assert kind.context(letter) is None
        Service.objects.filter(pk=service.pk).update(email="house@example.org")
        assert kind.context(letter)
        services.verify(service=service, by=curator, how="phone", parts=["name"])
        assert kind.context(letter) is None


def test_without_an_address_there_is_no_letter_and_the_clock_goes_on(listed):
    service = listed(email="")
    assert walk(MADE.replace(month=7)) == 1
    assert letters() == []
    service.refresh_from_db()
    assert service.clock_at == MADE.replace(month=12)


def test_the_organisation_s_own_address_is_used_where_the_listing_has_none(listed):
    service = listed(email="")
    service.organization.email = "Office@example.org"
    service.organization.save()
    walk(MADE.replace(month=7))
    assert [letter.address for letter in letters()] == ["office@example.org"]


def test_an_event_ends_and_is_put_away_three_months_later(listed):
    service = listed(kind="event")
    Schedule.objects.create(
        service=service, dtstart="2026-02-20", count=1, opens_at=dt.time(19), closes_at=dt.time(1)
    )
    clockwork.wind(Service.objects.filter(pk=service.pk))
    service.refresh_from_db()
    assert service.due_at == dt.datetime(2026, 2, 21, 1, tzinfo=dt.UTC)
    assert walk(service.due_at) == 0
    assert walk(service.due_at + dt.timedelta(days=92)) == 1
    service.refresh_from_db()
    assert service.published_at is None
    assert service.archived_at
    assert service.changes.first().how == Change.How.OVER
    assert letters() == []


def test_an_event_ends_on_the_clock_of_its_place(listed):
    service = listed(kind="event", name="Far away")
    place = service.organization.locations.create(time_zone="Pacific/Auckland")
    service.at_locations.create(location=place)
    Schedule.objects.create(service=service, dtstart="2026-02-20", count=1, closes_at=dt.time(12))
    assert clockwork.ends_at(service) == dt.datetime(2026, 2, 19, 23, tzinfo=dt.UTC)
    place.time_zone = "Nowhere/Atall"
    place.save()
    assert clockwork.ends_at(service) == dt.datetime(2026, 2, 20, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize("opens", [None, dt.time(22), dt.time(0)])
def test_an_event_that_closes_at_midnight_is_over_when_its_day_is(listed, opens):
    service = listed(kind="event")
    Schedule.objects.create(
        service=service, dtstart="2026-02-20", count=1, opens_at=opens, closes_at=dt.time(0)
    )
    assert clockwork.ends_at(service) == dt.datetime(2026, 2, 21, tzinfo=dt.UTC)


def test_an_event_that_repeats_without_end_is_like_the_others(listed):
    service = listed(kind="event")
    Schedule.objects.create(service=service, freq="WEEKLY", byday="MO")
    assert clockwork.ends_at(service) is None
    clockwork.set_clock(service)
    assert service.stale_at == MADE.replace(year=2027)
    # Its times are looked at sooner.
    assert service.due_at == MADE.replace(month=7)


def test_checking_one_part_leaves_the_others_as_they_are(listed, curator):
    service = listed(parts=("name", "contact", "description"))
    with time_machine.travel(MADE.replace(month=12), tick=False):
        services.verify(service=service, by=curator, how="phone", parts=["contact"])
    service.refresh_from_db()
    assert service.verification.parts == ["contact"]
    assert (service.due_at, service.stale_at) == (MADE.replace(year=2027),) * 2
    with time_machine.travel(MADE.replace(month=12), tick=False):
        services.verify(service=service, by=curator, how="phone", parts=["name", "description"])
    service.refresh_from_db()
    assert service.due_at == MADE.replace(year=2027, month=12)


def test_a_part_the_page_says_nothing_of_any_more_runs_out_no_more(listed, curator):
    service = listed(parts=("name", "contact", "times"))
    slot = Schedule.objects.create(service=service, freq="WEEKLY", byday="MO")
    clockwork.wind(Service.objects.filter(pk=service.pk))
    service.refresh_from_db()
    assert service.due_at == MADE.replace(month=7)
    with history.noting(service=service, by=curator):
        slot.delete()
    service.refresh_from_db()
    assert service.due_at == MADE.replace(year=2027)


def test_what_nobody_checked_has_no_clock(draft):
    service = draft()
    clockwork.wind(Service.objects.all())
    service.refresh_from_db()
    clockwork.set_clock(service)
    assert (service.due_at, service.stale_at, service.clock_at) == (None, None, None)
    assert clockwork.next_at(service, now=MADE) is None


def test_a_killed_worker_leaves_everything_to_the_next(listed):
    listed()
    at = MADE.replace(month=7)
    with pytest.raises(KeyboardInterrupt):
        swept_and_killed(at)
    assert letters() == []
    assert walk(at) == 1
    assert len(letters()) == 1


def test_a_sweep_costs_what_is_due_and_not_what_is_listed(listed):
    for number in range(12):
        listed(f"Tea {number}")
    Service.objects.exclude(name="Tea 1").update(clock_at=MADE.replace(year=2030))
    with CaptureQueriesContext(connection) as few:
        assert walk(MADE.replace(month=7)) == 1
    Service.objects.exclude(name="Tea 1").update(clock_at=MADE.replace(month=7))
    with CaptureQueriesContext(connection) as many:
        assert walk(MADE.replace(month=7)) == 11
    assert len(many) <= len(few) + 1


def test_the_due_ones_are_found_by_an_index(listed):
    listed()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Service.objects.filter(clock_at__lte=timezone.now()).order_by("clock_at").explain()
    assert "service_clock" in plan


def test_a_clock_that_makes_no_sense_spoils_no_other(listed, monkeypatch):
    first, second = listed("First"), listed("Second")
    real = clockwork.next_at

    def broken(service, *, now):
        if service.pk == first.pk:
            raise OverflowError
        return real(service, now=now)

    monkeypatch.setattr(clockwork, "next_at", broken)
    at = MADE.replace(month=7)
    assert walk(at) == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.clock_at == at + clockwork.LATER
    assert second.clock_at == MADE.replace(month=12)


def test_a_check_by_the_organisation_has_nobody_s_name(listed):
    service = listed()
    checked = services.verify(service=service, by=None, how=Verification.How.PROVIDER, parts=["name"])
    assert (checked.how, checked.verified_by) == ("provider", None)
