"""One world for all tests of a module; each request is taken back."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client, client, override_settings
from django.utils import timezone

from tests.access import world as worlds
from tests.passwords import make_passwords_cheap


@pytest.fixture(scope="package", autouse=True)
def only_answers() -> Iterator[None]:
    """Thousands of requests: nobody looks at what the log says, what a template knew, how passwords lie."""
    logging.disable(logging.ERROR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", lambda *args, **said: None)
        make_passwords_cheap(patch)
        yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[worlds.World]:
    """As in production, where nobody reads mail in the browser, and at one moment."""
    now = timezone.now().replace(microsecond=0)
    with (
        django_db_blocker.unblock(),
        override_settings(LOCAL=False),
        time_machine.travel(now, tick=False),
        transaction.atomic(),
    ):
        yield worlds.build(now)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def browsers(world: worlds.World) -> dict[str, Client]:
    return worlds.clients(world)
