"""People, groups and places around an owner, in three circles; contacts with them; how the circles changed."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import TYPE_CHECKING, ClassVar, Self

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User

if TYPE_CHECKING:
    from networks.models.invitations import Invitation
    from networks.models.memberships import Membership


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


class TieKind(models.TextChoices):
    PERSON = "person", _("a person")
    GROUP = "group", _("a group")
    PLACE = "place", _("a place")


class Energy(models.TextChoices):
    """What being in touch does to the owner's energy. Theirs alone to know."""

    GIVES = "gives", _("gives me energy")
    MIXES = "mixes", _("a bit of both")
    TAKES = "takes", _("takes energy")


class Afterwards(models.TextChoices):
    """How it felt afterwards: felt connection beside counted contact."""

    CLOSER = "closer", _("closer")
    SAME = "same", _("the same")
    DRAINED = "drained", _("drained")


class How(models.TextChoices):
    CALL = "call", _("We called")
    MESSAGE = "message", _("We wrote")
    MET = "met", _("We met")
    OTHER = "other", _("Another way")


class TieQuerySet(models.QuerySet["Tie"]):
    def ever_of(self, owner: User) -> Self:
        """Removed ones too: for a second tap on "Remove", and nothing to show."""
        return self.filter(owner=owner)

    def kept_by(self, owner: User) -> Self:
        """Not removed; put away ones too."""
        return self.ever_of(owner).filter(removed_at=None)

    def of(self, owner: User) -> Self:
        """Those in the circles now."""
        return self.kept_by(owner).filter(archived_at=None)

    def archived_by(self, owner: User) -> Self:
        """Those who were let go for now."""
        return self.kept_by(owner).filter(archived_at__isnull=False)

    def visible_to(self, user: User) -> Self:
        """A tie is its owner's alone; not even the person it is about sees it."""
        return self.of(user)

    def giving_energy(self) -> Self:
        return self.filter(energy=Energy.GIVES)

    def with_standing(self) -> Self:
        """Bring what `Tie.membership` and `Tie.invitation` need, in two queries however many ties."""
        memberships = apps.get_model("networks", "Membership").objects.active()
        invitations = apps.get_model("networks", "Invitation").objects.order_by("-pk")
        return self.prefetch_related(
            models.Prefetch("memberships", memberships, to_attr="active_memberships"),
            models.Prefetch("invitations", invitations, to_attr="latest_invitations"),
        )

    def in_order(self) -> Self:
        """Closest first, then by name."""
        ranks = [models.When(circle=circle, then=rank) for rank, circle in enumerate(Circle)]
        return self.order_by(models.Case(*ranks, default=len(ranks)), "name", "pk")


