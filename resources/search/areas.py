"""Whether an area served is as good as everywhere. Pure."""

from __future__ import annotations

import re
from functools import cache

from resources import helplines
from resources.search import folding

WIDE = {
    *("national", "nationwide", "nation wide", "countrywide", "country wide", "worldwide", "world wide"),
    *("international", "global", "everywhere", "anywhere", "whole country", "online", "uk", "u k", "gb"),
    *("great britain", "england", "scotland", "wales", "northern ireland", "england and wales", "uk wide"),
    *(
        "us",
        "usa",
        "u s",
        "u s a",
        "united states of america",
        "all states",
        "all 50 states",
        "britain",
        "united kingdom",
    ),
}


def is_national(name: str) -> bool:
    """ "United Kingdom", "UK-wide", "All of Ireland": a whole country or more."""
    plain = re.sub(r"^(?:all of|throughout|across|the|all) ", "", folding.plain(name))
    return re.sub(r"^the ", "", plain) in WIDE | _countries()


@cache
def _countries() -> frozenset[str]:
    return frozenset(folding.plain(helplines.country_name(code)) for code in helplines.country_codes())
