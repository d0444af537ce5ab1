"""The worker's side of an import from the desk: a slice at a time, under a lease, going on where the last one stopped.

Whoever holds the lease writes how far it is in the transaction of each group of rows. A worker that is killed leaves
whole groups and a lease that runs out; one that was overtaken, or whose job was cancelled, finds that out with the
next group, which then is not taken.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from resources.hsds import importing, mapping
from resources.hsds.reading import Reading
from resources.hsds.report import Report
from resources.hsds.unpacking import Unreadable
from resources.models import ImportJob, ImportNote, ImportPart, Source
from resources.services.catching_up import catch_up

LEASE = dt.timedelta(minutes=5)
# Well inside the time a task may take.
SLICE_SECONDS = 120.0
MOST_NOTES = 5000
# A file that leads our reader astray does so again each time; what passes by itself (the database is away) is not here.
ASTRAY = (
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
    *(DataError, IntegrityError),
)
logger = logging.getLogger(__name__)
KEPT = dt.timedelta(days=1)


class Stopped(Exception):
    """Cancelled, or somebody else has it."""


def work(*, seconds: float = SLICE_SECONDS) -> int:
    """Take the next waiting job a slice further. Returns how many were worked on."""
    tidy_up()
    job = take()
    if job is None:
        return 0
    run = Run(job, time.monotonic() + seconds)
    try:
        run.go()
    except Stopped:
        pass
    except Unreadable as error:
        run.end(trouble=str(error))
    except ASTRAY:
        logger.exception("The import %s cannot go on.", job.pk)
        run.end(trouble=_("Something in this file leads our reader astray. What is in stays in."))
    return 1


@transaction.atomic
def take() -> ImportJob | None:
    now = timezone.now()
    job = ImportJob.objects.waiting(now).select_for_update(skip_locked=True).first()
    if job is None:
        return None
    job.lease, job.leased_until_at = uuid.uuid4(), now + LEASE
    job.started_at = job.started_at or now
    job.save(update_fields=["lease", "leased_until_at", "started_at"])
    return job


def tidy_up() -> None:
    """Files of jobs that are over. One that was only tried stays a day, so that it can be taken over."""
    over = ImportJob.objects.exclude(finished_at=None, cancelled_at=None)
    ImportPart.objects.filter(job__in=over.filter(created_at__lt=timezone.now() - KEPT)).delete()


@dataclass
class Run:
    job: ImportJob
    until: float
    lines: list[str] = field(default_factory=list)
    enough: bool = False

    def __post_init__(self) -> None:
        self.report = Report(self.hear)
        for table, counts in self.job.counts.items():
            self.report.counts[table] = Counter(counts)

    def hear(self, line: str) -> None:
        if len(self.lines) < MOST_NOTES:
            self.lines.append(line)

    def go(self) -> None:
        if not self.job.file_name:
            self.retry()
        else:
            with tempfile.TemporaryDirectory() as scratch:
                self.take_over(self.spooled(Path(scratch)))
        if self.enough:
            self.give_back()
        else:
            self.end()

    def take_over(self, path: Path) -> None:
        job = self.job
        wanted = job.mapping.encode()
        importing.run(
            path=path,
            source=job.source_name,
            tell=self.hear,
            dry_run=job.dry_run,
            with_contacts=job.with_contacts,
            mapping=mapping.parse(wanted, is_json=job.mapping_is_json) if wanted else None,
            skip=0 if job.dry_run else job.position,
            each=self.look if job.dry_run else self.note_down,
            report=self.report,
            licence=job.licence,
            url=job.url,
            time_zone=job.time_zone,
        )

    def retry(self) -> None:
        source = Source.objects.filter(name=self.job.source_name).first()
        if source is not None:
            with transaction.atomic():
                importer = importing.Importer(source, self.report)
                importer.begin()
                importer.retry()
                self.keep()
            catch_up()

    def spooled(self, scratch: Path) -> Path:
        """The upload as a file under a name that is ours."""
        path = scratch / (
            re.sub(r"[^\w.-]", "_", Path(self.job.file_name).name)[-80:].lstrip(".") or "upload"
        )
        with path.open("wb") as handle:
            for part in self.job.file_parts.order_by("number").iterator(chunk_size=4):
                handle.write(bytes(part.content))
        return path

    # After each group of rows ------------------------------------------------------------------

    def look(self, number: int, reading: Reading) -> bool:
        """Of what is only tried nothing is written; it cannot go on later either."""
        if time.monotonic() > self.until:
            raise Unreadable(
                _("This is too long to try out here. Take it over, or try it with manage.py import_hsds.")
            )
        return False

    def note_down(self, number: int, reading: Reading) -> bool:
        """However little time there is, a group is in when its time is over."""
        progress = reading.files.progress
        self.keep(position=number, bytes_done=progress.done, bytes_total=progress.total)
        self.enough = time.monotonic() > self.until
        return self.enough

    def keep(self, **progress: int) -> None:
        """Hold on to the job, in the transaction of what was written. Raises Stopped when it is ours no more."""
        mine = ImportJob.objects.filter(pk=self.job.pk, lease=self.job.lease, cancelled_at=None)
        counts = {table: dict(found) for table, found in self.report.counts.items()}
        if not mine.update(**progress, counts=counts, leased_until_at=timezone.now() + LEASE):
            raise Stopped
        self.write_lines()

    def write_lines(self) -> None:
        room = MOST_NOTES - ImportNote.objects.filter(job=self.job).count()
        ImportNote.objects.bulk_create(
            ImportNote(job=self.job, said=line[:2000]) for line in self.lines[:room]
        )
        self.lines.clear()

    # The end -----------------------------------------------------------------------------------

    def give_back(self) -> None:
        ImportJob.objects.filter(pk=self.job.pk, lease=self.job.lease).update(
            lease=None, leased_until_at=None
        )

    @transaction.atomic
    def end(self, trouble: str = "") -> None:
        mine = ImportJob.objects.filter(pk=self.job.pk, lease=self.job.lease, cancelled_at=None)
        counts = {table: dict(found) for table, found in self.report.counts.items()}
        if mine.update(finished_at=timezone.now(), leased_until_at=None, counts=counts, trouble=trouble):
            self.write_lines()
            if not self.job.dry_run:
                self.job.file_parts.all().delete()
