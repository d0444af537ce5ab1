"""The curators' desk: review drafts, note what was checked, publish."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError
from accounts.models import User
from resources import services
from resources.forms.checking import VerifyForm
from resources.models import (
    Accessibility,
    Address,
    CostOption,
    Helpline,
    Language,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    Source,
    Verification,
)
from resources.services import history

# "www.example.org" typed by a curator: most sites speak https by now.
SECURE: dict[Any, Any] = {URLField: {"assume_scheme": "https"}}
WAYS = ("organization", "service", "location", "service_at_location", "phone")


class Inline(admin.StackedInline):
    """Rows of a detail below the record they hang on; `fk_name` says which of their links that is."""

    extra = 0
    formfield_overrides = SECURE

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return tuple(name for name in WAYS if name != self.fk_name and hasattr(self.model, name))


def rows(of: type[Model], on: str, fields: tuple[str, ...] | None = None) -> type[Inline]:
    """The rows of a model that hang on a record by this link of theirs."""
    return type(f"{of.__name__}On{on.title()}", (Inline,), {"model": of, "fk_name": on, "fields": fields})


SLOT = ("freq", "byday", "opens_at", "closes_at", "description", "dtstart", "until", "interval", "notes")


class PlaceInline(admin.StackedInline):
    model = ServiceAtLocation
    extra = 0
    autocomplete_fields = ("location",)
    show_change_link = True


class VerificationInline(admin.TabularInline):
    """The record of checks: to be read, and added to by “Mark as verified” only."""

    model = Verification
    fields = readonly_fields = ("verified_at", "verified_by", "how", "parts", "note")
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ServiceForm(forms.ModelForm):
    delivery = forms.MultipleChoiceField(
        label=_("How"),
        choices=Service.Delivery.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    access = forms.MultipleChoiceField(
        label=_("Access"), choices=Service.Access.choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("draft", _("Draft")), ("published", _("Published")), ("archived", _("Archived"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Service]) -> QuerySet[Service]:
        conditions: dict[str, dict[str, Any]] = {
            "draft": {"published_at": None, "archived_at": None},
            "published": {"published_at__isnull": False},
            "archived": {"archived_at__isnull": False},
        }
        return queryset.filter(**conditions.get(self.value() or "", {}))


class Noted(admin.ModelAdmin):
    """What is changed here stands in the history of the listing, and takes back what it makes unsure."""

    def listing_of(self, pk: str) -> Service | None:
        """The listing in whose history it stands; of a record that many share, the first."""
        raise NotImplementedError

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        service = self.listing_of(unquote(object_id)) if object_id and request.method == "POST" else None
        if service is None or not isinstance(request.user, User):
            return super().changeform_view(request, object_id, form_url, extra_context)
        with history.noting(service=service, by=request.user, why=gettext("In the admin.")):
            return super().changeform_view(request, object_id, form_url, extra_context)


def one_listing(**condition: Any) -> Service | None:
    """None for a key that is none, too: the admin says so itself."""
    try:
        return Service.objects.filter(**condition).order_by("created_at", "pk").first()
    except ValidationError:
        return None


@admin.register(Service)
class ServiceAdmin(Noted):
    formfield_overrides = SECURE
    form = ServiceForm
    list_display = ("name", "state", "checked", "kind", "organization", "source")
    list_filter = (StateFilter, "kind", "source", "status", "cost")
    list_select_related = ("organization", "source", "verification")
    search_fields = ("name", "alternate_name", "organization__name")
    autocomplete_fields = ("organization",)
    readonly_fields = ("state", "checked", "source", "assured_date", "public_page")
    inlines = (
        *(PlaceInline, rows(Phone, "service"), rows(Schedule, "service", SLOT), rows(CostOption, "service")),
        *(rows(Language, "service"), rows(ServiceArea, "service"), VerificationInline),
    )
    actions = ("publish_chosen", "withdraw_chosen", "archive_chosen")
    fieldsets = (
        (None, {"fields": ("state", "checked", "public_page", "source", "assured_date")}),
        (
            None,
            {
                "fields": (
                    "organization",
                    "name",
                    "alternate_name",
                    "kind",
                    "description",
                    "delivery",
                    "status",
                )
            },
        ),
        (
            _("Who, cost, access"),
            {"fields": ("eligibility_description", "minimum_age", "maximum_age", "cost")},
        ),
        (None, {"fields": ("fees_description", "access", "wait_time", "interpretation_services")}),
        (_("Getting in touch"), {"fields": ("application_process", "url", "email")}),
        (_("Notice and search"), {"fields": ("alert", "keywords", "accreditations")}),
    )

    def listing_of(self, pk: str) -> Service | None:
        return one_listing(pk=pk)

    # What the columns say -------------------------------------------------------------------------

    @admin.display(description=_("state"))
    def state(self, service: Service) -> str:
        if service.published_at:
            return gettext("Published")
        return gettext("Archived") if service.archived_at else gettext("Draft")

    @admin.display(description=_("last checked"), ordering="verification__verified_at")
    def checked(self, service: Service) -> str:
        return str(service.verification) if service.verification else gettext("not verified yet")

    @admin.display(description=_("page"))
    def public_page(self, service: Service) -> str:
        if service._state.adding:
            return ""
        return format_html(
            '<a href="{}">{}</a>', service.get_absolute_url(), gettext("See it as visitors will")
        )

    # Permissions, as Django's own actions ask for them ----------------------------------------------

    def has_verify_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("resources.verify_service")

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("resources.publish_service")

    # One listing ------------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/verify/", view(self.verify_view), name="resources_service_verify"),
            path("<uuid:pk>/publish/", view(self.publish_view), name="resources_service_publish"),
            path("<uuid:pk>/withdraw/", view(self.withdraw_view), name="resources_service_withdraw"),
            path("<uuid:pk>/archive/", view(self.archive_view), name="resources_service_archive"),
            *super().get_urls(),
        ]

    def verify_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        if not self.has_verify_permission(request):
            raise PermissionDenied
        service = get_object_or_404(Service, pk=pk)
        form = VerifyForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            services.verify(service=service, by=self.person(request), **form.cleaned_data)
            self.log_change(request, service, gettext("Marked as verified."))
            messages.success(
                request, gettext("Thank you. “%(name)s” is marked as verified.") % {"name": service}
            )
            return self.back_to(service)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": service,
            "form": form,
            "title": gettext("Mark as verified"),
        }
        status = 422 if form.is_bound else 200
        return render(request, "admin/resources/service/verify.html", context, status=status)

    def publish_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        return self.act_on_one(request, pk, "publish")

    def withdraw_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        return self.act_on_one(request, pk, "withdraw")

    def archive_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        return self.act_on_one(request, pk, "archive")

    def act_on_one(self, request: HttpRequest, pk: uuid.UUID, act: str) -> HttpResponse:
        if not self.has_publish_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        service = get_object_or_404(Service, pk=pk)
        self.act(request, [service], act)
        return self.back_to(service)

    def person(self, request: HttpRequest) -> User:
        """Who is at the desk: the admin lets nobody else through."""
        if not isinstance(request.user, User):
            raise PermissionDenied
        return request.user

    def back_to(self, service: Service) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:resources_service_change", args=[service.pk]))

    # Several at once --------------------------------------------------------------------------------

    @admin.action(description=_("Publish the chosen listings"), permissions=["publish"])
    def publish_chosen(self, request: HttpRequest, queryset: QuerySet[Service]) -> None:
        self.act(request, queryset, "publish")

    @admin.action(description=_("Take the chosen listings off the public pages"), permissions=["publish"])
    def withdraw_chosen(self, request: HttpRequest, queryset: QuerySet[Service]) -> None:
        self.act(request, queryset, "withdraw")

    @admin.action(description=_("Archive the chosen listings"), permissions=["publish"])
    def archive_chosen(self, request: HttpRequest, queryset: QuerySet[Service]) -> None:
        self.act(request, queryset, "archive")

    def act(self, request: HttpRequest, chosen: Any, act: str) -> None:
        """Do it to each; say how many it was done to, and for each that refused, why."""
        done = {
            "publish": (services.publish, gettext("Published.")),
            "withdraw": (services.withdraw, gettext("Taken off the public pages.")),
            "archive": (services.archive, gettext("Archived.")),
        }
        verb, said = done[act]
        changed = 0
        for service in chosen:
            try:
                if verb(service=service, by=self.person(request)):
                    changed += 1
                    self.log_change(request, service, said)
            except DomainError as error:
                messages.error(request, str(error))
        if changed:
            count = ngettext("%(n)s listing.", "%(n)s listings.", changed) % {"n": changed}
            messages.success(request, f"{said} {count}")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        services.reindex(Service.objects.filter(pk=form.instance.pk))


@admin.register(Organization)
class OrganizationAdmin(Noted):
    formfield_overrides = SECURE
    list_display = ("name", "website", "source")
    list_filter = ("source",)
    search_fields = ("name", "alternate_name")
    readonly_fields = ("source",)
    inlines = (rows(Phone, "organization"),)

    def listing_of(self, pk: str) -> Service | None:
        return one_listing(organization=pk)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        services.reindex(Service.objects.filter(organization=form.instance))


@admin.register(Location)
class LocationAdmin(Noted):
    formfield_overrides = SECURE
    list_display = ("__str__", "location_type", "organization", "source")
    list_filter = ("location_type", "source")
    list_select_related = ("organization", "source")
    search_fields = ("name", "alternate_name", "addresses__address_1", "addresses__city")
    autocomplete_fields = ("organization",)
    readonly_fields = ("source",)
    inlines = (
        *(rows(Address, "location"), rows(Phone, "location")),
        *(rows(Schedule, "location", SLOT), rows(Accessibility, "location")),
    )

    def listing_of(self, pk: str) -> Service | None:
        return one_listing(at_locations__location=pk)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        services.reindex(Service.objects.filter(at_locations__location=form.instance))


@admin.register(Source)
class SourceAdmin(admin.ModelAdmin):
    formfield_overrides = SECURE
    list_display = ("name", "licence", "imported_at", "is_sample")
    readonly_fields = ("imported_at",)


@admin.register(Helpline)
class HelplineAdmin(admin.ModelAdmin):
    formfield_overrides = SECURE
    list_display = ("country", "name", "kind", "call", "text", "hours", "verified_on", "position")
    list_display_links = ("name",)
    list_filter = ("country", "kind")
