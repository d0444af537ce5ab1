"""What an import did and what it refused, row by row."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

OUTCOMES = ("created", "changed", "unchanged", "kept", "refused")


@dataclass
class Report:
    """`tell` hears each line as it happens; the counts are here at the end, by table."""

    tell: Callable[[str], None]
    counts: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def count(self, table: str, outcome: str, number: int = 1) -> None:
        self.counts[table][outcome] += number

    def refuse(self, table: str, where: str, why: str) -> None:
        self.count(table, "refused")
        self.note(where, _("refused: %(why)s") % {"why": why})

    def note(self, where: str, what: str) -> None:
        # A cell is quoted in some lines; what it holds must not steer somebody's terminal.
        self.tell("".join(c if c.isprintable() else "·" for c in f"{where}: {what}"))

    def total(self, outcome: str) -> int:
        return sum(counts[outcome] for counts in self.counts.values())

    def summary(self) -> list[str]:
        """One line per table, then one for all."""
        lines = [f"{table}: {_said(counts)}" for table, counts in self.counts.items()]
        total = Counter({outcome: self.total(outcome) for outcome in OUTCOMES})
        return [*lines, _("All: %(counts)s") % {"counts": _said(total)}]


def _said(counts: Counter[str]) -> str:
    said = {
        "created": _("%(n)s created"),
        "changed": _("%(n)s changed"),
        "unchanged": _("%(n)s unchanged"),
        "kept": _("%(n)s left as curated"),
        "refused": _("%(n)s refused"),
    }
    always = ("created", "changed", "unchanged")
    return ", ".join(
        words % {"n": counts[outcome]}
        for outcome, words in said.items()
        if outcome in always or counts[outcome]
    )
