"""Finding support in a real browser: with htmx as an improvement, and without any script at all."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.django_db(transaction=True)


def test_typing_finds_and_the_address_bar_can_be_sent_on(
    page: Page, live_server: Any, published: Any
) -> None:
    published("Warm water class", cost="free")
    published("Choir")
    page.goto(f"{live_server.url}/find/")
    page.get_by_label("What are you looking for?").press_sequentially("warm wat")
    expect(page.get_by_role("status").filter(has_text="1 listing")).to_be_attached()
    expect(page.get_by_role("link", name="Choir", exact=True)).to_have_count(0)
    expect(page.get_by_label("What are you looking for?")).to_be_focused()
    page.get_by_role("checkbox", name="Free").check(force=True)
    page.wait_for_url("**cost=free**")

    page.goto(page.url)  # as somebody would who was sent it
    expect(page.get_by_role("checkbox", name="Free")).to_be_checked()
    page.get_by_role("link", name="Warm water class", exact=True).click()
    expect(page.get_by_role("heading", name="Warm water class")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="1 listing")).to_be_visible()


def test_it_works_without_any_script(new_context: Any, live_server: Any, published: Any) -> None:
    published("Choir")
    published("Library")
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{live_server.url}/find/")
    page.get_by_label("What are you looking for?").fill("choir")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="1 listing")).to_be_visible()
    page.get_by_role("link", name="Choir", exact=True).click()
    expect(page.get_by_role("link", name="Call 555-0150")).to_be_visible()
