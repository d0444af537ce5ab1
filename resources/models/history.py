"""What was done to a listing, by whom and why. Written by `services.history`, never changed afterwards."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from resources.models.changes import ChangeRequest
from resources.models.directory import LONG, Source
from resources.models.listings import Service


class Change(models.Model):
    """One act on one listing. Its rows say what was there before and after; some acts have none."""

    class How(models.TextChoices):
        EDITED = "edited", _("edited")
        DECIDED = "decided", _("a proposal was taken over")
        MERGED = "merged", _("merged with another listing")
        UNMERGED = "unmerged", _("taken apart again")
        UNDONE = "undone", _("an earlier change was undone")
        ADDED = "added", _("added")
        VERIFIED = "verified", _("checked")
        PUBLISHED = "published", _("published")
        WITHDRAWN = "withdrawn", _("taken off the public pages")
        ARCHIVED = "archived", _("put away")
        OVER = "over", _("put away, as the event is over")
        IMPORTED = "imported", _("taken over from another directory")
        RULED = "ruled", _("the rules were gone through")
        REWORDED = "reworded", _("a topic of it was changed")
        LINK = "link", _("a link was looked at")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="changes")
    how = models.CharField(max_length=10, choices=How.choices)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    # Null where the clock, an import or the organisation itself did it, and after an account was erased.
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Where an import did it: whose data it was.
    source = models.ForeignKey(
        Source, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    why = models.TextField(_("why"), blank=True, validators=LONG)
    request = models.ForeignKey(ChangeRequest, models.SET_NULL, null=True, blank=True, related_name="changes")
    undoes = models.OneToOneField("self", models.CASCADE, null=True, blank=True, related_name="undone_by")

    class Meta:
        verbose_name = _("change")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["service", "-made_at"], name="change_of_service")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    how__in=[
                        *("edited", "decided", "merged", "unmerged", "undone", "added"),
                        *("verified", "published", "withdrawn", "archived", "over"),
                        *("imported", "ruled", "reworded", "link"),
                    ]
                ),
                name="change_how_known",
            ),
            models.CheckConstraint(
                condition=Q(how="undone", undoes__isnull=False) | (~Q(how="undone") & Q(undoes=None)),
                name="change_undone_says_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d} {self.get_how_display()}"

    @property
    def who(self) -> str:
        """Whoever did it, or the directory it came from; "" for the clock and for accounts that are gone."""
        if self.made_by:
            return self.made_by.called
        return str(_("the organisation itself")) if self.by_its_organisation else str(self.source or "")

    @property
    def by_its_organisation(self) -> bool:
        """It said itself, by the link in a letter, that all is right."""
        return self.how == self.How.VERIFIED and self.made_by_id is None


class ChangedRow(models.Model):
    """One row of one table: the fields that changed. No `before`: it was new; no `after`: it was taken out."""

    change = models.ForeignKey(Change, models.CASCADE, related_name="rows")
    table = models.CharField(max_length=30)
    row = models.UUIDField()
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["row"], name="changed_row")]
        constraints = [
            models.CheckConstraint(
                condition=Q(before__isnull=False) | Q(after__isnull=False), name="changed_row_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row}"
