"""What somebody typed, taken apart: words, "phrases", -without, this or that. Pure, and never fails."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from resources.search import folding

CHUNK = re.compile(r'-?["“”„][^"“”„]*["“”„]?|\S+')
QUOTES = '"“”„'
# More says no more; each word costs a look in the index.
MOST_WORDS = 24


@dataclass(frozen=True)
class Word:
    """One word as it is compared. `capitals`: typed in capitals, as people write "ME" or "RA"."""

    text: str
    capitals: bool = False
    # Somebody may still be typing it.
    unfinished: bool = False


@dataclass
class Part:
    """What has to hold at once: all words, all phrases, none of the unwanted ones."""

    words: list[Word] = field(default_factory=list)
    phrases: list[tuple[str, ...]] = field(default_factory=list)
    without: list[tuple[str, ...]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases or self.without)

    @property
    def wants_something(self) -> bool:
        return bool(self.words or self.phrases)


def parse(text: str) -> list[Part]:
    """The alternatives, of which one has to hold. Empty: nothing was asked."""
    parts, current, room = [], Part(), MOST_WORDS
    chunks = CHUNK.findall(text)
    for place, chunk in enumerate(chunks):
        if chunk.casefold() == "or" and current.wants_something and place < len(chunks) - 1:
            parts.append(current)
            current = Part()
            continue
        room -= take(chunk, current, room=room, last=place == len(chunks) - 1)
    parts.append(current)
    # "-choir" alone would find nearly everything, and "this or -that", too.
    return [part for part in parts if part.wants_something]


def take(chunk: str, part: Part, *, room: int, last: bool) -> int:
    """Put one chunk where it belongs; returns how many words that were."""
    refused = chunk.startswith("-") and len(chunk) > 1
    body = chunk[1:] if refused else chunk
    found = folding.words(body)[:room]
    if not found:
        return 0
    if refused:
        part.without.append(tuple(found))
    elif body[0] in QUOTES:
        part.phrases.append(tuple(found))
    else:
        capitals = body.isupper()
        part.words += [Word(text, capitals) for text in found]
        if last:
            part.words[-1] = Word(found[-1], capitals, unfinished=True)
    return len(found)
