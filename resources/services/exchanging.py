"""Starting and stopping imports from the desk. The work itself is the worker's (resources/hsds/jobs.py)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from resources.errors import CannotImport
from resources.models import ImportJob, ImportPart, Source


@transaction.atomic
def start_import(
    *, by: User, form_key: uuid.UUID, file_name: str, content: Iterable[bytes], **about: object
) -> ImportJob:
    """Keep the file in pieces for whichever worker comes first. The same form sent twice is one import."""
    job, created = ImportJob.objects.get_or_create(
        form_key=form_key, defaults={"created_by": by, "file_name": file_name[-200:], **about}
    )
    if created:
        for number, piece in enumerate(content):
            ImportPart.objects.create(job=job, number=number, content=piece)
    return job


@transaction.atomic
def take_over_tried(*, job: ImportJob, by: User) -> ImportJob:
    """What was only tried out, now for real, with the same file. Raises CannotImport when that is gone."""
    tried = ImportJob.objects.select_for_update().get(pk=job.pk)
    if not tried.dry_run or not tried.is_over or not tried.file_parts.exists():
        raise CannotImport(_("The file is not here any more. Please choose it again."))
    copied = (
        *("file_name", "source_name", "licence", "url", "time_zone"),
        *("mapping", "mapping_is_json", "with_contacts"),
    )
    real = ImportJob.objects.create(created_by=by, **{name: getattr(tried, name) for name in copied})
    tried.file_parts.update(job=real)
    return real


@transaction.atomic
def retry_quarantined(*, source: Source, by: User) -> ImportJob:
    """Try the rows again that could not be taken. One at a time for each source."""
    known = ImportJob.objects.filter(
        source_name=source.name, file_name="", finished_at=None, cancelled_at=None
    )
    return known.first() or ImportJob.objects.create(created_by=by, source_name=source.name)


@transaction.atomic
def cancel_import(*, job: ImportJob, by: User) -> bool:
    """What is in stays in; nothing more comes. False when it was over already."""
    running = ImportJob.objects.filter(pk=job.pk, finished_at=None, cancelled_at=None)
    stopped = running.update(cancelled_at=timezone.now(), cancelled_by=by, leased_until_at=None)
    ImportPart.objects.filter(job=job, job__cancelled_at__isnull=False).delete()
    return bool(stopped)
