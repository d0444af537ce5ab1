"""One connection to a mail server that is quick, several to one that is slow; every letter is recorded by itself."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from outbox import channels, delivery, kinds, letters, lines, services, tasks
from outbox.models import BrokenAddress, Message
from outbox.recording import Recorder
from tests.outbox.conftest import Server


@pytest.fixture(autouse=True)
def a_kind(words_for: Callable[..., None]) -> Iterator[None]:
    words_for("tests/hello", "tests/watched")
    kinds.register("tests/hello")(lambda message: {"hello": "there"})
    kinds.register("tests/watched", watched=True)(lambda message: {"hello": "there"})
    yield
    del kinds._kinds["tests/hello"], kinds._kinds["tests/watched"]


@pytest.fixture
def slow(smtp: Server) -> Server:
    smtp.delay = 0.03
    return smtp


def write(count: int, to: User, kind: str = "tests/hello") -> None:
    services.queue_all(
        services.draft(kind=kind, dedupe_key=f"m{number}", recipient=to) for number in range(count)
    )


def received(server: Server) -> list[str]:
    return [server.letters.get_nowait()["Message-ID"] for _letter in range(server.letters.qsize())]


def test_a_slow_server_gets_several_connections_and_each_letter_once(owner: User, slow: Server) -> None:
    slow.together = 5
    write(60, owner)
    assert delivery.deliver_due() == 60
    assert slow.busiest > 4
    assert sorted(received(slow)) == sorted(letters.message_id(f"m{n}") for n in range(60))
    assert Message.objects.filter(sent_at__isnull=False, attempts=1).count() == 60


def test_never_more_connections_than_are_allowed(owner: User, slow: Server, settings: Any) -> None:
    settings.EMAIL_CONNECTIONS = slow.together = 3
    write(20, owner)
    delivery.deliver_due()
    assert slow.busiest == slow.connections == 3


def test_one_connection_is_enough_where_only_one_is_allowed(owner: User, slow: Server, settings: Any) -> None:
    settings.EMAIL_CONNECTIONS = 1
    write(6, owner)
    delivery.deliver_due()
    assert slow.connections == 1
    assert Message.objects.filter(sent_at__isnull=False).count() == 6


def test_a_server_that_wants_no_more_connections_gets_what_it_takes(owner: User, slow: Server) -> None:
    slow.most = slow.together = 2
    write(20, owner)
    assert delivery.deliver_due() == 20
    assert slow.busiest == 2
    assert Message.objects.filter(sent_at__isnull=False, attempts=1).count() == 20


def test_refusals_on_many_lines_are_each_recorded(owner: User, supporter: User, slow: Server) -> None:
    slow.refuse[supporter.email] = "550 5.1.1 no such person"
    write(12, owner)
    Message.objects.filter(dedupe_key__in=["m9", "m11"]).update(recipient=supporter)
    delivery.deliver_due()
    assert Message.objects.filter(sent_at__isnull=False).count() == 10
    assert Message.objects.filter(failed_at__isnull=False, last_error__startswith="550 5.1.1").count() == 2
    assert BrokenAddress.objects.count() == 1


def test_a_server_that_goes_away_leaves_the_rest_for_later(
    owner: User, slow: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(30, owner)
    kept = channels.EmailSession.open
    opened: list[channels.EmailSession] = []

    def until_it_is_gone(session: channels.EmailSession) -> None:
        opened.append(session)
        if len(opened) > 12:
            raise channels.Unreachable("gone")
        kept(session)

    monkeypatch.setattr(channels.EmailSession, "open", until_it_is_gone)
    done = delivery.deliver_due()
    sent = Message.objects.filter(sent_at__isnull=False).count()
    assert sent == slow.letters.qsize()
    assert 0 < sent < done < 30
    waiting = Message.objects.waiting()
    assert waiting.filter(attempts=0, next_attempt_at__gt=timezone.now()).count() == 30 - done
    assert waiting.filter(attempts=1, last_error="gone").count() == done - sent


def test_what_others_depend_on_is_written_down_before_it_is_handed_over(owner: User, slow: Server) -> None:
    write(8, owner, "tests/watched")
    delivery.deliver_due()
    rows = Message.objects.filter(sent_at__isnull=False, handed_over_at__isnull=False)
    assert rows.count() == 8
    assert not rows.filter(handed_over_at__gt=F("sent_at")).exists()


def test_out_of_time_with_letters_on_their_way_records_what_arrived(
    owner: User, slow: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[lines.Job] = []
    give = lines.Lines.give

    def until_out_of_time(self: lines.Lines, job: lines.Job) -> None:
        given.append(job)
        give(self, job)
        if len(given) == 8:
            raise SoftTimeLimitExceeded

    monkeypatch.setattr(lines.Lines, "give", until_out_of_time)
    write(20, owner)
    with pytest.raises(SoftTimeLimitExceeded):
        delivery.deliver_due()
    assert Message.objects.filter(sent_at__isnull=False).count() == 8
    assert slow.letters.qsize() == 8


def test_out_of_time_while_it_is_written_down_that_a_letter_was_sent_writes_it_down_all_the_same(
    owner: User, smtp: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded: list[int] = []
    sent = Recorder.sent

    def out_of_time_once(self: Recorder, message_id: int, **what: Any) -> None:
        recorded.append(message_id)
        if len(recorded) == 2:
            raise SoftTimeLimitExceeded
        sent(self, message_id, **what)

    monkeypatch.setattr(Recorder, "sent", out_of_time_once)
    write(5, owner)
    with pytest.raises(SoftTimeLimitExceeded):
        delivery.deliver_due()
    assert smtp.letters.qsize() == Message.objects.filter(sent_at__isnull=False).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_database_that_restarts_while_letters_are_on_their_way_learns_of_each(
    owner: User, slow: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every session broke; whoever waited for the mail server notices it when the first letter is recorded."""
    given: list[lines.Job] = []
    give = lines.Lines.give

    def sessions_break(self: lines.Lines, job: lines.Job) -> None:
        given.append(job)
        give(self, job)
        if len(given) == 8:
            end_sessions()

    monkeypatch.setattr(lines.Lines, "give", sessions_break)
    write(8, owner)
    assert delivery.deliver_due() == 8
    assert slow.letters.qsize() == Message.objects.filter(sent_at__isnull=False).count() == 8


