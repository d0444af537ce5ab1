"""From a row to a real mail server: once, by one worker at a time, and recorded as it was."""

from __future__ import annotations

import datetime as dt
import smtplib
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db.models.functions import Now
from django.utils import timezone
from kombu import Connection

from accounts.models import User
from outbox import delivery, kinds, letters, services, tasks
from outbox.models import LEASE, BrokenAddress, Heartbeat, Message
from outbox.recording import Recorder
from tests.outbox.conftest import Server
from tests.outbox.hello import _closed_port, write
from tests.outbox.hello import a_kind as a_kind

MINUTE = dt.timedelta(minutes=1)


def test_a_message_goes_out_once_with_its_headers(owner: User, smtp: Server) -> None:
    write("a", owner)
    assert delivery.deliver_due() == 1
    assert delivery.deliver_due() == 0
    letter = smtp.next()
    assert letter["To"] == "maya@example.org"
    assert letter["Subject"] == "Hello there"
    assert letter["Message-ID"] == letters.message_id("a")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_body(("plain",)).get_content().strip() == "Hello there"
    assert "<p>" in letter.get_body(("html",)).get_content()
    message = Message.objects.get()
    assert message.sent_at is not None
    assert message.sent_to == "maya@example.org"


def test_the_same_key_is_one_message(owner: User) -> None:
    first = write("a", owner)
    assert write("a", owner) == first
    services.queue_all([services.draft(kind="tests/hello", dedupe_key="a", recipient=owner)])
    assert Message.objects.count() == 1


def test_a_kind_nobody_registered_is_refused_when_written(owner: User) -> None:
    with pytest.raises(KeyError):
        services.queue(kind="tests/unknown", dedupe_key="a", recipient=owner)


def test_what_is_for_later_waits(owner: User, smtp: Server) -> None:
    write("a", owner, not_before=timezone.now() + MINUTE)
    assert delivery.deliver_due() == 0


def test_the_address_is_looked_at_when_it_is_sent(owner: User, smtp: Server) -> None:
    write("a", owner)
    owner.email = "new@example.org"
    owner.save()
    delivery.deliver_due()
    assert smtp.next()["To"] == "new@example.org"


def test_when_there_is_nothing_left_to_say_it_is_cancelled(
    owner: User, smtp: Server, a_kind: dict[str, Any]
) -> None:
    a_kind["context"] = None
    write("a", owner)
    delivery.deliver_due()
    assert Message.objects.get().cancelled_at is not None
    assert smtp.letters.empty()


def test_many_go_over_one_connection(owner: User, smtp: Server, settings: Any) -> None:
    settings.EMAIL_CONNECTIONS = 1  # however busy this machine is
    for number in range(5):
        write(f"m{number}", owner)
    assert delivery.deliver_due() == 5
    assert smtp.connections == 1


def test_a_lease_keeps_others_away_until_it_ends(owner: User) -> None:
    write("a", owner)
    now = timezone.now()
    assert len(Message.objects.take(now=now, limit=10)) == 1
    assert Message.objects.take(now=now, limit=10) == []
    # A clock that runs an hour ahead changes nothing: the database's own says when a lease ends.
    assert Message.objects.take(now=now + 12 * LEASE, limit=10) == []
    Message.objects.update(leased_until=Now())
    assert len(Message.objects.take(now=now + LEASE, limit=10)) == 1


def test_what_was_sent_is_recorded_even_if_the_lease_was_lost(owner: User, smtp: Server) -> None:
    write("a", owner)
    (mine,) = Message.objects.take(now=timezone.now(), limit=1)
    Message.objects.update(leased_until=Now(), next_attempt_at=timezone.now())
    Message.objects.take(now=timezone.now(), limit=1)
    delivery._sent(Recorder(), mine)
    assert not Message.objects.waiting().exists()


def test_who_lost_the_lease_may_not_record(owner: User) -> None:
    write("a", owner)
    now = timezone.now()
    mine = Message.objects.take(now=now, limit=1)[0]
    Message.objects.update(leased_until=Now())
    Message.objects.take(now=now + LEASE, limit=1)
    assert mine.record(failed_at=now) is False


def test_what_was_taken_back_on_its_way_counts_as_sent(
    owner: User, smtp: Server, a_kind: dict[str, Any]
) -> None:
    write("silence:1:0", owner)

    def taken_back_meanwhile(message: Message) -> dict[str, Any]:
        services.cancel(key_prefix="silence:1:")
        return {"hello": "there"}

    kinds.register("tests/hello")(taken_back_meanwhile)
    delivery.deliver_due()
    message = Message.objects.get()
    assert message.sent_at is not None
    assert message.cancelled_at is None


def test_a_code_is_wiped_once_it_is_sent(owner: User, smtp: Server) -> None:
    services.queue(kind="tests/code", dedupe_key="a", recipient=owner, params={"hello": "1234"})
    delivery.deliver_due()
    assert "1234" in smtp.next()["Subject"]
    assert Message.objects.get().params == {}


