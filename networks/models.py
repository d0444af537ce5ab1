"""People around an owner: ties in three circles, contacts with them, invitations, and who joined."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User

# How long an invitation can be answered after it was last sent.
OPEN_FOR = dt.timedelta(days=14)
# How long the address of somebody who did not join is kept. Until then it counts how often they were asked.
FORGET_AFTER = dt.timedelta(days=30)
# The first letter and two more.
MOST_SENDS = 3


class Circle(models.TextChoices):
    """The three circles of the convoy model (Antonucci 1986), in plain words."""

    CLOSEST = "closest", _("Closest")
    CLOSE = "close", _("Close")
    WIDER = "wider", _("Wider")

    @property
    def hint(self) -> str | Promise:
        return _CIRCLE_HINTS[self.value]


_CIRCLE_HINTS = {
    "closest": _("it is hard to imagine life without them"),
    "close": _("not quite that close, and still important"),
    "wider": _("good to have in your life right now"),
}


class Support(models.TextChoices):
    """House's four kinds of support, and company."""

    LISTENING = "listening", _("Listens and cares")
    PRACTICAL = "practical", _("Practical help")
    ADVICE = "advice", _("Advice and information")
    PERSPECTIVE = "perspective", _("Helps me see how I’m doing")
    COMPANY = "company", _("Good company")


class Share(models.TextChoices):
    """What an owner may let a member see. The words follow “sees …” and “shares …”."""

    CHECKINS = "checkins", _("that you checked in")
    PAIN = "pain", _("your pain score")
    MOOD = "mood", _("your mood")


class How(models.TextChoices):
    CALL = "call", _("We called")
    MESSAGE = "message", _("We wrote")
    MET = "met", _("We met")
    OTHER = "other", _("Another way")


class TieQuerySet(models.QuerySet["Tie"]):
    def ever_of(self, owner: User) -> Self:
        """Removed ones too: for a second tap on "Remove", and nothing to show."""
        return self.filter(owner=owner)

    def of(self, owner: User) -> Self:
        return self.ever_of(owner).filter(removed_at=None)

    def visible_to(self, user: User) -> Self:
        """A tie is its owner's alone; not even the person it is about sees it."""
        return self.of(user)

    def with_standing(self) -> Self:
        """Bring what `Tie.membership` and `Tie.invitation` need, in two queries however many ties."""
        return self.prefetch_related(
            models.Prefetch("memberships", Membership.objects.active(), to_attr="active_memberships"),
            models.Prefetch("invitations", Invitation.objects.order_by("-pk"), to_attr="latest_invitations"),
        )

    def in_order(self) -> Self:
        """Closest first, then by name."""
        ranks = [models.When(circle=circle, then=rank) for rank, circle in enumerate(Circle)]
        return self.order_by(models.Case(*ranks, default=len(ranks)), "name", "pk")


class Tie(models.Model):
    """One person (or group, or place) in an owner's network."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="ties")
    name = models.CharField(_("name or nickname"), max_length=80)
    circle = models.CharField(max_length=10, choices=Circle.choices, default=Circle.CLOSE)
    relationship = models.CharField(max_length=60, blank=True)
    supports = ArrayField(models.CharField(max_length=20, choices=Support.choices), default=list, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # The latest contact's time, kept by services.log_touch and services.undo_touch alone.
    last_touch_at = models.DateTimeField(null=True, blank=True, editable=False)
    # A removed tie keeps only its name, so that the owner's own past check-ins still say who it was.
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Unique for one owner, not for all: nobody can meet somebody else's row by sending their key.
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = TieQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["owner", "circle", "name"], condition=Q(removed_at=None), name="tie_of_owner"
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "form_key"], name="tie_sent_once"),
            models.CheckConstraint(condition=Q(circle__in=Circle.values), name="tie_circle_known"),
            models.CheckConstraint(
                condition=Q(supports__contained_by=Support.values), name="tie_supports_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="tie_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def support_words(self) -> list[str]:
        return [str(support.label) for support in Support if support.value in self.supports]

    @property
    def dial(self) -> str:
        """The phone number as a `tel:` link wants it."""
        return re.sub(r"[^\d+*#]", "", self.phone)

    @property
    def membership(self) -> Membership | None:
        """The person's own account in this network, if they joined and nobody ended it."""
        active: list[Membership] | None = getattr(self, "active_memberships", None)
        if active is None:
            return self.memberships.active().first()
        return active[0] if active else None

    @property
    def invitation(self) -> Invitation | None:
        """The latest invitation, whatever became of it."""
        latest: list[Invitation] | None = getattr(self, "latest_invitations", None)
        if latest is None:
            return self.invitations.order_by("-pk").first()
        return latest[0] if latest else None


