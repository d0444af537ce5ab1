"""Who joined an owner's network, what they may see of it, and who looked."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from networks.models.ties import Tie

# How long a word that needs no reply is shown.
SIGNAL_STAYS = dt.timedelta(days=4)


class Share(models.TextChoices):
    """What an owner may let a member see. The words follow “sees …” and “shares …”.

    Being told in a silence is a share, too; it is agreed on the ladder (`checkins`), with the member's own yes.
    """

    WORD = "word", _("how you are, in a word")
    CHECKINS = "checkins", _("that you checked in")
    PAIN = "pain", _("your pain score")
    MOOD = "mood", _("your mood")
    ENERGY = "energy", _("your energy")
    NOTES = "notes", _("your notes")
    PLANS = "plans", _("when your check-ins are due")
    ASKS = "asks", _("what you ask for")
    NAMES = "names", _("the names in your network")


class Role(models.TextChoices):
    SUPPORTER = "supporter", _("supporter")
    # May manage asks for the owner, and nothing else.
    ORGANISER = "organiser", _("organiser")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        return self.filter(ended_at=None)

    def of(self, owner: User) -> Self:
        """Those who joined this owner's network and are still in it."""
        return self.active().filter(owner=owner)

    def supported_by(self, user: User) -> Self:
        """The networks this person joined and is still in."""
        return self.active().filter(member=user)

    def visible_to(self, user: User) -> Self:
        return self.active().filter(Q(owner=user) | Q(member=user))

    def known_to_organise(self) -> Self:
        """Those who organise or are asked to."""
        return self.filter(Q(role=Role.ORGANISER) | Q(organiser_asked_at__isnull=False))

    def narrowed_since(self, moment: dt.datetime) -> Self:
        """Who came to see less, or left, since then."""
        return self.filter(narrowed_at__gte=moment)


class Membership(models.Model):
    """A tie who joined with an account of their own. They see nothing but what is in `shares`."""

    tie = models.ForeignKey(Tie, models.CASCADE, related_name="memberships")
    # The tie's owner once more, so that the database can hold "one active membership for these two people".
    owner = models.ForeignKey(User, models.CASCADE, related_name="members")
    member = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    shares = ArrayField(models.CharField(max_length=20, choices=Share.choices), default=list, blank=True)
    role = models.CharField(
        max_length=10, choices=Role.choices, default=Role.SUPPORTER, db_default=Role.SUPPORTER
    )
    # From then on the member sees nothing new, and nothing tells them so: `shares` stays as it is.
    limited_at = models.DateTimeField(null=True, blank=True)
    # What they saw at that moment of what has no time of its own (`kept.view_of`).
    kept_view = models.JSONField(null=True, blank=True)
    # The owner would like them to manage asks; `role` changes when they say yes.
    organiser_asked_at = models.DateTimeField(null=True, blank=True)
    # The most asks a week that the member wants to take on; their own wish.
    weekly_cap = models.PositiveSmallIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # The member takes a break: they are not told of anything until they go on. Nobody needs a reason.
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    # When they last came to see less, by a share taken back or the end. What was shared and hangs on it is put right.
    narrowed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["narrowed_at"], condition=Q(narrowed_at__isnull=False), name="membership_narrowed"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tie"], condition=Q(ended_at=None), name="membership_one_per_tie"
            ),
            models.UniqueConstraint(
                fields=["owner", "member"], condition=Q(ended_at=None), name="membership_one_per_pair"
            ),
            models.CheckConstraint(condition=~Q(owner=F("member")), name="membership_of_two_people"),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="membership_ended_at"
            ),
            models.CheckConstraint(
                condition=Q(shares__contained_by=Share.values), name="membership_shares_are_known"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
            models.CheckConstraint(
                condition=Q(kept_view__isnull=True) | Q(limited_at__isnull=False),
                name="membership_keeps_while_limited",
            ),
            models.CheckConstraint(
                condition=Q(limited_at=None) | Q(role=Role.SUPPORTER, organiser_asked_at=None),
                name="membership_limited_organises_not",
            ),
            models.CheckConstraint(
                condition=Q(weekly_cap=None) | Q(weekly_cap__gte=1, weekly_cap__lte=20),
                name="membership_cap_sane",
            ),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"

    @property
    def is_asked_to_organise(self) -> bool:
        return self.organiser_asked_at is not None

    def shows(self, share: Share) -> bool:
        """May the member see this now?"""
        return self.ended_at is None and share.value in self.shares

    def shows_of(self, share: Share, made_at: dt.datetime) -> bool:
        """May the member see this, which was made at that moment? Nothing that is newer than a quiet limit."""
        return self.shows(share) and (self.limited_at is None or made_at <= self.limited_at)


class SignalQuerySet(models.QuerySet["Signal"]):
    def fresh(self, now: dt.datetime) -> Self:
        """What is still said: a word goes away by itself, answered or not."""
        return self.filter(sent_at__gt=now - SIGNAL_STAYS)

    def reaching_members(self) -> Self:
        """Without what an owner said after they had limited somebody quietly."""
        limit = F("membership__limited_at")
        return self.filter(
            Q(membership__limited_at=None) | ~Q(by=F("membership__owner")) | Q(sent_at__lte=limit)
        )


class Signal(models.Model):
    """A word that needs no reply. Only the latest of each side is kept, so there is nothing to count."""

    class Kind(models.TextChoices):
        THINKING = "thinking", _("Thinking of you")
        CANT_TALK = "cant_talk", _("Can’t talk today")
        HUGGED = "hugged", _("Read, and hugged")

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="signals")
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    sent_at = models.DateTimeField()

    objects = SignalQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["membership", "by"], name="signal_latest_only"),
            models.CheckConstraint(
                condition=Q(kind__in=["thinking", "cant_talk", "hugged"]), name="signal_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"signal {self.pk}"


class LookQuerySet(models.QuerySet["Look"]):
    def at(self, owner: User) -> Self:
        """Looks at what is this owner's, newest first."""
        return self.filter(owner=owner).order_by("-looked_at", "-pk")


class Look(models.Model):
    """That somebody else looked at what is an owner's: listed for the owner, every time."""

    # What there was to see, beside what is shared: words of `saw`.
    SILENCE: ClassVar = "silence"
    ASK: ClassVar = "ask"
    # What they said yes to, fetched by their calendar programme.
    CALENDAR: ClassVar = "calendar"
    # The lists of the desk.
    DESK: ClassVar = "desk"

    owner = models.ForeignKey(User, models.CASCADE, related_name="looked_at")
    viewer = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # As whom they looked; None for staff.
    membership = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="looks")
    # What of it there was to see: values of Share, or SILENCE, ASK, CALENDAR or DESK.
    saw = ArrayField(models.CharField(max_length=20), default=list)
    looked_at = models.DateTimeField()

    objects = LookQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "-looked_at"], name="look_at_owner")]

    def __str__(self) -> str:
        return f"look {self.pk}"
