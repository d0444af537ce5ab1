"""What an owner wishes for, whichever plan it is: what counts, who keeps them company, how a flare goes."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from networks.models import Membership


class Wishes(models.Model):
    """One row an owner, or none: then nothing beside a check-in counts and nobody is written to."""

    class Sign(models.TextChoices):
        """What counts as a sign of life beside a check-in."""

        SIGN_IN = "sign_in", _("signing in")
        TOUCH = "touch", _("writing down that I was in touch with somebody")
        ANSWER = "answer", _("answering a message")

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="wishes"
    )
    signs_of_life = ArrayField(
        models.CharField(max_length=10, choices=Sign.choices), default=list, blank=True
    )
    # "Not okay, I'd like company": who hears, in the owner's own words.
    company_from = models.ForeignKey(Membership, models.SET_NULL, null=True, blank=True, related_name="+")
    company_words = models.TextField(blank=True, max_length=600)
    # Help for the helper, in every alert.
    helps = models.TextField(blank=True, max_length=600)
    does_not_help = models.TextField(blank=True, max_length=600)
    # Flare mode: who hears when it begins, and in what words.
    flare_tells = models.ManyToManyField(Membership, blank=True, related_name="+")
    flare_words = models.TextField(blank=True, max_length=600)
    flare_began_at = models.DateTimeField(null=True, blank=True)
    flare_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="wishes_signs_known",
                condition=Q(signs_of_life__contained_by=["sign_in", "touch", "answer"]),
            ),
            models.CheckConstraint(
                name="wishes_flare_has_an_end",
                condition=Q(flare_began_at=None, flare_until=None)
                | Q(
                    flare_began_at__isnull=False,
                    flare_until__isnull=False,
                    flare_until__gte=F("flare_began_at"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"wishes of {self.owner_id}"

    @classmethod
    def of(cls, owner: User) -> Wishes:
        """Theirs, or an empty one that is not saved yet."""
        return cls.objects.filter(owner=owner).first() or cls(owner=owner)

    def in_a_flare(self, now: dt.datetime) -> bool:
        return self.flare_until is not None and self.flare_until > now
