"""What a visitor with an account keeps: listings, searches, and what they told us that gets in their way."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from resources.models.listings import Service


class SavedListing(models.Model):
    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_listings")
    service = models.ForeignKey(Service, models.CASCADE, related_name="+")
    saved_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-saved_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["owner", "service"], name="listing_saved_once")]

    def __str__(self) -> str:
        return f"saved {self.pk}"


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def of(self, owner: User) -> Self:
        return self.filter(owner=owner)

    def due(self, now: dt.datetime) -> Self:
        return self.filter(next_look_at__lte=now)


class SavedSearch(models.Model):
    """A search as it stands in the address bar, looked at again once a week.

    All of one person are looked at together, so that one letter says what all of them found.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_searches")
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)
    # Without the place, unless its owner ticked that it may be kept.
    query = models.CharField(max_length=1000, blank=True)
    # What it says in words, as it was when it was saved.
    name = models.CharField(_("name"), max_length=200)
    saved_at = models.DateTimeField(db_default=Now(), editable=False)
    # Whatever was published before has been seen, or told.
    seen_until_at = models.DateTimeField()
    next_look_at = models.DateTimeField()

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-pk"]
        indexes = [models.Index(fields=["next_look_at"], name="saved_search_next")]
        constraints = [
            models.UniqueConstraint(fields=["owner", "query"], name="search_saved_once"),
            models.UniqueConstraint(fields=["owner", "form_key"], name="search_sent_once"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_search_has_name"),
        ]

    def __str__(self) -> str:
        return f"search {self.pk}"


class FindingWishes(models.Model):
    """What somebody told us for finding support: asked once, theirs to change and to erase. One row each."""

    class InTheWay(models.TextChoices):
        FLARES = "flares", _("Getting out on flare days")
        STAIRS = "stairs", _("Stairs")
        STANDING = "standing", _("Standing for long")
        SITTING = "sitting", _("Sitting for long")
        MONEY = "money", _("Money")
        TRANSPORT = "transport", _("Getting there")
        EVENINGS = "evenings", _("Evenings")
        NOISE = "noise", _("Noise and bright light")

    owner = models.OneToOneField(User, models.CASCADE, related_name="finding_wishes")
    in_the_way = ArrayField(
        models.CharField(max_length=12, choices=InTheWay.choices), default=list, db_default=[], blank=True
    )
    # When they answered, were it with nothing. Not set: nobody asked yet, or they erased it and asked anew.
    answered_at = models.DateTimeField(null=True, blank=True)
    # Nothing is picked for them any more.
    picks_off_at = models.DateTimeField(null=True, blank=True)
    # No letters about their saved searches any more.
    letters_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(in_the_way=[]) | Q(answered_at__isnull=False), name="in_the_way_was_answered"
            ),
            models.CheckConstraint(
                condition=Q(
                    in_the_way__contained_by=[
                        *("flares", "stairs", "standing", "sitting"),
                        *("money", "transport", "evenings", "noise"),
                    ]
                ),
                name="in_the_way_known",
            ),
        ]

    def __str__(self) -> str:
        return f"wishes {self.pk}"
