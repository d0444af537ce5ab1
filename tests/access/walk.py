"""Every address the project answers at, read from its URLconf; and a request that leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

DOORS = ("/accounts/login/", "/admin/login/")
STATUSES = {200: "page", 204: "nothing", 403: "no", 404: "gone", 503: "unwell", 400: "bad", 422: "bad"}


@dataclass(frozen=True)
class Address:
    """One pattern. Its name, or its route where it has none, and what it takes."""

    name: str
    route: str
    takes: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.route if self.name.endswith("?") else self.name

    def path(self, made: dict[str, Any]) -> str:
        if not self.name.endswith("?"):
            return reverse(self.name, kwargs=made)
        return "/" + re.sub(r"\(\?P<\w+>[^)]*\)\$|<[^>]+>", "1", self.route)


def addresses() -> list[Address]:
    return list(_walk(get_resolver().url_patterns, (), ""))


def _walk(
    patterns: Iterable[URLPattern | URLResolver], spaces: tuple[str, ...], before: str
) -> Iterator[Address]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            takes = tuple(re.findall(r"<(?:\w+:)?(\w+)>", route))
            yield Address(":".join((*spaces, one.name or "?")), route, takes)
        else:
            inside = (*spaces, one.namespace) if one.namespace else spaces
            yield from _walk(one.url_patterns, inside, route)


def ask(client: Client, method: str, path: str, *, after: str = "") -> Any:
    """Send it and undo all it did, in the database and in the browser."""
    kept = client.cookies.output(header="", sep=";")
    with transaction.atomic():
        if after:
            client.get(after)
        answer = client.post(path) if method == "POST" else client.get(path)
        transaction.set_rollback(True)
    client.cookies = SimpleCookie(kept)
    return answer


def word_for(answer: Any) -> str:
    """What somebody gets, in one word of the table."""
    if answer.status_code in (301, 302):
        return "door" if answer["Location"].startswith(DOORS) else "moved"
    if answer.status_code == 405:
        return "needs post" if "POST" in answer["Allow"] else "only reads"
    return STATUSES.get(answer.status_code, str(answer.status_code))
