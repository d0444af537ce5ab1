"""Crisis lines and emergency numbers: data, because hard-coded lists rot."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

FRESH = dt.timedelta(days=365)


class HelplineQuerySet(models.QuerySet["Helpline"]):
    def as_of(self, today: dt.date) -> Self:
        """Each with `stale`: checked once, but more than a year ago."""
        return self.annotate(stale=Q(verified_on__lt=today - FRESH))


class Helpline(models.Model):
    class Kind(models.TextChoices):
        EMERGENCY = "emergency", _("emergency number")
        CRISIS = "crisis", _("somebody to talk to")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.CRISIS)
    country = models.CharField(_("country"), max_length=2, help_text=_("Two letters: US, GB"))
    region = models.CharField(_("region"), max_length=120, blank=True)
    name = models.CharField(_("name"), max_length=120)
    call = models.CharField(_("call"), max_length=30, blank=True)
    text = models.CharField(_("text"), max_length=30, blank=True)
    chat_url = models.URLField(_("chat"), max_length=300, blank=True)
    hours = models.CharField(_("hours"), max_length=120, blank=True)
    languages = models.CharField(_("languages"), max_length=200, blank=True)
    for_whom = models.CharField(_("for whom"), max_length=200, blank=True)
    source_url = models.URLField(_("where this is published"), max_length=300, blank=True)
    verified_on = models.DateField(
        _("checked on"),
        null=True,
        blank=True,
        help_text=_("The day one of us last called, texted or looked."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=100)

    objects = HelplineQuerySet.as_manager()

    class Meta:
        verbose_name = _("helpline")
        ordering = ["country", "position", "name"]
        constraints = [
            models.UniqueConstraint(fields=["country", "region", "name"], name="helpline_once"),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z]{2}$"), name="helpline_country_two_letters"
            ),
            models.CheckConstraint(
                condition=~Q(call="", text="", chat_url=""),
                name="helpline_can_be_reached",
                violation_error_message=_("Give a number to call, a number to text or a chat page."),
            ),
            models.CheckConstraint(condition=Q(kind__in=["emergency", "crisis"]), name="helpline_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.name}"

    @property
    def dial(self) -> str:
        return "".join(c for c in self.call if c in "+0123456789")

    @property
    def sms(self) -> str:
        return "".join(c for c in self.text if c in "+0123456789")
