"""What is refused or cannot be written, and a server in trouble: tried again or given up, in nobody else’s way."""

from __future__ import annotations

import datetime as dt
import smtplib
from typing import Any

import pytest
from django.template import TemplateDoesNotExist
from django.utils import timezone

from accounts.models import User
from outbox import delivery, kinds, letters, replies, services
from outbox.models import BrokenAddress, Message
from tests.outbox.conftest import Server
from tests.outbox.hello import _closed_port, write
from tests.outbox.hello import a_kind as a_kind


def test_an_address_refused_for_good_is_remembered_and_not_tried_again(owner: User, smtp: Server) -> None:
    smtp.refuse["maya@example.org"] = "550 5.1.1 no such person here"
    write("a", owner)
    delivery.deliver_due()
    message = Message.objects.get()
    assert message.failed_at is not None
    assert "no such person" in BrokenAddress.objects.get(address="maya@example.org").reason
    smtp.refuse.clear()
    write("b", owner)
    delivery.deliver_due()
    assert Message.objects.get(dedupe_key="b").failed_at is not None
    services.trust_address(address="maya@example.org")
    write("c", owner)
    delivery.deliver_due()
    assert Message.objects.get(dedupe_key="c").sent_at is not None


@pytest.mark.parametrize("reply", ["450 4.2.1 try later", "550 5.7.1 relaying denied"])
def test_a_refusal_that_is_not_about_the_address_is_tried_later(
    owner: User, smtp: Server, reply: str
) -> None:
    smtp.refuse["maya@example.org"] = reply
    write("a", owner)
    delivery.deliver_due()
    message = Message.objects.get()
    assert message.failed_at is None
    assert message.next_attempt_at > timezone.now()
    assert not BrokenAddress.objects.exists()


def test_one_that_is_refused_does_not_hold_up_the_others(owner: User, supporter: User, smtp: Server) -> None:
    smtp.data_reply = "451 4.3.0 busy"
    write("a", owner)
    delivery.deliver_due()
    smtp.data_reply = "250 OK"
    write("b", supporter)
    delivery.deliver_due()
    assert smtp.next()["To"] == "ana@example.org"


