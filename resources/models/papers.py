"""What papers say of an organisation or a service: programmes, people to ask, funding, numbers. As in HSDS 3.1."""

from __future__ import annotations

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from resources.models.directory import LONG, Location, Organization, hangs_on
from resources.models.listings import Service, ServiceAtLocation


class Contact(models.Model):
    """Whom to ask. A person's name: kept only when a curator asked the importer for it, never exported."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="contacts"
    )
    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="contacts")
    location = models.ForeignKey(Location, models.CASCADE, null=True, blank=True, related_name="contacts")
    service_at_location = models.ForeignKey(
        ServiceAtLocation, models.CASCADE, null=True, blank=True, related_name="contacts"
    )
    name = models.CharField(_("name"), max_length=255, blank=True)
    title = models.CharField(_("title"), max_length=255, blank=True)
    department = models.CharField(_("department"), max_length=255, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        verbose_name = _("contact")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=hangs_on("organization", "service", "location", "service_at_location"),
                name="contact_belongs_somewhere",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.title or self.department


class Funding(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="funding"
    )
    service = models.ForeignKey(Service, models.CASCADE, null=True, blank=True, related_name="funding")
    source = models.TextField(_("paid for by"), blank=True, validators=LONG)

    class Meta:
        verbose_name = _("funding")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=hangs_on("organization", "service"), name="funding_belongs_somewhere"
            )
        ]

    def __str__(self) -> str:
        return self.source


class RequiredDocument(models.Model):
    """What to bring."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="required_documents")
    document = models.TextField(_("what to bring"), blank=True, validators=LONG)
    uri = models.URLField(_("web address"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("document to bring")
        verbose_name_plural = _("documents to bring")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.document


class OrganizationIdentifier(models.Model):
    """A number somebody else knows it by, such as a charity number (org-id.guide)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="organization_identifiers")
    identifier_scheme = models.CharField(_("scheme"), max_length=255, blank=True)
    identifier_type = models.CharField(_("what kind of number"), max_length=255)
    identifier = models.CharField(_("number"), max_length=255)

    class Meta:
        verbose_name = _("registration number")
        ordering = ["identifier_type", "pk"]

    def __str__(self) -> str:
        return f"{self.identifier_type} {self.identifier}"


class Url(models.Model):
    """One more page on the web."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, blank=True, related_name="additional_websites"
    )
    service = models.ForeignKey(
        Service, models.CASCADE, null=True, blank=True, related_name="additional_urls"
    )
    label = models.CharField(_("label"), max_length=255, blank=True)
    url = models.URLField(_("web address"), max_length=500)

    class Meta:
        verbose_name = _("web page")
        ordering = ["label", "pk"]
        indexes = [models.Index(fields=["url"], name="url_url")]
        constraints = [
            models.CheckConstraint(
                condition=hangs_on("organization", "service"), name="url_belongs_somewhere"
            )
        ]

    def __str__(self) -> str:
        return self.label or self.url


class Unit(models.Model):
    """What a capacity is counted in: places, beds, visits."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=255)
    scheme = models.CharField(max_length=255, blank=True)
    identifier = models.CharField(max_length=255, blank=True)
    uri = models.URLField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("unit")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class ServiceCapacity(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="capacities")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="capacities")
    available = models.FloatField(_("free now"), validators=[MinValueValidator(0)])
    maximum = models.FloatField(_("in all"), null=True, blank=True, validators=[MinValueValidator(0)])
    description = models.TextField(_("description"), blank=True, validators=LONG)
    updated = models.DateTimeField(_("as of"))

    class Meta:
        verbose_name = _("capacity")
        verbose_name_plural = _("capacities")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(available__gte=0) & (Q(maximum=None) | Q(maximum__gte=0)),
                name="capacity_not_negative",
            )
        ]

    def __str__(self) -> str:
        return f"{self.available:g} {self.unit}"
