"""The page that explains the API, made from its own description: no script, nothing from elsewhere."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from resources.api.routes import api


@require_safe
def documentation(request: HttpRequest) -> HttpResponse:
    described = api.get_openapi_schema()
    base = reverse("hsds:api-root")
    context = {
        "addresses": [address(path, ways["get"], base) for path, ways in described["paths"].items()],
        "objects": objects(described["components"]["schemas"]),
        "base": settings.SITE_URL + base,
        "description": reverse("hsds:openapi-json"),
        "per_minute": settings.DIRECTORY_API_RATE[0],
    }
    return render(request, "resources/api/documentation.html", context)


def address(path: str, way: dict[str, Any], base: str) -> dict[str, Any]:
    short = "/" + path.removeprefix(base)
    parameters = [
        {"name": each["name"], "words": each["schema"].get("description", "")}
        for each in way.get("parameters", [])
        if each["in"] == "query"
    ]
    return {
        "path": short,
        "summary": way["summary"],
        "parameters": parameters,
        "try": "" if "{" in path else path,
    }


def objects(schemas: dict[str, Any]) -> list[dict[str, Any]]:
    """Each object with its fields; those that are always there first, as the description has them."""
    return [
        {"name": name, "fields": list(found["properties"]), "required": found.get("required", [])}
        for name, found in sorted(schemas.items())
        if "properties" in found and "id" in found["properties"]
    ]
