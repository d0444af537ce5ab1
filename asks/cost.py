"""What takes least of the owner comes first, where they have to choose. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from asks.models import Energy, Occurrence

_COST = {energy.value: place for place, energy in enumerate(Energy)}


def least_first(dates: Iterable[Occurrence]) -> list[Occurrence]:
    """By what each takes out of whoever asks, then by when it is."""
    return sorted(dates, key=lambda date: (_COST[date.ask.energy], date.passes_at, date.pk))
