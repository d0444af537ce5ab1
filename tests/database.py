"""Each process has a copy of the one database that was migrated, put back after every test that commits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from tests import template
from tests.tables import Kept, Told


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Django makes a copy, and finds nothing left to migrate. Engines that were given have no such database."""
    if template.MAKING in os.environ:
        template.wait_for_it()
        connection.settings_dict["TEST"]["TEMPLATE"] = template.NAME


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        kept = Kept()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: kept.put_back())
        yield


@pytest.fixture(scope="session")
def told(django_db_setup: None, django_db_blocker: Any) -> Callable[[Callable[[], object]], Told]:
    """Tells a long story once, for a fixture that puts it into each test that begins with it."""

    def tell(story: Callable[[], object]) -> Told:
        with django_db_blocker.unblock():
            return Told(story)

    return tell
