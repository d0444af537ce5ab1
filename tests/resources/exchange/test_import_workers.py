"""Real workers on a real import: one is killed in the middle of a group, one is overtaken, one is told to stop.

The middle is a place the test chooses: it holds the table of telephone numbers, so that the worker stands still with
a group half written until the test lets go.
"""

from __future__ import annotations

import io
import os
import time
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psutil
import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from resources.hsds import jobs
from resources.models import ImportJob, ImportPart, Organization, Phone, QuarantinedRow, Service
from resources.services import exchanging
from resources.tasks import sweep_imports
from supportnet.leftovers import ticks
from tests.live import Background
from tests.patience import PATIENCE
from tests.resources.conftest import curator as curator

pytestmark = pytest.mark.django_db(transaction=True)
SERVICES, PHONES = 700, 600
TABLES = {
    "organizations.csv": "id,name\no1,Harbour House\n",
    "services.csv": "id,organization_id,name,status\n"
    + "".join(f"s{number},o1,Tea {number},active\n" for number in range(SERVICES)),
    "phones.csv": "id,service_id,number\n"
    + "".join(f"p{number},s{number},555-0{number}\n" for number in range(PHONES))
    + "lost,nobody,555-0199\n",
}
# The organisation, two groups of services, and two of telephone numbers, of which the first is never begun twice.
BEFORE_PHONES = 3
# The first waits for the numbers; who overtakes it, for the listings that the first has in hand.
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND wait_event_type = 'Lock'
"""
AT_WORK = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
AND backend_type = 'client backend'
"""


class Workers:
    """Celery workers by name, each with a queue of its own, so that the test says who takes what."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.running: dict[str, Background] = {}

    def begin(self, name: str) -> None:
        """Have that worker look for an import."""
        queue = f"{os.environ['CELERY_QUEUE']}-{name}"
        if name not in self.running:
            arguments = ["worker", "-n", f"{queue}@localhost", "-c", "1", "-Q", queue, "-l", "INFO"]
            self.running[name] = Background(
                ["-m", "celery", "-A", "supportnet", *arguments, "--without-gossip", "--without-mingle"],
                ready=" ready.",
                env={"DATABASE_URL": self.database},
            )
        sweep_imports.apply_async(queue=queue)

    def kill(self, name: str) -> None:
        """With signal 9, it and the child that does the work."""
        process = psutil.Process(self.running.pop(name).process.pid)
        family = [*process.children(recursive=True), process]
        for one in family:
            one.kill()
        psutil.wait_procs(family, PATIENCE)

    def stop(self) -> None:
        for one in self.running.values():
            one.stop()


@pytest.fixture(scope="module")
def workers(django_db_setup: None) -> Iterator[Workers]:
    given, _, options = os.environ["DATABASE_URL"].partition("?")
    made = Workers(f"{given.rpartition('/')[0]}/{connection.settings_dict['NAME']}?{options}")
    yield made
    made.stop()


@pytest.fixture
def job(curator: User) -> ImportJob:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in TABLES.items():
            archive.writestr(name, text)
    return exchanging.start_import(
        by=curator,
        form_key=uuid.uuid4(),
        file_name="county.zip",
        content=[content.getvalue()],
        source_name="The county",
    )


@contextmanager
def numbers_held() -> Iterator[None]:
    """Nobody writes a telephone number in here."""
    with closing(connection.copy()) as holder:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("LOCK TABLE resources_phone IN SHARE MODE")
        yield
        holder.rollback()


def until(query: str, wanted: int) -> None:
    for _tick in ticks(time.monotonic() + PATIENCE):
        with connection.cursor() as cursor:
            cursor.execute(query)
            if cursor.fetchone() == (wanted,):
                return
    raise AssertionError(f"not within {PATIENCE} s: {wanted} of {query}")


def standing_still(job: ImportJob) -> None:
    """What was there before the numbers is in, and of the numbers nothing."""
    job.refresh_from_db()
    assert (job.position, job.is_over) == (BEFORE_PHONES, False)
    assert (Organization.objects.count(), Service.objects.count(), Phone.objects.count()) == (1, SERVICES, 0)


def everything_once(job: ImportJob) -> None:
    for _tick in ticks(time.monotonic() + PATIENCE):
        job.refresh_from_db()
        if job.is_over:
            break
    until(AT_WORK, 0)
    assert (job.finished_at is not None, job.trouble, job.cancelled_at) == (True, "", None)
    assert (job.total("created"), job.total("refused")) == (1 + SERVICES + PHONES, 1)
    assert (Service.objects.count(), Phone.objects.count()) == (SERVICES, PHONES)
    assert Phone.objects.values("service").distinct().count() == PHONES
    assert (job.notes.count(), QuarantinedRow.objects.count()) == (1, 1)
    assert not ImportPart.objects.exists()


def lease_over(job: ImportJob) -> None:
    ImportJob.objects.filter(pk=job.pk).update(leased_until_at=timezone.now())


def test_a_worker_killed_in_the_middle_of_a_group_leaves_whole_groups_and_the_next_goes_on(workers, job):
    with numbers_held():
        workers.begin("first")
        until(WAITING, 1)
        standing_still(job)
        workers.kill("first")
    until(AT_WORK, 0)
    standing_still(job)
    assert jobs.take() is None  # its lease still holds
    lease_over(job)
    workers.begin("second")
    everything_once(job)


def test_a_worker_that_was_overtaken_writes_nothing_more(workers, job):
    with numbers_held():
        workers.begin("first")
        until(WAITING, 1)
        lease_over(job)
        workers.begin("second")
        until(WAITING, 2)
        job.refresh_from_db()
        overtaking = job.lease
    everything_once(job)
    assert job.lease == overtaking


def test_what_is_stopped_while_it_runs_takes_nothing_more_and_keeps_what_is_in(workers, job, curator):
    with numbers_held():
        workers.begin("first")
        until(WAITING, 1)
        assert exchanging.cancel_import(job=job, by=curator)
    until(AT_WORK, 0)
    job.refresh_from_db()
    assert (job.cancelled_by, job.finished_at, job.position) == (curator, None, BEFORE_PHONES)
    assert (Service.objects.count(), Phone.objects.count()) == (SERVICES, 0)
    assert (job.total("created"), job.notes.count()) == (1 + SERVICES, 0)
    assert not ImportPart.objects.exists()
    assert jobs.take() is None


def test_of_two_imports_of_one_source_the_second_waits(job, curator):
    second = exchanging.start_import(
        by=curator,
        form_key=uuid.uuid4(),
        file_name="county.zip",
        content=[b""],
        source_name=job.source_name,
    )
    other = exchanging.start_import(
        by=curator, form_key=uuid.uuid4(), file_name="town.zip", content=[b""], source_name="The town"
    )
    assert [taken and taken.pk for taken in (jobs.take(), jobs.take(), jobs.take())] == [
        job.pk,
        other.pk,
        None,
    ]
    exchanging.cancel_import(job=job, by=curator)
    assert jobs.take() == second
