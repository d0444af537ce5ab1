"""A living network in real browsers: a link and a yes, what is seen and what is not, a hello after a while."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from checkins import services as checkins
from networks import services
from networks.models import Circle, Membership, Share
from tests.conftest import PASSWORD
from tests.conftest import person as account
from tests.journeys.conftest import PHONE, Someone, link_in, where_it_is_day
from tests.live import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
Arrive = Callable[..., Someone]


def somebody(email: str, name: str) -> User:
    user = account(email, name)
    user.time_zone = where_it_is_day()
    user.save(update_fields=["time_zone"])
    return user


def joined(owner: User, member: User, *shares: Share) -> Membership:
    tie = services.add_tie(by=owner, name=member.name, circle=Circle.CLOSE)
    return Membership.objects.create(tie=tie, owner=owner, member=member, shares=list(shares))


def sign_in(person: Someone, user: User) -> None:
    person.go("/accounts/login/")
    _type_password(person, user)


def _type_password(person: Someone, user: User) -> None:
    person.page.locator("[name=login]").fill(user.email)
    person.page.locator("[name=password]").fill(PASSWORD)
    person.press("Sign in")
    person.page.wait_for_url(lambda address: "login" not in address)


def words(person: Someone, path: str) -> str:
    """All that a page says."""
    person.go(path)
    return person.page.locator("body").inner_text()


def test_a_link_a_question_a_yes_and_what_is_seen_from_then_on(
    live_site: str, someone: Arrive, worker_and_beat: Any, mail_catcher: MailServer
) -> None:
    maya_account, bea_account = somebody("maya@example.org", "Maya"), somebody("bea@example.org", "Bea")
    maya, bea = someone(), someone(PHONE)
    sign_in(maya, maya_account)
    services.add_tie(by=maya_account, name="Ana", circle=Circle.CLOSEST)

    # Maya makes a link; Bea opens it, signs in and asks.
    maya.go("/network/link/")
    maya.press("Make a link")
    maya.looks()
    maya.page.context.grant_permissions(["clipboard-write"])
    maya.press("Copy the address")
    expect(maya.page.get_by_text("Copied.")).to_be_visible()
    address = maya.page.get_by_label("Your link").input_value()
    bea.go(address)
    bea.looks()
    bea.follow("I have an account")
    _type_password(bea, bea_account)
    bea.page.locator("textarea").fill("Bea from the choir")
    bea.press("Ask to join")
    bea.sees("You have asked Maya")
    bea.looks()
    assert not Membership.objects.exists()

    # Maya looks who it is, and says yes.
    maya.go(link_in(mail_catcher.wait_for(to="maya@example.org")))
    maya.sees("Bea from the choir")
    maya.looks()
    maya.page.get_by_label("Somebody new").check(force=True)
    maya.page.get_by_label("If new: what do you call them?").fill("Bea")
    maya.page.get_by_label("Close:").check(force=True)
    maya.page.get_by_label("sees that you checked in").check(force=True)
    maya.press("Yes, let them join")
    mail_catcher.wait_for(to="bea@example.org")
    membership = Membership.objects.get(member=bea_account, owner=maya_account)

    # What is shared is seen; what is not shared any more is gone at once.
    checkins.check_in(owner=maya_account, now=timezone.now(), form_key=uuid.uuid4())
    assert "Last checked in" in words(bea, "/support/")
    bea.looks()
    box = "sees that you checked in"
    maya.go(f"/network/sharing/{membership.pk}/")
    maya.page.get_by_label(box).uncheck(force=True)
    maya.press("Save")
    assert "Last checked in" not in words(bea, "/support/")
    maya.go(f"/network/sharing/{membership.pk}/")
    maya.looks()
    maya.page.get_by_label(box).check(force=True)
    maya.page.get_by_label("sees the word you choose for your mood").check(force=True)
    maya.press("Save")
    assert "Last checked in" in words(bea, "/support/")


def test_a_quiet_limit_leaves_no_trace_on_any_page_of_the_member(live_site: str, someone: Arrive) -> None:
    maya_account, bea_account = somebody("maya@example.org", "Maya"), somebody("bea@example.org", "Bea")
    membership = joined(maya_account, bea_account, *Share)
    Membership.objects.update(created_at=timezone.now() - dt.timedelta(days=9))
    earlier = timezone.now() - dt.timedelta(hours=3)
    checkins.check_in(owner=maya_account, now=earlier, form_key=uuid.uuid4(), mood="okay")
    maya, bea = someone(), someone(PHONE)
    sign_in(maya, maya_account)
    sign_in(bea, bea_account)
    pages = ["/support/", "/asks/open/", "/messages/", "/settings/messages/", "/network/", "/today/"]
    before = {path: words(bea, path) for path in pages}
    assert "Last checked in" in before["/support/"]

    maya.go(f"/network/sharing/{membership.pk}/")
    maya.press("Limit quietly")
    maya.sees("Limited quietly")
    maya.looks()
    checkins.check_in(owner=maya_account, now=timezone.now(), form_key=uuid.uuid4(), mood="low")
    assert {path: words(bea, path) for path in pages} == before

    maya.go(f"/network/sharing/{membership.pk}/")
    maya.press("Show again")
    assert words(bea, "/support/") != before["/support/"]


def test_a_tie_that_went_quiet_a_hello_and_warm_again(live_site: str, someone: Arrive) -> None:
    maya_account = somebody("maya@example.org", "Maya")
    sam = services.add_tie(by=maya_account, name="Sam", circle=Circle.CLOSE, phone="+44 20 7946 0000")
    services.log_touch(tie=sam, by=maya_account, at=timezone.now() - dt.timedelta(days=70))
    services.suggest(owner=maya_account, now=timezone.now())
    maya = someone(PHONE)
    sign_in(maya, maya_account)
    maya.go("/network/")
    maya.sees("A hello to Sam, if you like?")
    maya.page.locator(".list .face.warm-5").wait_for()
    maya.looks()
    maya.press("Say hello")
    maya.sees("Words for Sam")
    maya.looks()
    written = maya.page.get_by_role("link", name="Open in messages").get_attribute("href")
    assert written is not None
    assert written.startswith("sms:")
    maya.press("Log that you were in touch")
    maya.go("/network/")
    maya.page.locator(".list .face.warm-1").wait_for()
    assert "A hello to Sam" not in maya.page.locator("main").inner_text()
