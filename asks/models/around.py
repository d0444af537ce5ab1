"""What goes around asks: what members offer first, what the owner gives, and calendars."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import tokens
from accounts.models import User
from asks.models.asks import Need
from networks.models import Membership, Tie


class Offer(models.Model):
    """What a member can do, and when, said before anybody asks."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="offer")
    needs = ArrayField(models.CharField(max_length=10, choices=Need.choices), default=list)
    when = models.CharField(max_length=120, blank=True)
    offered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(needs__contained_by=Need.values), name="offer_needs_known"),
        ]

    def __str__(self) -> str:
        return f"offer {self.pk}"

    @property
    def offered(self) -> list[Need]:
        return [need for need in Need if need.value in self.needs]


class Gift(models.Model):
    """What the owner gave: help goes both ways."""

    class What(models.TextChoices):
        LISTENED = "listened", _("I listened")
        HOSTED = "hosted", _("I had them over")
        ANSWERED = "answered", _("I answered a question")
        OTHER = "other", _("Something else")

    owner = models.ForeignKey(User, models.CASCADE, related_name="gifts")
    tie = models.ForeignKey(Tie, models.SET_NULL, null=True, related_name="gifts")
    what = models.CharField(max_length=10, choices=What.choices)
    given_on = models.DateField()
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "-given_on"], name="gift_of_owner")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "form_key"], name="gift_noted_once"),
            models.CheckConstraint(
                condition=Q(what__in=["listened", "hosted", "answered", "other"]), name="gift_what_known"
            ),
        ]

    def __str__(self) -> str:
        return f"gift {self.pk}"


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def live(self) -> Self:
        return self.filter(revoked_at=None)

    def for_token(self, token: str) -> CalendarFeed | None:
        found = self.live().filter(token_hash=tokens.hash_of(token), person__is_active=True)
        return found.select_related("person").first()


class CalendarFeed(models.Model):
    """A person's private calendar. The token in its address is computed, never stored, like an invitation's."""

    person = models.ForeignKey(User, models.CASCADE, related_name="calendar_feeds")
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(revoked_at=None), name="calendar_feed_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"calendar feed {self.pk}"

    def token(self) -> str:
        """The secret in the address."""
        return tokens.of("asks.calendar-feed", self.nonce)
