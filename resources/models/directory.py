"""The four core tables of HSDS 3.1 under their own names, with the columns that HSDS lacks."""

from __future__ import annotations

import re
import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector, SearchVectorField
from django.core.validators import BaseValidator, MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User

LONG = [MaxLengthValidator(20_000)]


def between(low: float, high: float) -> list[BaseValidator]:
    return [MinValueValidator(low), MaxValueValidator(high)]


# What a person typing quotes, a minus or "or" means is PostgreSQL's to say; all else is plain words.
OPERATORS = re.compile(r'["-]|\bor\b', re.IGNORECASE)


class Source(models.Model):
    """Where records came from, and on what terms we may show them."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    url = models.URLField(_("web address"), max_length=500, blank=True)
    imported_at = models.DateTimeField(_("last imported"), null=True, blank=True, editable=False)
    is_sample = models.BooleanField(
        _("sample data"), default=False, help_text=_("Invented: every page says so.")
    )

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

    class Meta:
        verbose_name = _("organisation")
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

    class Meta:
        verbose_name = _("location")
        ordering = ["name", "pk"]
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


class ServiceQuerySet(models.QuerySet["Service"]):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """What is published is for everybody; a curator can look at the rest as it will be."""
        if user.is_staff and user.has_perm("resources.view_service"):
            return self
        return self.published()

    def for_lists(self) -> Self:
        return self.select_related("organization", "source", "verification").prefetch_related(
            "at_locations__location__addresses"
        )

    def for_page(self) -> Self:
        at, place = "at_locations", "at_locations__location"
        return self.for_lists().prefetch_related(
            *("phones", "schedules", "languages", "service_areas", "cost_options", "organization__phones"),
            *(f"{at}__phones", f"{at}__schedules", f"{at}__service_areas"),
            *(f"{place}__phones", f"{place}__schedules", f"{place}__languages", f"{place}__accessibility"),
        )

    def matching(self, words: str) -> Self:
        """Those that hold every word, best first. The last and longer ones may be unfinished: "physio ba"."""
        query = SearchQuery(words, config="english", search_type="websearch")
        parts = re.findall(r"\w+", words)
        if parts and not OPERATORS.search(words):
            ends = [":*" if len(part) > 3 else "" for part in parts[:-1]] + [":*"]
            unfinished = " & ".join(part + end for part, end in zip(parts, ends, strict=True))
            query |= SearchQuery(unfinished, config="english", search_type="raw")
        return self._ranked(query)

    def resembling(self, words: str) -> Self:
        """Those that hold any of the words, best first: for when none holds all."""
        parts = " | ".join(re.findall(r"\w+", words))
        return self._ranked(SearchQuery(parts, config="english", search_type="raw")) if parts else self.none()

    def _ranked(self, query: Any) -> Self:
        found = self.filter(search=query).annotate(rank=SearchRank(F("search"), query))
        return found.order_by("-rank", "name", "pk")


class ServiceManager(models.Manager.from_queryset(ServiceQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> ServiceQuerySet:
        # The search column is for the database; nobody needs it in Python.
        return ServiceQuerySet(self.model, using=self._db).defer("search")


class Service(Record):
    """One listing: a service, group, class, place, line. A draft until verified and published."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        INACTIVE = "inactive", _("inactive")
        DEFUNCT = "defunct", _("gone for good")
        CLOSED = "temporarily closed", _("temporarily closed")

    class Kind(models.TextChoices):
        SERVICE = "service", _("Service")
        GROUP = "group", _("Group")
        CLASS = "class", _("Class")
        EVENT = "event", _("Event")
        PLACE = "place", _("Place to go")
        PHONE_LINE = "phone_line", _("Phone line")
        WEBSITE = "website", _("Website")
        VOLUNTEERING = "volunteering", _("Volunteering")

    class Delivery(models.TextChoices):
        IN_PERSON = "in_person", _("In person")
        ONLINE = "online", _("Online")
        PHONE = "phone", _("By phone")
        AT_HOME = "at_home", _("At your home")

    class Cost(models.TextChoices):
        FREE = "free", _("Free")
        DONATION = "donation", _("Pay what you can")
        LOW = "low", _("Low cost")
        PAID = "paid", _("Paid")

    class Access(models.TextChoices):
        STEP_FREE = "step_free", _("Step-free")
        TOILET = "toilet", _("Accessible toilet")
        PARKING = "parking", _("Parking close to the door")
        LIE_DOWN = "lie_down", _("You can lie down")
        ARM_CHAIRS = "arm_chairs", _("Chairs with arms")
        LITTLE_STANDING = "little_standing", _("Little or no standing")
        QUIET = "quiet", _("Quiet space")
        DIM = "dim", _("Soft light")
        WARM_WATER = "warm_water", _("Warm water")
        HEARING_LOOP = "hearing_loop", _("Hearing loop")
        CAMERA_OFF = "camera_off", _("Camera off is fine")
        LEAVE_ANY_TIME = "leave_any_time", _("Leave any time")
        EASY_CANCEL = "easy_cancel", _("Cancel at the last minute")
        COMPANION_FREE = "companion_free", _("A companion comes free")

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="services", verbose_name=_("organisation")
    )
    name = models.CharField(_("name"), max_length=255)
    alternate_name = models.CharField(_("other name"), max_length=255, blank=True)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices, default=Kind.SERVICE)
    description = models.TextField(_("what to expect"), blank=True, validators=LONG)
    delivery = ArrayField(
        models.CharField(max_length=15, choices=Delivery.choices),
        verbose_name=_("how"),
        default=list,
        blank=True,
    )
    cost = models.CharField(_("cost"), max_length=10, choices=Cost.choices, blank=True)
    access = ArrayField(
        models.CharField(max_length=20, choices=Access.choices),
        verbose_name=_("access"),
        default=list,
        blank=True,
    )
    keywords = models.CharField(
        _("search words"),
        max_length=500,
        blank=True,
        help_text=_("Words people may type that stand nowhere else."),
    )
    url = models.URLField(_("web address"), max_length=500, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.ACTIVE)
    alert = models.TextField(_("notice"), blank=True, validators=LONG)
    application_process = models.TextField(_("how to join"), blank=True, validators=LONG)
    fees_description = models.TextField(_("what it costs"), blank=True, validators=LONG)
    eligibility_description = models.TextField(_("who it is for"), blank=True, validators=LONG)
    minimum_age = models.PositiveSmallIntegerField(
        _("from age"), null=True, blank=True, validators=between(0, 150)
    )
    maximum_age = models.PositiveSmallIntegerField(
        _("to age"), null=True, blank=True, validators=between(0, 150)
    )
    interpretation_services = models.TextField(_("interpreters"), blank=True, validators=LONG)
    accreditations = models.TextField(_("accreditations"), blank=True, validators=LONG)
    wait_time = models.CharField(_("waiting time"), max_length=255, blank=True)
    assured_date = models.DateField(_("checked by its source"), null=True, blank=True)

    verification = models.ForeignKey(
        "resources.Verification", models.PROTECT, null=True, editable=False, related_name="+"
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    # Organisation and towns, so that one index answers the search box; kept by services.reindex.
    found_by = models.TextField(blank=True, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("name", "alternate_name", config="english", weight="A")
        + SearchVector("keywords", "kind", config="english", weight="B")
        + SearchVector("description", "eligibility_description", config="english", weight="C")
        + SearchVector("found_by", config="english", weight="D"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ServiceManager()

    class Meta:
        verbose_name = _("service")
        ordering = ["name", "pk"]
        permissions = [
            ("verify_service", _("Can mark a service as verified")),
            ("publish_service", _("Can publish and archive a service")),
        ]
        indexes = [
            GinIndex(fields=["search"], name="service_search"),
            models.Index(
                fields=["name", "id"], name="service_published", condition=Q(published_at__isnull=False)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(verification__isnull=False),
                name="service_published_only_when_verified",
                violation_error_message=_("Mark this as verified before you publish it."),
            ),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(archived_at=None), name="service_published_or_archived"
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | Q(published_at__isnull=False),
                name="service_publisher_has_time",
            ),
            models.CheckConstraint(
                condition=Q(archived_by=None) | Q(archived_at__isnull=False), name="service_archiver_has_time"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "inactive", "defunct", "temporarily closed"]),
                name="service_status_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        *("service", "group", "class", "event"),
                        *("place", "phone_line", "website", "volunteering"),
                    ]
                ),
                name="service_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(cost__in=["", "free", "donation", "low", "paid"]), name="service_cost_known"
            ),
            models.CheckConstraint(
                condition=Q(minimum_age=None) | Q(maximum_age=None) | Q(maximum_age__gte=F("minimum_age")),
                name="service_ages_in_order",
                violation_error_message=_("“To age” must not be lower than “from age”."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("resource", kwargs={"pk": self.pk})

    @property
    def delivery_words(self) -> list[str]:
        """The chosen ways in words, in the order of the choices."""
        return [str(choice.label) for choice in self.Delivery if choice in self.delivery]

    @property
    def access_words(self) -> list[str]:
        return [str(choice.label) for choice in self.Access if choice in self.access]


class ServiceAtLocation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="at_locations")
    location = models.ForeignKey(Location, models.CASCADE, related_name="at_services")
    description = models.TextField(_("description"), blank=True, validators=LONG)

    class Meta:
        verbose_name = _("service at a location")
        verbose_name_plural = _("services at locations")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["service", "location"], name="service_once_at_a_location"),
        ]

    def __str__(self) -> str:
        return f"{self.service} – {self.location}"
