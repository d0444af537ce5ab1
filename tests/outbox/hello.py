"""A kind of message for the tests of delivery, and how to write one."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import User
from outbox import kinds, services
from outbox.models import Message


@pytest.fixture(autouse=True)
def a_kind(words_for: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """A kind of message for these tests, with words of its own; what it says can be changed."""
    says: dict[str, Any] = {"hello": "there"}
    words_for("tests/hello", "tests/code")
    kinds.register("tests/hello")(lambda message: says.get("context", says))
    kinds.register("tests/code", at_once=True, secret=True)(lambda message: message.params)
    yield says
    del kinds._kinds["tests/hello"], kinds._kinds["tests/code"]


def write(key: str, to: User, **more: Any) -> Message:
    return services.queue(kind="tests/hello", dedupe_key=key, recipient=to, **more)


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
