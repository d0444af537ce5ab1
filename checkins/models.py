"""Plans, check-ins, and what happens when one does not come."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User, zone_named
from checkins import schedule
from networks.models import Membership


class Mood(models.TextChoices):
    ROUGH = "rough", _("Rough")
    LOW = "low", _("Low")
    OKAY = "okay", _("Okay")
    GOOD = "good", _("Good")
    GREAT = "great", _("Great")


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owner=user)

    def active(self) -> Self:
        return self.filter(ended_at=None)

    def overdue(self, now: dt.datetime) -> Self:
        """Those whose grace has passed. Cost grows with what is overdue, not with what exists."""
        return self.filter(deadline_at__lte=now).order_by("deadline_at")


class Plan(models.Model):
    """When somebody wants to check in, and how long we wait before we say something.

    `next_due_at` and `deadline_at` are set together, by `look_ahead` alone; both are empty while nothing is
    to be watched: the plan has ended, or a silence is open and has the word.
    """

    class Programme(models.TextChoices):
        KEEP_IN_TOUCH = "keep_in_touch", _("Keep in touch")
        SAFETY = "safety", _("Safety check-in")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="plans")
    programme = models.CharField(max_length=20, choices=Programme.choices, default=Programme.KEEP_IN_TOUCH)
    days = ArrayField(models.PositiveSmallIntegerField(), help_text=_("0 is Monday"))
    times = ArrayField(models.TimeField())
    time_zone = models.CharField(max_length=64)
    grace = models.DurationField(default=dt.timedelta(hours=2))
    next_due_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True)
    # The occurrence the latest check-in counted for.
    met_due_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["deadline_at"], name="plan_watched", condition=Q(deadline_at__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="plan_programme_known", condition=Q(programme__in=["keep_in_touch", "safety"])
            ),
            models.CheckConstraint(
                name="plan_due_has_a_deadline",
                condition=Q(next_due_at=None, deadline_at=None) | Q(deadline_at__gte=F("next_due_at")),
            ),
            models.CheckConstraint(
                name="plan_ended_is_not_watched", condition=Q(ended_at=None) | Q(deadline_at=None)
            ),
            models.CheckConstraint(
                name="plan_has_days_and_times", condition=Q(days__len__gt=0) & Q(times__len__gt=0)
            ),
            models.CheckConstraint(
                name="plan_grace_is_not_negative", condition=Q(grace__gte=dt.timedelta(0))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_programme_display()} #{self.pk}"

    @property
    def rhythm(self) -> schedule.Rhythm:
        """In UTC where this machine does not know the zone: a sign of life never fails on that."""
        return schedule.Rhythm(frozenset(self.days), tuple(self.times), zone_named(self.time_zone))

    def look_ahead(self, due: dt.datetime | None) -> None:
        """Make `due` the next thing to watch for, or nothing. Does not save."""
        self.next_due_at = due
        self.deadline_at = due + self.grace if due else None

    def watch_from(self, now: dt.datetime, *, heard_at: dt.datetime | None) -> None:
        """Watch for the first occurrence after now, or after the pause, that is not met yet. Does not save.

        `heard_at` is the owner's latest check-in. It meets the occurrence it precedes, unless it came late
        and counted for the one before.
        """
        start = max(now, self.paused_until) if self.paused_until else now
        due = schedule.next_after(self.rhythm, start)
        late = heard_at is not None and self.met_due_at is not None and self.met_due_at <= heard_at
        if heard_at is not None and not late and schedule.last_before(self.rhythm, due) < heard_at:
            due = schedule.next_after(self.rhythm, due)
        self.look_ahead(due)

    def is_met(self, now: dt.datetime) -> bool:
        """Whether there is nothing to do now: the occurrence of today, or the one ahead, has its check-in."""
        if self.met_due_at is None or self.next_due_at is None or self.next_due_at <= now:
            return False
        zone = self.rhythm.zone
        return (
            self.met_due_at >= now or self.met_due_at.astimezone(zone).date() == now.astimezone(zone).date()
        )

    def tells_nobody(self) -> bool:
        """Whether this is a safety check-in that no supporter stands behind."""
        if self.programme != self.Programme.SAFETY:
            return False
        steps = self.steps.filter(whom=Step.Whom.MEMBER).select_related("membership")
        return not any(step.stands for step in steps)

    def is_resting(self, now: dt.datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now


class Step(models.Model):
    """One step of a plan's ladder, after the first nudge: who hears next, and after what wait.

    A supporter's step counts only once they agreed to exactly these terms.
    """

    class Whom(models.TextChoices):
        OWNER = "owner", _("you")
        MEMBER = "member", _("a supporter")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    wait = models.DurationField(help_text=_("after the step before"))
    whom = models.CharField(max_length=10, choices=Whom.choices)
    membership = models.ForeignKey(Membership, models.CASCADE, null=True, blank=True, related_name="steps")
    asked_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    terms = models.TextField(blank=True, help_text=_("the words they agreed to"))

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "position"], name="step_position_once"),
            models.CheckConstraint(name="step_whom_known", condition=Q(whom__in=["owner", "member"])),
            models.CheckConstraint(name="step_waits", condition=Q(wait__gt=dt.timedelta(0))),
            models.CheckConstraint(
                name="step_member_is_named",
                condition=Q(whom="owner", membership=None) | Q(whom="member", membership__isnull=False),
            ),
            models.CheckConstraint(
                name="step_answer_is_one", condition=Q(agreed_at=None) | Q(declined_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} step {self.position}"

    @property
    def stands(self) -> bool:
        """Whether this step would be taken: mine always, a supporter's while they agree and are with us."""
        if self.whom == self.Whom.OWNER or self.membership is None:
            return True
        return self.agreed_at is not None and self.membership.ended_at is None


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def of(self, owner: User) -> Self:
        return self.filter(owner=owner).order_by("-made_at")