class Touch(models.Model):
    """One real contact with a tie, logged by either side."""

    tie = models.ForeignKey(Tie, models.CASCADE, related_name="touches")
    happened_at = models.DateTimeField()
    how = models.CharField(max_length=10, choices=How.choices, blank=True)
    logged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    logged_at = models.DateTimeField(db_default=Now(), editable=False)
    # Unique for one tie, so that one check-in form may log several ties with its own key.
    form_key = models.UUIDField(null=True, blank=True, editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tie", "-happened_at"], name="touch_of_tie")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tie", "form_key"], name="touch_sent_once"),
            models.CheckConstraint(condition=Q(how__in=["", *How.values]), name="touch_how_known"),
        ]

    def __str__(self) -> str:
        return f"{self.tie_id} {self.happened_at:%Y-%m-%d}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def of(self, owner: User) -> Self:
        return self.filter(tie__owner=owner, tie__removed_at=None)

    def visible_to(self, user: User) -> Self:
        """For the owner's pages. The invited person comes with the token instead: `for_token`."""
        return self.of(user)

    def unanswered(self) -> Self:
        """Not ended by anybody; it may have expired."""
        return self.filter(accepted_at=None, declined_at=None, withdrawn_at=None)

    def open(self, now: dt.datetime) -> Self:
        return self.unanswered().filter(expires_at__gt=now, tie__removed_at=None)

    def forgettable(self, now: dt.datetime) -> Self:
        """Not accepted, sent long ago, and still holding somebody's address."""
        return self.filter(accepted_at=None, last_sent_at__lte=now - FORGET_AFTER).exclude(email="")

    def for_token(self, token: str) -> Invitation | None:
        return self.filter(token_hash=Invitation.hash_of(token)).first()


class Invitation(models.Model):
    """A letter that asks somebody to join. The token in its link is computed, never stored."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("said no for now")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("ran out")

    tie = models.ForeignKey(Tie, models.CASCADE, related_name="invitations")
    # Empty once it was forgotten.
    email = models.EmailField(blank=True)
    shares = ArrayField(models.CharField(max_length=20, choices=Share.choices), default=list, blank=True)
    # What the owner read beside the ticks, word for word, for the consent record.
    share_words = models.TextField(blank=True)
    language = models.CharField(max_length=10, default=settings.LANGUAGE_CODE)
    note = models.TextField(max_length=600, blank=True)
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    sent_count = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    declined_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tie", "form_key"], name="invitation_sent_once"),
            models.UniqueConstraint(
                fields=["tie"],
                condition=Q(accepted_at=None, declined_at=None, withdrawn_at=None),
                name="invitation_one_open",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, declined_at=None)
                | Q(accepted_at=None, withdrawn_at=None)
                | Q(declined_at=None, withdrawn_at=None),
                name="invitation_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None) | Q(accepted_at__isnull=False), name="invitation_accepted_at"
            ),
            models.CheckConstraint(
                condition=Q(sent_count__gte=1, sent_count__lte=MOST_SENDS), name="invitation_sends_few"
            ),
            models.CheckConstraint(
                condition=Q(shares__contained_by=Share.values), name="invitation_shares_known"
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

    def token(self) -> str:
        """The secret in the link: 43 URL-safe characters, the same each time while the secret key stays."""
        digest = salted_hmac("networks.invitation", str(self.nonce), algorithm="sha256").digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def state(self, now: dt.datetime) -> State:
        ends = {
            self.State.ACCEPTED: self.accepted_at,
            self.State.DECLINED: self.declined_at,
            self.State.WITHDRAWN: self.withdrawn_at,
        }
        for state, ended_at in ends.items():
            if ended_at:
                return state
        return self.State.WAITING if now < self.expires_at else self.State.EXPIRED

    @property
    def can_be_resent(self) -> bool:
        ended = self.accepted_at or self.declined_at or self.withdrawn_at
        return not ended and self.sent_count < MOST_SENDS


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


class Membership(models.Model):
    """A tie who joined with an account of their own. They see nothing but what is in `shares`."""

    tie = models.ForeignKey(Tie, models.CASCADE, related_name="memberships")
    # The tie's owner once more, so that the database can hold "one active membership for these two people".
    owner = models.ForeignKey(User, models.CASCADE, related_name="members")
    member = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    shares = ArrayField(models.CharField(max_length=20, choices=Share.choices), default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # The member takes a break: they are not told of anything until they go on. Nobody needs a reason.
    paused_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
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
                condition=Q(shares__contained_by=Share.values), name="membership_shares_known"
            ),
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"

    def shows(self, share: Share) -> bool:
        """May the member see this now?"""
        return self.ended_at is None and share.value in self.shares
