"""What was sent is kept: each letter by itself, although the next is on its way meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import User
from outbox import recording
from outbox.models import Message
from outbox.recording import Recorder

pytestmark = pytest.mark.django_db(transaction=True)

MANY = recording.WORTH_IT + 10


def messages(owner: User, count: int = MANY) -> list[Message]:
    now = timezone.now()
    return Message.objects.bulk_create(
        Message(
            dedupe_key=f"hello:{n}",
            kind="tests/hello",
            recipient=owner,
            params={"n": n},
            not_before=now,
            next_attempt_at=now,
        )
        for n in range(count)
    )


def record(recorder: Recorder, message: Message, *, wipe: bool = False) -> None:
    recorder.sent(message.pk, at=timezone.now(), to="ana@example.org", wipe=wipe)


def transactions() -> int:
    """How many different ones last wrote the messages."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM outbox_message WHERE sent_at IS NOT NULL")
        (count,) = cursor.fetchone()
    return int(count)


def test_each_is_kept_in_a_transaction_of_its_own(owner: User) -> None:
    recorder = Recorder()
    for message in messages(owner):
        record(recorder, message)
    recorder.settle()
    assert Message.objects.filter(sent_at__isnull=False, sent_to="ana@example.org").count() == MANY
    assert transactions() == MANY
    assert recorder.beside is not None
    recorder.close()


def test_what_was_recorded_stays_and_secrets_go(owner: User) -> None:
    recorder = Recorder()
    for message in messages(owner):
        record(recorder, message, wipe=True)
        recorder.sent(message.pk, at=timezone.now(), to="somebody@example.org", wipe=False)
    recorder.settle()
    assert Message.objects.filter(sent_to="ana@example.org", params={}).count() == MANY
    recorder.close()


def test_a_few_need_no_second_connection(owner: User) -> None:
    recorder = Recorder()
    for message in messages(owner, recording.WORTH_IT):
        record(recorder, message)
    assert recorder.beside is None
    recorder.settle()
    assert transactions() == recording.WORTH_IT


def test_when_the_second_connection_breaks_the_first_writes_down_what_both_had_in_hand(owner: User) -> None:
    recorder = Recorder()
    *first, last = messages(owner)
    for message in first[:-1]:
        record(recorder, message)
    with _breaks_in_the_middle_of(recorder, first[-1]):
        record(recorder, first[-1])
    record(recorder, last)
    recorder.settle()
    assert not Message.objects.filter(sent_at=None).exists()
    assert recorder.beside is None


def test_what_is_in_hand_at_the_end_is_not_lost_with_the_second_connection(owner: User) -> None:
    recorder = Recorder()
    *first, last = messages(owner)
    for message in first:
        record(recorder, message)
    with _breaks_in_the_middle_of(recorder, last):
        record(recorder, last)
    recorder.settle()
    assert not Message.objects.filter(sent_at=None).exists()


@contextmanager
def _breaks_in_the_middle_of(recorder: Recorder, message: Message) -> Iterator[None]:
    """Somebody holds the row while it is recorded, and the second connection is cut meanwhile."""
    backend = recorder.beside.info.backend_pid
    with closing(psycopg2.connect(**recording._where())) as other, other.cursor() as cursor:
        cursor.execute("SELECT FROM outbox_message WHERE id = %s FOR UPDATE", [message.pk])
        yield
        _terminate(backend)


def test_a_database_that_has_no_more_connections_keeps_every_letter_all_the_same(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = {**recording._where(), "dbname": "there_is_no_such_database"}
    monkeypatch.setattr(recording, "_where", lambda: full)
    recorder = Recorder()
    for message in messages(owner):
        record(recorder, message)
    recorder.settle()
    recorder.close()
    assert not Message.objects.filter(sent_at=None).exists()


def test_when_both_connections_broke_a_new_one_writes_down_what_left(owner: User) -> None:
    recorder = Recorder()
    *first, last = messages(owner)
    for message in first:
        record(recorder, message)
    recorder.settle()
    _terminate(recorder.beside.info.backend_pid, connection.connection.info.backend_pid)
    _record_and_settle(recorder, last)
    recorder.close()
    assert not Message.objects.filter(sent_at=None).exists()


def test_a_database_that_stays_away_is_not_passed_over_in_silence(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "PATIENCE", 0.2)
    message, _other = messages(owner, 2)
    _nobody_may_connect(True)
    try:
        _terminate(connection.connection.info.backend_pid)
        with pytest.raises(OperationalError):
            record(Recorder(), message)
    finally:
        _nobody_may_connect(False)
    assert Message.objects.filter(sent_at=None).count() == 2


def _nobody_may_connect(closed: bool) -> None:
    """To the tests' own database; said from another, since that one would not let us take it back."""
    name = connection.settings_dict["NAME"]
    with closing(psycopg2.connect(**{**recording._where(), "dbname": "postgres"})) as other:
        other.autocommit = True
        with other.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {not closed}')


def _terminate(*backends: int) -> None:
    """From a third connection, and wait until they are gone."""
    with (
        closing(psycopg2.connect(**{**recording._where(), "dbname": "postgres"})) as killer,
        killer.cursor() as cursor,
    ):
        for backend in backends:
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [backend])


def _record_and_settle(recorder: Recorder, message: Message) -> None:
    record(recorder, message)
    recorder.settle()