class CheckIn(models.Model):
    """A sign of life, with whatever else they felt like saying. Every part may be left out."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="check_ins")
    made_at = models.DateTimeField()
    pain = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("0 none to 10 as bad as it can be")
    )
    mood = models.CharField(max_length=10, choices=Mood.choices, blank=True)
    was_in_touch = models.BooleanField(null=True, blank=True, help_text=_("empty: not said"))
    note = models.TextField(blank=True, max_length=2000)
    form_key = models.UUIDField(editable=False)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["owner", "-made_at"], name="checkin_latest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "form_key"], name="checkin_sent_once"),
            models.CheckConstraint(
                name="checkin_pain_0_to_10", condition=Q(pain=None) | Q(pain__range=(0, 10))
            ),
            models.CheckConstraint(name="checkin_mood_known", condition=Q(mood__in=["", *Mood.values])),
        ]

    def __str__(self) -> str:
        return f"check-in #{self.pk}"


class SilenceQuerySet(models.QuerySet["Silence"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def step_due(self, now: dt.datetime) -> Self:
        return self.open().filter(next_step_at__lte=now).order_by("next_step_at")


class Silence(models.Model):
    """From a missed check-in until they are heard from. Its ladder is frozen as it was when it opened."""

    class Ending(models.TextChoices):
        CHECKED_IN = "checked_in", _("they checked in")
        HEARD_FROM = "heard_from", _("a supporter heard from them")
        SET_ASIDE = "set_aside", _("they paused or ended the plan")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="silences")
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    next_step_at = models.DateTimeField(null=True, blank=True)
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
            models.UniqueConstraint(fields=["plan"], name="silence_one_open", condition=Q(closed_at=None)),
            models.CheckConstraint(
                name="silence_ending_known",
                condition=Q(ending__in=["", "checked_in", "heard_from", "set_aside"]),
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
    def key(self) -> str:
        """What the keys of all messages that a closing takes back begin with."""
        return f"silence:{self.pk}:"


class SilenceStepQuerySet(models.QuerySet["SilenceStep"]):
    def told(self) -> Self:
        """Those that told a supporter who still is one, with what a page about them needs."""
        told = self.filter(membership__ended_at=None, membership__isnull=False, taken_at__isnull=False)
        return told.select_related("silence__plan__owner", "membership__member", "membership__tie")


class SilenceStep(models.Model):
    """A step of the ladder as frozen into a silence, and what became of it."""

    class PassedOver(models.TextChoices):
        LEFT = "left", _("no longer a supporter, or took back their agreement")

    silence = models.ForeignKey(Silence, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    wait = models.DurationField()
    whom = models.CharField(max_length=10, choices=Step.Whom.choices)
    membership = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    passed_over_at = models.DateTimeField(null=True, blank=True)
    why_passed_over = models.CharField(max_length=20, choices=PassedOver.choices, blank=True)

    objects = SilenceStepQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["silence", "position"], name="silence_step_once"),
            models.CheckConstraint(name="silence_step_whom_known", condition=Q(whom__in=["owner", "member"])),
            models.CheckConstraint(
                name="silence_step_taken_or_passed", condition=Q(taken_at=None) | Q(passed_over_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.silence} step {self.position}"

    @property
    def message_key(self) -> str:
        return f"silence:{self.silence_id}:{self.position}"


class ClaimQuerySet(models.QuerySet["Claim"]):
    def standing(self) -> Self:
        return self.filter(reported_at=None, lapsed_at=None)


class Claim(models.Model):
    """A supporter's "I'm on it". It holds the ladder until it is reported on, or lapses."""

    class Report(models.TextChoices):
        OKAY = "okay", _("heard from them, they're okay")
        NO_ANSWER = "no_answer", _("could not reach them")

    silence = models.ForeignKey(Silence, models.CASCADE, related_name="claims")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="claims")
    claimed_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    lapsed_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    report = models.CharField(max_length=20, choices=Report.choices, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["silence"], name="claim_one_standing", condition=Q(reported_at=None, lapsed_at=None)
            ),
            models.CheckConstraint(
                name="claim_report_known", condition=Q(report__in=["", "okay", "no_answer"])
            ),
            models.CheckConstraint(
                name="claim_report_has_a_time",
                condition=Q(reported_at=None, report="") | (Q(reported_at__isnull=False) & ~Q(report="")),
            ),
        ]

    def __str__(self) -> str:
        return f"claim #{self.pk}"
