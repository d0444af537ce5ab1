"""How it was, from whoever tried: one answer for each person and listing, theirs to change and to erase."""

from __future__ import annotations

import uuid
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from resources.models.listings import Service

WORTH_READING = ~Q(words="") | ~Q(because=[])


class FeedbackQuerySet(models.QuerySet["Feedback"]):
    def of(self, person: User) -> Self:
        return self.filter(said_by=person)

    def to_read(self) -> Self:
        """With words, or with what kept them away, that nobody has read yet, the oldest first."""
        return self.filter(WORTH_READING, read_at=None).order_by("changed_at", "pk")

    def counted(self) -> Self:
        """What kept somebody away counts once a curator has let it; that it helped, or did not, at once."""
        return self.exclude(verdict=Feedback.Verdict.COULD_NOT, shown_at=None)

    def readable(self) -> Self:
        """With words that may be shown."""
        return self.exclude(words="").filter(shown_at__isnull=False)


class Feedback(models.Model):
    """Counted without a name. Words, and what kept somebody away, are shown only after a curator has read them."""

    class Verdict(models.TextChoices):
        HELPFUL = "helpful", _("It helped")
        NOT_HELPFUL = "not_helpful", _("It did not help")
        COULD_NOT = "could_not", _("I could not go or take part")

    class Because(models.TextChoices):
        STAIRS = "stairs", _("The stairs")
        PAIN = "pain", _("Too much pain that day")
        TRANSPORT = "transport", _("Getting there")
        MONEY = "money", _("The money")
        NOT_WELCOME = "not_welcome", _("I did not feel welcome")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="feedback")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    verdict = models.CharField(max_length=12, choices=Verdict.choices)
    because = ArrayField(
        models.CharField(max_length=12, choices=Because.choices), default=list, db_default=[], blank=True
    )
    words = models.TextField(max_length=600, blank=True, validators=[MaxLengthValidator(600)])
    said_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField(db_default=Now(), editable=False)
    # A curator read the words, and whether they may be shown. New words are unread again.
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    shown_at = models.DateTimeField(null=True, blank=True)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-changed_at", "-pk"]
        indexes = [
            models.Index(
                fields=["changed_at"], name="feedback_unread", condition=Q(read_at=None) & WORTH_READING
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["service", "said_by"], name="feedback_once_each"),
            models.CheckConstraint(
                condition=Q(verdict__in=["helpful", "not_helpful", "could_not"]),
                name="feedback_verdict_known",
            ),
            models.CheckConstraint(
                condition=Q(because__contained_by=["stairs", "pain", "transport", "money", "not_welcome"]),
                name="feedback_because_known",
            ),
            models.CheckConstraint(
                condition=Q(because=[]) | Q(verdict="could_not"), name="feedback_because_they_could_not"
            ),
            models.CheckConstraint(
                condition=Q(shown_at=None) | Q(read_at__isnull=False), name="feedback_read_before_shown"
            ),
            models.CheckConstraint(
                condition=Q(read_by=None) | Q(read_at__isnull=False), name="feedback_reader_has_time"
            ),
            models.CheckConstraint(
                condition=Q(read_by=None) | ~Q(read_by=F("said_by")), name="feedback_needs_two_people"
            ),
        ]

    def __str__(self) -> str:
        return f"feedback {self.pk}"

    @property
    def because_words(self) -> list[str]:
        return [str(choice.label) for choice in self.Because if choice in self.because]
