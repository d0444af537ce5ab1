"""The fourth table, and the one all is about: a service, group, class, place or line, and where it happens."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from resources.models.directory import LONG, Location, Organization, Program, Record, between

# As `Service.Access` and `Verification.Part` have them, for the database; a test compares.
ACCESS = [
    *("step_free", "toilet", "parking", "lie_down", "arm_chairs", "little_standing", "quiet", "dim"),
    *("warm_water", "hearing_loop", "camera_off", "leave_any_time", "easy_cancel", "companion_free"),
]
DRAFT = Q(published_at=None, archived_at=None, merged_into=None)
# Its name or the ways to get in touch were changed after the check.
UNSURE = Q(published_at__isnull=False, due_at__isnull=False) & ~Q(confirmed__contains=["name", "contact"])
PARTS = ["name", "description", "contact", "place", "times", "cost", "access", "eligibility"]


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
        return (
            self.for_lists()
            .prefetch_related(
                *(
                    "phones__languages",
                    "schedules",
                    "exceptions",
                    "languages",
                    "service_areas",
                    "cost_options",
                ),
                *("required_documents", "additional_urls", "contacts", "capacities__unit", "funding"),
                *(
                    "organization__phones__languages",
                    "organization__additional_websites",
                    "organization__funding",
                ),
                *("organization__organization_identifiers", "attributes__taxonomy_term__taxonomy"),
                *(
                    f"{at}__phones__languages",
                    f"{at}__schedules",
                    f"{at}__exceptions",
                    f"{at}__service_areas",
                ),
                *(f"{place}__phones__languages", f"{place}__schedules", f"{place}__exceptions"),
                *(f"{place}__languages", f"{place}__accessibility", f"{place}__source"),
            )
            .select_related("organization__parent_organization", "program")
        )


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

    class Referral(models.TextChoices):
        NONE = "none", _("No referral needed")
        NEEDED = "needed", _("A referral is needed")

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
    # Known not to be there; what stands in neither list is not known.
    access_lacking = ArrayField(
        models.CharField(max_length=20, choices=Access.choices),
        verbose_name=_("known not to be there"),
        default=list,
        db_default=[],
        blank=True,
    )
    standing_minutes = models.PositiveSmallIntegerField(
        _("minutes of standing"), null=True, blank=True, validators=between(0, 600)
    )
    parking_metres = models.PositiveIntegerField(
        _("metres from parking to the door"), null=True, blank=True, validators=between(0, 20_000)
    )
    cancel_policy = models.CharField(_("cancelling"), max_length=300, blank=True, default="", db_default="")
    referral = models.CharField(
        _("referral"), max_length=10, choices=Referral.choices, blank=True, default="", db_default=""
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
    assurer_email = models.EmailField(
        _("who at its source checked it"), blank=True, default="", db_default=""
    )
    program = models.ForeignKey(
        Program, models.SET_NULL, null=True, blank=True, related_name="services", verbose_name=_("programme")
    )
    # The notice above is shown up to and with this day; without one, until it is taken away.
    alert_until = models.DateField(_("notice until"), null=True, blank=True)
    # The language this text is written in; empty is that of its source, else the site's.
    text_language = models.CharField(_("written in"), max_length=10, blank=True, default="", db_default="")

    verification = models.ForeignKey(
        "resources.Verification", models.PROTECT, null=True, editable=False, related_name="+"
    )
    # Which parts the checks so far still stand for; editing a part takes it out.
    confirmed = ArrayField(
        models.CharField(max_length=15), default=list, db_default=[], blank=True, editable=False
    )
    # When somebody has to look again: the first day on which one of its checked parts runs out, or an event's end.
    due_at = models.DateTimeField(_("to be checked by"), null=True, blank=True, editable=False)
    # From when on its page says to ask first: a year after the oldest check that counts, or an event's end.
    stale_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When the clock has its next word: a reminder to the organisation, overdue, out of the search.
    clock_at = models.DateTimeField(null=True, blank=True, editable=False)
    # One curator at a time has it in hand.
    leased_until_at = models.DateTimeField(null=True, blank=True, editable=False)
    leased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    # It was the same as that one, which has its address now.
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="merged"
    )
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        ordering = ["name", "pk"]
        permissions = [
            ("verify_service", _("Can mark a service as verified")),
            ("publish_service", _("Can publish and archive a service")),
        ]
        indexes = [
            models.Index(
                fields=["name", "id"], name="service_published", condition=Q(published_at__isnull=False)
            ),
            models.Index(fields=["due_at"], name="service_due", condition=Q(published_at__isnull=False)),
            models.Index(fields=["clock_at"], name="service_clock", condition=Q(clock_at__isnull=False)),
            # The desk's queues, each as it is walked; and what is looked up by name or address.
            models.Index(fields=["created_at", "id"], name="service_drafts", condition=DRAFT),
            models.Index(fields=["name", "id"], name="service_drafts_by_name", condition=DRAFT),
            models.Index(fields=["updated_at", "id"], name="service_unsure", condition=UNSURE),
            models.Index(
                fields=["name", "id"], name="service_archived", condition=Q(archived_at__isnull=False)
            ),
            models.Index(Upper("name"), name="service_upper_name"),
            models.Index(fields=["url"], name="service_url", condition=~Q(url="")),
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
            models.CheckConstraint(
                condition=Q(referral__in=["", "none", "needed"]), name="service_referral_known"
            ),
            models.CheckConstraint(
                condition=Q(delivery__contained_by=["in_person", "online", "phone", "at_home"]),
                name="service_delivery_known",
            ),
            models.CheckConstraint(condition=Q(access__contained_by=ACCESS), name="service_access_known"),
            models.CheckConstraint(
                condition=Q(access_lacking__contained_by=ACCESS), name="service_access_lacking_known"
            ),
            models.CheckConstraint(condition=Q(confirmed__contained_by=PARTS), name="service_parts_known"),
            models.CheckConstraint(
                condition=Q(leased_by=None) | Q(leased_until_at__isnull=False), name="service_lease_has_end"
            ),
            models.CheckConstraint(
                condition=~Q(access__overlap=F("access_lacking")),
                name="service_access_there_or_not",
                violation_error_message=_("The same thing cannot be there and not be there."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | Q(published_at=None), name="service_merged_not_public"
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
