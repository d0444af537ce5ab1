"""A visitor on a phone finds a place by a misspelt word near a postcode, sees it is open, and reports a mistake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.cache import cache

from resources import services
from resources.models import ChangeRequest, Schedule, Service
from supportnet import demo
from tests.journeys.conftest import PHONE, Someone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(sample: None) -> Service:
    """It has a reading room that is open day and night."""
    cache.clear()
    room = Service.objects.get(name="Quiet reading room")
    room.schedules.all().delete()
    days = "MO,TU,WE,TH,FR,SA,SU"
    always = {"opens_at": dt.time(0), "closes_at": dt.time(23, 59)}
    Schedule.objects.create(service=room, freq="WEEKLY", byday=days, **always)
    services.reindex(Service.objects.all())
    return room


@pytest.mark.parametrize("script", [True, False])
def test_found_open_and_reported(someone: Callable[..., Someone], town: Service, script: bool) -> None:
    visitor = someone(PHONE, script=script)
    page = visitor.page
    visitor.go("/find/")
    page.get_by_label("What are you looking for?").fill("quiet readng")
    page.get_by_label("Postcode or town").fill("00100")
    visitor.press("Search")
    found = (
        page.locator("li").filter(has=page.get_by_role("link", name="Quiet reading room", exact=True)).first
    )
    found.get_by_text("Open now").wait_for()
    if script:
        visitor.looks()
    found.get_by_role("link", name="Quiet reading room", exact=True).click()
    visitor.sees("Every day, all day and all night")
    visitor.follow("Report a problem")
    page.get_by_label("The number or address is wrong").check(force=True)
    page.get_by_label("In your own words").fill("The library has a new number.")
    visitor.press("Tell a curator")
    visitor.sees("Thank you for telling us")
    visitor.sees("The library has a new number.")
    if script:
        visitor.looks()
    told = ChangeRequest.objects.get()
    assert (told.kind, told.problem, told.service) == ("problem", "contact", town)
    assert told.sent_by is None


def test_a_save_by_keyboard(someone: Callable[..., Someone], town: Service) -> None:
    maya = someone(PHONE, theme="dim")
    maya.go("/accounts/login/")
    maya.page.locator("[name=login]").fill(demo.OWNER)
    maya.page.locator("[name=password]").fill(demo.PASSWORD)
    maya.press("Sign in")
    maya.page.wait_for_url(lambda address: "login" not in address)
    maya.go(town.get_absolute_url())
    maya.page.get_by_role("button", name="Save Quiet reading room").focus()
    maya.page.keyboard.press("Enter")
    maya.page.get_by_role("button", name="remove Quiet reading room").wait_for()
    maya.looks()
    maya.go("/find/saved/")
    maya.sees("Quiet reading room")
    maya.looks()
