"""What curators keep beside the listings: what fits, what looks alike, which links work, who speaks for whom."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from resources.models.directory import LONG, Organization
from resources.models.listings import Service


class Inclusion(models.Model):
    """A curator went through the rules on who may be listed. Published is only what meets all of them."""

    class Rule(models.TextChoices):
        OPEN = "open", _("It is open to everybody it is meant for, not to members only.")
        FITTING = (
            "fitting",
            _("It offers company, help or activity to people who live with pain or with much else."),
        )
        STEADY = "steady", _("It is run by an organisation or a group, not by one practitioner alone.")
        FAIR = "fair", _("It is free, low in cost, or says openly what it costs.")
        HONEST = "honest", _("It promises no cure, and sells no products under a helping name.")
        SAFE = "safe", _("We know of nothing unlawful, hateful or harmful about it.")

    service = models.OneToOneField(Service, models.CASCADE, primary_key=True, related_name="inclusion")
    rules = ArrayField(models.CharField(max_length=10, choices=Rule.choices), default=list)
    checked_at = models.DateTimeField(db_default=Now())
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("rules on who may be listed")
        constraints = [
            models.CheckConstraint(
                condition=Q(rules__contained_by=["open", "fitting", "steady", "fair", "honest", "safe"]),
                name="inclusion_rules_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{len(self.rules)}/{len(self.Rule)}"

    @property
    def is_complete(self) -> bool:
        return set(self.rules) >= set(self.Rule.values)


class Fingerprint(models.Model):
    """The keys under which a listing is looked up when others like it are looked for."""

    service = models.OneToOneField(Service, models.CASCADE, primary_key=True, related_name="fingerprint")
    keys = ArrayField(models.CharField(max_length=120), default=list)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [GinIndex(fields=["keys"], name="fingerprint_keys", fastupdate=False)]

    def __str__(self) -> str:
        return ", ".join(self.keys)


class Likeness(models.Model):
    """Two listings that may be the same. Once somebody said that they are not, nobody is asked again."""

    class Reason(models.TextChoices):
        NAME = "name", _("the names are alike")
        PHONE = "phone", _("the same phone number")
        DOMAIN = "domain", _("the same web or mail address")
        PLACE = "place", _("the same place")

    one = models.ForeignKey(Service, models.CASCADE, related_name="+")
    other = models.ForeignKey(Service, models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = ArrayField(models.CharField(max_length=10, choices=Reason.choices), default=list)
    found_at = models.DateTimeField(db_default=Now())
    ruled_out_at = models.DateTimeField(null=True, blank=True)
    ruled_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("possible duplicate")
        ordering = ["-score", "pk"]
        indexes = [
            models.Index(fields=["-score"], name="likeness_waiting", condition=Q(ruled_out_at=None)),
            models.Index(fields=["found_at"], name="likeness_found", condition=Q(ruled_out_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="likeness_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="likeness_in_order"),
            models.CheckConstraint(
                condition=Q(ruled_out_by=None) | Q(ruled_out_at__isnull=False), name="likeness_ruler_has_time"
            ),
            models.CheckConstraint(
                condition=Q(reasons__contained_by=["name", "phone", "domain", "place"]),
                name="likeness_reasons_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one} ~ {self.other}"

    @property
    def reason_words(self) -> list[str]:
        return [str(self.Reason(reason).label) for reason in self.reasons]


class CheckedLink(models.Model):
    """A web address that listings name, and whether a page answers there."""

    class Answer(models.TextChoices):
        WORKS = "works", _("works")
        SHY = "shy", _("does not let machines look")
        DEAD = "dead", _("not there")
        REFUSED = "refused", _("not an address we look at")

    url = models.CharField(max_length=500, unique=True)
    host = models.CharField(max_length=255, blank=True)
    next_at = models.DateTimeField(db_default=Now())
    checked_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    # In a few words, for the curator: "404", "no such host".
    detail = models.CharField(max_length=200, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    failing_since_at = models.DateTimeField(null=True, blank=True)
    # Where it leads by now, when it was moved for good.
    moved_to = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("link")
        ordering = ["failing_since_at", "pk"]
        indexes = [
            models.Index(fields=["next_at"], name="link_next"),
            models.Index(fields=["url"], name="link_moved", condition=~Q(moved_to="")),
            models.Index(
                fields=["failing_since_at"], name="link_failing", condition=Q(failing_since_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(failures=0, failing_since_at=None)
                | Q(failures__gt=0, failing_since_at__isnull=False),
                name="link_fails_since",
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", "works", "shy", "dead", "refused"]), name="link_answer_known"
            ),
        ]

    def __str__(self) -> str:
        return self.url


class Claim(models.Model):
    """Somebody says that they speak for an organisation. A curator finds out; either may end it."""

    class State(models.TextChoices):
        ASKED = "asked", _("waiting for a curator")
        CONFIRMED = "confirmed", _("confirmed")
        DENIED = "denied", _("not confirmed")
        ENDED = "ended", _("ended")

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="claims")
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="directory_claims")
    affiliation = models.TextField(_("what you do there"), validators=LONG)
    reach_us = models.CharField(_("how we can make sure"), max_length=300)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # In words they get to read.
    reason = models.TextField(_("reason"), blank=True, validators=LONG)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("claim")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "claimed_by"],
                condition=Q(state__in=["asked", "confirmed"]),
                name="claim_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "confirmed", "denied", "ended"]), name="claim_state_known"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(decided_at__isnull=False), name="claim_decider_has_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="claim_ender_has_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "ended"]) | Q(decided_at__isnull=False),
                name="claim_decided_when",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("claimed_by")), name="claim_needs_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(ended_at__isnull=False), name="claim_ended_when"
            ),
            models.CheckConstraint(
                condition=~Q(state="denied") | ~Q(reason=""), name="claim_denied_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claimed_by} – {self.organization}"
