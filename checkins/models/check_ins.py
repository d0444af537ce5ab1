"""A sign of life, and how the person was."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Mood(models.TextChoices):
    ROUGH = "rough", _("Rough")
    LOW = "low", _("Low")
    OKAY = "okay", _("Okay")
    GOOD = "good", _("Good")
    GREAT = "great", _("Great")


class Energy(models.TextChoices):
    """How much there is to spend, as one would say it on a bad day."""

    LITTLE = "little", _("Very little")
    SOME = "some", _("Some")
    ENOUGH = "enough", _("Enough")


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def of(self, owner: User) -> Self:
        return self.filter(owner=owner).order_by("-made_at")


class CheckIn(models.Model):
    """A sign of life, with whatever else they felt like saying. Every part may be left out."""

    class Via(models.TextChoices):
        PAGE = "page", _("on the page")
        LINK = "link", _("from a letter")
        SIGN_IN = "sign_in", _("by signing in")
        TOUCH = "touch", _("by writing down a contact")
        ANSWER = "answer", _("by answering a message")

    class Answer(models.TextChoices):
        OKAY = "okay", _("okay")
        COMPANY = "company", _("not okay, would like company")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="check_ins")
    made_at = models.DateTimeField()
    pain = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("0 none to 10 as bad as it can be")
    )
    mood = models.CharField(max_length=10, choices=Mood.choices, blank=True)
    energy = models.CharField(max_length=10, choices=Energy.choices, blank=True, default="", db_default="")
    was_in_touch = models.BooleanField(null=True, blank=True, help_text=_("empty: not said"))
    note = models.TextField(blank=True, max_length=2000)
    via = models.CharField(max_length=10, choices=Via.choices, db_default="page", default="page")
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True, db_default="")
    form_key = models.UUIDField(editable=False)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "-made_at"], name="checkin_latest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "form_key"], name="checkin_sent_once"),
            models.CheckConstraint(
                name="checkin_pain_0_to_10", condition=Q(pain=None) | Q(pain__range=(0, 10))
            ),
            models.CheckConstraint(name="checkin_mood_known", condition=Q(mood__in=["", *Mood.values])),
            models.CheckConstraint(name="checkin_energy_known", condition=Q(energy__in=["", *Energy.values])),
            models.CheckConstraint(
                name="checkin_answer_known", condition=Q(answer__in=["", "okay", "company"])
            ),
            models.CheckConstraint(
                name="checkin_via_known",
                condition=Q(via__in=["page", "link", "sign_in", "touch", "answer"]),
            ),
        ]

    def __str__(self) -> str:
        return f"check-in #{self.pk}"
