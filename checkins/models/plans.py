"""When check-ins are due, and whom we tell when one does not come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, FilteredRelation, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User, zone_named
from checkins import schedule
from networks.models import Membership

# Nobody is nudged sooner after a check-in was due.
LEAST_GRACE = dt.timedelta(minutes=30)
# In flare mode the grace of every plan is this many times as long.
FLARE_STRETCH = 2


class PlanQuerySet(models.QuerySet["Plan"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owner=user)

    def active(self) -> Self:
        return self.filter(ended_at=None)

    def overdue(self, now: dt.datetime) -> Self:
        """Those whose grace has passed. Cost grows with what is overdue, not with what exists."""
        return self.filter(deadline_at__lte=now).order_by("deadline_at")

    def with_place(self, memberships: Iterable[Membership]) -> Self:
        """Each with the `place` of these members of its owner on its ladder, if they have one, in the same query.

        `waits` are those up to there. No two of `memberships` have one owner.
        """
        theirs = Q(steps__membership__in=[one.pk for one in memberships])
        before = Step.objects.filter(plan=OuterRef("pk"), position__lte=OuterRef("place__position"))
        waits = before.order_by("position").distinct("position").values("wait")
        placed = self.annotate(place=FilteredRelation("steps", condition=theirs))
        return placed.annotate(waits=ArraySubquery(waits)).select_related("place")


class Plan(models.Model):
    """When somebody wants to check in, and how long we wait before we say something.

    `next_due_at` and `deadline_at` are set together, by `look_ahead` alone; both are empty while nothing is
    to be watched: the plan has ended, or a silence is open and has the word.
    """

    class Programme(models.TextChoices):
        KEEP_IN_TOUCH = "keep_in_touch", _("Keep in touch")
        SAFETY = "safety", _("Safety check-in")

    class Rest(models.TextChoices):
        """A pause is theirs alone; that they are resting may be seen by whoever sees their check-ins."""

        PAUSE = "pause", _("paused")
        REST = "rest", _("resting")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="plans")
    programme = models.CharField(max_length=20, choices=Programme.choices, default=Programme.KEEP_IN_TOUCH)
    name = models.CharField(max_length=60, blank=True, db_default="")
    days = ArrayField(models.PositiveSmallIntegerField(), blank=True, help_text=_("0 is Monday"))
    every = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("days; then `days` is empty"))
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    times = ArrayField(models.TimeField())
    time_zone = models.CharField(max_length=64)
    grace = models.DurationField(default=dt.timedelta(hours=2))
    next_due_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField(null=True, blank=True)
    # The occurrence the latest check-in counted for.
    met_due_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    paused_as = models.CharField(max_length=10, choices=Rest.choices, blank=True, db_default="")
    # Until when flare mode lengthens the grace.
    softened_until = models.DateTimeField(null=True, blank=True)
    form_key = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    # Brought by `with_place`; where there is no such step Django leaves the name out.
    place: Step
    waits: list[dt.timedelta]

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
                name="plan_due_with_a_deadline",
                condition=Q(next_due_at=None, deadline_at=None)
                | Q(next_due_at__isnull=False, deadline_at__isnull=False, deadline_at__gte=F("next_due_at")),
            ),
            models.CheckConstraint(
                name="plan_ended_is_not_watched", condition=Q(ended_at=None) | Q(deadline_at=None)
            ),
            models.CheckConstraint(
                name="plan_has_a_rhythm",
                condition=(
                    Q(days__len__gt=0, every=None) | Q(days__len=0, every__gt=0, starts_on__isnull=False)
                )
                & Q(times__len__gt=0),
            ),
            models.CheckConstraint(
                name="plan_ends_after_it_starts",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(name="plan_rest_known", condition=Q(paused_as__in=["", "pause", "rest"])),
            models.UniqueConstraint(
                fields=["owner", "form_key"], condition=Q(form_key__isnull=False), name="plan_made_once"
            ),
            models.CheckConstraint(name="plan_grace_gives_time", condition=Q(grace__gte=LEAST_GRACE)),
        ]

    def __str__(self) -> str:
        return f"{self.get_programme_display()} #{self.pk}"

    @property
    def called(self) -> str:
        """What to call it on a page."""
        return self.name or self.get_programme_display()

    @property
    def rhythm(self) -> schedule.Rhythm:
        """In UTC where this machine does not know the zone: a sign of life never fails on that."""
        zone = zone_named(self.time_zone)
        return schedule.Rhythm(
            frozenset(self.days), tuple(self.times), zone, self.every, self.starts_on, self.ends_on
        )

    def look_ahead(self, due: dt.datetime | None) -> None:
        """Make `due` the next thing to watch for, or nothing. Does not save."""
        self.next_due_at = due
        self.deadline_at = due + self.grace_for(due) if due else None

    def follow(self, due: dt.datetime | None, *, now: dt.datetime) -> None:
        """Watch for `due`. A rhythm that has none any more has come to its end, and so has the plan."""
        self.look_ahead(due)
        if due is None and self.ended_at is None:
            self.ended_at = now

    def grace_for(self, due: dt.datetime) -> dt.timedelta:
        """The grace, longer in a flare."""
        soft = self.softened_until is not None and due < self.softened_until
        return self.grace * FLARE_STRETCH if soft else self.grace

    def watch_from(self, now: dt.datetime, *, heard_at: dt.datetime | None) -> None:
        """Watch for the first occurrence after now, or after the pause, that is not met yet. Does not save.

        `heard_at` is the owner's latest check-in. It meets the occurrence it precedes, unless it came late
        and counted for the one before.
        """
        start = max(now, self.paused_until) if self.paused_until else now
        due = schedule.next_after(self.rhythm, start)
        late = heard_at is not None and self.met_due_at is not None and self.met_due_at <= heard_at
        if due and heard_at and not late and schedule.is_met_by(self.rhythm, due, heard_at):
            due = schedule.next_after(self.rhythm, due)
        self.follow(due, now=now)

    def is_met(self, now: dt.datetime) -> bool:
        """Whether there is nothing to do now: the occurrence of today, or the one ahead, has its check-in."""
        if self.met_due_at is None or self.next_due_at is None or self.next_due_at <= now:
            return False
        zone = self.rhythm.zone
        return (
            self.met_due_at >= now or self.met_due_at.astimezone(zone).date() == now.astimezone(zone).date()
        )

    def tells_nobody(self) -> bool:
        """Whether this is a safety check-in that no supporter stands behind; from the steps at hand, if they are."""
        supporters = (step for step in self.steps.all() if step.whom == Step.Whom.MEMBER)
        return self.programme == self.Programme.SAFETY and not any(step.stands for step in supporters)

    def is_resting(self, now: dt.datetime) -> bool:
        return self.paused_until is not None and self.paused_until > now


class StepQuerySet(models.QuerySet["Step"]):
    def known_to_members(self) -> Self:
        """Those a supporter was asked about; not what came after a quiet limit."""
        seen = Q(membership__limited_at=None) | Q(asked_at__lte=F("membership__limited_at"))
        return self.filter(seen | Q(agreed_at__isnull=False), asked_at__isnull=False)


class Step(models.Model):
    """One telling of a plan's ladder, after the first nudge: who hears next, and after what wait.

    Several supporters on one step are several rows with one position and one wait. A supporter stands once on a
    ladder, and only once they agreed to exactly these terms.
    """

    class Whom(models.TextChoices):
        OWNER = "owner", _("you")
        MEMBER = "member", _("a supporter")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    wait = models.DurationField(help_text=_("after the step before"))
    whom = models.CharField(max_length=10, choices=Whom.choices)
    membership = models.ForeignKey(Membership, models.CASCADE, null=True, blank=True, related_name="steps")
    channel = models.CharField(max_length=10, db_default="email", default="email")
    words = models.TextField(blank=True, max_length=600, db_default="", help_text=_("the owner's own"))
    asked_at = models.DateTimeField(null=True, blank=True)
    agreed_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    terms = models.TextField(blank=True, help_text=_("the words they agreed to"))
    # They said that this alert may come in their quiet hours.
    may_wake_at = models.DateTimeField(null=True, blank=True)
    # When we asked whether they still stand by their word.
    reconfirm_asked_at = models.DateTimeField(null=True, blank=True)
    # What they agreed to, while `terms` and `words` are new and wait for their answer: they are told as of old.
    old_terms = models.TextField(null=True, blank=True)
    old_words = models.TextField(null=True, blank=True)
    old_after = models.DurationField(null=True, blank=True, help_text=_("from due to being told"))

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "position"], condition=Q(whom="owner"), name="step_owner_once"
            ),
            models.UniqueConstraint(
                fields=["plan", "membership"],
                condition=Q(membership__isnull=False),
                name="step_supporter_once",
            ),
            models.CheckConstraint(
                name="step_wakes_whom_it_may", condition=Q(may_wake_at=None) | Q(agreed_at__isnull=False)
            ),
            models.CheckConstraint(name="step_whom_known", condition=Q(whom__in=["owner", "member"])),
            models.CheckConstraint(name="step_waits", condition=Q(wait__gt=dt.timedelta(0))),
            models.CheckConstraint(
                name="step_member_is_named",
                condition=Q(whom="owner", membership=None) | Q(whom="member", membership__isnull=False),
            ),
            models.CheckConstraint(
                name="step_answer_is_one", condition=Q(agreed_at=None) | Q(declined_at=None)
            ),
            models.CheckConstraint(
                name="step_old_word_is_whole",
                condition=Q(old_terms=None, old_words=None, old_after=None)
                | Q(
                    agreed_at__isnull=False,
                    old_terms__isnull=False,
                    old_words__isnull=False,
                    old_after__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} step {self.position}"

    @property
    def stands(self) -> bool:
        """Whether this step would be taken: mine always, a supporter's while they agree and are with us."""
        if self.whom == self.Whom.OWNER or self.membership is None:
            return True
        here = self.membership.ended_at is None and self.membership.limited_at is None
        return self.agreed_at is not None and here

    # What `agreements` and the upkeep write when a word is given or ends.
    WORD: ClassVar = [
        *("agreed_at", "declined_at", "may_wake_at", "reconfirm_asked_at"),
        *("old_terms", "old_words", "old_after"),
    ]

    @property
    def agreed_terms(self) -> str:
        """What they agreed to; the terms themselves, unless those are new and wait for their answer."""
        return self.terms if self.old_terms is None else self.old_terms

    @property
    def has_new_terms(self) -> bool:
        """Whether they agreed once, and the terms have changed since and wait for their answer."""
        return self.old_terms is not None

    @property
    def is_known_to_them(self) -> bool:
        """What `known_to_members` asks the database, of one row."""
        asked = self.asked_at is not None
        return asked and (self.agreed_at is not None or not self.is_newer_than_they_see)

    @property
    def is_newer_than_they_see(self) -> bool:
        """Whether its supporter was asked after they were limited quietly."""
        limited_at = self.membership.limited_at if self.membership else None
        return limited_at is not None and self.asked_at is not None and self.asked_at > limited_at

    def hide_what_is_newer(self) -> None:
        """Leave, for showing it to its supporter, the words they know. Does not save."""
        if self.old_terms is not None and self.is_newer_than_they_see:
            self.terms, self.words, self.old_terms = self.old_terms, self.old_words or "", None

    def end_word(self) -> None:
        """Nothing they said before counts any more. Does not save."""
        self.agreed_at = self.may_wake_at = self.reconfirm_asked_at = None
        self.keep_as_agreed(None, None, None)

    def keep_as_agreed(self, terms: str | None, words: str | None, after: dt.timedelta | None) -> None:
        """What counts while the new terms wait; nothing where they are the ones agreed to. Does not save."""
        self.old_terms, self.old_words, self.old_after = terms, words, after
