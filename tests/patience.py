"""What a browser waits for comes; how soon says how busy the machine is, and nothing about what is tested."""

from __future__ import annotations

from playwright.sync_api import Page, expect

PATIENCE = 60.0
MILLISECONDS = PATIENCE * 1000
expect.set_options(timeout=MILLISECONDS)


def whole(page: Page) -> None:
    """Wait until a page that has begun to come is there to its end, and whatever it asked for is in its place.

    Playwright waits for an element before it clicks or fills it, but reads, counts and measures what is there so far.
    """
    page.wait_for_load_state("load")
    page.locator(".htmx-request, .htmx-swapping, .htmx-settling").first.wait_for(state="detached")
