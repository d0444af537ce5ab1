"""A meaning as PostgreSQL asks for it: SQL that makes a `tsquery`, and its parameters. Pure.

Words are folded, so that they hold letters and digits and nothing that means something to the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from resources.search.languages import SIMPLE
from resources.search.meaning import Meaning, Option, Wish

Sql = tuple[str, list[Any]]


def of_meaning(meaning: Meaning) -> Sql:
    """Any of the wishes."""
    return joined((of_wish(wish, meaning.config) for wish in meaning.wishes), " || ")


def of_wish(wish: Wish, config: str) -> Sql:
    wanted = [joined((of_option(option, config) for option in need), " || ") for need in wish.needs]
    without = [of_option(Option(words, phrase=True), config) for words in wish.without]
    return joined([*wanted, *((f"!!({sql})", given) for sql, given in without)], " && ")


def of_option(option: Option, config: str) -> Sql:
    """In the searcher's language and as it is written."""
    if option.stem and not option.unfinished:
        # Nothing is left for the database to find out.
        return of_any(dict.fromkeys([option.stem, *option.words]))
    if option.unfinished:
        function, text = "to_tsquery", " & ".join(f"{word}:*" for word in option.words)
    else:
        function = "phraseto_tsquery" if option.phrase else "plainto_tsquery"
        text = " ".join(option.words)
    configs = dict.fromkeys([config, SIMPLE])
    return joined(((f"{function}(%s, %s)", [each, text]) for each in configs), " || ")


def of_any(lexemes: Iterable[str]) -> Sql:
    """One of these, as they stand in the index; whatever signs they hold."""
    return "%s::tsquery", [" | ".join(map(quoted, lexemes))]


def quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def joined(parts: Iterable[Sql], by: str) -> Sql:
    found: Sequence[Sql] = list(parts)
    if len(found) == 1:
        return found[0]
    return "(" + by.join(sql for sql, _given in found) + ")", [
        each for _sql, given in found for each in given
    ]