def end_sessions() -> None:
    """As PostgreSQL does when it restarts at once."""
    others = {**connection.get_connection_params(), "dbname": "postgres"}
    for ours in ("context", "cursor_factory"):
        others.pop(ours, None)
    with closing(psycopg2.connect(**others)) as hand, hand.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s",
            [connection.settings_dict["NAME"]],
        )


def test_who_has_to_stop_does_not_wait_for_a_server_that_hangs(
    owner: User, slow: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "LAST_CALL", 0.05)
    slow.together = 100  # more than will ever come
    write(10, owner)
    give = lines.Lines.give

    def stop(self: lines.Lines, job: lines.Job) -> None:
        give(self, job)
        if self.on_their_way == 3:
            raise SoftTimeLimitExceeded

    monkeypatch.setattr(lines.Lines, "give", stop)
    with pytest.raises(SoftTimeLimitExceeded):
        delivery.deliver_due()
    assert slow.letters.qsize() == lines.KNOWN
    # They keep their lease; who takes them next sends them under the same Message-ID.
    assert Message.objects.waiting().filter(attempts=1, next_attempt_at__gt=timezone.now()).count() == 7


def test_the_lines_stay_open_from_batch_to_batch(
    owner: User, smtp: Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_CONNECTIONS = 1  # however busy this machine is
    monkeypatch.setattr(delivery.deliver_batch, "__kwdefaults__", {"limit": 2, "only": None})
    write(6, owner)
    assert tasks.deliver() == 6
    assert smtp.connections == 1


def test_a_session_that_breaks_in_an_unknown_way_counts_as_unreachable(
    owner: User, slow: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Odd(channels.EmailSession):
        def open(self) -> None:
            raise RuntimeError

    write(5, owner)
    kept = lines.Lines(channels.Email())
    kept.took.extend([1.0] * lines.KNOWN)
    kept.first = Odd()
    with pytest.raises(channels.Unreachable, match="RuntimeError"):
        list(kept.settle())
    assert kept.most == 1
    list(kept.settle())  # and one at a time it goes on
    kept.close()


def test_a_stalled_server_does_not_hold_up_the_goodbye(smtp: Server) -> None:
    session = channels.EmailSession()
    session.open()
    session.backend.connection.sock.close()
    session.close()
    session.close()
    assert session._server() is None


def test_nobody_knows_a_channel_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        channels.of("pigeon")


def test_a_goodbye_that_is_not_heard_is_not_an_error(smtp: Server) -> None:
    session = channels.EmailSession()
    session.open()
    session.backend.connection.close()
    session.backend.connection.sock = socket.socket()  # never connected: there is no talking on it
    session.close()
    session.open()
    session.close()
