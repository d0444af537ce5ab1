"""What happens when a check-in does not come: the silence, its frozen ladder, the claims."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from checkins import keys
from checkins.models.plans import Plan, Step
from networks.models import Membership


class SilenceQuerySet(models.QuerySet["Silence"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def real(self) -> Self:
        return self.filter(nature=Silence.Nature.REAL)

    def rehearsals(self) -> Self:
        return self.filter(nature=Silence.Nature.REHEARSAL)

    def step_due(self, now: dt.datetime) -> Self:
        return self.open().filter(next_step_at__lte=now).order_by("next_step_at", "plan_id")


class Silence(models.Model):
    """From a missed check-in until they are heard from. Its ladder is frozen as it was when it opened."""

    class Nature(models.TextChoices):
        REAL = "real", _("a missed check-in")
        REHEARSAL = "rehearsal", _("a rehearsal")

    class Ending(models.TextChoices):
        CHECKED_IN = "checked_in", _("they checked in")
        HEARD_FROM = "heard_from", _("a supporter heard from them")
        SET_ASIDE = "set_aside", _("they changed, paused or ended the plan")
        RAN_THROUGH = "ran_through", _("the rehearsal came to its end")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="silences")
    nature = models.CharField(max_length=10, choices=Nature.choices, db_default="real", default="real")
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    next_step_at = models.DateTimeField(null=True, blank=True)
    # When everybody had been told and nobody had confirmed; they heard that too.
    ran_out_at = models.DateTimeField(null=True, blank=True)
    # The owner's words as they were when it opened.
    helps = models.TextField(blank=True, db_default="")
    does_not_help = models.TextField(blank=True, db_default="")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    ending = models.CharField(max_length=20, choices=Ending.choices, blank=True)

    objects = SilenceQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_step_at"],
                name="silence_step_due",
                condition=Q(closed_at=None, next_step_at__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "due_at"], name="silence_once_per_occurrence"),
            models.UniqueConstraint(
                fields=["plan", "nature"], name="silence_one_open_each", condition=Q(closed_at=None)
            ),
            models.CheckConstraint(
                name="silence_ending_is_known",
                condition=Q(ending__in=["", "checked_in", "heard_from", "set_aside", "ran_through"]),
            ),
            models.CheckConstraint(
                name="silence_nature_known", condition=Q(nature__in=["real", "rehearsal"])
            ),
            models.CheckConstraint(
                name="silence_closed_has_an_ending",
                condition=Q(closed_at=None, ending="") | (Q(closed_at__isnull=False) & ~Q(ending="")),
            ),
        ]

    def __str__(self) -> str:
        return f"silence #{self.pk}"

    @property
    def owner(self) -> User:
        return self.plan.owner

    @property
    def is_practice(self) -> bool:
        return self.nature == self.Nature.REHEARSAL

    def is_one_with(self, other: Silence) -> bool:
        """Whether both are about one absence: the same silence, or two real ones. Of one owner, both open."""
        return self.pk == other.pk or not (self.is_practice or other.is_practice)

    def waiting(self) -> list[SilenceStep]:
        """Its steps that are still to come, in their order; from the steps at hand, if they are."""
        return [step for step in self.steps.all() if step.is_waiting]

    def told(self) -> list[SilenceStep]:
        """Its steps that told a supporter; from the steps at hand, if they are."""
        return [step for step in self.steps.all() if step.told_a_supporter]

    def memberships_told(self) -> list[Membership]:
        """The supporters who were told, also who has left since; not whose account is gone."""
        told = self.steps.filter(taken_at__isnull=False, membership__isnull=False)
        steps = told.select_related("membership__member", "membership__tie")
        return [step.membership for step in steps if step.membership]

    @property
    def key(self) -> str:
        """What the keys of all messages that a closing takes back begin with."""
        return keys.of_silence(self.pk)


class SilenceStepQuerySet(models.QuerySet["SilenceStep"]):
    def told(self) -> Self:
        """Those that told a supporter who still is one, with what a page about them needs."""
        told = self.filter(membership__ended_at=None, membership__isnull=False, taken_at__isnull=False)
        return told.select_related("silence__plan__owner", "membership__member", "membership__tie")


class SilenceStep(models.Model):
    """A step of the ladder as frozen into a silence, and what became of it."""

    class PassedOver(models.TextChoices):
        LEFT = "left", _("no longer a supporter")
        WITHDREW = "withdrew", _("took back their agreement")
        NOT_AGREED = "not_agreed", _("had not agreed")
        PAUSED = "paused", _("is taking a break")
        LIMITED = "limited", _("you limited what they see")
        BROKEN = "broken", _("our e-mail does not reach them")
        TOLD = "told", _("had been told already, in another plan")

    silence = models.ForeignKey(Silence, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    wait = models.DurationField()
    whom = models.CharField(max_length=10, choices=Step.Whom.choices)
    membership = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    channel = models.CharField(max_length=10, db_default="email", default="email")
    words = models.TextField(blank=True, db_default="")
    # The supporter's agreement as it was when the silence opened.
    agreed_at = models.DateTimeField(null=True, blank=True)
    may_wake_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    passed_over_at = models.DateTimeField(null=True, blank=True)
    why_passed_over = models.CharField(max_length=20, choices=PassedOver.choices, blank=True)

    objects = SilenceStepQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["silence", "position"], condition=Q(whom="owner"), name="silence_step_owner_once"
            ),
            models.UniqueConstraint(
                fields=["silence", "membership"],
                condition=Q(membership__isnull=False),
                name="silence_step_supporter_once",
            ),
            models.CheckConstraint(
                name="silence_step_passed_for_a_reason",
                condition=Q(passed_over_at=None, why_passed_over="")
                | (Q(passed_over_at__isnull=False) & ~Q(why_passed_over="")),
            ),
            models.CheckConstraint(name="silence_step_whom_known", condition=Q(whom__in=["owner", "member"])),
            models.CheckConstraint(
                name="silence_step_taken_or_passed", condition=Q(taken_at=None) | Q(passed_over_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.silence} step {self.position}"

    @property
    def is_waiting(self) -> bool:
        return self.taken_at is None and self.passed_over_at is None

    @property
    def told_a_supporter(self) -> bool:
        return self.whom == Step.Whom.MEMBER and self.taken_at is not None

    @property
    def message_key(self) -> str:
        """What its message goes under: once for the owner, once for each supporter."""
        return keys.of_step(self.silence_id, self.position, self.membership_id)


class ClaimQuerySet(models.QuerySet["Claim"]):
    def standing(self) -> Self:
        return self.filter(reported_at=None, lapsed_at=None)

    def abandoned(self, now: dt.datetime) -> Self:
        """Those that would go on holding a ladder though whoever made them has left, rests or took back their word."""
        word = Step.objects.filter(
            plan=OuterRef("silence__plan"), membership=OuterRef("membership"), agreed_at__isnull=False
        )
        gone = Q(membership__ended_at__isnull=False) | Q(membership__paused_at__isnull=False) | ~Exists(word)
        return self.standing().filter(gone, lapses_at__gt=now, silence__closed_at=None)


class Claim(models.Model):
    """A supporter's "I'm on it". It holds the ladder until it is reported on, or lapses."""

    class Report(models.TextChoices):
        OKAY = "okay", _("heard from them, they're okay")
        NO_ANSWER = "no_answer", _("could not reach them")
        CANNOT = "cannot", _("cannot help right now")

    silence = models.ForeignKey(Silence, models.CASCADE, related_name="claims")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="claims")
    claimed_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    # When the ladder goes on if it lapses: not before it would have gone on anyway.
    resumes_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    lapsed_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    report = models.CharField(max_length=20, choices=Report.choices, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["lapses_at"], name="claim_holding", condition=Q(reported_at=None, lapsed_at=None)
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["silence"], name="claim_one_standing", condition=Q(reported_at=None, lapsed_at=None)
            ),
            models.CheckConstraint(
                name="claim_report_is_known", condition=Q(report__in=["", "okay", "no_answer", "cannot"])
            ),
            models.CheckConstraint(name="claim_ends_once", condition=Q(reported_at=None) | Q(lapsed_at=None)),
            models.CheckConstraint(
                name="claim_report_has_a_time",
                condition=Q(reported_at=None, report="") | (Q(reported_at__isnull=False) & ~Q(report="")),
            ),
        ]

    def __str__(self) -> str:
        return f"claim #{self.pk}"
