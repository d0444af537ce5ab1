"""The main job, end to end: real browsers, a real worker and beat, a real mail server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from checkins.models import CheckIn, Plan, Silence, Step
from outbox.models import ChannelPreference
from resources import vocabulary
from resources.services import appoint_curator
from tests.conftest import PASSWORD
from tests.journeys.conftest import PHONE, Someone, code_in, fills_in, link_in, publishes, where_it_is_day
from tests.live import MailServer
from tests.patience import whole

pytestmark = pytest.mark.django_db(transaction=True)
MAYA, ANA = "maya@example.org", "ana@example.org"


def sign_up(person: Someone, name: str, email: str, mail: MailServer) -> None:
    person.go("/accounts/signup/")
    person.looks()
    page = person.page
    page.get_by_label("What should we call you?").fill(name)
    page.get_by_label("Your e-mail address").fill(email)
    page.get_by_label("Choose a password").fill(PASSWORD)
    assert page.get_by_label("Your time zone").input_value() == where_it_is_day()
    page.get_by_label("I am 18 or older").check()
    page.get_by_label("I agree that Supportnet keeps").check()
    person.press("Sign up")
    page.locator("[name=code]").fill(code_in(mail.wait_for(to=email)))
    person.looks()
    page.locator("main form button.main").first.click()


def add_tie(person: Someone, name: str, circle: str) -> None:
    person.go("/network/add/")
    person.page.get_by_label("Name or nickname").fill(name)
    person.page.get_by_label(circle).check(force=True)
    person.page.locator("main form button.main").first.click()


def test_the_main_job(
    someone: Callable[..., Someone], worker_and_beat: Any, mail_catcher: MailServer
) -> None:
    maya, ana = someone(), someone(PHONE)

    # Maya signs up and places people in her network.
    sign_up(maya, "Maya", MAYA, mail_catcher)
    maya.page.wait_for_url("**/today/")
    maya.looks()
    add_tie(maya, "Ana Reyes", "Closest")
    add_tie(maya, "Sam", "Close:")
    maya.go("/network/")
    maya.looks()
    maya.sees("Ana Reyes")
    maya.page.get_by_role("button", name="Log").first.click()
    maya.page.locator(".list .face.warm-1").wait_for()
    whole(maya.page)

    # She invites her sister, who accepts on her phone, without an account yet.
    maya.follow("Ana Reyes")
    maya.follow("Invite by e-mail")
    maya.page.get_by_label("E-mail").fill(ANA)
    maya.page.get_by_label("sees that you checked in").check(force=True)
    maya.looks()
    maya.press("Send the invitation")
    maya.looks()
    ana.go(link_in(mail_catcher.wait_for(to=ANA)))
    ana.sees("Maya")
    ana.looks()
    ana.press("Yes, I accept")
    ana.looks()
    page = ana.page
    page.get_by_label("What should we call you?").fill("Ana")
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_label("I am 18 or older").check()
    page.get_by_label("I agree that Supportnet keeps").check()
    ana.press("Sign up")
    # The invitation may have been passed on: that this address is hers, its mail shows.
    page.locator("[name=code]").fill(code_in(mail_catcher.wait_for(to=ANA)))
    ana.looks()
    page.locator("main form button.main").first.click()
    page.wait_for_url("**/support/")
    ana.sees("Maya")
    ana.looks()
    mail_catcher.wait_for(to=MAYA)

    # Maya plans a safety check-in; Ana is asked, and agrees to exactly that.
    maya.go("/plans/new/?programme=safety")
    maya.page.locator("#rung_1").get_by_label("Ana Reyes").check(force=True)
    maya.looks()
    maya.press("Save my plan")
    maya.sees("Ana Reyes, who has not agreed so far")
    nobody_sleeps()
    ana.go(link_in(mail_catcher.wait_for(to=ANA, subject="asks you")))
    ana.looks()
    ana.press("I agree")
    maya.go("/today/")
    maya.sees("We tell Ana Reyes")
    maya.looks()

    # She goes quiet. Beat and worker nudge her twice, then tell Ana.
    goes_quiet()
    nudge = mail_catcher.wait_for(to=MAYA, subject="How are you")
    last = mail_catcher.wait_for(to=MAYA, subject="one tap before we tell")
    assert nudge["Message-ID"] != last["Message-ID"]
    assert "Ana Reyes" in last.get_body(("plain",)).get_content()
    alert = mail_catcher.wait_for(to=ANA, subject="check on Maya")
    maya.go("/today/")
    maya.sees("We wrote to Ana Reyes")
    maya.looks()

    # Ana is on it, from the mail, without signing in; then Maya is heard from.
    ana.page.context.clear_cookies()
    ana.go(link_in(alert))
    ana.looks()
    ana.press("I’m on it")
    ana.sees("You are on it. Thank you.")
    ana.looks()
    phone = someone(PHONE, script=False)
    phone.go(link_in(nudge))
    phone.press("I’m okay")
    phone.sees("You are checked in")
    mail_catcher.wait_for(to=ANA, subject="All clear")
    ana.page.reload()
    ana.sees("All clear for Maya")
    ana.looks()

    # Each was told once, and nothing more comes.
    assert CheckIn.objects.count() == 1
    assert Silence.objects.get().ending == Silence.Ending.CHECKED_IN
    assert [mail["Subject"] for mail in mail_catcher.messages] == []


def nobody_sleeps() -> None:
    """Whatever the hour is where these tests run, nobody has quiet hours."""
    awake = {"quiet_from": dt.time(0), "quiet_until": dt.time(0)}
    ChannelPreference.objects.bulk_create(
        ChannelPreference(person=person, **awake) for person in User.objects.all()
    )


def goes_quiet() -> None:
    """Time passes: the check-in was due and its grace is over. The waits between the steps are made short."""
    Step.objects.update(wait=dt.timedelta(seconds=4))
    now = timezone.now()
    Plan.objects.update(next_due_at=now - dt.timedelta(hours=2), deadline_at=now - dt.timedelta(seconds=1))


ORGANIZATION, SERVICE = "0b9f1c58-7a53-4f0e-9a51-2f4f3c1b0a01", "0b9f1c58-7a53-4f0e-9a51-2f4f3c1b0a02"


def a_small_directory(folder: Path) -> Path:
    """One organisation with one service, as HSDS 3.1 tables."""
    (folder / "organizations.csv").write_text(
        f"id,name,description\n{ORGANIZATION},Harbour Hall,A hall by the water.\n"
    )
    (folder / "services.csv").write_text(
        "id,organization_id,name,description,status,email\n"
        f"{SERVICE},{ORGANIZATION},Warm water class,Slow movement in a warm pool.,active,pool@example.org\n"
    )
    return folder


def test_a_curator_loads_a_directory_and_a_visitor_finds_what_is_published(
    someone: Callable[..., Someone], tmp_path: Path, curator: User
) -> None:
    appoint_curator(user=curator)
    vocabulary.load(lambda name: apps.get_model("resources", name))
    call_command("import_hsds", str(a_small_directory(tmp_path)), source="Harbour")
    visitor, desk = someone(PHONE, theme="dim"), someone()
    visitor.go("/find/?q=warm+water")
    visitor.looks()
    assert visitor.page.get_by_text("Warm water class").count() == 0

    desk.go("/accounts/login/?next=/find/desk/listings/?state=draft")
    desk.page.locator("[name=login]").fill(curator.email)
    desk.page.locator("[name=password]").fill(PASSWORD)
    desk.press("Sign in")
    desk.follow("Warm water class")
    fills_in(desk)
    publishes(desk)

    visitor.page.reload()
    visitor.follow("Warm water class")
    visitor.sees("Last checked")
    visitor.looks()
