"""Which words lie near a word. Pure.

Two words within two slips of each other have a part in common once up to two letters are left out of each (the idea of
symmetric deletion): that part is what an index can look for. How far apart they really are is then measured.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from rapidfuzz.distance import OSA

# The beginning of a word that is looked at, and how many letters may be left out of it.
BEGINNING, LEFT_OUT = 7, 2
SHORTEST = 4


def nearby(word: str) -> list[str]:
    """Its beginning, and that with one or two letters left out."""
    start = word[:BEGINNING]
    most = LEFT_OUT if len(word) > 4 else 1
    found = {
        "".join(start[place] for place in kept)
        for out in range(min(most, len(start) - 1) + 1)
        for kept in combinations(range(len(start)), len(start) - out)
    }
    return sorted(found)


def slips_allowed(word: str) -> int:
    """How many slips may be forgiven: a short word would soon be any other."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < 6 else 2 if len(word) < 9 else 3


def nearest(word: str, known: Iterable[tuple[str, int]]) -> str:
    """Of these words, each with how often it is used, the one that was most likely meant; "" where none is near."""
    most = slips_allowed(word)
    measured = (
        (OSA.distance(word, other, score_cutoff=most), other[0] != word[0], -times, other)
        for other, times in known
    )
    return (
        min((found for found in measured if found[0] <= most), default=(0, False, 0, ""))[3] if most else ""
    )
