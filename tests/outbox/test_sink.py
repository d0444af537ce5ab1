"""The benchmark's mail server counts what a real client sends, each letter once by its Message-ID."""

import smtplib

from bench import sink


def letter(name: str, body: str = "Hello") -> bytes:
    return f"Subject: Hi\r\nMessage-ID: <{name}@example.org>\r\n\r\n{body}\r\n".encode()


def send(port: int, *letters: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        for one in letters:
            client.sendmail("a@example.org", ["b@example.org"], one)


def test_letters_are_counted_and_told_apart() -> None:
    with sink.running() as remote:
        send(remote.port, letter("one"), letter("two"), letter("one"))
        seen = remote.wait(2)
        assert (seen["letters"], seen["distinct"]) == (3, 2)
        remote.reset()
        send(remote.port, letter("three", ".\r\n..\r\nfull stops begin lines"))
        assert remote.wait(1)["letters"] == 1


def test_a_slow_one_takes_its_time_for_each() -> None:
    with sink.running(0.05) as remote:
        send(remote.port, letter("one"))
        first = remote.wait(1)["last_at"]
        send(remote.port, letter("two"))
        assert remote.wait(2)["last_at"] - first >= 0.05
