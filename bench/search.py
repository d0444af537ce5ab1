"""How long a search takes: words, a place, three choices, and the counts of all others; against SQL by hand.

    python -m bench.search --services 100000 --json

The searches are every mix of frequent, middling, rare and misspelt words and words that others mean the same as, with
places from the largest town to a hamlet, and with choices that most listings meet or few do, in the hard directory of
`bench.directory`. There are two of it, with all services and with a tenth, and every round asks each search of the real
code in both and of SQL written by hand for this one search, in turns, so that what else the machine does meets all
alike. Each time the two answers have to be the same: which listings in which order, and every count.

Keys of the last line, of each search the median of the rounds, and then of all searches the median: services; ms (what
the real code waits for the database, all its statements, from the form to what the templates get); sql_ms (the same of
the SQL by hand); ratio (ms by sql_ms); growth (ms by ms with a tenth of the services, where both find something). The
same four with _95 are those of the 95th of a hundred searches, and `worst` names the worst search for each. whole_ms
(with all the Python); empty_ms (a search for nothing at all, as the first of a minute asks it); place_ms, words_ms,
choices_ms (only the largest town, only the most frequent word, only the three choices); found; queries; searches;
rounds; towns; machine.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench import directory, scratch, search_sql
from bench.network import watched

FIBRO = ["fibromyalgia", '"fibro"', '"fms"', '"fibromyalgia syndrome"']
LASTING = ['"persistent pain"', '"long term pain"', '"long lasting pain"', '"pain that stays"']
WARM = [f'"{same}"' for same in ("hydrotherapy", "aqua", "aquatherapy", "water exercise", "pool exercise")]
# What is typed, and what has to be there: each by one of these. Some mean the same as others do; one is misspelt.
ASKED: dict[str, list[list[str]]] = {
    "pain": [["pain"]],
    "pain group": [["pain"], ["group"]],
    "chronic pain": [["chronic pain", *LASTING]],
    "walking": [["walking"]],
    "warm water": [["warm water", *WARM]],
    "garden music": [["garden"], ["music"]],
    "fibromialgia": [FIBRO],
    "coffee": [["coffee"]],
}
# Of the towns, by size: from a town to a hamlet. The two largest are asked for, too.
PLACES = (0.02, 0.3, 1.0)
MOST = {"cost": ["free"], "access": ["step_free"], "kind": ["group", "class", "service"]}
FEW = {"cost": ["donation", "low"], "access": ["lie_down"], "kind": ["class", "event"]}
CHOICES = {"that most meet": MOST, "that few meet": FEW}
SMALLER = 10


@dataclass(eq=False)
class Search:
    """One of them: what is asked, and how long it took each time, in milliseconds."""

    words: str
    place: str
    choices: str
    found: int = 0
    # Where nothing fits, the real code goes on and looks for some of the words; by hand nobody did.
    in_small: bool = True
    times: dict[str, list[float]] = field(
        default_factory=lambda: {"ours": [], "sql": [], "small": [], "whole": []}
    )

    def __str__(self) -> str:
        return f"{self.words}, {self.place}, choices {self.choices}, {self.found} found"

    def ms(self, what: str) -> float:
        return statistics.median(self.times[what])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--services", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args()
    with scratch.database(), second_database() as small:
        searches, figures = compare(options.services, options.rounds, small)
    if not options.json:
        for each in sorted(searches, key=lambda each: -each.ms("ours")):
            row = [round(each.ms(what), 1) if each.times[what] else "" for what in ("ours", "sql", "small")]
            print(f"{row[0]:8} ms, by hand {row[1]:8}, in a tenth {row[2]:8}: {each}")
    print(json.dumps(figures))


@contextmanager
def second_database() -> Iterator[Callable[[Callable[[], Any]], Any]]:
    """Another one like the first, and a function that does its work there; both connections stay open."""
    from django.db import connection, connections  # noqa: PLC0415 - Django is set up by now

    first, name = connections["default"], f"{connection.settings_dict['NAME']}_small"
    first.close()
    with first._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{first.settings_dict["NAME"]}"')
    second = connections.create_connection("default")
    second.settings_dict = {**first.settings_dict, "NAME": name}

    def there(work: Callable[[], Any]) -> Any:
        connections["default"] = second
        try:
            return work()
        finally:
            connections["default"] = first

    try:
        yield there
    finally:
        second.close()
        with first._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


def towns_of(services: int) -> int:
    """As a country fills: with ten times the listings there are three times the towns, three times as full."""
    return max(25, int(math.sqrt(services) * 2))


def compare(
    services: int, rounds: int, small: Callable[[Callable[[], Any]], Any]
) -> tuple[list[Search], dict[str, Any]]:
    towns, few = towns_of(services), services // SMALLER
    small(lambda: directory.build(services=few, towns=towns_of(few)))
    directory.build(services=services, towns=towns)
    searches = list(worth_asking(towns))
    for each in searches:
        here = place_in(each.place, towns, towns_of(few))
        each.in_small = bool(sum(small(lambda: by_hand(each, here))[:2]))  # noqa: B023 (called at once)
    for number in range(rounds + 1):
        for each in searches:
            ask(each, place_in(each.place, towns, towns_of(few)), small)
            if not number:
                # The first one fills the caches.
                each.times = {what: [] for what in each.times}
    queries, _waited = watched(lambda: ours(searches[0].words, searches[0].place, MOST))
    figures = {"services": services, **said(searches), **alone(), "towns": towns, "queries": queries}
    return searches, {**figures, "rounds": rounds, "machine": scratch.machine()}


def worth_asking(towns: int) -> Iterator[Search]:
    for rank in dict.fromkeys([1, 2, *(max(3, round(share * towns)) for share in PLACES)]):
        yield from those_at(f"T{rank}")


def those_at(place: str) -> Iterator[Search]:
    for words in ASKED:
        for choices in CHOICES:
            each = Search(words, place, choices)
            each.found = sum(by_hand(each, place)[:2])
            if each.found:
                yield each


def place_in(place: str, towns: int, few: int) -> str:
    """The town that ranks among `few` as that one does among all."""
    rank = int(place[1:])
    return place if rank <= 2 else f"T{max(3, round(rank * few / towns))}"


def ask(each: Search, there: str, small: Callable[[Callable[[], Any]], Any]) -> None:
    """Once of both kinds and in both directories, in turns."""
    choices = CHOICES[each.choices]
    kept: dict[str, Any] = {}

    def real(place: str) -> float:
        return watched(lambda: kept.update(ours(each.words, place, choices)))[1] * 1000

    started = time.perf_counter()
    each.times["ours"].append(real(each.place))
    each.times["whole"].append((time.perf_counter() - started) * 1000)
    found = dict(kept)
    if each.in_small:
        each.times["small"].append(small(lambda: real(there)))
    started = time.perf_counter()
    hand = by_hand(each, each.place)
    each.times["sql"].append((time.perf_counter() - started) * 1000)
    same(each, found, hand)


def said(searches: list[Search]) -> dict[str, Any]:
    both = [each for each in searches if each.in_small]
    figures: dict[str, Callable[[Search], float]] = {
        "ms": lambda each: each.ms("ours"),
        "sql_ms": lambda each: each.ms("sql"),
        "ratio": lambda each: each.ms("ours") / each.ms("sql"),
        "growth": lambda each: each.ms("ours") / each.ms("small"),
    }
    found: dict[str, Any] = {"worst": {}}
    for name, figure in figures.items():
        asked = both if name == "growth" else searches
        found[name] = round(statistics.median(map(figure, asked)), 2)
        found[f"{name}_95"] = round(late([figure(each) for each in asked]), 2)
        found["worst"][name] = f"{max(map(figure, asked)):.2f}: {max(asked, key=figure)}"
    return {
        **found,
        "whole_ms": round(statistics.median(each.ms("whole") for each in searches), 1),
        "found": round(statistics.mean(each.found for each in searches)),
        "found_most": max(each.found for each in searches),
        "searches": len(searches),
    }


def late(values: list[float]) -> float:
    """Of a hundred the 95th."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def alone() -> dict[str, float]:
    """Searches that ask for little, and so for much."""
    asked: dict[str, tuple[str, str, dict[str, list[str]]]] = {
        "empty_ms": ("", "", {}),
        "place_ms": ("", "T1", {}),
        "words_ms": ("pain", "", {}),
        "choices_ms": ("", "", MOST),
    }
    return {
        name: round(min(anew(lambda: ours(*each)) for _time in range(3)) * 1000, 1)  # noqa: B023
        for name, each in asked.items()
    }


