"""The mail server that misbehaves on command, as seen by whoever sends."""

from __future__ import annotations

import contextlib
import smtplib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.chaos.sink import Mood, Sink

LETTER = "Message-ID: <1@example.org>\r\nSubject: hello\r\n\r\nA line\r\n" + "and more\r\n" * 200


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink(stall=0.1)
    yield sink
    sink.stop()


def send(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as line:
        line.sendmail("us@example.org", ["maya@example.org"], LETTER)


def test_it_knows_whose_letter_it_took_and_that_this_was_said(sink: Sink) -> None:
    send(sink.door("worker-1"))
    (letter,) = sink.acceptances
    assert (letter.message_id, letter.to) == ("<1@example.org>", "maya@example.org")
    assert letter.worker == "worker-1"
    assert letter.began_at <= letter.accepted_at <= letter.answered_at
    assert not letter.cut


@pytest.mark.parametrize(
    ("mood", "error"),
    [
        (Mood.REFUSE, smtplib.SMTPRecipientsRefused),
        (Mood.REFUSE_TEXT, smtplib.SMTPDataError),
        (Mood.HANG_UP, smtplib.SMTPDataError),
        (Mood.STALL, (smtplib.SMTPServerDisconnected, ConnectionError)),
    ],
)
def test_what_it_refuses_or_drops_it_has_not_taken(
    sink: Sink, mood: Mood, error: type[Exception] | tuple[type[Exception], ...]
) -> None:
    port = sink.door("worker-1")
    sink.misbehave(mood, 1)
    with pytest.raises(error):
        send(port)
    assert sink.has_misbehaved(mood, 1)
    assert sink.acceptances == []
    send(port)
    assert len(sink.acceptances) == 1


def test_it_takes_a_letter_and_never_says_so(sink: Sink) -> None:
    port = sink.door("worker-1")
    sink.misbehave(Mood.CUT_BEFORE_250, 1)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
        send(port)
    assert [(letter.answered_at, letter.cut) for letter in sink.acceptances] == [(0.0, True)]


def test_it_says_that_it_took_a_letter_and_cuts_the_line_at_once(sink: Sink) -> None:
    port = sink.door("worker-1")
    sink.misbehave(Mood.CUT_AFTER_250, 1)
    with contextlib.suppress(smtplib.SMTPServerDisconnected, ConnectionError):
        send(port)  # who is quick reads the 250, who is not finds the line cut
    (letter,) = sink.acceptances
    assert letter.answered_at > 0
    assert letter.cut


def test_it_holds_a_letter_until_it_is_released(sink: Sink) -> None:
    port = sink.door("worker-1")
    sink.misbehave(Mood.HOLD, 1)
    with ThreadPoolExecutor(1) as beside:
        sending = beside.submit(send, port)
        assert sink.has_misbehaved(Mood.HOLD, 1)
        assert sink.acceptances == []
        send(port)
        assert sink.takes_again(sink.held[0], patience=60)
        sink.release()
        sending.result(60)
    assert [letter.cut for letter in sink.acceptances] == [False, False]


def test_shut_it_refuses_connections_and_opens_again_under_the_same_number(sink: Sink) -> None:
    port = sink.door("worker-1")
    sink.shut()
    with pytest.raises(ConnectionRefusedError):
        send(port)
    other = sink.door("worker-2")
    with pytest.raises(ConnectionRefusedError):
        send(other)
    sink.open()
    send(port)
    send(other)
    assert [letter.worker for letter in sink.acceptances] == ["worker-1", "worker-2"]
