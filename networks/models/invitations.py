"""How somebody comes to join: a letter to one person, or a link that people ask with."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import tokens
from accounts.models import User
from networks.models.memberships import EndingShares, Membership, Share
from networks.models.ties import Tie

# How long an invitation can be answered after it was last sent.
OPEN_FOR = dt.timedelta(days=14)
# How long the address of somebody who did not join is kept. Until then it counts how often they were asked.
FORGET_AFTER = dt.timedelta(days=30)
# The first letter and two more.
MOST_SENDS = 3


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
        return self.filter(token_hash=tokens.hash_of(token)).first()


class Invitation(EndingShares):
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
                condition=Q(shares__contained_by=Share.values), name="invitation_shares_are_known"
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    def token(self) -> str:
        """The secret in the link."""
        return tokens.of("networks.invitation", self.nonce)

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


class ShareLinkQuerySet(models.QuerySet["ShareLink"]):
    def of(self, owner: User) -> Self:
        return self.filter(owner=owner)

    def live(self, now: dt.datetime) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=now)

    def for_token(self, token: str) -> ShareLink | None:
        return self.filter(token_hash=tokens.hash_of(token)).first()


class ShareLink(models.Model):
    """A link that the owner hands around. Whoever opens it may ask to join; the owner decides about each."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="share_links")
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(revoked_at=None), name="share_link_one_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"share link {self.pk}"

    def token(self) -> str:
        """The secret in the link."""
        return tokens.of("networks.share-link", self.nonce)


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    def to(self, owner: User) -> Self:
        return self.filter(owner=owner)

    def by(self, member: User) -> Self:
        return self.filter(member=member)

    def waiting(self) -> Self:
        return self.filter(approved_at=None, declined_at=None, taken_back_at=None)


class JoinRequest(models.Model):
    """Somebody with an account asks, with an owner's link, to join their network."""

    link = models.ForeignKey(ShareLink, models.CASCADE, related_name="requests")
    # The link's owner once more, so that the database can hold "one question of these two people at a time".
    owner = models.ForeignKey(User, models.CASCADE, related_name="join_requests")
    member = models.ForeignKey(User, models.CASCADE, related_name="requests_to_join")
    note = models.TextField(max_length=300, blank=True)
    asked_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    membership = models.OneToOneField(
        Membership, models.SET_NULL, null=True, blank=True, related_name="join_request"
    )

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "member"],
                condition=Q(approved_at=None, declined_at=None, taken_back_at=None),
                name="join_request_one_open",
            ),
            models.CheckConstraint(
                condition=Q(approved_at=None, declined_at=None)
                | Q(approved_at=None, taken_back_at=None)
                | Q(declined_at=None, taken_back_at=None),
                name="join_request_ends_once",
            ),
            models.CheckConstraint(
                condition=Q(membership=None) | Q(approved_at__isnull=False), name="join_request_approved"
            ),
            models.CheckConstraint(condition=~Q(owner=F("member")), name="join_request_of_two_people"),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}"