def test_with_the_mail_server_down_messages_wait_and_go_later(
    owner: User, smtp: Server, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, _closed_port()
    write("a", owner)
    write("b", owner)
    assert delivery.deliver_due() == 1  # the other one is handed back untried
    assert Message.objects.waiting().count() == 2
    assert Message.objects.get(attempts=0)
    settings.EMAIL_PORT = port
    Message.objects.update(next_attempt_at=timezone.now())
    delivery.deliver_due()
    assert {smtp.next()["Message-ID"], smtp.next()["Message-ID"]} == {
        letters.message_id("a"),
        letters.message_id("b"),
    }


def test_a_letter_that_cannot_be_written_waits_and_is_reported(
    owner: User, supporter: User, smtp: Server, caplog: pytest.LogCaptureFixture
) -> None:
    kinds.register("tests/broken")(lambda message: {})
    services.queue(kind="tests/broken", dedupe_key="a", recipient=owner)
    write("b", supporter)
    delivery.deliver_due()
    del kinds._kinds["tests/broken"]
    assert smtp.next()["To"] == "ana@example.org"
    assert Message.objects.get(dedupe_key="a").sent_at is None
    assert any(r.exc_info and r.exc_info[0] is TemplateDoesNotExist for r in caplog.records)


def test_after_three_days_it_ends_as_failed(owner: User, smtp: Server) -> None:
    smtp.data_reply = "451 4.3.0 busy"
    write("a", owner, not_before=timezone.now() - dt.timedelta(days=4))
    delivery.deliver_due()
    assert Message.objects.get().failed_at is not None


def test_the_line_breaking_in_the_middle_is_tried_again(
    owner: User, smtp: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_given: object) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    write("a", owner)
    monkeypatch.setattr(smtplib.SMTP, "sendmail", cut)
    delivery.deliver_due()
    message = Message.objects.get()
    assert (message.last_error, message.refused_at) == ("gone", None)


@pytest.mark.parametrize(
    ("code", "words", "permanent"),
    [
        (550, "5.1.1 unknown", True),
        (550, "5.2.1 mailbox closed", True),
        (550, "No such mailbox", True),
        (553, "User unknown", True),
        (550, "5.7.1 not allowed", False),
        (550, "5.7.1 Client host [5.1.2.3] is blocked", False),
        (550, "5.1.8 Sender address rejected", False),
        (553, "5.1.7 bad sender", False),
        (550, "relay not permitted", False),
        (552, "5.2.2 mailbox full", False),
        (552, "too big", False),
        (450, "4.1.1 later", False),
    ],
)
def test_what_is_permanent(code: int, words: str, permanent: bool) -> None:
    assert replies.is_permanent(code, words) is permanent


def test_trouble_with_the_line_says_nothing_about_the_address() -> None:
    assert replies.refusal(smtplib.SMTPServerDisconnected("gone")) is None


def test_a_kind_this_version_does_not_know_waits_and_holds_up_nobody(
    owner: User, supporter: User, smtp: Server
) -> None:
    write("a", owner)
    Message.objects.update(kind="tests/from-a-newer-version")
    write("b", supporter)
    delivery.deliver_due()
    assert smtp.next()["To"] == "ana@example.org"
    assert Message.objects.waiting().get().dedupe_key == "a"


def test_a_server_that_hangs_up_on_one_does_not_spoil_the_next(
    owner: User, supporter: User, smtp: Server
) -> None:
    smtp.refuse["maya@example.org"] = "421 4.7.0 too many"
    write("a", owner)
    write("b", supporter)
    delivery.deliver_due()
    assert smtp.next()["To"] == "ana@example.org"


def test_one_that_hangs_up_with_a_plain_no_does_not_spoil_the_next(
    owner: User, supporter: User, smtp: Server
) -> None:
    smtp.hangs_up_on = "maya@example.org"
    smtp.refuse["maya@example.org"] = "550 5.7.1 go away"
    write("a", owner)
    write("b", supporter)
    delivery.deliver_due()
    assert smtp.next()["To"] == "ana@example.org"
    assert Message.objects.get(dedupe_key="a").refused_at is not None


@pytest.mark.parametrize("reply", ["450 4.2.1 la\0ter", "550 5.1.1 no\0body"])
def test_an_answer_that_no_database_takes_does_not_hold_up_the_others(
    owner: User, supporter: User, smtp: Server, reply: str
) -> None:
    smtp.refuse["maya@example.org"] = reply
    write("a", owner)
    write("b", supporter)
    delivery.deliver_due()
    assert smtp.next()["To"] == "ana@example.org"
    assert "\0" not in Message.objects.get(dedupe_key="a").last_error


def test_a_full_mailbox_is_noted_as_a_refusal_of_this_letter(owner: User, smtp: Server) -> None:
    smtp.data_reply = "552 5.2.2 mailbox full"
    write("a", owner)
    delivery.deliver_due()
    message = Message.objects.get()
    assert message.refused_at is not None
    assert message.failed_at is None


def test_back_off_doubles_up_to_a_quarter_of_an_hour() -> None:
    for attempts in range(1, 40):
        wait = delivery.back_off(attempts)
        assert dt.timedelta(seconds=12) <= wait <= dt.timedelta(minutes=18)


@pytest.mark.parametrize("reply", ["451 4.3.0 busy", "550 5.1.1 no such person here"])
def test_a_later_no_does_not_unsay_that_an_earlier_try_may_have_arrived(
    owner: User, smtp: Server, a_kind: dict[str, Any], reply: str
) -> None:
    kinds.register("tests/hello", watched=True)(lambda message: a_kind)
    message = write("a", owner)
    # Given over then, and the line was cut before its answer.
    earlier = timezone.now() - dt.timedelta(minutes=1)
    Message.objects.update(handed_over_at=earlier)
    smtp.refuse["maya@example.org"] = reply
    delivery.deliver_due()
    message.refresh_from_db()
    assert message.handed_over_at == earlier
    assert message.may_have_arrived
