"""The migrations of this room can be taken back and done again with rows in place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

INSERT = """
    INSERT INTO outbox_message (dedupe_key, kind, channel, recipient_id, owner_id, address, params, not_before,
                                next_attempt_at, wakes)
    VALUES ('raw', 'checkins/nudge', 'email', NULL, NULL, 'x@example.org', '{}', now(), now(), true)
"""


def go_to(name: str) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate([("outbox", name)])
    return MigrationExecutor(connection).loader.project_state([("outbox", name)]).apps


@pytest.fixture
def latest() -> Iterator[str]:
    (name,) = [name for app, name in MigrationExecutor(connection).loader.graph.leaf_nodes("outbox")]
    yield name
    go_to(name)


@pytest.mark.django_db(transaction=True)
def test_there_and_back_with_rows_in_place(latest: str) -> None:
    now = timezone.now()
    old = go_to("0001_initial")
    fields = {"kind": "x/y", "address": "x@example.org", "not_before": now, "next_attempt_at": now}
    before = old.get_model("outbox", "Message").objects.create(dedupe_key="before", params={}, **fields)
    old.get_model("outbox", "BrokenAddress").objects.create(address="x@example.org", reason="gone")

    new = go_to(latest)
    message = new.get_model("outbox", "Message").objects.get(pk=before.pk)
    assert (message.owner_id, message.wakes, message.held_for) == (None, False, "")
    assert new.get_model("outbox", "BrokenAddress").objects.get().channel == "email"
    with connection.cursor() as cursor:
        cursor.execute(INSERT)
    raw = new.get_model("outbox", "Message").objects.get(dedupe_key="raw")
    assert (raw.attempts, raw.sent_to, raw.last_error, raw.held_for, raw.wakes) == (0, "", "", "", True)

    back = go_to("0001_initial")
    assert back.get_model("outbox", "Message").objects.count() == 2
    assert back.get_model("outbox", "BrokenAddress").objects.get().address == "x@example.org"
