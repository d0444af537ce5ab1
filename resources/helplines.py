"""The crisis lines we start with, and which country's to show first."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources as packages
from pathlib import Path
from typing import Any

from django.db import models

# The region of a language tag: "en-GB" is Great Britain. Only the first that names one counts.
REGION = re.compile(r"\b[a-z]{2,3}-(?:[a-z]{4}-)?([a-z]{2})\b", re.IGNORECASE)


def published_lines() -> list[dict[str, Any]]:
    """Lines as their organisations publish them. Nobody of ours has rung them: `verified_on` stays empty."""
    lines: list[dict[str, Any]] = json.loads(Path(__file__).with_name("helplines.json").read_text("utf-8"))
    return lines


def load(model: type[models.Model]) -> int:
    """Add the lines that are missing; those already there stay as they are. Returns how many were added."""
    added = 0
    for line in published_lines():
        key = {"country": line["country"], "region": "", "name": line["name"]}
        _row, created = model._default_manager.get_or_create(**key, defaults=line)
        added += created
    return added


def guess_country(*, time_zone: str, languages: str) -> str:
    """Two letters, or nothing. The time zone knows best; a browser's languages (a header) come second."""
    region = REGION.search(languages)
    return country_of_zone(time_zone) or (region[1].upper() if region else "")


def country_of_zone(time_zone: str) -> str:
    return _zones().get(time_zone, "")


def country_name(code: str) -> str:
    """In English, as ISO 3166 has it; the code itself where that does not know it."""
    return _countries().get(code, code)


def country_codes() -> list[str]:
    return sorted(_countries())


@cache
def _zones() -> dict[str, str]:
    # A zone's first country is the one it is named after.
    return {cells[2]: cells[0] for cells in _table("zone.tab")}


@cache
def _countries() -> dict[str, str]:
    return {cells[0]: cells[1] for cells in _table("iso3166.tab")}


def _table(name: str) -> list[list[str]]:
    """One of the tables that come with the time zone data."""
    text = packages.files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
