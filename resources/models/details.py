"""What hangs on the core tables: addresses, phones, times, languages, costs. Names as in HSDS 3.1."""

from __future__ import annotations

import re
import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from resources.models.directory import LONG, Location, Organization, between, hangs_on
from resources.models.listings import Service, ServiceAtLocation
from resources.models.papers import Contact


class Detail(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class Address(Detail):
    location = models.ForeignKey(Location, models.CASCADE, related_name="addresses")
    attention = models.CharField(_("attention"), max_length=255, blank=True)
    address_1 = models.CharField(_("street"), max_length=255)
    address_2 = models.CharField(_("second line"), max_length=255, blank=True)
    city = models.CharField(_("town"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    state_province = models.CharField(_("state or county"), max_length=120, blank=True)
    postal_code = models.CharField(_("postcode"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters: US, GB"))
    address_type = models.CharField(
        _("type"), max_length=10, choices=Location.Type.choices, default=Location.Type.PHYSICAL
    )

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["address_type", "pk"]

    def __str__(self) -> str:
        return self.one_line

    @property
    def one_line(self) -> str:
        last = " ".join(filter(None, [self.state_province, self.postal_code]))
        return ", ".join(filter(None, [self.address_1, self.address_2, self.city, last]))


class Phone(Detail):
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="phones"
    )
    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="phones")
    location = models.ForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="phones")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, models.CASCADE, null=True, blank=True, related_name="phones"
    )
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, blank=True, related_name="phones")
    number = models.CharField(_("number"), max_length=60)
    extension = models.PositiveIntegerField(_("extension"), null=True, blank=True)
    # Open text in HSDS: voice, text, fax, cell, textphone ...
    type = models.CharField(_("type"), max_length=30, blank=True)
    description = models.CharField(_("description"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("phone")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=hangs_on("organization", "service", "location", "service_at_location", "contact"),
                name="phone_belongs_somewhere",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def dial(self) -> str:
        """What goes after `tel:`: digits, with a leading plus where there is one."""
        plus = "+" if self.number.strip(" (\"'").startswith("+") else ""
        return plus + "".join(c for c in self.number if c in "0123456789*#")


class Schedule(Detail):
    """One recurring slot. Two slots a day are two rows."""

    class Frequency(models.TextChoices):
        WEEKLY = "WEEKLY", _("every week")
        MONTHLY = "MONTHLY", _("every month")

    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="schedules")
    location = models.ForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="schedules")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, models.CASCADE, null=True, blank=True, related_name="schedules"
    )
    valid_from = models.DateField(_("known from"), null=True, blank=True)
    valid_to = models.DateField(_("known until"), null=True, blank=True)
    dtstart = models.DateField(_("first time"), null=True, blank=True)
    until = models.DateField(_("last time"), null=True, blank=True)
    count = models.PositiveIntegerField(_("how often in all"), null=True, blank=True)
    # Hours from UTC, as HSDS has it.
    timezone = models.FloatField(null=True, blank=True, validators=between(-12, 14))
    wkst = models.CharField(max_length=2, blank=True)
    freq = models.CharField(_("repeats"), max_length=10, choices=Frequency.choices, blank=True)
    interval = models.PositiveSmallIntegerField(
        _("every so many weeks or months"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    byday = models.CharField(
        _("days"), max_length=60, blank=True, help_text=_("MO,TU; with every month 1SA or -1FR")
    )
    byweekno = models.CharField(max_length=255, blank=True)
    bymonthday = models.CharField(_("days of the month"), max_length=120, blank=True)
    byyearday = models.CharField(max_length=255, blank=True)
    opens_at = models.TimeField(_("from"), null=True, blank=True)
    closes_at = models.TimeField(_("to"), null=True, blank=True)
    description = models.TextField(_("in words"), blank=True, validators=LONG)
    schedule_link = models.URLField(max_length=500, blank=True)
    attending_type = models.CharField(max_length=255, blank=True)
    notes = models.TextField(_("notes"), blank=True, validators=LONG)

    class Meta:
        verbose_name = _("time")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=hangs_on("service", "location", "service_at_location"),
                name="schedule_belongs_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(freq__in=["", "WEEKLY", "MONTHLY"]), name="schedule_freq_known"
            ),
        ]

    def __str__(self) -> str:
        return self.description or f"{self.freq} {self.byday} {self.opens_at or ''}"


class OpeningException(Detail):
    """Days on which the usual times do not hold: closed, or open at other times. HSDS has no place for these."""

    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="exceptions")
    location = models.ForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="exceptions")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, models.CASCADE, null=True, blank=True, related_name="exceptions"
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    opens_at = models.TimeField(_("from"), null=True, blank=True, help_text=_("Empty: closed"))
    closes_at = models.TimeField(_("to"), null=True, blank=True)
    reason = models.CharField(_("why"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("exception")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=hangs_on("service", "location", "service_at_location"),
                name="exception_belongs_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="exception_days_in_order",
                violation_error_message=_("The last day must not come before the first."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None, closes_at=None)
                | Q(opens_at__isnull=False, closes_at__isnull=False),
                name="exception_closed_or_both_times",
                violation_error_message=_("Give both times, or neither when it is closed."),
            ),
        ]

    def __str__(self) -> str:
        return self.reason or f"{self.starts_on} – {self.ends_on}"


class Language(Detail):
    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="languages")
    location = models.ForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="languages")
    phone = models.ForeignKey(Phone, models.CASCADE, null=True, blank=True, related_name="languages")
    name = models.CharField(_("language"), max_length=120, blank=True)
    code = models.CharField(_("code"), max_length=10, blank=True)
    note = models.TextField(_("note"), blank=True, validators=LONG)

    class Meta:
        verbose_name = _("language")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=hangs_on("service", "location", "phone"), name="language_belongs_somewhere"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.code


class CostOption(Detail):
    service = models.ForeignKey(Service, models.CASCADE, related_name="cost_options")
    option = models.CharField(_("for whom"), max_length=255, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    amount = models.DecimalField(
        _("amount"), max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    amount_description = models.CharField(_("in words"), max_length=500, blank=True)
    valid_from = models.DateField(_("from"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("price")
        ordering = ["amount", "pk"]

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.option, self.amount, self.currency.upper()) if part)


class ServiceArea(Detail):
    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="service_areas")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, models.CASCADE, null=True, blank=True, related_name="service_areas"
    )
    name = models.CharField(_("area"), max_length=500, blank=True)
    description = models.TextField(_("description"), blank=True, validators=LONG)
    # A shape on the map, as HSDS has it; kept to be handed on, not read.
    extent = models.TextField(blank=True, default="", db_default="", validators=LONG)
    extent_type = models.CharField(max_length=20, blank=True, default="", db_default="")
    uri = models.URLField(_("web address"), max_length=500, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("area served")
        verbose_name_plural = _("areas served")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=hangs_on("service", "service_at_location"), name="service_area_belongs_somewhere"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.description


class Accessibility(Detail):
    """Free words about a building, as HSDS has them; the facts a search can use are `Service.access`."""

    location = models.ForeignKey(Location, models.CASCADE, related_name="accessibility")
    description = models.TextField(_("description"), blank=True, validators=LONG)
    details = models.TextField(_("details"), blank=True, validators=LONG)
    url = models.URLField(_("web address"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("access to the building")
        verbose_name_plural = _("access to the building")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.description or self.details

    @property
    def words(self) -> str:
        """Some directories hold codes instead: "disabled_parking"."""
        said = self.description
        return (
            said.replace("_", " ").replace("-", " ").capitalize() if re.fullmatch(r"[a-z_-]+", said) else said
        )
