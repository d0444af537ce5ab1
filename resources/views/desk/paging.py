"""One page of a queue, however long the queue is: it goes on after the last row of the page before.

Nothing is counted and nothing is skipped over, so the thousandth page costs what the first one does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.timezone import is_naive

PER_PAGE = 25


@dataclass(frozen=True)
class Page:
    """`after`: the rest of the address of the next page; "" on the last one."""

    rows: list[Any]
    after: str
    is_first: bool

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)


def page_of(rows: QuerySet[Any], request: HttpRequest, *, by: str, per_page: int = PER_PAGE) -> Page:
    """`by`: what they are ordered by before their key; with a minus, the highest first. An index has both."""
    name, falling = by.removeprefix("-"), by.startswith("-")
    last = _last(rows.model, name, request.GET.get("after", ""))
    ordered = rows.order_by(by, "pk")
    if last is not None:
        value, key = last
        # The first condition is what an index begins at.
        ordered = ordered.filter(
            Q(**{f"{name}__{'lte' if falling else 'gte'}": value}),
            Q(**{f"{name}__{'lt' if falling else 'gt'}": value}) | Q(pk__gt=key),
        )
    found = list(ordered[: per_page + 1])
    shown, more = found[:per_page], len(found) > per_page
    end = f"{shown[-1].pk},{attrgetter(name.replace('__', '.'))(shown[-1])}" if more else ""
    return Page(shown, end, last is None)


def _last(model: type[Model], name: str, said: str) -> tuple[Any, Any] | None:
    """Where the page before ended; None for the first page, and for what makes no sense."""
    key, comma, value = said.partition(",")
    if not comma or "\0" in said:
        return None
    *path, column = name.split("__")
    held: Any = model
    for step in path:
        held = held._meta.get_field(step).related_model
    try:
        end = concrete(held, column).to_python(value), concrete(model, "id").to_python(key)
    except (ValidationError, ValueError):
        return None
    return None if isinstance(end[0], dt.datetime) and is_naive(end[0]) else end


def concrete(model: Any, name: str) -> Field[Any, Any]:
    field: Field[Any, Any] = model._meta.get_field(name)
    return field
