"""What typed words stand for: the words themselves, others that mean the same, and what a misspelt one was meant to be.

`understand` asks the database twice at most, whatever is typed: which words are known, and what lies near the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.utils.translation import get_language

from resources.models import Synonym
from resources.search import folding, parsing, spelling
from resources.search.languages import SIMPLE, config_of
from resources.search.parsing import Part, Word

Words = tuple[str, ...]
# Of words that mean the same, one this short counts only alone or in capitals: "me", "ra", "pt".
SHORT = 2
LOOK_UP = """
    SELECT typed.word, ts_lexize(%(dictionary)s, typed.word) = '{}',
           EXISTS (SELECT FROM resources_knownword WHERE word = typed.word)
        OR EXISTS (SELECT FROM resources_knownword
                   WHERE stem = (ts_lexize(%(dictionary)s, typed.word))[1]),
           EXISTS (SELECT FROM resources_knownword WHERE word >= typed.word AND word < typed.word || '~'),
           coalesce((ts_lexize(%(dictionary)s, typed.word))[1], '')
    FROM unnest(%(words)s) AS typed(word)
"""

# Each beginning by itself: asked for all at once, the database takes them for frequent and reads every word.
NEAR = """
    SELECT DISTINCT word, times FROM unnest(%s) AS one(start), LATERAL (
        SELECT word, times FROM resources_knownword WHERE nearby @> ARRAY[start COLLATE "C"]) AS found
"""


@dataclass(frozen=True)
class Option:
    """Words that all have to be there; as a phrase: one right after the other; unfinished: or longer.

    `stem`: what the searcher's language makes of a single word, where that was looked up.
    """

    words: Words
    phrase: bool = False
    unfinished: bool = False
    stem: str = ""


@dataclass
class Wish:
    """One alternative of a search: each of `needs` by any of its options, and none of `without`."""

    needs: list[list[Option]] = field(default_factory=list)
    without: list[Words] = field(default_factory=list)


@dataclass
class Meaning:
    wishes: list[Wish] = field(default_factory=list)
    # Words that no listing holds, and what we took them for.
    corrected: dict[str, str] = field(default_factory=dict)
    # What else was looked for because it means the same, as curators wrote it.
    also: list[str] = field(default_factory=list)
    config: str = SIMPLE

    @property
    def asks(self) -> bool:
        return bool(self.wishes)


@dataclass(frozen=True)
class Known:
    """What the directory's words say of a typed one."""

    stop: bool
    there: bool
    begins_one: bool
    stem: str


class Synonyms:
    """Groups of words that mean the same, by their words as they are compared."""

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self.of: dict[Words, list[tuple[Words, str]]] = {}
        for group in groups:
            folded = [(tuple(folding.words(text)), text) for text in group]
            for key, _text in folded:
                self.of.setdefault(singular(key), []).extend(other for other in folded if other[0] != key)
        self.longest = max(map(len, self.of), default=0)
        self.words = {word for key in self.of for word in key}

    def at(self, words: Sequence[Word], *, alone: bool) -> tuple[int, list[tuple[Words, str]]]:
        """The longest of them that these words begin with: how many words it has, and what means the same."""
        for length in range(min(self.longest, len(words)), 0, -1):
            first = words[:length]
            if length == 1 and len(first[0].text) <= SHORT and not (alone or first[0].capitals):
                continue
            if found := self.of.get(singular(tuple(word.text for word in first))):
                return length, found
        return 0, []


def singular(words: Words) -> Words:
    """ "sore backs" is asked like "sore back"."""
    return tuple(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words)


def understand(text: str) -> Meaning:
    """What is meant by a text typed into the search box. Any text has a meaning, if only none."""
    meaning = Meaning(config=config_of(get_language() or ""))
    parts = parsing.parse(text)
    if not parts:
        return meaning
    synonyms = Synonyms(Synonym.objects.values_list("words", flat=True))
    known = look_up({word.text for part in parts for word in part.words}, meaning.config)
    meaning.corrected = corrections(known, synonyms)
    meaning.wishes = [wish for part in parts if (wish := wished(part, known, synonyms, meaning)).needs]
    return meaning


def look_up(words: set[str], config: str) -> dict[str, Known]:
    if not words:
        return {}
    dictionary = SIMPLE if config == SIMPLE else f"{config}_stem"
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, {"dictionary": dictionary, "words": sorted(words)})
        return {
            word: Known(bool(stop), there, begins, stem)
            for word, stop, there, begins, stem in cursor.fetchall()
        }


def corrections(known: dict[str, Known], synonyms: Synonyms) -> dict[str, str]:
    """For each word that nothing holds or begins with, the nearest one that something does."""
    lost = [
        word
        for word, found in known.items()
        if not (found.stop or found.there or found.begins_one or word in synonyms.words)
    ]
    keys = {key for word in lost if spelling.slips_allowed(word) for key in spelling.nearby(word)}
    if not keys:
        return {}
    near = {*words_near(keys), *((word, 1) for word in synonyms.words)}
    found = {word: spelling.nearest(word, near) for word in lost}
    return {word: meant for word, meant in found.items() if meant}


def words_near(keys: Iterable[str]) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(NEAR, [sorted(keys)])
        return list(cursor.fetchall())


def wished(part: Part, known: dict[str, Known], synonyms: Synonyms, meaning: Meaning) -> Wish:
    """Needs of one alternative: phrases as they are, words with all that means the same."""
    wish = Wish([[Option(words, phrase=True)] for words in part.phrases], part.without)
    words = [
        Word(meaning.corrected.get(word.text, word.text), word.capitals, word.unfinished)
        for word in part.words
    ]
    place = 0
    while place < len(words):
        length, same = synonyms.at(words[place:], alone=len(words) == 1 and not part.phrases)
        if length:
            meaning.also = list(dict.fromkeys([*meaning.also, *(said for _words, said in same)]))
            typed = Option(tuple(word.text for word in words[place : place + length]))
            wish.needs.append([typed, *(Option(other, phrase=True) for other, _said in same)])
        elif not says_nothing(words[place], known):
            wish.needs.append([option(words[place], known)])
        place += max(1, length)
    if not wish.needs:
        # "the", and nothing else: then that is what they want.
        wish.needs = [[option(word, {})] for word in words]
    return wish


def says_nothing(word: Word, known: dict[str, Known]) -> bool:
    """ "with", "the"; and the first letter of a word that is still being typed."""
    found = known.get(word.text)
    return (found is not None and found.stop) or (word.unfinished and len(word.text) == 1)


def option(word: Word, known: dict[str, Known]) -> Option:
    """A word that nothing holds as it stands, but something begins with, may be longer ("harb"); others are whole.

    So "pain" does not find painting, and "arthr" finds arthritis while it is being typed.
    """
    found = known.get(word.text)
    if found is None:
        return Option((word.text,))
    return Option((word.text,), unfinished=not found.there and found.begins_one, stem=found.stem)


def any_of(meaning: Meaning) -> Meaning:
    """The same words, of which some are enough."""
    wishes = [Wish([need], wish.without) for wish in meaning.wishes for need in wish.needs]
    return Meaning(wishes, meaning.corrected, meaning.also, meaning.config)
