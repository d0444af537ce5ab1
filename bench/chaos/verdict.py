"""What the judge found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Verdict:
    due: int = 0
    nudged: int = 0
    explained: int = 0
    alerted: int = 0  # supporters, once for each silence
    all_clears: int = 0
    claims: int = 0
    missing: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    too_late: list[str] = field(default_factory=list)  # after the end
    out_of_turn: list[str] = field(default_factory=list)
    # Repeats with the same Message-ID, by what cut off the acknowledgement of the letter before.
    excuses: Counter[str] = field(default_factory=Counter)
    # All-clears after an alert that was handed over on a line that broke: nobody can know whether it arrived.
    unsure: int = 0
    # The most seconds between a 250 and a kill that excused its repeat, and between any other 250 and its record.
    reach: float = 0.0
    recorded_within: float = 0.0

    @property
    def crimes(self) -> list[str]:
        return [*self.missing, *self.lost, *self.doubled, *self.too_late, *self.out_of_turn]

    @property
    def good(self) -> bool:
        return self.nudged == self.due - self.explained and not self.crimes
