"""Taking other directories over: a job a curator started, what it said, and the rows that wait to be better."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from resources.models.directory import Source
from resources.models.listings import Service


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    def waiting(self, now: dt.datetime) -> Self:
        """To be begun, or left behind by a worker that is gone. Of one source only the oldest."""
        free = Q(leased_until_at=None) | Q(leased_until_at__lte=now)
        earlier = Q(created_at__lt=OuterRef("created_at")) | Q(
            created_at=OuterRef("created_at"), pk__lt=OuterRef("pk")
        )
        before = self.going_on().filter(earlier, source_name=OuterRef("source_name"))
        return self.going_on().filter(free, ~Exists(before)).order_by("created_at", "pk")

    def going_on(self) -> Self:
        return self.filter(finished_at=None, cancelled_at=None)


class ImportJob(models.Model):
    """One upload. `position` is how many groups of rows are in; whoever goes on begins after them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=200)
    source_name = models.CharField(_("name of the source"), max_length=120)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    url = models.URLField(_("where it is published"), max_length=500, blank=True)
    time_zone = models.CharField(
        _("time zone of its places"), max_length=63, blank=True, default="", db_default=""
    )
    mapping = models.TextField(blank=True)
    mapping_is_json = models.BooleanField(default=False)
    with_contacts = models.BooleanField(_("people’s names, too"), default=False)
    dry_run = models.BooleanField(_("only try it out"), default=False)

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    leased_until_at = models.DateTimeField(null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    # Why it could not be read at all, in words for the curator.
    trouble = models.TextField(blank=True)

    position = models.PositiveIntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    bytes_total = models.BigIntegerField(default=0)
    # By table: how many created, changed, unchanged, kept, refused, gone.
    counts = models.JSONField(default=dict)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        ordering = ["-created_at", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"],
                name="import_waiting",
                condition=Q(finished_at=None, cancelled_at=None),
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(cancelled_at=None), name="import_ends_once"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_by=None) | Q(cancelled_at__isnull=False), name="import_stopper_has_time"
            ),
        ]

    def __str__(self) -> str:
        return self.source_name

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None or self.cancelled_at is not None

    @property
    def percent(self) -> int:
        return min(100, 100 * self.bytes_done // self.bytes_total) if self.bytes_total else 0

    def total(self, outcome: str) -> int:
        counts: dict[str, dict[str, Any]] = self.counts
        return sum(table.get(outcome, 0) for table in counts.values())


class ImportPart(models.Model):
    """A piece of the uploaded file. Here, because every worker reaches the database; gone when the job is over."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="file_parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="import_part_once")]

    def __str__(self) -> str:
        return str(self.number)


class ImportNote(models.Model):
    """One line of a job's report: about a row, in words."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="notes")
    said = models.TextField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.said


class QuarantinedRow(models.Model):
    """A row that could not be taken, and why. The next import of its source tries it again."""

    # Indexed by the constraint, as in ImportedRow.
    source = models.ForeignKey(Source, models.CASCADE, related_name="quarantined", db_index=False)
    table = models.CharField(max_length=30)
    # Made from the id at the source, or from where the row stood when it had none.
    key = models.UUIDField()
    place = models.CharField(max_length=300)
    why = models.TextField()
    # Empty where the row could not even be split into cells, or is far too long to be kept.
    cells = models.JSONField(null=True)
    first_at = models.DateTimeField(db_default=Now(), editable=False)
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("row that could not be taken")
        verbose_name_plural = _("rows that could not be taken")
        ordering = ["table", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["source", "table", "key"], name="quarantined_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


class Unindexed(models.Model):
    """Something touched this listing and the search has not heard of it yet: an import (its source), or new words."""

    service = models.OneToOneField(Service, models.CASCADE, primary_key=True, related_name="+")
    source = models.ForeignKey(
        Source, models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return str(self.service_id)
