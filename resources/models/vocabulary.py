"""The words listings are filed under, and the words people type for them. Taxonomies as in HSDS 3.1."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from resources.models.directory import LONG, Location, Organization, hangs_on
from resources.models.listings import Service, ServiceAtLocation


class Taxonomy(models.Model):
    """A list of terms with its keeper and version. Ours has the slug `supportnet`; others stay unmixed with it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(unique=True, editable=False)
    name = models.CharField(_("name"), max_length=255)
    description = models.TextField(_("description"), validators=LONG)
    uri = models.URLField(_("web address"), max_length=500, blank=True)
    version = models.CharField(_("version"), max_length=60, blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("vocabulary")
        verbose_name_plural = _("vocabularies")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TaxonomyTerm(models.Model):
    """One term. `parent` is the broader one; `same_as` the nearest one of another taxonomy."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    taxonomy = models.ForeignKey(Taxonomy, models.CASCADE, related_name="terms")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    same_as = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("nearest term elsewhere"),
    )
    code = models.CharField(_("code"), max_length=120)
    name = models.CharField(_("name"), max_length=255)
    description = models.TextField(_("description"), validators=LONG)
    language = models.CharField(_("language"), max_length=10, blank=True)
    term_uri = models.URLField(_("web address"), max_length=500, blank=True)
    # No longer offered to curators; what is filed under it stays.
    retired_at = models.DateTimeField(_("no longer used"), null=True, blank=True)

    class Meta:
        verbose_name = _("term")
        ordering = ["taxonomy", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["taxonomy", "code"], name="term_code_once"),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=models.F("id")), name="term_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Attribute(models.Model):
    """Something is filed under a term. `link_type` says what the term says of it: topic, eligibility, ..."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="attributes"
    )
    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="attributes")
    location = models.ForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="attributes")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, models.CASCADE, null=True, blank=True, related_name="attributes"
    )
    taxonomy_term = models.ForeignKey(
        TaxonomyTerm, models.PROTECT, related_name="attributes", verbose_name=_("term")
    )
    link_type = models.CharField(_("what it says"), max_length=60, blank=True)
    value = models.CharField(_("value"), max_length=500, blank=True)
    label = models.CharField(_("label"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("filed under")
        verbose_name_plural = _("filed under")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=hangs_on("organization", "service", "location", "service_at_location"),
                name="attribute_belongs_somewhere",
            ),
            models.UniqueConstraint(
                fields=["service", "taxonomy_term", "link_type", "value"],
                condition=Q(service__isnull=False),
                name="service_filed_once",
            ),
        ]

    def __str__(self) -> str:
        return self.label or str(self.taxonomy_term)


class Synonym(models.Model):
    """Words and phrases people type for the same thing: whoever types one finds the others, too."""

    words = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("words that mean the same"),
        help_text=_("With commas between: fibro, fibromyalgia, FMS"),
    )
    language = models.CharField(_("language"), max_length=10, blank=True)
    note = models.CharField(_("note for other curators"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("words that mean the same")
        verbose_name_plural = _("words that mean the same")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(words__len__gte=2), name="synonym_has_two_words"),
        ]

    def __str__(self) -> str:
        return ", ".join(self.words)