def anew(search: Callable[[], Any]) -> float:
    """What it waits when no answer is kept from before, in seconds."""
    from django.core.cache import cache  # noqa: PLC0415 - Django is set up by now

    cache.clear()
    return watched(search)[1]


def ours(words: str, place: str, choices: dict[str, list[str]]) -> dict[str, Any]:
    """The real code: the form, what is meant, the question, the listings and choices as the templates get them."""
    from django.http import QueryDict  # noqa: PLC0415 - Django is set up by now
    from django.utils import timezone  # noqa: PLC0415

    from resources.forms.searching import SearchForm  # noqa: PLC0415
    from resources.views import finding  # noqa: PLC0415

    query = QueryDict(mutable=True)
    query.update({"q": words, "place": place, "within": "10"})
    for name, values in choices.items():
        query.setlist(name, values)
    form = SearchForm(query, country="GB")
    if not form.is_valid():
        raise SystemExit(f"The form refuses the search: {form.errors}")
    return finding.search(form, page="1", now=timezone.now())


def by_hand(each: Search, place: str) -> tuple[Any, ...]:
    from django.utils import timezone  # noqa: PLC0415

    km = 16.09344
    facts = {name: [f"{name}:{value}" for value in values] for name, values in CHOICES[each.choices].items()}
    box = {"dlat": km / 111.19, "dlng": km / (111.19 * math.cos(math.radians(58)))}
    given = {"needs": ASKED[each.words], "code": place, "now": timezone.now(), "radius": km, **box, **facts}
    return search_sql.answer(given)


def same(each: Search, found: dict[str, Any], hand: tuple[Any, ...]) -> None:
    """Refuses to go on where the two answers differ: listings, their order, how many, or a count."""
    mine = found["found"]
    keys = [[hit.row for hit in hits] for hits in (mine.near, mine.anywhere)]
    counted = (mine.near_count, mine.anywhere_count, mine.counts)
    if counted != hand[:3] or keys != [hand[3] or [], hand[4] or []]:
        raise SystemExit(f"The answers differ: this means nothing\n{each}\n{mine}\n{hand}")


if __name__ == "__main__":
    main()