class Tie(models.Model):
    """One person (or group, or place) in an owner's network."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="ties")
    kind = models.CharField(
        max_length=10, choices=TieKind.choices, default=TieKind.PERSON, db_default=TieKind.PERSON
    )
    name = models.CharField(_("name or nickname"), max_length=80)
    circle = models.CharField(max_length=10, choices=Circle.choices, default=Circle.CLOSE)
    relationship = models.CharField(max_length=60, blank=True)
    supports = ArrayField(models.CharField(max_length=20, choices=Support.choices), default=list, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    # Private to the owner: never shown to anybody, exported only on a tick of its own.
    helps = models.TextField(_("what helps"), max_length=1000, blank=True, default="", db_default="")
    hinders = models.TextField(_("what doesn’t"), max_length=1000, blank=True, default="", db_default="")
    energy = models.CharField(max_length=10, choices=Energy.choices, blank=True, default="", db_default="")
    # How often the owner would like to be in touch, and at most how long without; in days.
    ideal_days = models.PositiveSmallIntegerField(null=True, blank=True)
    at_most_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # When one of the two was last changed; before the first contact silence is counted from there.
    rhythm_set_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # The latest contact's time, kept by services.log_touch and services.undo_touch alone.
    last_touch_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Let go for now: out of the circles and the picture, with all that belongs to it, until it is brought back.
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
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
            models.CheckConstraint(condition=Q(kind__in=TieKind.values), name="tie_kind_known"),
            models.CheckConstraint(condition=Q(energy__in=["", *Energy.values]), name="tie_energy_known"),
            models.CheckConstraint(
                condition=Q(ideal_days=None) | Q(ideal_days__gte=1, ideal_days__lte=366),
                name="tie_ideal_sane",
            ),
            models.CheckConstraint(
                condition=Q(at_most_days=None) | Q(at_most_days__gte=1, at_most_days__lte=366),
                name="tie_at_most_sane",
            ),
            models.CheckConstraint(
                condition=Q(ideal_days=None)
                | Q(at_most_days=None)
                | Q(ideal_days__isnull=False, at_most_days__gte=F("ideal_days")),
                name="tie_ideal_before_at_most",
            ),
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
    # The owner's alone, whoever logged the contact.
    afterwards = models.CharField(
        max_length=10, choices=Afterwards.choices, blank=True, default="", db_default=""
    )
    note = models.TextField(max_length=600, blank=True, default="", db_default="")
    logged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    logged_at = models.DateTimeField(db_default=Now(), editable=False)
    # Unique for one tie, so that one check-in form may log several ties with its own key.
    form_key = models.UUIDField(null=True, blank=True, editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tie", "-happened_at"], name="touch_of_tie")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tie", "form_key"], name="touch_sent_once"),
            models.CheckConstraint(condition=Q(how__in=["", *How.values]), name="touch_how_known"),
            models.CheckConstraint(
                condition=Q(afterwards__in=["", *Afterwards.values]), name="touch_afterwards_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tie_id} {self.happened_at:%Y-%m-%d}"


class TieMove(models.Model):
    """That a tie came, went or changed circles: enough to draw how the network looked at any time.

    A circle is "" where the tie stood outside of the picture. A tie without moves has stood where it stands since
    `created_at`.
    """

    tie = models.ForeignKey(Tie, models.CASCADE, related_name="moves")
    circle_before = models.CharField(max_length=10, choices=Circle.choices, blank=True)
    circle_after = models.CharField(max_length=10, choices=Circle.choices, blank=True)
    moved_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tie", "moved_at"], name="move_of_tie")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(circle_before__in=["", *Circle.values], circle_after__in=["", *Circle.values]),
                name="move_circles_known",
            ),
            models.CheckConstraint(condition=~Q(circle_before=F("circle_after")), name="move_goes_somewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.tie_id}: {self.circle_before} to {self.circle_after}"


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    def of(self, owner: User) -> Self:
        return self.filter(tie__owner=owner)

    def unanswered(self) -> Self:
        return self.filter(answered_at=None)

    def standing(self, owner: User, *, since: dt.datetime) -> Self:
        """What may be shown: unanswered, not older, of somebody in the circles, to an owner who wants any."""
        found = self.of(owner).unanswered().filter(made_at__gt=since)
        wanted = found.exclude(tie__owner__network_wishes__suggestions_off_at__isnull=False)
        here = wanted.filter(tie__archived_at=None, tie__removed_at=None)
        return here.select_related("tie").order_by("-pk")


class Suggestion(models.Model):
    """A hello to somebody who has gone quiet, offered at most once a week; letting go is as good an answer."""

    class Answer(models.TextChoices):
        HELLO = "hello", _("said hello")
        NOT_NOW = "not_now", _("not now")
        LET_GO = "let_go", _("let this one go")

    tie = models.ForeignKey(Tie, models.CASCADE, related_name="suggestions")
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True, default="", db_default="")

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["tie", "-made_at"], name="suggestion_of_tie")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="")
                | Q(answered_at__isnull=False, answer__in=["hello", "not_now", "let_go"]),
                name="suggestion_answered",
            ),
        ]

    def __str__(self) -> str:
        return f"suggestion {self.pk}"


class OwnWords(models.Model):
    """Words of the owner's own for a moment in which words are hard to find."""

    class Occasion(models.TextChoices):
        HELLO = "hello", _("Saying hello")
        BAD_DAY = "bad_day", _("Explaining a bad day")
        ASK = "ask", _("Asking")
        DECLINE = "decline", _("Saying no")
        CANCEL = "cancel", _("Cancelling")

    owner = models.ForeignKey(User, models.CASCADE, related_name="own_words")
    occasion = models.CharField(max_length=10, choices=Occasion.choices)
    text = models.TextField(max_length=600)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "form_key"], name="own_words_sent_once"),
            models.CheckConstraint(
                condition=Q(occasion__in=["hello", "bad_day", "ask", "decline", "cancel"]),
                name="own_words_occasion_known",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="own_words_say_something"),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} {self.pk}"


class NetworkWishesQuerySet(models.QuerySet["NetworkWishes"]):
    def to_look_at(self, now: dt.datetime) -> Self:
        """Whose turn it is to be suggested somebody, if somebody of theirs is quiet. By `wishes_to_look_at`."""
        turn = self.filter(suggestions_off_at=None, next_look_at__lte=now)
        return turn.order_by("next_look_at")


class NetworkWishes(models.Model):
    """What an owner wishes for their whole network; one row each."""

    owner = models.OneToOneField(User, models.CASCADE, related_name="network_wishes")
    # No suggestions to say hello any more.
    suggestions_off_at = models.DateTimeField(null=True, blank=True)
    # When they last went through who can see what.
    reviewed_at = models.DateTimeField(null=True, blank=True)
    # When they last said "not now" to a question about what is missing; not to which.
    gap_not_now_at = models.DateTimeField(null=True, blank=True)
    # When the sweep looks again whether somebody of theirs has gone quiet. Whoever has ties has a row.
    next_look_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = NetworkWishesQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_look_at"], condition=Q(suggestions_off_at=None), name="wishes_to_look_at"
            )
        ]

    def __str__(self) -> str:
        return f"wishes {self.pk}"

    @classmethod
    def look_soon(cls, owner: User, now: dt.datetime) -> None:
        """Have the next sweep look whether somebody of theirs is quiet: a tie came, or its clock went back."""
        cls.objects.bulk_create(
            [cls(owner=owner, next_look_at=now)],
            update_conflicts=True,
            update_fields=["next_look_at"],
            unique_fields=["owner"],
        )
