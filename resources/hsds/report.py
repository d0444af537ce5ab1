"""What an import did and what it refused, row by row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

OUTCOMES = ("created", "changed", "unchanged", "kept", "refused", "gone")


@dataclass(frozen=True)
class Refusal:
    table: str
    place: str
    why: str
    cells: dict[str, Any] | None


@dataclass
class Report:
    """`tell` hears each line as it happens; the counts are here at the end, by table. Refusals wait in `refusals`
    for whoever keeps the rows."""

    tell: Callable[[str], None]
    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    refusals: list[Refusal] = field(default_factory=list)
    # While rows that are in already are read past.
    muted: bool = False

    def count(self, table: str, outcome: str, number: int = 1) -> None:
        if not self.muted:
            self.counts[table][outcome] += number

    def refuse(
        self, file: str, where: str, why: str, *, table: str = "", cells: dict[str, Any] | None = None
    ) -> None:
        self.count(file, "refused")
        self.note(where, _("refused: %(why)s") % {"why": why})
        self.refusals.append(Refusal(table or file.removesuffix(".csv")[:30], where, why, cells))

    def note(self, where: str, what: str) -> None:
        if self.muted:
            return
        # A cell is quoted in some lines; what it holds must not steer somebody's terminal.
        self.tell("".join(c if c.isprintable() else "·" for c in f"{where}: {what}"))

    def total(self, outcome: str) -> int:
        return sum(counts[outcome] for counts in self.counts.values())

    def summary(self) -> list[str]:
        """One line per table, then one for all."""
        lines = [f"{table}: {said(counts)}" for table, counts in self.counts.items()]
        total = Counter({outcome: self.total(outcome) for outcome in OUTCOMES})
        return [*lines, _("All: %(counts)s") % {"counts": said(total)}]


def said(counts: Counter[str]) -> str:
    words = {
        "created": _("%(n)s created"),
        "changed": _("%(n)s changed"),
        "unchanged": _("%(n)s unchanged"),
        "kept": _("%(n)s left as curated"),
        "refused": _("%(n)s refused"),
        "gone": _("%(n)s no longer there"),
    }
    always = ("created", "changed", "unchanged")
    return ", ".join(
        text % {"n": counts[outcome]}
        for outcome, text in words.items()
        if outcome in always or counts[outcome]
    )
