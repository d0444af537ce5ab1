"""What somebody asks the search for, as one value: words, a place, what was chosen, in which order. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from resources.search.facets import FACETS, Facet
from resources.search.meaning import Meaning
from resources.search.postcodes import Place

NEAREST, BEST, BY_NAME = "near", "best", "name"
EVERYTHING, NEAR, ANYWHERE = "", "near", "anywhere"


@dataclass(frozen=True)
class Wanted:
    """`radius` is in km. `chosen`: the values of each facet. `reach`: only what is near, or only what is anywhere."""

    now: dt.datetime
    meaning: Meaning = field(default_factory=Meaning)
    place: Place | None = None
    radius: float = 0.0
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    order: str = ""
    reach: str = EVERYTHING
    page: int = 1
    per_page: int = 20
    # Only what was published after that.
    since: dt.datetime | None = None

    @property
    def facets(self) -> list[tuple[Facet, tuple[str, ...]]]:
        """Those in use."""
        return [(facet, self.chosen[facet.name]) for facet in FACETS if self.chosen.get(facet.name)]

    @property
    def asks_for_all(self) -> bool:
        """Nothing was typed and nothing chosen."""
        return not (self.meaning.asks or self.place or self.facets or self.reach or self.since)

    @property
    def sorted_by(self) -> str:
        """As asked; else the best match for words, the nearest for a place, else by name."""
        if self.order == NEAREST and self.place:
            return NEAREST
        if self.meaning.asks and self.order != NEAREST:
            return BEST
        return NEAREST if self.place else BEST if self.meaning.asks else BY_NAME

    def changed(self, **parts: object) -> Wanted:
        return replace(self, **parts)  # type: ignore[arg-type]
