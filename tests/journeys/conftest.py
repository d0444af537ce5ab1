"""People at browsers: each has one of their own, and reads their own mail."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page

from supportnet import demo
from tests.patience import MILLISECONDS, whole
from tests.tables import Told

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


# Somewhere it is always early in the afternoon. Quiet hours would keep letters back at night, and a page says good
# morning until noon: what a test sees twice is not to change for that.
ZONES = (
    "Europe/London",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Honolulu",
    "Pacific/Auckland",
    "Asia/Tokyo",
    "Asia/Karachi",
    "Europe/Helsinki",
)


@functools.cache
def where_it_is_day() -> str:
    """A time zone in which the next hour is of the afternoon; the same for a whole run, which takes less."""
    return next(zone for zone in ZONES if 13 <= dt.datetime.now(ZoneInfo(zone)).hour < 17)


@pytest.fixture(scope="session")
def told_sample(told: Callable[[Callable[[], object]], Told]) -> Told:
    return told(lambda: demo.load(now=timezone.now()))


@pytest.fixture
def sample(live_site: str, told_sample: Told) -> None:
    """The sample people and their town."""
    told_sample.put_in()


class Someone:
    """A person at a browser. What a page says to the console, or axe finds in it, fails the test."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.complaints: list[str] = []
        page.set_default_timeout(MILLISECONDS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        # Chromium writes every 4xx and 5xx to the console; some of them are meant.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def go(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.site + path)

    def press(self, words: str) -> None:
        self.page.get_by_role("button", name=words, exact=True).click()
        whole(self.page)

    def follow(self, words: str) -> None:
        self.page.get_by_role("link", name=words, exact=True).first.click()
        whole(self.page)

    def sees(self, words: str) -> None:
        self.page.get_by_text(words).first.wait_for()

    def looks(self, *sizes: dict[str, int]) -> None:
        """At each of these sizes, if several are given: no script asks how wide a screen is, so one load will do."""
        for size in sizes:
            self.page.set_viewport_size(size)
            self._looks()
        if not sizes:
            self._looks()

    def _looks(self) -> None:
        """Nobody is shut out of this page, and nothing on it lies beside the screen."""
        whole(self.page)
        found = Axe().run(self.page)
        assert found.violations_count == 0, (
            f"{self.page.url} {self.page.viewport_size}\n{found.generate_report()}"
        )
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{self.page.url} is {wide} px wider than its screen"


@pytest.fixture
def someone(browser: Browser, live_site: str) -> Iterator[Callable[..., Someone]]:
    people: list[Someone] = []

    def arrive(size: dict[str, int] = DESK, *, theme: str = "light", script: bool = True) -> Someone:
        context = browser.new_context(
            viewport=size, java_script_enabled=script, timezone_id=where_it_is_day()
        )
        context.add_cookies([{"name": "theme", "value": theme, "url": live_site}])
        person = Someone(context.new_page(), live_site)
        people.append(person)
        return person

    yield arrive
    for person in people:
        person.page.context.close()
        assert person.complaints == []


def fills_in(desk: Someone) -> None:
    """A curator, on the page of a draft, gives it what every listing needs, one button after the other."""
    desk.follow("Choose topics")
    desk.page.get_by_label("Company").first.check()
    desk.press("Save")
    desk.follow("Choose the cost")
    desk.page.get_by_label("Cost", exact=True).select_option("free")
    desk.press("Save")
    desk.follow("Choose how")
    desk.page.get_by_label("In person").check()
    desk.press("Save")


def publishes(desk: Someone) -> None:
    """A curator goes through the rules, checks the listing, and makes it public."""
    desk.follow("Go through the rules")
    # `all` does not wait: asked too soon, it would find the boxes of the page before, or none.
    desk.page.get_by_role("button", name="Keep", exact=True).wait_for()
    for box in desk.page.get_by_role("checkbox").all():
        box.check()
    desk.press("Keep")
    desk.follow("Check it")
    desk.page.get_by_label("by phone").check()
    for box in desk.page.locator("[name=parts]").all():
        box.check()
    desk.press("I have checked this")
    desk.press("Publish it")
    desk.sees("It is public now")


def link_in(letter: EmailMessage) -> str:
    """The first link of a letter's plain text."""
    body = letter.get_body(("plain",))
    assert body is not None
    found = re.search(r"https?://\S+", body.get_content())
    assert found, body.get_content()
    return found.group()


def code_in(letter: EmailMessage) -> str:
    """The code to type, like ABCD-EFGH."""
    body = letter.get_body(("plain",))
    assert body is not None
    found = re.search(r"\b[A-Z0-9]{3,5}-[A-Z0-9]{3,5}\b", body.get_content())
    assert found, body.get_content()
    return found.group()