def test_a_code_that_is_too_old_is_cancelled_and_wiped(owner: User, smtp: Server) -> None:
    services.queue(kind="tests/code", dedupe_key="a", recipient=owner, params={"hello": "1234"})
    kinds.register("tests/code", secret=True)(lambda message: None)
    delivery.deliver_due()
    message = Message.objects.get()
    assert message.cancelled_at is not None
    assert message.params == {}


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_only_what_is_waited_for_is_sent_right_away(
    owner: User, smtp: Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A real client, and nobody listening.
    away = Connection(
        f"redis://127.0.0.1:{_closed_port()}/1", transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS
    )
    monkeypatch.setattr(tasks.deliver, "delay", lambda: tasks.deliver.apply_async(connection=away))
    write("a", owner)
    services.queue(kind="tests/code", dedupe_key="b", recipient=owner, params={"hello": "1234"})
    assert Message.objects.get(dedupe_key="a").sent_at is None
    assert Message.objects.get(dedupe_key="b").sent_at is not None


def test_the_task_sends_until_nothing_is_due(
    owner: User, smtp: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery.deliver_batch, "__kwdefaults__", {"limit": 2, "only": None})
    for number in range(5):
        write(f"m{number}", owner)
    assert tasks.deliver() == 5


def test_a_task_out_of_its_turn_leaves_the_rest_to_the_next(
    owner: User, smtp: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(tasks, "TURN", -1)
    monkeypatch.setattr(tasks.deliver, "delay", lambda: asked.append("again"))
    write("a", owner)
    asked.clear()
    assert tasks.deliver() == 1
    assert asked == ["again"]


def test_a_slow_batch_gives_back_what_it_has_no_time_for(
    owner: User, smtp: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "BATCH_SECONDS", 0)
    for number in range(3):
        write(f"m{number}", owner)
    delivery.deliver_due()
    assert Message.objects.filter(sent_at__isnull=False).count() == 1
    assert Message.objects.waiting().filter(next_attempt_at__lte=timezone.now()).count() == 2


def test_a_letter_that_must_wait_for_another_is_not_counted_as_tried(owner: User, smtp: Server) -> None:
    def not_yet(message: Message) -> None:
        raise kinds.NotYet

    write("a", owner)
    kinds.register("tests/hello")(not_yet)
    delivery.deliver_due()
    message = Message.objects.get()
    assert (message.attempts, message.sent_at, message.cancelled_at) == (0, None, None)
    assert message.next_attempt_at > timezone.now()


def test_a_watched_letter_notes_when_it_is_handed_over(
    owner: User, smtp: Server, a_kind: dict[str, Any]
) -> None:
    kinds.register("tests/hello", watched=True)(lambda message: a_kind)
    message = write("a", owner)
    assert not message.may_have_arrived
    smtp.refuse["maya@example.org"] = "451 4.3.0 busy"
    delivery.deliver_due()
    message.refresh_from_db()
    assert not message.may_have_arrived
    assert not message.is_on_its_way(timezone.now())
    smtp.refuse.clear()
    Message.objects.update(next_attempt_at=timezone.now())
    delivery.deliver_due()
    message.refresh_from_db()
    assert message.handed_over_at is not None
    assert message.may_have_arrived


def test_a_watched_letter_taken_back_at_the_last_moment_is_not_sent(owner: User, smtp: Server) -> None:
    def take_back(message: Message) -> dict[str, Any]:
        services.cancel(key_prefix="a")
        return {"hello": "there"}

    kinds.register("tests/hello", watched=True)(take_back)
    write("a", owner)
    delivery.deliver_due()
    assert smtp.letters.empty()
    assert Message.objects.get().cancelled_at is not None


@pytest.mark.parametrize("where", ["context", "send"])
def test_a_task_out_of_time_stops_instead_of_trying_again(
    owner: User, smtp: Server, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def out_of_time(*_given: object) -> None:
        raise SoftTimeLimitExceeded

    write("a", owner)
    if where == "context":
        kinds.register("tests/hello")(out_of_time)
    else:
        monkeypatch.setattr(smtplib.SMTP, "sendmail", out_of_time)
    with pytest.raises(SoftTimeLimitExceeded):
        delivery.deliver_due()
    message = Message.objects.get()
    assert message.last_error == ""
    assert message.next_attempt_at > timezone.now()


def test_rows_say_what_they_are(owner: User) -> None:
    rows = [write("a", owner), BrokenAddress(address="x@example.org"), Heartbeat(name="sweep")]
    assert [str(row) for row in rows] == ["tests/hello a", "x@example.org", "sweep"]


def test_what_waits_for_the_morning_is_in_nobodys_hands(owner: User) -> None:
    """A worker was lost while it gave it away; the end of the story must not wait for the morning too."""
    now = timezone.now()
    message = write("a", owner)
    message.handed_over_at, message.leased_until = now, now + MINUTE
    assert message.is_on_its_way(now)
    message.leased_until, message.next_attempt_at = None, now + 12 * LEASE
    assert not message.is_on_its_way(now)
    assert message.may_have_arrived


def test_what_arrived_after_others_had_given_up_counts_as_sent(owner: User, smtp: Server) -> None:
    write("a", owner)

    def given_up_meanwhile(message: Message) -> dict[str, Any]:
        Message.objects.update(failed_at=timezone.now())
        return {"hello": "there"}

    kinds.register("tests/hello")(given_up_meanwhile)
    delivery.deliver_due()
    message = Message.objects.get()
    assert message.sent_at is not None
    assert message.failed_at is None
