"""What goes over the line is what the library would have said, as the library itself reads it."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.mail import BadHeaderError
from hypothesis import given, settings
from hypothesis import strategies as st

from outbox import mime
from outbox.letters import Letter

LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=120)
BODIES = st.lists(LINES, max_size=8).map(lambda lines: "\n".join(lines) + "\n")
LINK = "https://example.org/unsubscribe/" + "a" * 300 + "/"


def letter(subject: str = "Hello", text: str = "Hi\n", html: str = "<p>Hi</p>\n", **more: Any) -> Letter:
    headers = {"Message-ID": "<a@example.org>", "List-Unsubscribe": f"<{LINK}>"}
    written = Letter(
        subject, text, "Maya’s net <hello@example.org>", ["ana@example.org"], headers=headers, **more
    )
    written.attach_alternative(html, "text/html")
    return written


def read(raw: bytes) -> EmailMessage:
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def bodies(parsed: EmailMessage) -> list[str]:
    parts = [parsed.get_body((kind,)) for kind in ("plain", "html")]
    return [part.get_content().replace("\r\n", "\n") for part in parts]


@settings(deadline=None)  # a busy machine
@given(LINES.map(str.strip), BODIES, BODIES)
def test_a_reader_finds_what_was_written(subject: str, text: str, html: str) -> None:
    ours, theirs = letter(subject, text, html), letter(subject, text, html).message().as_bytes(linesep="\r\n")
    mine, library = read(mime.wire(ours)), read(theirs)
    for name in ("From", "To", "Message-ID", "MIME-Version"):
        assert mine[name] == library[name]
    # The library folds some strange subjects so that a space comes with them.
    assert mine["Subject"].split() == subject.split()
    assert mine["List-Unsubscribe"].strip() == f"<{LINK}>"
    assert bodies(mine) == [text, html]
    assert mine.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mine.iter_parts()] == ["text/plain", "text/html"]


@settings(deadline=None)  # a busy machine
@given(LINES.map(str.strip), BODIES)
def test_every_line_is_short_ascii_with_the_right_end(subject: str, text: str) -> None:
    raw = mime.wire(letter(subject, text))
    raw.decode("ascii")
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_line_ends_of_any_sort_are_line_ends() -> None:
    assert bodies(read(mime.wire(letter(text="a\r\nb\rc\nd\n"))))[0] == "a\nb\nc\nd\n"


def test_a_long_link_stays_on_the_line_of_its_header() -> None:
    assert f"List-Unsubscribe: <{LINK}>\r\n".encode() in mime.wire(letter())


@pytest.mark.parametrize("subject", ["Hello\nBcc: all@example.org", "Hello\rBcc: all@example.org"])
def test_one_header_never_becomes_two(subject: str) -> None:
    with pytest.raises(BadHeaderError):
        mime.wire(letter(subject))
