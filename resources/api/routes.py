"""The addresses of HSDS 3.1. Every one only reads; all say the same to everybody."""

from __future__ import annotations

import datetime as dt
import functools
import uuid
from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from ninja import NinjaAPI, Query, Schema
from ninja.openapi import get_schema
from ninja.responses import Response

from resources.api import answering, asking, near, querying
from resources.api.answering import Page
from resources.hsds import building, shapes
from resources.models import FieldChange, Organization, Service, ServiceAtLocation, Taxonomy, TaxonomyTerm


class Directory(NinjaAPI):
    """Works out once what it says of itself: that takes a good part of a second, and stays the same."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> Any:
        return described(self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix)


@functools.cache
def described(directory: NinjaAPI, prefix: str) -> Any:
    return get_schema(api=directory, path_prefix=prefix)


api = Directory(
    title="Supportnet directory",
    version=shapes.VERSION,
    description="Services, groups and places for people living with pain, as HSDS 3.1 has them. Read only.",
    urls_namespace="hsds",
    # Its own page of documentation would fetch scripts from elsewhere; ours is views.documentation.
    docs_url=None,
    openapi_url="/openapi.json",
)


class About(Schema):
    version: str
    profile: str
    openapi_url: str


class Minimal(Schema):
    """What `minimal` leaves of a service: when it changed, by the standard's two names for it."""

    id: uuid.UUID
    modified_date: dt.datetime
    last_modified: dt.datetime


class Missing(Schema):
    detail: str


class Unclear(Schema):
    detail: list[dict[str, object]] | str


GONE = {404: Missing}
OFTEN = {429: Missing}
ODD = {422: Unclear, **OFTEN}
BUSY = {503: Missing}
# The second way a list can be answered, which ninja's own description has no place for.
LINES = {
    "schema": {"type": "string", "description": "One object of the list a line, fully nested, without pages."}
}
STREAMED = {"responses": {200: {"content": {answering.NDJSON: LINES}}}}


@api.exception_handler(near.UnknownPlace)
def unknown_place(request: HttpRequest, error: near.UnknownPlace) -> Response:
    return Response({"detail": str(error)}, status=422)


@api.get("/", response={200: About, **OFTEN}, summary="What this is")
def about(request: HttpRequest) -> About:
    return About(
        version=shapes.VERSION,
        profile=settings.SITE_URL + reverse("directory_documentation"),
        openapi_url=settings.SITE_URL + reverse("hsds:openapi-json"),
    )


@api.get(
    "/services",
    response={200: Page[shapes.Service] | Page[Minimal], **ODD, **BUSY},
    summary="Services",
    openapi_extra=STREAMED,
)
def services(request: HttpRequest, asked: Query[asking.Services]) -> HttpResponseBase:
    found, builder = querying.services(asked), building.Builder()
    if asked.minimal:
        return answering.listing(found.only("pk", "updated_at"), asked, minimal)
    full = asked.full or asked.format == "ndjson"
    make = builder.full_service if full else builder.service
    return answering.listing(building.services(found, full=full), asked, lambda row: make(row).json_text())


