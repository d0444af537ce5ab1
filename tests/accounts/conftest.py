from collections.abc import Callable

import pytest
from django.test import Client

from outbox.models import Message


@pytest.fixture
def visitor(db: None) -> Client:
    return Client()


@pytest.fixture
def newest_code(db: None) -> Callable[[str], str]:
    """The code in the newest letter to an address, read where it waits to be sent."""

    def read(address: str) -> str:
        letter = Message.objects.filter(kind="accounts/letter", address=address).latest("pk")
        return str(letter.params["code"])

    return read


@pytest.fixture
def newest_letter(db: None) -> Callable[[str], Message]:
    return lambda address: Message.objects.filter(kind="accounts/letter", address=address).latest("pk")
