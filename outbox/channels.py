"""The ways a message can take. Delivery knows only what stands here, so another way is one more class.

A channel says where a message goes, puts its words into a letter, and opens sessions. A session gives letters to the
other side, one after the other. It touches no database: delivery may run several, each in a thread of its own.
"""

from __future__ import annotations

import functools
import smtplib
from email.utils import parseaddr
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import sanitize_address

from outbox import letters, mime, pipelining, replies
from outbox.kinds import Context
from outbox.models import Channel as Name
from outbox.models import ChannelPreference, Message

# Seconds a server has for its goodbye. What was sent was sent.
GOODBYE = 5


class Refused(Exception):
    """The other side said no to this very letter. `for_good`: its address will never take one."""

    def __init__(self, code: int, words: str, *, for_good: bool) -> None:
        super().__init__(f"{code} {words}")
        self.code, self.words, self.for_good = code, words, for_good


class Unreachable(Exception):
    """There is nobody to give letters to now."""


class Session(Protocol):
    def open(self) -> None:
        """Be ready for a letter; does nothing while it is. Raises Unreachable."""

    def send(self, letter: Any) -> None:
        """Give it over; returns once it was accepted. Raises Refused; anything else means the line broke."""

    def close(self) -> None:
        """Never raises, and does not wait long."""


class Channel(Protocol):
    def address_of(self, message: Message) -> str:
        """Where it goes now; "" when there is nowhere."""

    def compose(self, message: Message, context: Context, preference: ChannelPreference | None) -> Any:
        """The letter, ready to be sent."""

    def session(self) -> Session: ...

    def most_sessions(self) -> int:
        """How many may be open at once in one worker."""


class EmailSession:
    """One connection to the mail server, through whatever backend Django is set to."""

    def __init__(self) -> None:
        self.backend: BaseEmailBackend = get_connection()

    def open(self) -> None:
        try:
            if self.backend.open() and (server := self._server()):
                # One that has enough connections may say so only now.
                server.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise Unreachable(str(error)) from error

    def _server(self) -> smtplib.SMTP | None:
        return self.backend.connection if isinstance(self.backend, smtp.EmailBackend) else None

    def send(self, letter: letters.Letter) -> None:
        try:
            if server := self._server():
                _give(server, letter)
            else:  # a backend of another sort, in tests or on a developer's machine
                self.backend.send_messages([letter])
        except (smtplib.SMTPException, OSError) as error:
            self._said_no(error)

    def _said_no(self, error: Exception) -> None:
        refusal = replies.refusal(error)
        if refusal is None:
            self.close()
            raise error
        code, words = refusal
        server = self._server()
        if code == 421 or (server is not None and server.sock is None):  # it hung up with that
            self.close()
        raise Refused(code, words, for_good=replies.is_permanent(code, words)) from error

    def close(self) -> None:
        server = self._server()
        try:
            if server is not None and server.sock is not None:
                server.sock.settimeout(GOODBYE)
            self.backend.close()
        except (smtplib.SMTPException, OSError):
            self.backend = get_connection()  # that one is beyond closing


def _give(server: smtplib.SMTP, letter: letters.Letter) -> None:
    (to,) = letter.to
    address = to if to.isascii() else _ascii_address(to)
    pipelining.send(server, _ascii_address(letter.from_email), address, mime.wire(letter))


@functools.lru_cache(maxsize=1024)
def _ascii_address(address: str) -> str:
    """Without a name, its domain in ASCII: what the envelope takes."""
    plain: str = parseaddr(sanitize_address(address, "utf-8"))[1]
    return plain


class Email:
    def address_of(self, message: Message) -> str:
        return message.recipient.email if message.recipient else message.address

    def compose(
        self, message: Message, context: Context, preference: ChannelPreference | None
    ) -> letters.Letter:
        return letters.render(message, context, preference)

    def session(self) -> Session:
        return EmailSession()

    def most_sessions(self) -> int:
        return settings.EMAIL_CONNECTIONS


_channels: dict[str, Channel] = {Name.EMAIL: Email()}


def of(name: str) -> Channel:
    """The channel of that name. Raises KeyError for one this version of the code does not have."""
    return _channels[name]
