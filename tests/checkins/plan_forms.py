"""What the tests of the plan pages share: a form as a browser sends it, and pages without their tags."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from tests.checkins.conftest import key

HTMX = {"HX-Request": "true"}


def typed(*whom: object, **more: object) -> dict[str, Any]:
    """A safety check-in as the form sends it: due at ten, me again after two hours, then these after two more."""
    rungs: list[list[str]] = [["me"], *([str(pk)] for pk in whom)]
    data: dict[str, Any] = {
        "form_key": str(key()),
        "programme": "safety",
        "rhythm": "week",
        "days": [str(day) for day in range(7)],
        "every": "3",
        "time_1": "10:00",
        "grace": "120",
        "rungs": str(len(rungs)),
    }
    for number, chosen in enumerate(rungs):
        data |= {f"rung_{number}_wait": "120", f"rung_{number}_whom": chosen, f"rung_{number}_words": ""}
    return data | more


def gentle(**more: object) -> dict[str, Any]:
    return typed(programme="keep_in_touch") | more


def page_of(client: Client, path: str, **more: Any) -> str:
    return client.get(path, **more).content.decode()


def plain(page: str) -> str:
    """What is left of a page when its tags are gone."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
