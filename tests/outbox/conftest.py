"""A real SMTP server that can be told how to behave."""

from __future__ import annotations

import asyncio
import datetime as dt
import queue
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from accounts.models import User
from outbox import lines
from outbox.models import ChannelPreference


class Server:
    """Keeps what arrives. `refuse` gives the reply to a recipient, `data_reply` to a text, after `delay` seconds;
    `most` is how many connections it has at once; it `hangs_up_on` a recipient right after its answer.
    Past the letters that show how slow it is, it answers none before `together` of them are in its hands.
    """

    def __init__(self) -> None:
        self.letters: queue.Queue[EmailMessage] = queue.Queue()
        self.raw: list[bytes] = []
        self.refuse: dict[str, str] = {}
        self.data_reply = "250 OK"
        self.hangs_up_on = ""
        self.connections = 0
        self.delay = 0.0
        self.most = 1000
        self.busy, self.busiest = 0, 0
        self.together = 0
        self.begun, self.enough = 0, asyncio.Event()

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses if self.connections <= self.most else ["421 4.7.0 too many connections"]

    async def handle_HELO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str) -> str:
        return "421 4.7.0 too many connections"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address == self.hangs_up_on:
            asyncio.get_running_loop().call_soon(server.transport.close)
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        await self._hold()
        self.busy -= 1
        if self.data_reply.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.raw.append(content)
            self.letters.put(message_from_bytes(content, policy=policy.default))
        return self.data_reply

    async def _hold(self) -> None:
        """By number, not by time: how many come at once must not hang on how busy this machine is."""
        self.begun += 1
        if self.busy >= self.together:
            self.enough.set()
        await asyncio.sleep(self.delay)
        if self.begun > lines.KNOWN:
            await asyncio.wait_for(self.enough.wait(), 30)

    def next(self) -> EmailMessage:
        """The next letter, waited for."""
        return self.letters.get(timeout=60)


class AnyPort(Controller):
    """Listens on whichever port is free; the stock one would greet itself on port 0."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def smtp(settings: Any) -> Iterator[Server]:
    server = Server()
    controller = AnyPort(server, hostname="127.0.0.1", port=0)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = controller.port
    yield server
    controller.stop()


@pytest.fixture(autouse=True)
def awake(owner: User, supporter: User) -> None:
    """Nobody has quiet hours here, or these tests would fail at night. Those about quiet hours set their own."""
    ChannelPreference.objects.bulk_create(
        ChannelPreference(person=person, quiet_from=dt.time(0), quiet_until=dt.time(0))
        for person in (owner, supporter)
    )


@pytest.fixture
def words_for(settings: Any, tmp_path: Path) -> Callable[..., None]:
    """Templates of words for kinds that only tests have; what they say is in `hello`."""
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], str(tmp_path)]},
    ]

    def write(*kinds: str) -> None:
        for kind in kinds:
            file = tmp_path / "mail" / f"{kind}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("Hello\n {{ hello }}\n\nHello {{ hello }}\n")

    return write
