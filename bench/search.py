"""How long a search takes: words, a place, three choices, and the counts of all others; against SQL by hand.

    python -m bench.search --services 100000 --json

Keys of the last line: services; ms (what the real code waits for the database, all its statements, from the form to
what the templates get); sql_ms (the same answer by two statements written for this one search; each round is checked
for the same listings and the same counts); ratio (ms by sql_ms); growth (ms with this many services by ms with a
tenth, where the directory grew by having more towns and more in each); growth_wider (more towns, each as before),
growth_denser (the same towns, ten times as full); whole_ms and whole_ratio (with all the Python, too); found
(listings on average); queries; rounds; machine. Times are medians over several words and towns; both take turns.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
from typing import Any

from bench import directory, scratch, search_sql
from bench.network import timed, watched

SAME = ("hydrotherapy", "aqua", "aquatherapy", "water exercise", "pool exercise")
# What is typed, and what has to be there: each by one of these. The last one means the same as others do.
ASKED: dict[str, list[list[str]]] = {
    "pain group": [["pain"], ["group"]],
    "walking": [["walking"]],
    "support music": [["support"], ["music"]],
    "garden": [["garden"]],
    "warm water": [["warm water", *(f'"{same}"' for same in SAME)]],
}
# Of the towns, from the largest on: one of the first, then smaller and smaller ones.
PLACES = (0.05, 0.2, 0.5, 0.8)
CHOICES = {"cost": ["free"], "access": ["step_free"], "kind": ["group", "class"]}
SMALLER = 10


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--services", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args()
    with scratch.database():
        figures = compare(options.services, options.rounds)
    if not options.json:
        print(f"{figures['ms']} ms in the database; {figures['sql_ms']} by hand.")
    print(json.dumps(figures))


def towns_of(services: int) -> int:
    """As a country fills: with ten times the listings there are three times the towns, three times as full."""
    return max(25, int(math.sqrt(services) * 2))


def compare(services: int, rounds: int) -> dict[str, Any]:
    few, towns = services // SMALLER, towns_of(services)
    small = {
        "growth": measure(few, towns_of(few), rounds),
        "growth_wider": measure(few, max(25, towns // SMALLER), rounds),
        "growth_denser": measure(few, towns, rounds),
    }
    large = measure(services, towns, rounds)
    ratios = {name: round(large["ms"] / figures["ms"], 2) for name, figures in small.items()}
    return {**large, **ratios, "rounds": rounds, "machine": scratch.machine()}


def measure(services: int, towns: int, rounds: int) -> dict[str, Any]:
    directory.build(services=services, towns=towns)
    everything = [(words, f"T{int(place * towns) + 1}") for words in ASKED for place in PLACES]
    # Where nothing fits the real code goes on and looks for some of the words; by hand nobody did.
    searches = [each for each in everything if sum(by_hand(*each)[:2]) and ours(*each)]
    queries, _waited = watched(lambda: ours(*searches[0]))
    found, times = [], []
    for _round in range(rounds):
        for words, place in searches:
            found.append(same(ours(words, place), by_hand(words, place)))
            times.append(
                (
                    timed(lambda: ours(words, place))[0],  # noqa: B023 (called at once)
                    watched(lambda: ours(words, place))[1],  # noqa: B023
                    timed(lambda: by_hand(words, place))[0],  # noqa: B023
                )
            )
    whole_ms, ms, sql_ms = (statistics.median(column) * 1000 for column in zip(*times, strict=True))
    return {
        "services": services,
        "ms": round(ms, 2),
        "sql_ms": round(sql_ms, 2),
        "ratio": round(ms / sql_ms, 2),
        "whole_ms": round(whole_ms, 2),
        "whole_ratio": round(whole_ms / sql_ms, 2),
        "found": round(statistics.mean(found)),
        "towns": towns,
        "queries": queries,
    }


def ours(words: str, place: str) -> dict[str, Any]:
    """The real code: the form, what is meant, the question, the listings and choices as the templates get them."""
    from django.http import QueryDict  # noqa: PLC0415 - Django is set up by now
    from django.utils import timezone  # noqa: PLC0415

    from resources.forms.searching import SearchForm  # noqa: PLC0415
    from resources.views import finding  # noqa: PLC0415

    query = QueryDict(mutable=True)
    query.update({"q": words, "place": place, "within": "10"})
    for name, values in CHOICES.items():
        query.setlist(name, values)
    form = SearchForm(query, country="GB")
    if not form.is_valid():
        raise SystemExit(f"The form refuses the search: {form.errors}")
    return finding.search(form, page="1", now=timezone.now())


def by_hand(words: str, place: str) -> tuple[Any, ...]:
    from django.utils import timezone  # noqa: PLC0415

    km = 16.09344
    facts = {name: [f"{name}:{value}" for value in values] for name, values in CHOICES.items()}
    box = {"dlat": km / 111.19, "dlng": km / (111.19 * math.cos(math.radians(58)))}
    return search_sql.answer(
        {"needs": ASKED[words], "code": place, "now": timezone.now(), "radius": km, **box, **facts}
    )


def same(found: dict[str, Any], hand: tuple[Any, ...]) -> int:
    """How many were found; refuses to go on where the two answers differ."""
    mine = found["found"]
    keys = [[hit.row for hit in hits] for hits in (mine.near, mine.anywhere)]
    if (mine.near_count, mine.anywhere_count, mine.counts) != hand[:3] or keys != [
        hand[3] or [],
        hand[4] or [],
    ]:
        raise SystemExit(f"The answers differ: this means nothing\n{mine}\n{hand}")
    return int(mine.total)


if __name__ == "__main__":
    main()
