"""Every message that leaves: one row each, delivered once."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

# How long a worker may hold a message it has taken before another may take it. Longer than a task may run.
LEASE = dt.timedelta(minutes=5)


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> Self:
        return self.filter(sent_at=None, cancelled_at=None, failed_at=None)

    def take(self, *, now: dt.datetime, limit: int, only: list[str] | None = None) -> list[Message]:
        """Lease up to `limit` messages that are due; nobody else can have them until the lease ends.

        `attempts` counts up with each lease and so names it: a row is only recorded by whoever holds it.
        """
        with transaction.atomic():
            due = self.waiting().filter(next_attempt_at__lte=now).order_by("next_attempt_at")
            if only is not None:
                due = due.filter(dedupe_key__in=only)
            ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
            self.filter(pk__in=ids).update(next_attempt_at=now + LEASE, attempts=F("attempts") + 1)
            return list(self.filter(pk__in=ids).select_related("recipient").order_by("not_before", "pk"))


class Message(models.Model):
    """A message to one person. `kind` names who can write it; `params` holds what that needs: ids, never prose.

    Words are made when it is sent, from what is true then. A kind may find that there is nothing left to
    say (the silence is over, the membership ended): the message is cancelled.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")

    dedupe_key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="messages"
    )
    address = models.CharField(
        max_length=254, blank=True, help_text=_("only for somebody without an account")
    )
    params = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    not_before = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_to = models.CharField(max_length=254, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    # Only for kinds that others depend on: when it was given to a mail server that has not said no.
    handed_over_at = models.DateTimeField(null=True, blank=True)
    # When a mail server first said no to this very letter, for now or for good.
    refused_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                name="message_waiting",
                condition=Q(sent_at=None, cancelled_at=None, failed_at=None),
            ),
            models.Index(fields=["recipient", "-created_at"], name="message_recipient"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="message_ends_once",
                condition=Q(sent_at=None, cancelled_at=None)
                | Q(sent_at=None, failed_at=None)
                | Q(cancelled_at=None, failed_at=None),
            ),
            models.CheckConstraint(
                name="message_has_a_recipient", condition=Q(recipient__isnull=False) | ~Q(address="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.dedupe_key}"

    @property
    def to_address(self) -> str:
        """Where it goes: the account's address as it is now, else the address it was written to."""
        return self.recipient.email if self.recipient else self.address

    def is_on_its_way(self, now: dt.datetime) -> bool:
        """Whether a worker is giving it to a mail server right now. For kinds that are `watched`."""
        unsettled = self.sent_at is None and self.failed_at is None and not self.last_error
        return self.handed_over_at is not None and unsettled and self.next_attempt_at > now

    @property
    def may_have_arrived(self) -> bool:
        """Sent, or given to a mail server that never answered. For kinds that are `watched`."""
        return self.sent_at is not None or self.handed_over_at is not None

    def record(self, **fields: object) -> bool:
        """Write the outcome, unless the lease was lost to another worker. Says whether it was written."""
        mine = Message.objects.waiting().filter(pk=self.pk, attempts=self.attempts)
        return bool(mine.update(**fields))


class BrokenAddress(models.Model):
    """An address whose server said, for good, that it takes no mail. Shown to its owner; cleared by them."""

    address = models.CharField(max_length=254, unique=True)
    reason = models.TextField()
    found_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.address


class Heartbeat(models.Model):
    """When a sweep last ran to its end. `/readyz` and the owner's page read it."""

    name = models.CharField(max_length=60, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def beat(name: str, *, now: dt.datetime) -> None:
        row = Heartbeat(name=name, beat_at=now)
        Heartbeat.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["name"], update_fields=["beat_at"]
        )
