"""What somebody proposes to change. Nothing of it touches the live record before a curator decides."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from resources.models.directory import LONG, Organization, Source
from resources.models.listings import Service


class ChangeRequest(models.Model):
    """One letter to the curators: a new listing, a correction, a problem, what an import would overwrite."""

    class Kind(models.TextChoices):
        ADDITION = "addition", _("a new listing")
        CORRECTION = "correction", _("a correction")
        PROBLEM = "problem", _("a problem")
        CONFLICT = "conflict", _("an import says otherwise")

    class Problem(models.TextChoices):
        UNCLEAR = "unclear", _("Something is unclear")
        CONTACT = "contact", _("The number or address is wrong, or nobody answers")
        GONE = "gone", _("It no longer exists")
        NOT_HERE = "not_here", _("It does not serve this area")
        OTHER = "other", _("Something else")

    class Decision(models.TextChoices):
        APPROVED = "approved", _("taken over")
        EDITED = "edited", _("taken over with changes")
        REFUSED = "refused", _("not taken over")
        WITHDRAWN = "withdrawn", _("taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    form_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    problem = models.CharField(max_length=12, choices=Problem.choices, blank=True)
    # Null for a new listing until it is approved.
    service = models.ForeignKey(
        Service, models.CASCADE, null=True, blank=True, related_name="change_requests"
    )
    note = models.TextField(_("in your own words"), blank=True, validators=LONG)
    evidence = models.TextField(_("how you know"), blank=True, validators=LONG)
    evidence_url = models.URLField(_("a page that says so"), max_length=500, blank=True)

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Only to answer; erased some time after the answer.
    sent_by_email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    # Set when the sender speaks for the organisation itself, or when an import proposes it.
    on_behalf_of = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="change_requests"
    )
    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, related_name="+")

    leased_until_at = models.DateTimeField(null=True, blank=True)
    leased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    # In words the sender gets to read.
    reason = models.TextField(_("reason"), blank=True, validators=LONG)

    class Meta:
        verbose_name = _("change request")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["created_at"], name="change_waiting", condition=Q(decided_at=None)),
            # What people wrote is found among many conflicts of an import, and those in their order.
            models.Index(
                fields=["created_at", "id"],
                name="change_of_people",
                condition=Q(decided_at=None) & ~Q(kind="conflict"),
            ),
            models.Index(
                fields=["created_at", "id"],
                name="change_of_imports",
                condition=Q(decided_at=None, kind="conflict"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["addition", "correction", "problem", "conflict"]),
                name="change_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(problem="") | Q(kind="problem"), name="change_problem_only_with_problem"
            ),
            models.CheckConstraint(
                condition=Q(problem__in=["", "unclear", "contact", "gone", "not_here", "other"]),
                name="change_problem_known",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(decided_at__isnull=False), name="change_decider_has_time"
            ),
            models.CheckConstraint(
                condition=Q(leased_by=None) | Q(leased_until_at__isnull=False), name="change_lease_has_end"
            ),
            models.CheckConstraint(
                condition=Q(kind="addition") | Q(service__isnull=False), name="change_is_about_a_service"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None)
                | (
                    Q(decided_at__isnull=False)
                    & Q(decision__in=["approved", "edited", "refused", "withdrawn"])
                ),
                name="change_decision_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(decision="refused") | ~Q(reason=""),
                name="change_refused_with_reason",
                violation_error_message=_("Say why, in words the sender can read."),
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | Q(sent_by=None)
                | Q(decision="withdrawn")
                | ~Q(decided_by=F("sent_by")),
                name="change_needs_two_people",
                violation_error_message=_("Somebody else has to look at what you proposed yourself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.service or ''}"


class FieldChange(models.Model):
    """One field: what it was when this was written, what it should be, and what a curator made of it.

    `table` is the HSDS name (service, phone, schedule, ...); `row` is null for a new row, and all new rows of one
    `group` become one record. A new row that an import proposes has the key it will get, and a group.
    """

    request = models.ForeignKey(ChangeRequest, models.CASCADE, related_name="fields")
    table = models.CharField(max_length=30)
    row = models.UUIDField(null=True, blank=True)
    group = models.PositiveSmallIntegerField(default=0)
    field = models.CharField(max_length=60)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    # What was taken over in the end; the same as `after` unless a curator changed it. Not set while undecided.
    taken = models.JSONField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "table", "row", "group", "field"],
                nulls_distinct=False,
                name="field_change_once",
            ),
            models.CheckConstraint(
                condition=Q(taken_at=None) | Q(refused_at=None), name="field_change_decided_one_way"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table}.{self.field}"


class DoNotList(models.Model):
    """Somebody asked not to be listed. Remembered so that nobody adds them again."""

    name = models.CharField(_("name"), max_length=255)
    # As they are compared: small letters without accents, the host alone, digits alone.
    folded_name = models.CharField(max_length=255, blank=True, editable=False)
    domain = models.CharField(_("web or mail domain"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=60, blank=True)
    reason = models.TextField(_("reason"), blank=True, validators=LONG)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("asked not to be listed")
        verbose_name_plural = _("asked not to be listed")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name
