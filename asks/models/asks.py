"""What somebody asks for: what, when, of whom, and what would do instead."""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User, zone_named
from networks.models import Membership, Role

MOST_WEEKS_APART = 12


class Need(models.TextChoices):
    LIFT = "lift", _("A lift")
    ERRAND = "errand", _("An errand")
    MEAL = "meal", _("A meal")
    COMPANY = "company", _("Company")
    CALL = "call", _("A call")
    PAPERWORK = "paperwork", _("Help with papers")
    CHILDCARE = "childcare", _("Time with the children")
    PETS = "pets", _("Care for a pet")
    OTHER = "other", _("Something else")


class Energy(models.TextChoices):
    """What it takes out of the owner to receive it."""

    LOW = "low", _("Little: it can just happen")
    MIDDLE = "middle", _("Some: I take part for a while")
    HIGH = "high", _("A lot: I need rest afterwards")


class Softer(models.TextChoices):
    """What is agreed beforehand for the day it has to be less."""

    CALL = "call", _("A call instead")
    TEN_MINUTES = "ten_minutes", _("Ten minutes instead")
    MESSAGE = "message", _("A message instead")
    NONE = "none", _("Nothing instead, another time")


class AskQuerySet(models.QuerySet["Ask"]):
    def of(self, owner: User) -> Self:
        return self.filter(owner=owner)

    def to_look_at(self, now: dt.datetime) -> Self:
        """Those for which the sweep has something to do, the longest waiting first."""
        return self.filter(cancelled_at=None, look_again_at__lte=now).order_by("look_again_at")

    def managed_by(self, person: User) -> Self:
        """Their own, and those of owners who made them organiser."""
        granted = Membership.objects.supported_by(person).filter(role=Role.ORGANISER)
        return self.filter(Q(owner=person) | Q(owner__in=granted.values("owner")))


class Ask(models.Model):
    """One ask, once or repeating. Its dates are `Occurrence` rows, so that each is said yes to by itself."""

    class To(models.TextChoices):
        EVERYBODY = "everybody", _("Everybody who sees what I ask for")
        CHOSEN = "chosen", _("Only the people I choose")

    owner = models.ForeignKey(User, models.CASCADE, related_name="asks")
    # The owner, or whom they made organiser.
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="asks_made")
    made_at = models.DateTimeField()
    need = models.CharField(max_length=10, choices=Need.choices)
    text = models.TextField(max_length=600)
    # None: any time, perhaps before a day.
    starts_at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField(null=True)
    by_on = models.DateField(null=True)
    time_zone = models.CharField(max_length=64)
    # 0: once.
    weeks_apart = models.PositiveSmallIntegerField(default=0, db_default=0)
    repeats_until_on = models.DateField(null=True)
    # “Yes, if my body agrees”: since when that is part of it.
    flexible_at = models.DateTimeField(null=True)
    energy = models.CharField(max_length=6, choices=Energy.choices, default=Energy.MIDDLE)
    softer = models.CharField(max_length=12, choices=Softer.choices, default=Softer.NONE)
    to = models.CharField(max_length=10, choices=To.choices, default=To.EVERYBODY)
    chosen = models.ManyToManyField(Membership, related_name="asks_for_them", blank=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Asked of a few to begin with, of everybody from then on.
    widened_at = models.DateTimeField(null=True)
    # When there is something to do next: a date comes into sight, or near without anybody. None: nothing more.
    look_again_at = models.DateTimeField(null=True, db_default=Now())
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = AskQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["look_again_at"],
                condition=Q(look_again_at__isnull=False, cancelled_at=None),
                name="ask_to_look_at",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "form_key"], name="ask_made_once"),
            models.CheckConstraint(condition=Q(need__in=Need.values), name="ask_need_known"),
            models.CheckConstraint(condition=Q(energy__in=Energy.values), name="ask_energy_known"),
            models.CheckConstraint(condition=Q(softer__in=Softer.values), name="ask_softer_known"),
            models.CheckConstraint(condition=Q(to__in=["everybody", "chosen"]), name="ask_to_known"),
            models.CheckConstraint(condition=~Q(text=""), name="ask_has_words"),
            models.CheckConstraint(
                condition=Q(starts_at=None, minutes=None) | Q(starts_at__isnull=False, minutes__gte=5),
                name="ask_takes_time",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(by_on=None), name="ask_at_a_time_or_by_a_day"
            ),
            models.CheckConstraint(
                condition=Q(weeks_apart=0, repeats_until_on=None)
                | Q(weeks_apart__lte=MOST_WEEKS_APART, starts_at__isnull=False, weeks_apart__gte=1),
                name="ask_repeats_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_by=None) | Q(cancelled_at__isnull=False), name="ask_cancelled_at"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | Q(cancelled_at__gte=F("made_at")), name="ask_ends_later"
            ),
        ]

    def __str__(self) -> str:
        return f"ask {self.pk}"

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zone_named(self.time_zone)

    @property
    def lasts(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.minutes or 0)

    @property
    def repeats(self) -> bool:
        return self.weeks_apart > 0
