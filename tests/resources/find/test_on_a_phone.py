"""Finding something on a phone in a flare: by a misspelt word near a postcode, with a script and without any."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Route, expect

from resources import services
from resources.models import Location, PostalCode, Service, ServiceAtLocation
from tests.patience import whole

pytestmark = pytest.mark.django_db(transaction=True)
NewContext = Callable[..., BrowserContext]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def address(live_server: Any, published: Any) -> str:
    PostalCode.objects.create(
        country="GB",
        code="ZZ11AA",
        place_name="Testham",
        folded_name="testham",
        latitude=52.0,
        longitude=-1.0,
    )
    for name, cost in (("Fibromyalgia circle", "free"), ("Fibromyalgia course", "paid")):
        service = published(name, cost=cost, kind="group")
        location = Location.objects.create(name="The Hall", latitude=52.01, longitude=-1.0)
        ServiceAtLocation.objects.create(service=service, location=location)
        services.reindex(Service.objects.filter(pk=service.pk))
    return f"{live_server.url}/find/"


def fits(page: Page) -> None:
    whole(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()


def test_without_a_script(new_context: NewContext, address: str) -> None:
    page = new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(address)
    page.get_by_label("What are you looking for?").fill("fibromialgia")
    page.get_by_label("Postcode or town").fill("zz1 1aa")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="2 listings near ZZ1 1AA")).to_be_visible()
    expect(page.get_by_text("We also looked for fibromyalgia")).to_be_visible()
    page.locator("summary", has_text="More filters").click()
    page.get_by_role("checkbox", name="Paid 1 listing").check(force=True)
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="1 listing near ZZ1 1AA")).to_be_visible()
    # Its results come first, and what is chosen among the folded ones is not hidden.
    expect(page.get_by_role("checkbox", name="Paid 1 listing")).to_be_hidden()
    expect(page.get_by_role("link", name="No longer only: Paid")).to_be_visible()
    page.get_by_role("link", name="Clear filters").click()
    expect(page.get_by_role("heading", name="2 listings near ZZ1 1AA")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Fibromyalgia course", exact=True).click()
    expect(page.get_by_role("heading", name="Fibromyalgia course")).to_be_visible()


def test_with_a_script_choices_count_again_and_keep_the_keyboard(
    new_context: NewContext, address: str
) -> None:
    page = new_context(viewport=PHONE).new_page()
    page.goto(address + "?q=fibromialgia&place=ZZ1+1AA")
    fits(page)
    page.evaluate("globalThis.heard = document.querySelector('#found')")
    for control in ("Postcode or town", "How far"):
        page.get_by_label("What are you looking for?" if control[0] == "P" else "Postcode or town").focus()
        page.keyboard.press("Tab")
        expect(page.get_by_label(control)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Search")).to_be_focused()
    page.keyboard.press("Tab")
    free = page.get_by_role("checkbox", name="Free 1 listing")
    expect(free).to_be_focused()
    page.keyboard.press("Space")
    page.wait_for_url("**cost=free**")
    expect(page.get_by_role("heading", name="1 listing near ZZ1 1AA")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="1 listing")).to_be_attached()
    # The line that is read out is the same as before, or nobody would hear it.
    assert page.evaluate("heard === document.querySelector('#found')")
    expect(page.get_by_role("checkbox", name="Free 1 listing")).to_be_focused()
    page.locator("summary", has_text="More filters").click()
    fits(page)
    group = page.get_by_role("checkbox", name="Group 1 listing")
    group.focus()
    page.keyboard.press("Space")
    page.wait_for_url("**kind=group**")
    # Unfolded as it was, with the keyboard where it was.
    expect(page.get_by_role("link", name="No longer only: Group")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Group 1 listing")).to_be_focused()
    page.get_by_role("link", name="Clear filters").click()
    expect(page.get_by_role("heading", name="2 listings near ZZ1 1AA")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Group")).to_be_hidden()
    page.get_by_role("link", name="Fibromyalgia course", exact=True).click()
    page.get_by_role("link", name="Back to what you found").click()
    expect(page.get_by_role("heading", name="2 listings near ZZ1 1AA")).to_be_visible()


def test_what_is_typed_over_an_answer_that_is_still_coming_writes_no_errors(
    new_context: NewContext, address: str
) -> None:
    page = new_context(viewport=PHONE).new_page()
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(address)
    held: list[Route] = []
    page.route("**/find/?*", lambda route: held.append(route), times=1)
    with page.expect_request("**/find/?q=fibro*"):
        page.get_by_label("What are you looking for?").press_sequentially("fibro")
    page.get_by_role("checkbox", name="Free 1 listing").check(force=True)
    page.wait_for_url("**cost=free**")
    expect(page.get_by_role("heading", name="1 listing")).to_be_visible()
    assert errors == []
