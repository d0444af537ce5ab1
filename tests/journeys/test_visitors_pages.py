"""A visitor’s pages of every kind of listing, with much on them and with little; by keyboard; without a script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from resources import services
from resources.models import ChangeRequest, OpeningException, Organization, Schedule, Service
from tests.journeys.conftest import DESK, PHONE, Someone

pytestmark = pytest.mark.django_db(transaction=True)
SMALLEST = {"width": 320, "height": 640}
LONG = "neighbourhood.enquiries@harbouranddistrictassociation.example.org"
DAY = dt.timedelta(days=1)


@pytest.fixture
def of_each_kind(sample: None) -> list[Service]:
    return [Service.objects.published().filter(kind=kind).earliest("name") for kind in Service.Kind.values]


def with_much_on_it(service: Service) -> None:
    """Closed this week, a word about it, a check that is long ago, and addresses that are wider than a phone."""
    today = timezone.localdate()
    days = {"starts_on": today - DAY, "ends_on": today + 5 * DAY, "reason": "building work"}
    OpeningException.objects.create(service=service, **days)
    Service.objects.filter(pk=service.pk).update(
        alert="Closed this week.",
        alert_until=today + 4 * DAY,
        stale_at=timezone.now() - DAY,
        email=LONG,
        url=f"https://{LONG.partition('@')[2]}/groups/{today.year}/tuesday-circle?from=winter",
    )
    services.reindex(Service.objects.filter(pk=service.pk))


def with_a_number_alone(service: Service) -> None:
    OpeningException.objects.filter(service=service).delete()
    Schedule.objects.filter(service=service).delete()
    service.at_locations.all().delete()
    Organization.objects.filter(pk=service.organization_id).update(email="", website="")
    bare = {"email": "", "url": "", "alert": "", "description": "", "cost": "", "delivery": [], "access": []}
    Service.objects.filter(pk=service.pk).update(**bare)
    service.phones.get_or_create(number="+44 1632 960 0150")
    services.reindex(Service.objects.filter(pk=service.pk))


@pytest.mark.parametrize(("size", "theme"), [(SMALLEST, "dim"), (PHONE, "light"), (DESK, "dim")])
def test_every_kind_of_listing_much_or_little_as_there_is(
    someone: Callable[..., Someone], of_each_kind: list[Service], size: dict[str, int], theme: str
) -> None:
    visitor = someone(size, theme=theme)
    for state in (with_much_on_it, with_a_number_alone):
        for service in of_each_kind:
            state(service)
            visitor.go(service.get_absolute_url())
            visitor.looks()
        visitor.go("/find/?" + "&".join(f"kind={service.kind}" for service in of_each_kind))
        visitor.looks()


def test_on_a_phone_the_keyboard_goes_as_the_eye_does(
    someone: Callable[..., Someone], of_each_kind: list[Service]
) -> None:
    visitor = someone(PHONE)
    for service in of_each_kind:
        visitor.go(service.get_absolute_url())
        links = visitor.page.locator("main").locator("a, button, summary").filter(visible=True)
        tops = [box["y"] for each in links.all() if (box := each.bounding_box())]
        # Beside each other on one line is in order, too.
        assert all(later > earlier - 60 for earlier, later in pairwise(tops))


def test_filters_are_taken_off_and_a_change_is_suggested_without_a_script(
    someone: Callable[..., Someone], of_each_kind: list[Service]
) -> None:
    place = next(each for each in of_each_kind if each.kind == Service.Kind.PLACE)
    visitor = someone(SMALLEST, script=False)
    page = visitor.page
    visitor.go("/find/?kind=place&cost=free&access=warm_water&access=lie_down")
    visitor.sees("Nothing found yet")
    page.get_by_role("link", name="No longer only: Warm water").click()
    page.get_by_role("link", name="Clear filters").click()
    visitor.go(f"/find/?q={place.name}&kind=place")
    page.get_by_role("link", name=place.name, exact=True).first.click()
    expect(page.get_by_role("link", name="Back to what you found")).to_be_visible()
    visitor.follow("Suggest a change")
    known = place.email or place.organization.email
    expect(page.get_by_label("Their e-mail address")).to_have_value(known)
    page.get_by_label("Their web page").fill("https://new.example.org/")
    visitor.press("Send to a curator")
    visitor.sees("Thank you for telling us")
    assert [change.after for change in ChangeRequest.objects.get().fields.all()] == [
        "https://new.example.org/"
    ]
