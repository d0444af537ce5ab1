"""The four core tables of HSDS 3.1 under their own names, with the columns that HSDS lacks."""

from __future__ import annotations

import uuid
from functools import reduce
from operator import or_

from django.core.validators import BaseValidator, MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, Upper
from django.utils.translation import gettext_lazy as _

LONG = [MaxLengthValidator(20_000)]


def between(low: float, high: float) -> list[BaseValidator]:
    return [MinValueValidator(low), MaxValueValidator(high)]


def hangs_on(*parents: str) -> Q:
    """True for a row that belongs to at least one of these."""
    return reduce(or_, (Q(**{f"{parent}__isnull": False}) for parent in parents))


class Source(models.Model):
    """Where records came from, and on what terms we may show them."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    url = models.URLField(_("web address"), max_length=500, blank=True)
    imported_at = models.DateTimeField(_("last imported"), null=True, blank=True, editable=False)
    is_sample = models.BooleanField(
        _("sample data"), default=False, help_text=_("Invented: every page says so.")
    )
    # What its records are written in, and the IANA zone of places that name none.
    language = models.CharField(_("language"), max_length=10, blank=True, default="", db_default="")
    time_zone = models.CharField(_("time zone"), max_length=63, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("source")

    def __str__(self) -> str:
        return self.name


class Record(models.Model):
    """What the core tables share. `original_id` is the id it had at its source; our key is made from both."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(
        Source, models.PROTECT, null=True, blank=True, editable=False, verbose_name=_("source")
    )
    original_id = models.CharField(max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Organization(Record):
    name = models.CharField(_("name"), max_length=255)
    alternate_name = models.CharField(_("other name"), max_length=255, blank=True)
    description = models.TextField(_("description"), blank=True, validators=LONG)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), max_length=500, blank=True)
    year_incorporated = models.PositiveSmallIntegerField(_("founded in"), null=True, blank=True)
    legal_status = models.CharField(_("legal status"), max_length=255, blank=True)
    logo = models.URLField(_("picture"), max_length=500, blank=True, default="", db_default="")
    uri = models.URLField(_("permanent address"), max_length=500, blank=True, default="", db_default="")
    parent_organization = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("part of")
    )

    class Meta:
        verbose_name = _("organisation")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(Upper("name"), name="organization_upper_name"),
            models.Index(fields=["website"], name="organization_website", condition=~Q(website="")),
        ]

    def __str__(self) -> str:
        return self.name


class Program(Record):
    """Several services of one organisation under one name."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="programs")
    name = models.CharField(_("name"), max_length=255)
    alternate_name = models.CharField(_("other name"), max_length=255, blank=True)
    description = models.TextField(_("description"), blank=True, validators=LONG)

    class Meta:
        verbose_name = _("programme")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class Location(Record):
    class Type(models.TextChoices):
        PHYSICAL = "physical", _("a place to go to")
        POSTAL = "postal", _("a postal address only")
        VIRTUAL = "virtual", _("online or by phone")

    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="locations"
    )
    location_type = models.CharField(_("type"), max_length=10, choices=Type.choices, default=Type.PHYSICAL)
    name = models.CharField(_("name"), max_length=255, blank=True)
    alternate_name = models.CharField(_("other name"), max_length=255, blank=True)
    description = models.TextField(_("description"), blank=True, validators=LONG)
    transportation = models.TextField(_("getting there"), blank=True, validators=LONG)
    url = models.URLField(_("web address"), max_length=500, blank=True)
    latitude = models.FloatField(null=True, blank=True, validators=between(-90, 90))
    longitude = models.FloatField(null=True, blank=True, validators=between(-180, 180))
    external_identifier = models.CharField(max_length=255, blank=True)
    external_identifier_type = models.CharField(max_length=255, blank=True)
    # IANA. Where it is empty the zone of its source counts; where that is empty, too, its times are unknown.
    time_zone = models.CharField(_("time zone"), max_length=63, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("location")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["url"], name="location_url", condition=~Q(url=""))]
        constraints = [
            models.CheckConstraint(
                condition=Q(location_type__in=["physical", "postal", "virtual"]), name="location_type_known"
            ),
            models.CheckConstraint(
                # Said in full: a comparison with nothing is neither true nor false, and would pass.
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="location_is_on_earth",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.get_location_type_display()
