"""What an older version wrote for the search is found by all that the new one asks: once migrated, and by the sweep."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from resources import services
from resources.models import Findable

# As it was written: no marks of facts, no numbers, nothing of its own to rank by.
OLDER = """
    UPDATE resources_findable SET search = ts_delete(search, ARRAY(SELECT '#' || unnest(facts))){heading}
"""


def older(heading: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(OLDER.format(heading=heading))


def go_to(name: str) -> None:
    MigrationExecutor(connection).migrate([("resources", name)])


@pytest.fixture
def latest() -> Iterator[str]:
    (name,) = [name for app, name in MigrationExecutor(connection).loader.graph.leaf_nodes("resources")]
    yield name
    go_to(name)


def found(client) -> list[str]:
    page = client.get("/find/", {"q": "tea", "access": "step_free"})
    return [row.service.name for row in page.context["near"]]


@pytest.mark.django_db(transaction=True)
def test_the_migration_writes_what_is_missing_and_leaves_nothing_to_the_sweep(client, published, latest):
    published("In the text", description="Tea", access=["step_free"])
    published("Tea by name", access=["step_free"])
    published("Tea and stairs")
    go_to("0018_imports_find_their_rows")
    older("")
    go_to(latest)
    assert found(client) == ["Tea by name", "In the text"]
    assert services.sweep_findable(now=timezone.now()) == 0


@pytest.mark.django_db
def test_the_sweep_makes_anew_what_was_written_meanwhile(client, published):
    published("Tea by name", access=["step_free"])
    older(", heading = NULL, traits = 0, others = NULL")
    assert found(client) == []
    assert services.sweep_findable(now=timezone.now()) == 1
    assert found(client) == ["Tea by name"]
    assert not Findable.objects.filter(heading=None).exists()
    assert services.sweep_findable(now=timezone.now()) == 0


@pytest.mark.django_db(transaction=True)
def test_the_sweep_waits_for_nobody_and_takes_the_rest_later(published):
    held = published("In hand")
    published("Free")
    older(", heading = NULL")
    curator = connection.copy()
    try:
        curator.set_autocommit(False)
        with curator.cursor() as cursor:
            cursor.execute("SELECT 1 FROM resources_service WHERE id = %s FOR NO KEY UPDATE", [held.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        assert services.sweep_findable(now=timezone.now()) == 1
        assert [row.service for row in Findable.objects.filter(heading=None)] == [held]
    finally:
        curator.close()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
    assert services.sweep_findable(now=timezone.now()) == 1
