"""What was seen in a play, as the judge gets it.

All times are seconds since 1970 by the real clock, the same for everybody who writes something down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Thing = TypeVar("Thing")

# Seconds within which what was accepted is recorded; or twice what the slowest other record of the same play took, on
# a machine with too much to do, but never more than that.
RECORDED_WITHIN, AT_MOST = 0.5, 4.0
# How long after a sender's death the mail server may still find words of theirs in its buffers.
BUFFERED = 0.25


@dataclass
class Acceptance:
    """A letter that the mail server took, and whether the sender could learn of it."""

    message_id: str
    to: str
    worker: str
    began_at: float  # MAIL FROM
    accepted_at: float  # the whole text was there
    answered_at: float = 0.0  # when the 250 was put on the wire; 0 if it never was
    cut: bool = False  # we cut the line before the next command
    followed: int = 0  # letters begun after it on the same line
    line: int = 0  # the sender's port
    link: str = ""  # the first link to us in it

    @property
    def settled_at(self) -> float:
        return max(self.accepted_at, self.answered_at)


@dataclass(frozen=True)
class Row:
    """A message as the database has it at the end."""

    key: str
    message_id: str
    to: str
    state: str  # sent, cancelled, failed or waiting
    kind: str = "checkins/nudge"


@dataclass(frozen=True)
class Expected:
    """A plan whose grace has passed: its owner is to be asked, once, unless they checked in.

    With a ladder (addresses, in their order) they may be asked more often, and the supporters are to be told.
    """

    to: str
    checked_in_at: float | None = None  # when we knew that it was committed
    ladder: tuple[str, ...] = ()


@dataclass(frozen=True)
class Interval:
    began_at: float
    ended_at: float


@dataclass(frozen=True)
class Kill:
    """A kill -9 between two moments: of a worker with all its children, or of the child with these lines."""

    worker: str
    began_at: float
    ended_at: float
    lines: frozenset[int] | None = None

    def hit(self, letter: Acceptance, within: float) -> bool:
        """Whether it struck whoever sent that letter, so soon after the 250 that it may not be recorded."""
        theirs = letter.worker == self.worker and (self.lines is None or letter.line in self.lines)
        soon = self.began_at <= letter.settled_at + within
        return theirs and soon and letter.began_at <= self.ended_at + BUFFERED


@dataclass(frozen=True)
class Note:
    """Something written into a row, noted by a trigger in the same transaction. `key` is the message's."""

    what: str  # of people.WATCHED: sent, cancelled, taken (by a worker) and so on
    key: str
    at: float


@dataclass(frozen=True)
class Held:
    """A supporter's claim, from when it was written to when its report or its lapse was."""

    by: str
    began_at: float
    ended_at: float | None = None

    def stands(self, at: float) -> bool:
        return self.began_at <= at and (self.ended_at is None or at < self.ended_at)


@dataclass(frozen=True)
class Silence:
    """An episode as the database has it; `closings` is every moment at which an end was written."""

    key: str  # what the keys of its messages begin with: "silence:7:"
    owner: str
    closings: tuple[float, ...] = ()
    closed_by: str = ""
    claims: tuple[Held, ...] = ()

    @property
    def all_clear_key(self) -> str:
        """What the keys of its all-clears begin with."""
        return self.key.replace("silence:", "all-clear:", 1)

    @property
    def closed_at(self) -> float | None:
        return min(self.closings, default=None)

    def is_over(self, at: float) -> bool:
        return self.closed_at is not None and self.closed_at <= at


@dataclass
class Evidence:
    expected: Sequence[Expected]
    rows: Sequence[Row]
    acceptances: Sequence[Acceptance]
    notes: Sequence[Note] = ()
    kills: Sequence[Kill] = ()
    outages: Sequence[Interval] = ()  # of the database
    silences: Sequence[Silence] = ()
    # When the last check-ins began. A silence that lasted until then had the time to run through.
    morning: float = float("inf")
    refused: frozenset[str] = frozenset()  # addresses whose letters the mail server refused at least once
    breaks: Sequence[float] = ()  # when it cut lines
    by_id: dict[str, Row] = field(init=False)

    def __post_init__(self) -> None:
        self.by_id = {row.message_id: row for row in self.rows}

    @property
    def slowest_record(self) -> float:
        """The most seconds between a 250 and its record, of letters that were taken once."""
        recorded, found = self.noted("sent"), 0.0
        for message_id, letters in by(self.acceptances, lambda letter: letter.message_id).items():
            row = self.by_id.get(message_id)
            if row and row.key in recorded and len(letters) == 1:
                found = max(found, recorded[row.key][0] - letters[0].settled_at)
        return found

    def key_of(self, letter: Acceptance) -> str:
        row = self.by_id.get(letter.message_id)
        return row.key if row else ""

    def noted(self, what: str) -> dict[str, list[float]]:
        """Under each message's key: when that was written into it."""
        found = by((note for note in self.notes if note.what == what), lambda note: note.key)
        return {key: [note.at for note in notes] for key, notes in found.items()}


def by(things: Iterable[Thing], key: Callable[[Thing], str]) -> defaultdict[str, list[Thing]]:
    found: defaultdict[str, list[Thing]] = defaultdict(list)
    for thing in things:
        found[key(thing)].append(thing)
    return found
