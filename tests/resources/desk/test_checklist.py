"""A curator at the telephone reads out what a listing says, and ticks what was asked."""

from __future__ import annotations

import datetime as dt

import pytest

from resources import checklist, services
from resources.models import Accessibility, CostOption, Organization, Phone, Schedule, Service
from tests.resources.desk.conftest import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def service(published) -> Service:
    return published("Chair yoga", at="The Hall", description="Slow and kind.", cost="low", minimum_age=18)


def said(service: Service) -> dict[str, list[str]]:
    return {line.part: line.says for line in checklist.lines(Service.objects.get(pk=service.pk))}


def test_each_part_says_what_the_page_says(service):
    place = service.at_locations.get().location
    Accessibility.objects.create(location=place, description="A ramp at the side")
    Schedule.objects.create(service=service, freq="WEEKLY", byday="WE", opens_at=dt.time(14))
    CostOption.objects.create(service=service, option="Concession", amount=3, currency="gbp")
    Organization.objects.filter(pk=service.organization_id).update(website="https://house.example.org")
    Phone.objects.filter(service=service).update(number="555-0150")
    found = said(service)
    assert found["name"][0] == "Chair yoga"
    assert "Slow and kind." in found["description"]
    assert {"555-0150", "https://house.example.org"} <= set(found["contact"])
    assert "The Hall" in found["place"]
    assert found["times"] == ["Wednesday, from 2:00 pm"]
    assert found["cost"] == ["Low cost", "Concession 3.00 GBP"]
    assert found["access"] == ["A ramp at the side"]
    assert found["eligibility"] == ["from age: 18"]


def test_nothing_is_ticked_that_nobody_asked_about(desk, service):
    page = desk.get(f"/find/desk/listings/{service.pk}/verify/")
    assert " checked>" not in page.content.decode()
    assert "It says nothing of this yet." in words(page)
    answer = desk.post(f"/find/desk/listings/{service.pk}/verify/", {"how": "phone"})
    assert answer.status_code == 422
    assert "Tick at least one thing that you checked." in words(answer)


def test_what_was_ticked_is_kept_when_something_is_missing(desk, service):
    answer = desk.post(f"/find/desk/listings/{service.pk}/verify/", {"parts": ["name", "cost"]})
    assert answer.status_code == 422
    assert answer.content.decode().count(" checked>") == 2


def test_it_says_when_a_part_was_checked_as_long_as_that_stands(desk, service, curator):
    services.verify(service=service, by=curator, how="phone", parts=["cost"])
    checked = {line.part: line.checked_at for line in checklist.lines(Service.objects.get(pk=service.pk))}
    assert checked["cost"]
    assert not checked["access"]
    Service.objects.filter(pk=service.pk).update(confirmed=[])
    assert not any(line.checked_at for line in checklist.lines(Service.objects.get(pk=service.pk)))
