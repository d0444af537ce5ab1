"""Who checked what, and what the importer brought: the records behind the listings."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from resources.models.directory import Source
from resources.models.listings import PARTS, Service


class Verification(models.Model):
    """Somebody checked a listing on a day. Only ever added to; the newest is `Service.verification`."""

    class How(models.TextChoices):
        PHONE = "phone", _("by phone")
        EMAIL = "email", _("by e-mail")
        WEBSITE = "website", _("on their website")
        VISIT = "visit", _("by a visit")
        PROVIDER = "provider", _("by the organisation itself")
        SAMPLE = "sample", _("sample data, nothing to check")

    class Part(models.TextChoices):
        NAME = "name", _("name")
        DESCRIPTION = "description", _("what to expect")
        CONTACT = "contact", _("phone, e-mail, web address")
        PLACE = "place", _("address and getting there")
        TIMES = "times", _("times")
        COST = "cost", _("cost")
        ACCESS = "access", _("access")
        ELIGIBILITY = "eligibility", _("who it is for")

    form_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="verifications")
    verified_at = models.DateTimeField(_("when"), db_default=Now(), editable=False)
    # Null only after the curator's account was erased.
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    how = models.CharField(_("how"), max_length=10, choices=How.choices)
    parts = ArrayField(
        models.CharField(max_length=15, choices=Part.choices), verbose_name=_("what was checked")
    )
    note = models.TextField(_("note"), blank=True, max_length=2000)

    class Meta:
        verbose_name = _("verification")
        ordering = ["-verified_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(how__in=["phone", "email", "website", "visit", "provider", "sample"]),
                name="verification_how_known",
            ),
            models.CheckConstraint(condition=Q(parts__len__gt=0), name="verification_checked_something"),
            models.CheckConstraint(condition=Q(parts__contained_by=PARTS), name="verification_parts_known"),
        ]

    def __str__(self) -> str:
        return f"{self.verified_at:%Y-%m-%d} {self.get_how_display()}"


class ImportedRow(models.Model):
    """What one row of a source said when it was last taken over.

    The importer compares three things: this, the new row, and the record as it is now. Where the record
    differs from this, a curator was here, and the importer leaves the field alone. Where the record is gone,
    it stays gone.
    """

    # No index of its own: the constraint has one that begins with it. In a table that is new the database would take
    # this one for every question, and read all rows of the source each time.
    source = models.ForeignKey(Source, models.CASCADE, related_name="rows", db_index=False)
    table = models.CharField(max_length=30)
    row_id = models.UUIDField()
    values = models.JSONField()
    # What curators were asked about when it differed from theirs, so that they are asked once.
    offered = models.JSONField(default=dict, db_default={})

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "table", "row_id"], name="imported_row_once"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"
