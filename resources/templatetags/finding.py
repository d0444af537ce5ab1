"""Addresses of searches that are like this one, but for one thing."""

from __future__ import annotations

from typing import Any

from django import template

from resources.search import facets

register = template.Library()


@register.simple_tag(takes_context=True)
def search_without(context: dict[str, Any], name: str, value: str = "") -> str:
    """This search without one choice, or without all of that name; from its first page."""
    query = context["form"].data.copy()
    kept = [each for each in query.getlist(name) if value and each != value]
    query.setlist(name, kept)
    return _address(query)


@register.simple_tag(takes_context=True)
def search_without_choices(context: dict[str, Any]) -> str:
    """The same words and the same place, with nothing else chosen; from its first page."""
    query = context["form"].data.copy()
    for name in [*facets.BY_NAME, "all", "page"]:
        query.pop(name, None)
    return _address(query)


@register.simple_tag(takes_context=True)
def search_with(context: dict[str, Any], **parts: Any) -> str:
    """This search with these parts instead; from its first page, unless that is one of them."""
    query = context["form"].data.copy()
    if "page" not in parts:
        query.pop("page", None)
    for name, value in parts.items():
        query.setlist(name, [str(value)] if value else [])
    return _address(query)


@register.simple_tag(takes_context=True)
def search_with_also(context: dict[str, Any], name: str, value: str) -> str:
    """This search with one more of that name."""
    query = context["form"].data.copy()
    query.setlist(name, list(dict.fromkeys([*query.getlist(name), value])))
    return _address(query)


def _address(query: Any) -> str:
    for name in [name for name, values in query.lists() if not values]:
        del query[name]
    return "?" + query.urlencode()
