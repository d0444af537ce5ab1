"""Somebody has gone quiet: a hello with ready words, changed in the box, and the tie is warm again. With and without
a script.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from networks import links, services
from networks.models import OwnWords, Suggestion, Tie, Touch
from tests.conftest import PASSWORD, person
from tests.journeys.conftest import DESK, PHONE, Someone, where_it_is_day
from tests.patience import whole

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maya(live_site: str) -> User:
    user = person("maya@example.org", "Maya")
    user.time_zone = where_it_is_day()
    user.save(update_fields=["time_zone"])
    for name, days, energy in [("Father Tom", 62, "gives"), ("Nina", 5, ""), ("Sam", 70, "takes")]:
        tie = services.add_tie(by=user, name=name, circle="close", energy=energy, phone="+44 20 7946 0000")
        services.log_touch(tie=tie, by=user, at=timezone.now() - dt.timedelta(days=days))
    assert services.sweep_suggestions(now=timezone.now()) == 1
    return user


def sign_in(visitor: Someone) -> None:
    visitor.go("/accounts/login/")
    visitor.page.locator("[name=login]").fill("maya@example.org")
    visitor.page.locator("[name=password]").fill(PASSWORD)
    visitor.press("Sign in")
    visitor.page.wait_for_url(lambda address: "login" not in address)


def test_a_hello_with_words_of_ones_own(someone: Callable[..., Someone], maya: User) -> None:
    her = someone(PHONE)
    sign_in(her)
    her.go("/network/")
    her.sees("A hello to Father Tom, if you like?")
    her.looks()
    her.press("Say hello")
    her.sees("Words for Father Tom")
    her.looks()
    page = her.page
    page.get_by_role("textbox").fill("Tea on Sunday?\nNo is fine.")
    mail = page.get_by_role("link", name="Open in e-mail")
    expect(mail).to_have_attribute("href", "mailto:?body=Tea%20on%20Sunday%3F%0D%0ANo%20is%20fine.")
    phone = page.get_by_role("link", name="Open in messages")
    expect(phone).to_have_attribute("href", "sms:+442079460000?&body=Tea%20on%20Sunday%3F%0ANo%20is%20fine.")
    expect(page.get_by_role("button", name="Put my changes into the buttons")).to_be_hidden()
    her.press("Keep as a favourite")
    her.sees("Your favourites")
    assert OwnWords.objects.get().text.splitlines() == ["Tea on Sunday?", "No is fine."]
    her.press("Log that you were in touch")
    her.sees("Logged: you were in touch with Father Tom.")
    her.go("/network/quiet/")
    her.sees("Sam")
    expect(page.get_by_role("link", name="Father Tom", exact=True)).to_have_count(0)
    her.looks()


def test_the_same_without_a_script(someone: Callable[..., Someone], maya: User) -> None:
    her = someone(DESK, script=False, theme="dim")
    sign_in(her)
    tie = Tie.objects.get(name="Nina")
    her.go(f"/network/words/?tie={tie.pk}&occasion=cancel")
    her.page.get_by_role("textbox").fill("Not today.")
    her.press("Put my changes into the buttons")
    link = her.page.get_by_role("link", name="Open in e-mail")
    expect(link).to_have_attribute("href", "mailto:?body=Not%20today.")
    her.go("/network/")
    her.press("Let this one go")
    her.sees("You let Father Tom go for now.")
    her.page.get_by_role("button", name="Bring back").click()
    her.sees("Father Tom is back in your network.")
    her.go("/network/?q=nina")
    expect(her.page.locator(".tie-name")).to_have_text(["Nina"])


def test_looking_for_somebody_while_typing_and_logging_from_what_was_found(
    someone: Callable[..., Someone], maya: User
) -> None:
    her = someone(DESK)
    sign_in(her)
    her.go("/network/")
    page = her.page
    names = page.locator(".tie-name")
    expect(names).to_have_count(3)
    page.get_by_text("Look for somebody").click()
    page.get_by_label("Name, or anything you wrote").press_sequentially("sam")
    page.wait_for_url("**q=sam**")  # what was asked while there were fewer letters is answered, too
    whole(page)
    expect(names).to_have_text(["Sam"])
    page.get_by_role("button", name="Log that you were in touch with Sam today").click()
    her.sees("Logged: you were in touch with Sam.")
    expect(names).to_have_text(["Sam"])
    her.press("Take it back")
    her.sees("Taken back.")
    expect(names).to_have_text(["Sam"])
    page.get_by_label("Name, or anything you wrote").fill("nobody")
    page.wait_for_url("**q=nobody**")
    her.sees("Nobody fits.")
    page.reload()
    her.sees("Nobody fits.")
    her.looks()
    her.follow("Show everybody")
    expect(names).to_have_count(3)


def test_we_were_in_touch_from_the_letter_by_somebody_not_signed_in(
    someone: Callable[..., Someone], maya: User
) -> None:
    suggestion = Suggestion.objects.get()
    path = links.in_touch_link(suggestion).split("/network/", 1)[1]
    anybody = someone(PHONE, theme="dim")
    before = Touch.objects.count()
    anybody.go(f"/network/{path}")
    anybody.looks()
    anybody.press("Yes, we were in touch")
    anybody.sees("Logged. Thank you")
    anybody.looks()
    assert Touch.objects.count() == before + 1
