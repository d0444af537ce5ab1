"""Every message that leaves: one row each, delivered once."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from outbox import kinds, quiet

# How long a worker may hold a message it has taken before another may take it. Longer than a task may run.
LEASE = dt.timedelta(minutes=5)


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> Self:
        return self.filter(sent_at=None, cancelled_at=None, failed_at=None)

    def shown_to(self, person: AbstractBaseUser) -> Self:
        """What went on their behalf or to them, newest first. What others have us tell them, once they were told."""
        told = Q(recipient=person, owner=None) | Q(recipient=person, sent_at__isnull=False)
        rows = self.filter(Q(owner=person) | told).select_related("recipient")
        rows = rows.exclude(~Q(recipient=person), kind__in=kinds.private(), cancelled_at__isnull=False)
        return rows.order_by("-created_at", "-pk")

    def in_nobodys_hands(self) -> Self:
        """By the database's clock: a worker whose own clock runs ahead takes nothing from one that is still sending."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lte=Now()))

    def take(self, *, now: dt.datetime, limit: int, only: list[str] | None = None) -> list[Message]:
        """Lease up to `limit` messages that are due; nobody else can have them until the lease ends.

        `leased_until` also names the lease: a row is only recorded by whoever holds it.
        """
        with transaction.atomic():
            due = (
                self.waiting().in_nobodys_hands().filter(next_attempt_at__lte=now).order_by("next_attempt_at")
            )
            if only is not None:
                due = due.filter(dedupe_key__in=only)
            ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
            self.filter(pk__in=ids).update(
                leased_until=Now() + LEASE,
                next_attempt_at=now + LEASE,
                attempts=F("attempts") + 1,
                held_for="",
            )
            return list(self.filter(pk__in=ids).select_related("recipient").order_by("not_before", "pk"))


class Message(models.Model):
    """A message to one person. `kind` names who can write it; `params` holds what that needs: ids, never prose.

    Words are made when it is sent, from what is true then. A kind may find that there is nothing left to
    say (the silence is over, the membership ended): the message is cancelled.
    """

    class HeldFor(models.TextChoices):
        QUIET_HOURS = "quiet_hours", _("the reader’s quiet hours")
        ONE_A_DAY = "one_a_day", _("one gentle message a day")

    dedupe_key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    channel = models.CharField(
        max_length=10, choices=Channel.choices, default=Channel.EMAIL, db_default=Channel.EMAIL
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="messages"
    )
    # On whose behalf it goes: whose silence, whose invitation. Their own page shows what became of it.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="caused_messages",
    )
    address = models.CharField(
        max_length=254,
        blank=True,
        default="",
        db_default="",
        help_text=_("only for somebody without an account"),
    )
    params = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    not_before = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    wakes = models.BooleanField(
        default=False, db_default=False, help_text=_("may be sent in the reader’s quiet hours")
    )
    # While a worker has it in hand. By the database's clock, which all workers share.
    leased_until = models.DateTimeField(null=True, blank=True, editable=False)
    # Why `next_attempt_at` was moved without an attempt.
    held_for = models.CharField(max_length=20, choices=HeldFor.choices, blank=True, default="", db_default="")
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_to = models.CharField(max_length=254, blank=True, default="", db_default="")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    # Only for kinds that others depend on: when it was given to a mail server that has not said no.
    handed_over_at = models.DateTimeField(null=True, blank=True)
    # When a mail server first said no to this very letter, for now or for good.
    refused_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="", db_default="")

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_attempt_at"],
                name="message_waiting",
                condition=Q(sent_at=None, cancelled_at=None, failed_at=None),
            ),
            models.Index(fields=["recipient", "-created_at"], name="message_recipient"),
            models.Index(
                fields=["owner", "-created_at"], name="message_owner", condition=Q(owner__isnull=False)
            ),
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
            models.CheckConstraint(
                name="message_held_for_known", condition=Q(held_for__in=["", "quiet_hours", "one_a_day"])
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
        return self.handed_over_at is not None and unsettled and self.is_leased(now)

    def is_leased(self, now: dt.datetime) -> bool:
        """Whether a worker has it in hand."""
        return self.leased_until is not None and self.leased_until > now

    @property
    def may_have_arrived(self) -> bool:
        """Sent, or given to a mail server that never answered. For kinds that are `watched`."""
        return self.sent_at is not None or self.handed_over_at is not None

    def record(self, **fields: object) -> bool:
        """Write the outcome, unless the lease was lost to another worker. Says whether it was written.

        With a next attempt it is given out of hand.
        """
        if "next_attempt_at" in fields:
            fields["leased_until"] = None
        mine = Message.objects.waiting().filter(pk=self.pk, leased_until=self.leased_until)
        return bool(mine.update(**fields))


class BrokenAddress(models.Model):
    """An address whose server said, for good, that it takes no mail. Shown to its owner; cleared by them."""

    channel = models.CharField(
        max_length=10, choices=Channel.choices, default=Channel.EMAIL, db_default=Channel.EMAIL
    )
    address = models.CharField(max_length=254)
    reason = models.TextField()
    found_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "address"], name="broken_address_once"),
        ]

    def __str__(self) -> str:
        return self.address


class ChannelPreference(models.Model):
    """How somebody wants to hear from us on one channel. Without a row the defaults below hold."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="channel_preferences")
    channel = models.CharField(
        max_length=10, choices=Channel.choices, default=Channel.EMAIL, db_default=Channel.EMAIL
    )
    quiet_from = models.TimeField(_("quiet from"), default=dt.time(21), db_default=dt.time(21))
    quiet_until = models.TimeField(_("quiet until"), default=dt.time(9), db_default=dt.time(9))
    discreet_at = models.DateTimeField(null=True, blank=True)
    nudges_stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "channel"], name="preference_once_a_channel"),
            models.CheckConstraint(name="preference_channel_known", condition=Q(channel__in=["email"])),
        ]

    def __str__(self) -> str:
        return f"preference #{self.pk}"

    def has_stopped(self, what: str) -> bool:
        """Whether they want no more of these; "nudges" is all there is so far."""
        return what == "nudges" and self.nudges_stopped_at is not None

    def quiet_until_after(self, at: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
        """When the quiet hours over `at` end, in UTC; None when they may hear from us at `at`."""
        return quiet.end_of_quiet(at, zone=zone, quiet_from=self.quiet_from, quiet_until=self.quiet_until)


class DailyTurn(models.Model):
    """The one gentle message a person gets on a day of their own calendar. Whose row it is may be sent."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, db_index=False, related_name="daily_turns"
    )
    day = models.DateField()
    message = models.ForeignKey(Message, models.CASCADE, related_name="daily_turns")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "day"], name="one_gentle_message_a_day"),
        ]

    def __str__(self) -> str:
        return f"turn of {self.day}"


class Heartbeat(models.Model):
    """When a sweep last ran to its end, and what it found. `/readyz`, the desk and the owner's page read it."""

    name = models.CharField(max_length=60, primary_key=True)
    beat_at = models.DateTimeField()
    # What is not as it should be: {"what", "words", "count", "examples"} each; counts and ids, never names.
    findings = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def beat(name: str, *, now: dt.datetime, findings: list[dict[str, Any]] | None = None) -> None:
        """It ran; what it found before is forgotten."""
        row = Heartbeat(name=name, beat_at=now, findings=findings or [])
        Heartbeat.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["name"], update_fields=["beat_at", "findings"]
        )

    @property
    def words(self) -> str:
        """What it found, on one line; empty when all was well."""
        return "; ".join(f"{gettext(found['words'])}: {found['count']}" for found in self.findings)
