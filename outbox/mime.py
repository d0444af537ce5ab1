"""A letter as it goes over the line.

The library that Django uses for this can write any letter, and takes longer over ours than all the rest of sending
one. Ours have one shape, a plain text and an HTML body, so this writes that shape; headers are still made safe and
encoded by Django. `tests/outbox/test_mime.py` holds it to what the library reads out of it.

Each header stays on one line, however long a link in it is: some servers sign a folded List-Unsubscribe wrongly, and
RFC 5322 §2.1.1 allows 998 characters. Bodies are quoted-printable, which every server takes.
"""

from __future__ import annotations

import binascii
import secrets
from collections.abc import Iterator
from email.utils import formatdate

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import forbid_multi_line_headers

_PART = (
    "--{boundary}\r\n"
    'Content-Type: text/{kind}; charset="utf-8"\r\n'
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
)


def wire(letter: EmailMultiAlternatives) -> bytes:
    """All of it, with CRLF line ends. Raises BadHeaderError when a header would be more than one."""
    boundary = f"=_{secrets.token_hex(16)}"
    html, _kind = letter.alternatives[0]
    return b"".join(
        [
            *(_header(name, value) for name, value in _headers(letter, boundary)),
            b"\r\n",
            _part("plain", str(letter.body), boundary),
            _part("html", str(html), boundary),
            f"--{boundary}--\r\n".encode(),
        ]
    )


def _headers(letter: EmailMultiAlternatives, boundary: str) -> Iterator[tuple[str, str]]:
    yield "Subject", str(letter.subject)
    yield "From", letter.from_email
    yield "To", ", ".join(letter.to)
    yield "Date", formatdate()
    yield from letter.extra_headers.items()
    yield "MIME-Version", "1.0"
    yield "Content-Type", f'multipart/alternative; boundary="{boundary}"'


def _header(name: str, value: str) -> bytes:
    if not value.isascii() or "\n" in value or "\r" in value:
        _name, value = forbid_multi_line_headers(name, value, "utf-8")
    # Only a long subject in another alphabet has line ends now: Django folded it.
    return f"{name}: {value}\r\n".replace("\n ", "\r\n ").encode("ascii")


def _part(kind: str, body: str, boundary: str) -> bytes:
    lines = body.replace("\r\n", "\n").replace("\r", "\n").encode()
    quoted = binascii.b2a_qp(lines, istext=True).replace(b"\n", b"\r\n")
    return _PART.format(boundary=boundary, kind=kind).encode() + quoted + b"\r\n"
