"""Two imports at once, one of them perhaps only tried, and a curator at the same listings. Real threads and locks.

A run is stood still where the test wants it: inside the transaction of a group, before that ends.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from resources import services
from resources.models import Organization, Phone, QuarantinedRow, Service, Unindexed
from resources.services import history
from supportnet.leftovers import ticks
from tests.patience import PATIENCE
from tests.resources.conftest import complete
from tests.resources.folders import Folder, totals
from tests.resources.folders import folder as folder

pytestmark = pytest.mark.django_db(transaction=True)
# Each of the folder is a group of its own; then comes what is done at the end.
TABLES = 7
WAITS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND backend_type = 'client backend'
"""


class Still:
    """Stands still at the end of this group, inside its transaction, until it is let go."""

    def __init__(self, at: int) -> None:
        self.at, self.there, self.go = at, threading.Event(), threading.Event()

    def __call__(self, number: int, _reading: Any) -> bool:
        if number == self.at:
            self.there.set()
            assert self.go.wait(PATIENCE)
        return False


def and_hang_up(call: Callable[[], Any]) -> Any:
    """A thread has a connection of its own, and ends it."""
    try:
        return call()
    finally:
        connection.close()


@contextmanager
def at_once(
    first: Callable[[Still], Any], at: int = 1
) -> Iterator[tuple[Still, Callable[[Callable[[], Any]], Future[Any]]]]:
    """The first run is begun and stands still; the block begins what comes beside it, and lets the first go."""
    still = Still(at)
    with ThreadPoolExecutor(3) as pool:
        began = pool.submit(and_hang_up, lambda: first(still))
        try:
            assert still.there.wait(PATIENCE)
            yield still, lambda call: pool.submit(and_hang_up, call)
        finally:
            still.go.set()
        began.result(timeout=PATIENCE)


def until_somebody_waits(many: int = 1) -> None:
    for _tick in ticks(time.monotonic() + PATIENCE):
        with connection.cursor() as cursor:
            # Else it says, to the end of a transaction, what it said first.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITS)
            if cursor.fetchone()[0] >= many:
                return
    raise AssertionError("nobody waits")


def test_the_same_file_twice_at_once_is_taken_once_and_nothing_is_refused(folder: Folder) -> None:
    with at_once(lambda still: folder.run(each=still)) as (still, begin):
        second = begin(folder.run)
        until_somebody_waits()
        still.go.set()
        report, _said = second.result(timeout=PATIENCE)
    assert totals(report) == (0, 0, 7, 0, 0)
    assert (Organization.objects.count(), Service.objects.count()) == (1, 1)
    assert not QuarantinedRow.objects.exists() and not Unindexed.objects.exists()
    assert totals(folder.run()[0]) == (0, 0, 7, 0, 0)


def test_what_is_only_tried_beside_the_same_import_says_what_comes_after_it(folder: Folder) -> None:
    with at_once(lambda still: folder.run(each=still)) as (still, begin):
        tried = begin(lambda: folder.run(dry_run=True))
        until_somebody_waits()
        still.go.set()
        report, _said = tried.result(timeout=PATIENCE)
    created, changed, unchanged, kept, refused = totals(report)
    assert (created + unchanged, changed, kept, refused) == (TABLES, 0, 0, 0)


def test_an_import_beside_one_that_is_only_tried_takes_everything(folder: Folder) -> None:
    with at_once(lambda still: folder.run(each=still, dry_run=True)) as (still, begin):
        real = begin(folder.run)
        until_somebody_waits()
        still.go.set()
        report, _said = real.result(timeout=PATIENCE)
    assert totals(report) == (7, 0, 0, 0, 0)
    assert totals(folder.run()[0]) == (0, 0, 7, 0, 0)


def test_a_curator_never_waits_for_a_run_that_is_only_tried(folder: Folder, curator: User, ready) -> None:
    """It would have changed the draft, its house, its place and its number; it says so, and holds none of them."""
    folder.run()
    service, public = Service.objects.get(), ready("Coffee")
    services.verify(service=public, by=curator, how="phone", parts=["name"])
    folder.write("organizations", "id,name", "o1,Harbour Hall")
    folder.write("services", "id,organization_id,name,status", "s1,o1,Tea and cake,active")
    folder.write("locations", "id,organization_id,location_type,name", "l1,o1,physical,Pier")
    folder.write(
        "phones", "id,service_id,number", "p1,s1,555-0109", "p2,s1,555-0110", f"p3,{public.pk},555-0111"
    )

    def edited() -> None:
        with history.noting(service=service, by=curator):
            Organization.objects.update(name="Ours")
            Service.objects.filter(pk=service.pk).update(name="Tea and talk")
            Phone.objects.filter(service=service).update(number="555-0177")
        complete(service, curator)
        services.verify(service=service, by=curator, how="phone", parts=["name"])
        services.publish(service=service, by=curator)

    with at_once(lambda still: folder.run(each=still, dry_run=True), at=TABLES + 1) as (_still, begin):
        begin(edited).result(timeout=PATIENCE)
    service.refresh_from_db()
    assert (service.name, service.published_at is None) == ("Tea and talk", False)


def test_imports_of_two_sources_that_share_keys_never_wait_in_a_circle(folder: Folder, tmp_path) -> None:
    """The middle one of three is in other hands; the files name them from both ends."""
    first, middle, last = (uuid.UUID(int=number) for number in (1, 2, 3))
    (tmp_path / "other").mkdir()
    other = Folder(tmp_path / "other")
    keys = [str(first), str(middle), str(last)]
    for one, own in ((folder, keys), (other, keys[::-1])):
        one.write("organizations", "id,name", *(f"{key},House" for key in own))
    with ThreadPoolExecutor(2) as pool, transaction.atomic():
        Organization.objects.create(pk=middle, name="House")
        runs = [
            pool.submit(and_hang_up, lambda one=one, name=name: one.run(source=name))
            for one, name in ((folder, "County"), (other, "Town"))
        ]
        until_somebody_waits(2)
        transaction.set_rollback(True)
    reports = [run.result(timeout=PATIENCE) for run in runs]
    assert Organization.objects.count() == 3
    refused = [said for _report, said in reports if "its id belongs to a record from another source" in said]
    assert len(refused) == 1 and "do not allow" not in "".join(said for _report, said in reports)
