"""An ask, two who say yes at the same instant, one who hands it back, and the reminder: all of it real."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from asks.models import Taking
from networks.models import Membership
from outbox.models import ChannelPreference, Message
from tests.asks.conftest import joined
from tests.conftest import PASSWORD, person
from tests.journeys.conftest import PHONE, Someone, link_in
from tests.journeys.test_main_job import nobody_sleeps
from tests.live import MailServer

pytestmark = pytest.mark.django_db(transaction=True)
MAYA = "maya@example.org"


@pytest.fixture
def members(live_site: str) -> dict[str, Membership]:
    maya = person(MAYA, "Maya")
    found = {name: joined(maya, name) for name in ("Ana", "Ben", "Cas")}
    ChannelPreference.objects.all().delete()
    nobody_sleeps()
    return found


def test_ask_two_say_yes_hand_back_and_the_reminder(
    someone: Callable[..., Someone],
    members: dict[str, Membership],
    worker_and_beat: Any,
    mail_catcher: MailServer,
) -> None:
    # Maya asks for a lift in three days.
    maya = someone(PHONE)
    maya.go("/accounts/login/?next=/asks/")
    maya.page.locator("[name=login]").fill(MAYA)
    maya.page.locator("[name=password]").fill(PASSWORD)
    maya.press("Sign in")
    maya.follow("Ask for something")
    maya.looks()
    maya.follow("A lift")
    day = timezone.now().date() + dt.timedelta(days=3)
    maya.page.get_by_label("Which day?").fill(day.isoformat())
    maya.page.get_by_label("At what time?").fill("15:00")
    maya.looks()
    maya.press("Next: the words")
    maya.sees("Could you give me a lift?")
    maya.looks()
    maya.press("Ask")
    maya.sees("Asked. You need do nothing more")
    maya.looks()

    # Everybody has a letter. Two open theirs and press at the same instant, without signing in.
    letters = {name: link_in(mail_catcher.wait_for(to=f"{name.lower()}@example.org")) for name in members}
    pages = {name: someone(PHONE, theme="dim") for name in ("Ana", "Ben")}
    for name, who in pages.items():
        who.go(letters[name])
        who.looks()
    for who in pages.values():
        # Sent, not waited for: the second leaves while the first is on its way.
        who.page.evaluate("setTimeout(() => document.querySelector('main [name=answer]').click(), 150)")
    for who in pages.values():
        who.page.locator(".messages").wait_for()
        who.looks()
    taking = Taking.objects.standing().select_related("membership__member").get()
    first = taking.membership.member.name
    (second,) = set(pages) - {first}
    pages[first].sees("You said yes. Thank you.")
    pages[second].sees("Somebody else has just said yes. Thank you for wanting to help.")
    # Who it is stays between them: looked for as a word, for "Ana" is in "manage" too.
    assert pages[second].page.get_by_text(re.compile(rf"\b{first}\b")).count() == 0
    mail_catcher.wait_for(to=MAYA, subject=f"{first} said yes")
    maya.page.reload()
    maya.sees(f"{first} said yes")
    maya.looks()

    # The first hands it back; the others hear, and Cas says yes.
    pages[first].press("Hand it back")
    pages[first].sees("It is open for others again.")
    mail_catcher.wait_for(to=MAYA, subject="Open again")
    mail_catcher.wait_for(to=f"{second.lower()}@example.org", subject="still looks for somebody")
    cas = someone(PHONE, script=False)
    cas.go(link_in(mail_catcher.wait_for(to="cas@example.org", subject="still looks for somebody")))
    cas.press("Yes, I can")
    cas.sees("You said yes. Thank you.")

    # The evening before comes: one reminder, to Cas alone.
    now = timezone.now()
    waiting = Message.objects.waiting().filter(kind="asks/reminder")
    assert waiting.get().recipient == members["Cas"].member
    waiting.update(not_before=now, next_attempt_at=now)
    reminder = mail_catcher.wait_for(to="cas@example.org", subject="A reminder")
    assert "hand it back" in reminder.get_body(("plain",)).get_content()
    cas.go(link_in(reminder))
    cas.sees("You said yes. Thank you.")
    assert Message.objects.filter(kind="asks/reminder", sent_at__isnull=False).count() == 1
