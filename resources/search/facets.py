"""What one can choose beside words and place, and how each choice is written in a listing's facts. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf.locale import LANG_INFO
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from resources.models.listings import Service
from resources.search import folding

OLDEST = 200
# Code, words, first and last year of age.
AGES = [
    ("child", gettext_lazy("Children (up to 12)"), 0, 12),
    ("teen", gettext_lazy("13 to 17"), 13, 17),
    ("young", gettext_lazy("18 to 25"), 18, 25),
    ("adult", gettext_lazy("26 to 64"), 26, 64),
    ("older", gettext_lazy("65 and over"), 65, OLDEST),
]
WHEN = {
    "now": gettext_lazy("Open now"),
    "today": gettext_lazy("Still open today"),
    "evenings": gettext_lazy("Weekday evenings"),
}


class LanguageCodes(dict[str, str]):
    """Names of languages, in English and in themselves, folded; and their codes."""

    def __init__(self) -> None:
        super().__init__()
        for code, about in LANG_INFO.items():
            for name in (about.get("name"), about.get("name_local")):
                if name and "-" not in code:
                    self[folding.plain(name)] = code


LANGUAGES = LanguageCodes()


@dataclass(frozen=True)
class Facet:
    """`either`: one of the chosen ones is enough; else all of them have to be there. `labels`: code and words.

    `lasting`: it changes with the listing only, not with the time, so that the index can hold it.
    """

    name: str
    title: Any
    labels: Callable[[Iterable[str]], dict[str, Any]]
    either: bool = True
    # Only one can be chosen.
    single: bool = False
    lasting: bool = True

    def fact(self, value: str) -> str:
        return f"{self.name}:{value}"


def listed(choices: type[models.TextChoices]) -> Callable[[Iterable[str]], dict[str, Any]]:
    return lambda _values: dict(choices.choices)


def language_words(values: Iterable[str]) -> dict[str, Any]:
    known = {value: language_name(value) for value in values}
    return dict(sorted(known.items(), key=lambda item: item[1]))


def language_name(code: str) -> str:
    about = LANG_INFO.get(code, {})
    return _(str(about["name"])) if "name" in about else code.replace("_", " ").capitalize()


def unlabelled(values: Iterable[str]) -> dict[str, Any]:
    return {value: value for value in values}


FACETS = [
    Facet("how", gettext_lazy("How"), listed(Service.Delivery)),
    Facet("cost", gettext_lazy("Cost"), listed(Service.Cost)),
    Facet("access", gettext_lazy("What has to be there"), listed(Service.Access), either=False),
    Facet("when", gettext_lazy("When"), lambda _values: dict(WHEN), single=True, lasting=False),
    Facet("kind", gettext_lazy("Kind"), listed(Service.Kind)),
    Facet("language", gettext_lazy("Language"), language_words),
    # Its words are in the database: whoever shows them looks them up.
    Facet("topic", gettext_lazy("What it is about"), unlabelled),
    Facet(
        "age",
        gettext_lazy("For what age"),
        lambda _values: {code: words for code, words, _low, _high in AGES},
    ),
    Facet(
        "referral",
        gettext_lazy("Getting in"),
        lambda _values: {"none": gettext_lazy("No referral needed")},
        either=False,
    ),
    Facet(
        "checked",
        gettext_lazy("Last check"),
        lambda _values: {"year": gettext_lazy("Checked in the last year")},
        either=False,
        lasting=False,
    ),
]
BY_NAME = {facet.name: facet for facet in FACETS}


def ages(low: int | None, high: int | None) -> list[str]:
    """The bands that a range of ages touches. No limit is open to all."""
    return [
        code
        for code, _words, first, last in AGES
        if (low or 0) <= last and (OLDEST if high is None else high) >= first
    ]


def language(name: str, code: str) -> str:
    """One short code for a language, however it was written down; nothing where nothing was."""
    short = code.strip().lower().replace("_", "-").partition("-")[0]
    if short in LANG_INFO:
        return short
    return LANGUAGES.get(folding.plain(name), folding.plain(name or code).replace(" ", "_")[:60])
