"""Who joined an owner's network, what they may see of it, and who looked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
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


def has_ended(share: Share, prefix: str = "") -> Q:
    """That the end of a share has come, asked at this moment; `prefix` leads to the membership."""
    return Q(**{f"{prefix}share_ends__{share.value}__lte": timezone.now().timestamp()})


def is_shown(share: Share, prefix: str = "") -> Q:
    """`Membership.shows` as a question to the database, but for the end of the membership itself."""
    key = f"{prefix}share_ends__{share.value}"
    endless = Q(**{f"{key}__isnull": True})
    to_come = Q(**{f"{key}__gt": timezone.now().timestamp()})
    return Q(**{f"{prefix}shares__contains": [share.value]}) & (endless | to_come)


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

    def showing(self, share: Share) -> Self:
        """Those who may see this now."""
        return self.active().filter(is_shown(share))

    def with_an_end_behind(self, now: dt.datetime) -> Self:
        """Something of what they saw has come to its end, and is still written down."""
        return self.active().filter(next_end_at__lte=now)

    def narrowed_since(self, moment: dt.datetime) -> Self:
        """Who came to see less, or left, since then."""
        return self.filter(narrowed_at__gte=moment)


class EndingShares(models.Model):
    """What somebody may see, and when which of it ends by itself."""

    shares = ArrayField(models.CharField(max_length=20, choices=Share.choices), default=list, blank=True)
    # When a share ends by itself, for those that do: seconds since 1970, so that the database can compare them, too.
    # What is over is off from that moment; the sweep only tidies it away. Read it with `shows` and `shown`.
    share_ends = models.JSONField(default=dict, db_default={}, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def shown(self) -> list[str]:
        """What is shared at this moment: what the owner ticked, without what has come to its end."""
        now = timezone.now()
        return [share for share in self.shares if not self._is_over(share, now)]

    def until_at(self, share: str) -> dt.datetime | None:
        """When this share ends by itself; None for one that holds until the owner changes it."""
        seconds = self.share_ends.get(share)
        return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)

    def set_shares(self, ends: Mapping[str, dt.datetime | None]) -> None:
        """From now on these are shared, each until then. Not saved."""
        self.shares = [share.value for share in Share if share.value in ends]
        self.share_ends = {share: int(at.timestamp()) for share, at in ends.items() if at}

    def _is_over(self, share: str, now: dt.datetime) -> bool:
        until_at = self.until_at(share)
        return until_at is not None and until_at <= now


class Membership(EndingShares):
    """A tie who joined with an account of their own. They see nothing but what is in `shares`, until it ends."""

    # The columns of set_shares.
    SHARING: ClassVar = ["shares", "share_ends", "next_end_at"]

    tie = models.ForeignKey(Tie, models.CASCADE, related_name="memberships")
    # The tie's owner once more, so that the database can hold "one active membership for these two people".
    owner = models.ForeignKey(User, models.CASCADE, related_name="members")
    member = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    # The earliest of `share_ends`.
    next_end_at = models.DateTimeField(null=True, blank=True, editable=False)
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

    # What a page brings along with the row: `between.with_side`, `supporting.with_owners` of checkins.
    talked: bool
    released_at: dt.datetime | None

    objects = MembershipQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["narrowed_at"], condition=Q(narrowed_at__isnull=False), name="membership_narrowed"
            ),
            models.Index(
                fields=["next_end_at"], condition=Q(next_end_at__isnull=False), name="membership_next_end"
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
            models.CheckConstraint(
                condition=Q(share_ends={}, next_end_at=None)
                | (~Q(share_ends={}) & Q(next_end_at__isnull=False)),
                name="membership_next_end_known",
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
        return self.ended_at is None and share.value in self.shown

    def set_shares(self, ends: Mapping[str, dt.datetime | None]) -> None:
        """The columns of SHARING."""
        super().set_shares(ends)
        self.next_end_at = min((at for at in ends.values() if at), default=None)

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
    # The lists of the desk (`accounts.desk`): of networks, of accounts, of what was agreed to, of letters.
    DESK: ClassVar = "desk"
    ACCOUNT: ClassVar = "account"
    CONSENTS: ClassVar = "consents"
    LETTERS: ClassVar = "letters"

    owner = models.ForeignKey(User, models.CASCADE, related_name="looked_at")
    viewer = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    # As whom they looked; None for staff.
    membership = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="looks")
    # What of it there was to see: values of Share, or SILENCE, ASK, CALENDAR, DESK and so on.
    saw = ArrayField(models.CharField(max_length=20), default=list)
    looked_at = models.DateTimeField()

    objects = LookQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "-looked_at"], name="look_at_owner")]

    def __str__(self) -> str:
        return f"look {self.pk}"
