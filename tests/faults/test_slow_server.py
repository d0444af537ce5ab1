"""A mail server takes its time over a letter; meanwhile a machine's clock is set ahead, or a worker dies."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import User
from bench.chaos.sink import Mood, Sink
from outbox import delivery, services
from outbox.models import Message
from supportnet.leftovers import ticks

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30


@pytest.fixture
def slow_server(settings: Any) -> Iterator[Sink]:
    sink = Sink(delay=0.02)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.door("here")
    yield sink
    sink.stop()


def a_worker() -> int:
    """A round of delivery in a thread, with a database session of its own."""
    try:
        return delivery.deliver_due()
    finally:
        connection.close()


def write_letters(owner: User, how_many: int) -> None:
    for number in range(how_many):
        services.queue(
            kind="accounts/letter",
            dedupe_key=f"held:{number}",
            recipient=owner,
            params={"subject": "Still here", "text": "a", "html": "a"},
        )


@pytest.mark.parametrize("letters", [1, 3])
def test_what_a_living_worker_holds_is_not_sent_by_another_however_late_it_seems(
    owner: User, slow_server: Sink, letters: int
) -> None:
    write_letters(owner, letters)
    slow_server.misbehave(Mood.HOLD, 1)
    with ThreadPoolExecutor(1) as beside:
        first = beside.submit(a_worker)
        assert slow_server.has_misbehaved(Mood.HOLD, 1)
        with time_machine.travel(timezone.now() + dt.timedelta(hours=1)):
            delivery.deliver_due()
            slow_server.release()
            first.result(PATIENCE)
    sent = sorted(letter.message_id for letter in slow_server.acceptances)
    assert sent == sorted(set(sent))
    assert len(sent) == letters
    assert not Message.objects.waiting().exists()


def test_what_was_accepted_is_recorded_at_once_though_another_letter_takes_its_time(
    owner: User, slow_server: Sink
) -> None:
    write_letters(owner, 8)
    slow_server.misbehave(Mood.WELL, 5)  # until it is known to be slow, and there are several lines
    slow_server.misbehave(Mood.HOLD, 1)
    with ThreadPoolExecutor(1) as beside:
        working = beside.submit(a_worker)
        assert slow_server.has_misbehaved(Mood.HOLD, 1)
        assert slow_server.has_taken(7)
        soon = ticks(time.monotonic() + PATIENCE)
        recorded = any(Message.objects.filter(sent_at__isnull=False).count() == 7 for _tick in soon)
        slow_server.release()
        working.result(PATIENCE)
    assert recorded
