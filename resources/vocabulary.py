"""The words we start with: our own vocabulary, the numbers of Open Eligibility it comes close to, and synonyms.

From then on they belong to the curators: what is there already stays as it is, however often this is loaded.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import models

NAMESPACE = uuid.UUID("5b0a6b0e-7a55-5d6b-9a0b-1c7b1d0f3a52")
OURS, FACTS, OPEN_ELIGIBILITY = "supportnet", "supportnet-facts", "open-eligibility"
# What an attribute that files a listing under a term is linked as.
TOPIC = "topic"
# Whatever model goes by this name: the one of today, or the one a migration knows.
Models = Callable[[str], type[models.Model]]


def starting_words() -> dict[str, Any]:
    words: dict[str, Any] = json.loads(Path(__file__).with_name("vocabulary.json").read_text("utf-8"))
    return words


def term_key(slug: str, code: str) -> uuid.UUID:
    """The id of a term we brought: the same in every installation."""
    return uuid.uuid5(NAMESPACE, f"{slug}\n{code}")


def load(model: Models) -> int:
    """Add the terms and synonyms that are missing. Returns how many were added."""
    words = starting_words()
    terms = sum(_load_taxonomy(found, model) for found in words["taxonomies"])
    return terms + _load_synonyms(words["synonyms"], model("Synonym"))


def _load_taxonomy(found: dict[str, Any], model: Models) -> int:
    columns = {name: found[name] for name in ("name", "description", "uri", "version", "licence")}
    taxonomy, _created = model("Taxonomy")._default_manager.get_or_create(
        slug=found["slug"], defaults={"id": uuid.uuid5(NAMESPACE, found["slug"]), **columns}
    )
    return sum(_load_term(term, taxonomy, found["slug"], model("TaxonomyTerm")) for term in found["terms"])


def _load_term(found: dict[str, Any], taxonomy: models.Model, slug: str, model: type[models.Model]) -> int:
    """Broader terms stand before narrower ones, and Open Eligibility before ours."""
    terms = model._default_manager
    parent = terms.filter(taxonomy=taxonomy, code=found.get("parent", "")).first()
    same = terms.filter(taxonomy__slug=OPEN_ELIGIBILITY, code=found.get("same_as", "")).first()
    columns = {"name": found["name"], "description": found["description"], "language": "en"}
    _term, created = terms.get_or_create(
        taxonomy=taxonomy,
        code=found["code"],
        defaults={"id": term_key(slug, found["code"]), "parent": parent, "same_as": same, **columns},
    )
    return int(created)


def _load_synonyms(groups: list[list[str]], model: type[models.Model]) -> int:
    """A group is left out as soon as a curator has one of its words in a group of their own."""
    known = {word.lower() for row in model._default_manager.all() for word in getattr(row, "words")}  # noqa: B009
    missing = [group for group in groups if not known & {word.lower() for word in group}]
    model._default_manager.bulk_create([model(words=group, language="en") for group in missing])
    return len(missing)
