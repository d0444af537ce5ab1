"""Which page of the results this is, and which there are. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from resources.search.asking import Found
from resources.search.wanted import ANYWHERE, Wanted

# Nobody leafs further; it also keeps numbers small.
LAST_OF_ALL = 500


@dataclass(frozen=True)
class Pages:
    wanted: Wanted
    found: Found

    @staticmethod
    def number_in(text: str) -> int:
        """What a page number says; 1 where it says none."""
        try:
            return min(max(1, int(text)), LAST_OF_ALL)
        except ValueError:
            return 1

    @property
    def listed(self) -> int:
        """How many are leafed through: those that are near, unless only those anywhere were asked for."""
        return self.found.anywhere_count if self.wanted.reach == ANYWHERE else self.found.near_count

    @property
    def last(self) -> int:
        return min(LAST_OF_ALL, max(1, -(-self.listed // self.wanted.per_page)))

    @property
    def beyond(self) -> bool:
        return self.wanted.page > self.last

    @property
    def number(self) -> int:
        return self.wanted.page

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.last else None