@api.get(
    "/services/{id}",
    response={200: shapes.Service, 301: None, **GONE, **ODD},
    summary="One service, fully nested",
)
def service(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    public = building.services(Service.objects.published().filter(pk=id), full=True)
    if answer := answering.single(public, lambda row: with_history(row).json_text()):
        return answer
    if heir := querying.heir(id):
        return answering.moved(reverse("hsds:service", args=[heir.pk]))
    if gone := querying.put_away(id):
        return answering.one(remains(gone))
    return answering.missing(request, "There is no such service here.")


@api.get(
    "/organizations",
    response={200: Page[shapes.Organization], **ODD, **BUSY},
    summary="Organizations",
    openapi_extra=STREAMED,
)
def organizations(request: HttpRequest, asked: Query[asking.Organizations]) -> HttpResponseBase:
    builder = building.Builder()
    full = asked.full or asked.full_service or asked.format == "ndjson"
    found = building.organizations(querying.organizations(asked), full=full)
    if not full:
        return answering.listing(found, asked, lambda row: builder.organization(row).json_text())
    return answering.listing(
        with_what_it_has(found, services=asked.full_service),
        asked,
        lambda row: whole(builder, row, services=asked.full_service).json_text(),
    )


@api.get(
    "/organizations/{id}",
    response={200: shapes.Organization, **GONE, **ODD},
    summary="One organization, fully nested",
)
def organization(request: HttpRequest, id: uuid.UUID, full_service: bool = False) -> HttpResponseBase:
    asked = asking.Organizations.model_validate({"full_service": full_service})
    found = building.organizations(querying.organizations(asked).filter(pk=id), full=True)
    found, builder = with_what_it_has(found, services=full_service), building.Builder()
    answer = answering.single(found, lambda row: whole(builder, row, services=full_service).json_text())
    return answer or answering.missing(request, "There is no such organization here.")


@api.get(
    "/service_at_locations",
    response={200: Page[shapes.ServiceAtLocation], **ODD, **BUSY},
    summary="Services at locations",
    openapi_extra=STREAMED,
)
def service_at_locations(request: HttpRequest, asked: Query[asking.AtLocations]) -> HttpResponseBase:
    builder = building.Builder()
    full = asked.full or asked.format == "ndjson"
    found = building.at_locations(querying.at_locations(asked), full=full)
    return answering.listing(found, asked, lambda row: place(builder, row, full=full).json_text())


@api.get(
    "/service_at_locations/{id}",
    response={200: shapes.ServiceAtLocation, **GONE, **ODD},
    summary="One service at one location, fully nested",
)
def service_at_location(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    found = querying.at_locations(asking.AtLocations.model_validate({})).filter(pk=id)
    found, builder = building.at_locations(found, full=True), building.Builder()
    answer = answering.single(found, lambda row: place(builder, row, full=True).json_text())
    return answer or answering.missing(request, "There is no such service at a location here.")


@api.get(
    "/taxonomies",
    response={200: Page[shapes.Taxonomy], **ODD, **BUSY},
    summary="Taxonomies",
    openapi_extra=STREAMED,
)
def taxonomies(request: HttpRequest, asked: Query[asking.Listing]) -> HttpResponseBase:
    builder = building.Builder()
    return answering.listing(querying.taxonomies(asked), asked, lambda row: builder.taxonomy(row).json_text())


@api.get("/taxonomies/{id}", response={200: shapes.Taxonomy, **GONE, **ODD}, summary="One taxonomy")
def taxonomy(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    row = Taxonomy.objects.filter(pk=id).first()
    if row is None:
        return answering.missing(request, "There is no such taxonomy here.")
    return answering.one(building.Builder().taxonomy(row))


@api.get(
    "/taxonomy_terms",
    response={200: Page[shapes.TaxonomyTerm], **ODD, **BUSY},
    summary="Terms",
    openapi_extra=STREAMED,
)
def taxonomy_terms(request: HttpRequest, asked: Query[asking.Terms]) -> HttpResponseBase:
    builder = building.Builder()
    return answering.listing(
        querying.terms(asked), asked, lambda row: builder.term(row, full=True).json_text()
    )


@api.get("/taxonomy_terms/{id}", response={200: shapes.TaxonomyTerm, **GONE, **ODD}, summary="One term")
def taxonomy_term(request: HttpRequest, id: uuid.UUID) -> HttpResponseBase:
    row = TaxonomyTerm.objects.select_related("taxonomy").filter(pk=id).first()
    if row is None:
        return answering.missing(request, "There is no such term here.")
    return answering.one(building.Builder().term(row, full=True))


# Parts ----------------------------------------------------------------------------------------


def minimal(row: Service) -> str:
    """As the standard asks for it, under its name for the moment and under that of the field."""
    moment = f"{row.updated_at:%Y-%m-%dT%H:%M:%SZ}"
    return f'{{"id":"{row.pk}","modified_date":"{moment}","last_modified":"{moment}"}}'


def with_history(row: Service) -> shapes.Service:
    taken = FieldChange.objects.filter(table="service", row=row.pk, taken_at__isnull=False)
    metadata = building.history(taken.order_by("taken_at", "pk"))
    return building.Builder().full_service(row, metadata=metadata)


def remains(row: Service) -> shapes.Service:
    """Enough to see it go."""
    status = building.Builder().status(row)
    left = {"id": row.pk, "name": row.name, "status": status, "last_modified": row.updated_at}
    return shapes.Service.model_validate(left)


def place(builder: building.Builder, row: ServiceAtLocation, *, full: bool) -> shapes.ServiceAtLocation:
    if full:
        return builder.full_at_location(row, service=builder.service(row.service))
    return builder.at_location(
        row, location=builder.location(row.location), service=builder.service(row.service)
    )


def with_what_it_has(found: building.Organizations, *, services: bool) -> building.Organizations:
    """Its public places, and its public services if they are wanted."""
    public = Service.objects.published().order_by("pk")
    places = building.locations(building.public_locations())
    found = found.prefetch_related(Prefetch("locations", queryset=places, to_attr="public_locations"))
    if not services:
        return found
    nested = building.services(public, full=True)
    return found.prefetch_related(Prefetch("services", queryset=nested, to_attr="public_services"))


def whole(builder: building.Builder, row: Organization, *, services: bool) -> shapes.Organization:
    locations = [builder.full_location(each) for each in row.public_locations]  # type: ignore[attr-defined]
    inside = [builder.full_service(each) for each in row.public_services] if services else None  # type: ignore[attr-defined]
    return builder.full_organization(row, locations=locations, services=inside)
