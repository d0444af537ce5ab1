"""One date of an ask, and who said yes to it."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.db.models.functions import Coalesce

from accounts import times
from accounts.models import User
from asks import when
from asks.models.asks import Ask
from networks.models import Membership, Share, has_ended, is_shown

# How long something without a time stays to be answered.
ANY_TIME_FOR = dt.timedelta(days=28)


class OccurrenceQuerySet(models.QuerySet["Occurrence"]):
    def managed_by(self, person: User) -> Self:
        return self.filter(ask__in=Ask.objects.managed_by(person))

    def standing(self) -> Self:
        """Not cancelled by anybody."""
        return self.filter(cancelled_at=None, ask__cancelled_at=None)

    def ahead(self, now: dt.datetime) -> Self:
        """Not over yet."""
        timeless = Q(starts_at=None, ask__by_on=None, made_at__gt=now - ANY_TIME_FOR)
        # A day in any zone ends at most half a day after it does in UTC.
        in_time = Q(starts_at=None, ask__by_on__gte=(now - dt.timedelta(hours=12)).date())
        return self.filter(Q(ends_at__gt=now) | timeless | in_time)

    def taken(self) -> Self:
        return self.filter(Exists(Taking.objects.standing().filter(occurrence=OuterRef("pk"))))

    def untaken(self) -> Self:
        return self.exclude(Exists(Taking.objects.standing().filter(occurrence=OuterRef("pk"))))

    def open(self, now: dt.datetime) -> Self:
        return self.standing().ahead(now).untaken()

    def shown_to(self, memberships: models.QuerySet[Membership]) -> Self:
        """What any of these members may see: `Membership.shows_of` for each, as a question to the database.

        Nothing on a break; what was asked only of others is not there at all.
        """
        shown = memberships.filter(
            Q(limited_at=None) | Q(limited_at__gte=OuterRef("made_at")),
            is_shown(Share.ASKS),
            ended_at=None,
            paused_at=None,
            owner=OuterRef("ask__owner"),
        )
        chosen = shown.filter(asks_for_them=OuterRef("ask"))
        since = Coalesce(OuterRef("ask__widened_at"), OuterRef("made_at"))
        asked = shown.filter(Q(limited_at=None) | Q(limited_at__gte=since))
        return self.filter(Q(Exists(asked), ask__to=Ask.To.EVERYBODY) | Exists(chosen))

    def seen_by(self, membership: Membership) -> Self:
        return self.shown_to(Membership.objects.filter(pk=membership.pk))

    def as_asked(self, memberships: models.QuerySet[Membership]) -> Self:
        """Without what was moved or made less after a quiet limit, where the limited member never said yes to it.

        To them it is as if it were cancelled: the same as everybody sees of something cancelled, and nothing newer.
        """
        newer = Q(limited_at__lt=OuterRef("moved_at")) | Q(limited_at__lt=OuterRef("softened_at"))
        said_yes = Taking.objects.filter(membership=OuterRef("pk"), occurrence=OuterRef(OuterRef("pk")))
        limited = memberships.filter(newer, ~Exists(said_yes), owner=OuterRef("ask__owner"))
        return self.exclude(Exists(limited))

    def with_standing(self) -> Self:
        """Bring who said yes and still does, by which name, in the same query: one at most stands."""
        standing = FilteredRelation("takings", condition=Q(takings__handed_back_at=None))
        known = self.annotate(standing=standing, taken_by=F("standing__membership"))
        return known.select_related("standing__membership__tie")

    def in_order(self) -> Self:
        return self.order_by(models.F("starts_at").asc(nulls_last=True), "ask__by_on", "pk")


class Occurrence(models.Model):
    """When an ask is to happen: one row for one that is made once, many for one that repeats."""

    ask = models.ForeignKey(Ask, models.CASCADE, related_name="occurrences")
    # Counts from 0; which of the dates that repeat it is, wherever it was moved to.
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    softened_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # Counts what a calendar has to learn of (RFC 5545 §3.8.7.4), and when it last did.
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    objects = OccurrenceQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["ask", "starts_at"], name="occurrence_of_ask")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ask", "number"], name="occurrence_once"),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=models.F("starts_at")),
                name="occurrence_ends_later",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_by=None) | Q(cancelled_at__isnull=False), name="occurrence_cancelled_at"
            ),
        ]

    def __str__(self) -> str:
        return f"occurrence {self.pk}"

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None or self.ask.cancelled_at is not None

    def is_over(self, now: dt.datetime) -> bool:
        if self.ends_at:
            return self.ends_at <= now
        if self.ask.by_on:
            return self.ask.by_on < now.astimezone(self.ask.zone).date()
        return self.made_at <= now - ANY_TIME_FOR

    @property
    def begins(self) -> str:
        """When, as it travels in a page and back; empty for any time."""
        return str(int(self.starts_at.timestamp())) if self.starts_at else ""

    @property
    def passes_at(self) -> dt.datetime:
        """When it is too late to say yes: as it begins; in the evening of its last day; or when it has stood long."""
        if self.starts_at:
            return self.starts_at
        if self.ask.by_on:
            return times.instant(self.ask.by_on, when.EVENING, self.ask.zone)
        return self.made_at + ANY_TIME_FOR

    @property
    def word_at(self) -> dt.datetime | None:
        """When its owner hears that nobody has said yes so far."""
        return when.word_at(self.passes_at, since=self._told_at, zone=self.ask.owner.zone)

    @property
    def _told_at(self) -> dt.datetime:
        """When people heard of it as it stands."""
        return max(self.made_at, self.moved_at or self.made_at)

    def has_waited(self, now: dt.datetime) -> bool:
        """It was asked long enough ago that somebody could have answered."""
        return self._told_at + when.A_WHILE <= now

    @property
    def passes_on(self) -> dt.date:
        """The day it passes, on its owner's calendar."""
        return self.passes_at.astimezone(self.ask.owner.zone).date()

    def standing_taking(self) -> Taking | None:
        """Who said yes and still does; what a page brought along or prefetched costs no query."""
        if "taken_by" in self.__dict__:
            return getattr(self, "standing", None)
        return next((one for one in self.takings.all() if one.handed_back_at is None), None)


class TakingQuerySet(models.QuerySet["Taking"]):
    def standing(self) -> Self:
        return self.filter(handed_back_at=None)

    def by(self, member: User) -> Self:
        return self.filter(membership__member=member)

    def still_shown(self) -> Self:
        """Where the two still share what is asked for."""
        return self.filter(is_shown(Share.ASKS, "membership__"), membership__ended_at=None)

    def adrift(self) -> Self:
        """Somebody said yes who can no longer see what it was."""
        gone = ~Q(membership__ended_at=None) | ~Q(membership__shares__contains=[Share.ASKS.value])
        return self.standing().filter(gone | has_ended(Share.ASKS, "membership__"))


class Taking(models.Model):
    """Somebody said yes to one date. Handed back, it stays as a row, so that a calendar can be told."""

    occurrence = models.ForeignKey(Occurrence, models.CASCADE, related_name="takings")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="takings")
    taken_at = models.DateTimeField()
    handed_back_at = models.DateTimeField(null=True)
    thanked_at = models.DateTimeField(null=True)

    objects = TakingQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["membership", "-taken_at"], name="taking_by_member")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["occurrence"], condition=Q(handed_back_at=None), name="taking_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(handed_back_at=None) | Q(handed_back_at__gte=models.F("taken_at")),
                name="taking_handed_back_later",
            ),
        ]

    def __str__(self) -> str:
        return f"taking {self.pk}"
