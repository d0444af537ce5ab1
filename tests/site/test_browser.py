"""The pages in a real browser: barriers, narrow windows, large letters, the keyboard, no script at all."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from tests.conftest import PASSWORD
from tests.patience import whole

VISITOR = [
    "/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/login/code/",
    "/accounts/password/reset/",
    "/no/",
]
PERSON = [f"/accounts/{name}/" for name in ("settings", "email", "password/change", "sessions", "logout")]


@pytest.fixture
def site(live_server: Any) -> str:
    return str(live_server.url)


@pytest.fixture
def visit(context: BrowserContext, site: str) -> Callable[[str], Page]:
    page = context.new_page()

    def go(path: str) -> Page:
        page.goto(site + path)
        return page

    return go


@pytest.fixture
def signed_in(context: BrowserContext, site: str, owner: User, client_of: Callable[[User], Client]) -> None:
    key = client_of(owner).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": key, "url": site}])


def barriers(page: Page) -> list[str]:
    whole(page)
    found = Axe().run(page).response["violations"]
    return [f"{page.url} {rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def too_wide(page: Page) -> int:
    root = "document.documentElement"
    return int(page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))


def in_theme(context: BrowserContext, site: str, theme: str) -> None:
    context.add_cookies([{"name": "theme", "value": theme, "url": site}])


@pytest.mark.parametrize("theme", ["light", "dim"])
def test_axe_finds_no_barrier_for_a_visitor(
    context: BrowserContext, site: str, visit: Callable[[str], Page], theme: str
) -> None:
    in_theme(context, site, theme)
    found = []
    for path in VISITOR:
        found += barriers(visit(path))
    page = visit("/accounts/signup/")
    page.get_by_role("button", name="Sign up").click()
    page.get_by_text("There is a problem").wait_for()
    found += barriers(page)
    assert not found


@pytest.mark.parametrize("theme", ["light", "dim"])
def test_axe_finds_no_barrier_for_a_person(
    context: BrowserContext, site: str, visit: Callable[[str], Page], signed_in: None, theme: str
) -> None:
    in_theme(context, site, theme)
    found = []
    for path in PERSON:
        found += barriers(visit(path))
    page = visit("/accounts/email/")
    page.get_by_label("Your new e-mail address").fill("new@example.org")
    page.get_by_role("button", name="Send a code").click()
    page.get_by_label("Password").fill(PASSWORD)
    found += barriers(page)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("The code from the e-mail").wait_for()
    found += barriers(page)
    assert not found


def test_nothing_is_cut_off_in_a_narrow_window_or_with_large_letters(
    visit: Callable[[str], Page], signed_in: None, context: BrowserContext
) -> None:
    wide = {}
    for path in [*PERSON, *VISITOR[-1:]]:
        page = visit(path)
        page.set_viewport_size({"width": 320, "height": 640})
        wide[path, "narrow"] = too_wide(page)
        page.set_viewport_size({"width": 640, "height": 800})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide[path, "large"] = too_wide(page)
    context.clear_cookies()
    for path in VISITOR:
        page = visit(path)
        page.set_viewport_size({"width": 320, "height": 640})
        wide[path, "visitor"] = too_wide(page)
    assert not {where: by for where, by in wide.items() if by > 0}


def test_controls_are_large_enough_for_a_thumb(visit: Callable[[str], Page], signed_in: None) -> None:
    page = visit("/accounts/settings/")
    page.set_viewport_size({"width": 360, "height": 640})
    small = page.evaluate(
        """[...document.querySelectorAll('button, .btn, .tabs a, select, input:not([type=hidden])')]
           .filter(e => e.getBoundingClientRect().height < 47.5).map(e => e.outerHTML)"""
    )
    assert small == []


def test_the_browser_fills_in_the_time_zone(new_context: Any, site: str) -> None:
    page = new_context(timezone_id="America/Chicago").new_page()
    page.goto(f"{site}/accounts/signup/")
    assert page.get_by_label("Your time zone").input_value() == "America/Chicago"


def test_what_is_wrong_has_the_focus_and_leads_to_the_field(visit: Callable[[str], Page]) -> None:
    page = visit("/accounts/signup/")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("alert")).to_be_focused()
    whole(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#id_name")).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))


def test_the_first_key_skips_to_the_content(visit: Callable[[str], Page]) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_three_shifts_leave_and_there_is_no_way_back(
    visit: Callable[[str], Page], signed_in: None, site: str, settings: object
) -> None:
    settings.LEAVE_URL = f"{site}/find/"
    page = visit("/accounts/settings/")
    for key in ("Shift", "Shift", "a", "Shift", "Shift"):
        page.keyboard.press(key)
    assert page.url.endswith("/accounts/settings/")
    page.keyboard.press("Shift")
    page.wait_for_url("**/find/")
    page.go_back()
    assert "Maya" not in page.content()
    assert visit("/accounts/settings/").url.endswith("/accounts/login/?next=/accounts/settings/")


def test_the_button_leaves_and_takes_the_page_out_of_the_history(
    visit: Callable[[str], Page], signed_in: None, site: str, settings: object
) -> None:
    settings.LEAVE_URL = f"{site}/find/"
    visit("/accounts/sessions/")
    page = visit("/accounts/settings/")
    steps = page.evaluate("history.length")
    page.get_by_role("link", name="Leave quickly").click()
    page.wait_for_url("**/find/")
    assert page.evaluate("history.length") == steps


def test_everything_works_without_a_script(
    new_context: Any, site: str, owner: User, settings: object
) -> None:
    settings.LEAVE_URL = f"{site}/find/"
    page = new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/accounts/settings/")
    page.get_by_label("Your e-mail address").fill(owner.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("What should we call you?").fill("May")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    page.get_by_role("button", name="Dim").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dim")
    expect(page).to_have_url(re.compile("/accounts/settings/$"))
    page.get_by_role("link", name="Leave quickly").click()
    page.wait_for_url("**/find/")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_no_page_breaks_the_policy_for_scripts_and_styles(
    visit: Callable[[str], Page], signed_in: None, context: BrowserContext
) -> None:
    said: list[str] = []
    context.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    for path in [*PERSON, "/today/", "/network/", "/find/"]:
        visit(path)
    assert not said
