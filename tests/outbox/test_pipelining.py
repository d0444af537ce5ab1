"""One letter, its commands together: against a server that answers from a script, line by line, on a real socket."""

from __future__ import annotations

import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from outbox import pipelining

LETTER = b"Subject: Hi\r\n\r\nOne\r\n.two\r\n...\r\n"


@dataclass
class Scripted:
    """Says what it is told to: to MAIL, to RCPT, to DATA, to the text. Keeps what it heard."""

    replies: dict[str, str] = field(default_factory=dict)
    extensions: tuple[str, ...] = ("PIPELINING", "SIZE 1000000")
    hangs_up_after: str = ""
    silent_after_text: bool = False
    heard: list[bytes] = field(default_factory=list)
    # How many commands were already there when the first of a letter was answered.
    together: int = 0
    waiting: bytes = b""

    def serve(self, listening: socket.socket) -> None:
        line, _from = listening.accept()
        with line:
            line.sendall(b"220 here\r\n")
            reading = self._lines(line)
            for command in reading:
                verb = command.strip().split(b" ")[0].split(b":")[0].decode().upper()
                self.heard.append(command)
                if verb == "MAIL":
                    self.together = 1 + self.waiting.count(b"\r\n")
                if not self._reply(line, verb):
                    return
                if verb == "DATA" and self.heard_go_on:
                    self._take(reading)
                    if not self.silent_after_text and not self._reply(line, "TEXT"):
                        return

    def _lines(self, line: socket.socket) -> Iterator[bytes]:
        while chunk := line.recv(65536):
            self.waiting += chunk
            while b"\r\n" in self.waiting:
                first, _end, self.waiting = self.waiting.partition(b"\r\n")
                yield first + b"\r\n"

    @property
    def heard_go_on(self) -> bool:
        return self.replies.get("DATA", "354").startswith("354")

    def _take(self, reading: Iterator[bytes]) -> None:
        for text in reading:
            self.heard.append(text)
            if text == b".\r\n":
                return

    def _reply(self, line: socket.socket, verb: str) -> bool:
        stock = {"EHLO": "\r\n".join(["250-here", *(f"250-{name}" for name in self.extensions), "250 HELP"])}
        stock |= {"DATA": "354 go on", "QUIT": "221 bye"}
        line.sendall(f"{self.replies.get(verb, stock.get(verb, '250 fine'))}\r\n".encode())
        return verb not in ("QUIT", self.hangs_up_after)


Opened = Callable[[Scripted], smtplib.SMTP]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """A client of a server with that script."""
    listening, threads, clients = [], [], []

    def open_one(script: Scripted) -> smtplib.SMTP:
        door = socket.create_server(("127.0.0.1", 0))
        listening.append(door)
        threads.append(threading.Thread(target=script.serve, args=[door], daemon=True))
        threads[-1].start()
        clients.append(smtplib.SMTP("127.0.0.1", door.getsockname()[1], timeout=60))
        clients[-1].ehlo()
        return clients[-1]

    yield open_one
    for client in clients:
        client.close()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    for door in listening:
        door.close()


def send(client: smtplib.SMTP) -> None:
    pipelining.send(client, "us@example.org", "ana@example.org", LETTER)


def test_the_three_commands_go_together_and_the_text_arrives_whole(opened: Opened) -> None:
    script = Scripted()
    client = opened(script)
    send(client)
    send(client)
    assert script.together == 3
    commands = [
        f"MAIL FROM:<us@example.org> size={len(LETTER)}\r\n".encode(),
        b"RCPT TO:<ana@example.org>\r\n",
        b"DATA\r\n",
    ]
    text = [b"Subject: Hi\r\n", b"\r\n", b"One\r\n", b"..two\r\n", b"....\r\n", b".\r\n"]
    assert script.heard[1:] == (commands + text) * 2


def test_a_server_that_does_not_offer_it_gets_one_after_the_other(opened: Opened) -> None:
    script = Scripted(extensions=())
    send(opened(script))
    assert script.together == 1
    assert script.heard[-2:] == [b"....\r\n", b".\r\n"]


def test_answers_of_many_lines_are_one_answer_each(opened: Opened) -> None:
    talks = "250-fine\r\n250-and you\r\n250 so am I"
    script = Scripted({"MAIL": talks, "RCPT": talks, "DATA": "354-well\r\n354 go on", "TEXT": talks})
    client = opened(script)
    send(client)
    send(client)
    assert script.heard.count(b".\r\n") == 2


def test_one_that_never_answers_the_text_has_not_taken_the_letter(opened: Opened) -> None:
    client = opened(Scripted(silent_after_text=True))
    assert client.sock is not None
    client.sock.settimeout(0.2)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(client)


NO = [
    ({"MAIL": "451 not you", "RCPT": "503 who?", "DATA": "503 what?"}, smtplib.SMTPSenderRefused, 451),
    ({"RCPT": "550 5.1.1 nobody", "DATA": "503 to whom?"}, smtplib.SMTPRecipientsRefused, 550),
    ({"DATA": "452 no room"}, smtplib.SMTPDataError, 452),
    ({"TEXT": "554 we do not like it"}, smtplib.SMTPDataError, 554),
    # One that asks for a text although there is nobody to give it to, and takes an empty one.
    ({"RCPT": "450 later", "TEXT": "554 no valid recipients"}, smtplib.SMTPRecipientsRefused, 450),
    ({"MAIL": "550 not you", "RCPT": "250 fine", "TEXT": "250 fine"}, smtplib.SMTPSenderRefused, 550),
]


@pytest.mark.parametrize(("replies", "error", "code"), NO)
def test_the_first_no_is_the_reason_and_the_line_takes_the_next_letter(
    opened: Opened, replies: dict[str, str], error: type[Exception], code: int
) -> None:
    script = Scripted(replies)
    client = opened(script)
    with pytest.raises(error) as raised:
        send(client)
    said = raised.value
    if isinstance(said, smtplib.SMTPRecipientsRefused):
        assert {who: answer[0] for who, answer in said.recipients.items()} == {"ana@example.org": code}
    else:
        assert isinstance(said, smtplib.SMTPResponseException)
        assert said.smtp_code == code
    script.replies = {}
    script.heard.clear()
    send(client)
    assert script.heard[-1] == b".\r\n"
    assert b"One\r\n" in script.heard


@pytest.mark.parametrize(
    ("verb", "error"), [("MAIL", smtplib.SMTPSenderRefused), ("RCPT", smtplib.SMTPRecipientsRefused)]
)
def test_one_that_hangs_up_with_its_no_is_heard(opened: Opened, verb: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        send(opened(Scripted({verb: "421 too many"}, hangs_up_after=verb)))


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_one_that_hangs_up_without_a_no_has_not_taken_the_letter(opened: Opened, verb: str) -> None:
    with pytest.raises((smtplib.SMTPServerDisconnected, OSError)) as raised:
        send(opened(Scripted(hangs_up_after=verb)))
    assert not isinstance(raised.value, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
