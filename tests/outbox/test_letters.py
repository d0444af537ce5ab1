"""The whole letter, as a real mail server gets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from outbox import delivery, kinds, services
from outbox.models import ChannelPreference
from tests.outbox.conftest import Server


@pytest.fixture(autouse=True)
def two_kinds(words_for: Callable[..., None]) -> Iterator[None]:
    words_for("tests/nudge", "tests/alert")
    kinds.register("tests/nudge", unsubscribe="nudges")(lambda message: {"hello": "Zoë"})
    kinds.register("tests/alert", watched=True)(lambda message: {"hello": "Zoë"})
    yield
    del kinds._kinds["tests/nudge"], kinds._kinds["tests/alert"]


def sent(kind: str, to: User, smtp: Server) -> Any:
    services.queue(kind=kind, dedupe_key=kind, recipient=to)
    delivery.deliver_due()
    return smtp.next()


def test_a_reminder_can_be_stopped_with_the_link_it_carries(
    owner: User, smtp: Server, client: Client
) -> None:
    letter = sent("tests/nudge", owner, smtp)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter["List-Unsubscribe"].strip("<>")
    assert link.startswith("http")
    assert " " not in link
    assert f"Stop reminders like this: {link}" in letter.get_body(("plain",)).get_content()
    assert f'href="{link}"' in letter.get_body(("html",)).get_content()
    client.post("/" + link.split("/", 3)[3], {"List-Unsubscribe": "One-Click"})
    assert ChannelPreference.objects.get(person=owner).nudges_stopped_at is not None


def test_the_link_is_one_line_of_its_header(owner: User, smtp: Server) -> None:
    """A folded link broke signatures elsewhere (RFC 8058 asks for both headers to be signed)."""
    sent("tests/nudge", owner, smtp)
    (line,) = [line for line in smtp.raw[-1].splitlines() if line.startswith(b"List-Unsubscribe:")]
    assert line.endswith(b"/>")
    assert b"<http" in line


def test_an_alert_cannot_be_stopped(owner: User, smtp: Server) -> None:
    letter = sent("tests/alert", owner, smtp)
    assert letter["List-Unsubscribe"] is None
    assert "Stop" not in letter.get_body(("plain",)).get_content()


def test_text_and_html_say_the_same(owner: User, smtp: Server) -> None:
    letter = sent("tests/alert", owner, smtp)
    assert letter["Subject"] == "Hello Zoë"
    assert letter.get_body(("plain",)).get_content().strip() == "Hello Zoë"
    assert "<p>Hello Zoë</p>" in letter.get_body(("html",)).get_content()


def test_discreet_letters_come_from_nobody_in_particular_about_nothing(
    owner: User, smtp: Server, settings: Any
) -> None:
    ChannelPreference.objects.filter(person=owner).update(discreet_at=timezone.now())
    letter = sent("tests/alert", owner, smtp)
    assert letter["Subject"] == "A note for you"
    (sender,) = letter["From"].addresses
    assert sender.display_name == settings.DISCREET_FROM_NAME == "Notes"
    assert sender.addr_spec in settings.DEFAULT_FROM_EMAIL
