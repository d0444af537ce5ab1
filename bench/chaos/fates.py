"""What becomes of whom: who checks in, who answers which letter, and how. Done by the process `crowd`."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterable

from bench.chaos.evidence import Acceptance
from bench.chaos.parts import PATIENCE, Part
from bench.chaos.people import People, Person

# One after the other, so that there are some of each in every play.
FATES = ("checks_in", "okay", "in_vain", "link", "lapse", "both", "cannot", "nobody")
Answers = list[tuple[float, str]]
# What a reader of a first letter answers, and after how many seconds: by fate and place on the ladder (0: the owner).
ANSWERS: dict[tuple[str, int], Answers] = {
    ("link", 0): [(1.0, "okay")],
    ("okay", 1): [(0.3, "claim"), (0.4, "claim"), (2.0, "okay")],
    ("in_vain", 1): [(0.3, "claim"), (1.5, "no_answer")],
    ("in_vain", 2): [(0.3, "claim"), (1.5, "okay")],
    ("lapse", 1): [(0.3, "claim")],
    ("cannot", 1): [(0.3, "cannot")],
}
# Both supporters at the same moment, once the second has their letter.
BOTH: Answers = [(0.3, "claim"), (1.5, "okay")]


class Crowd:
    """The harness's end of the process in which everybody acts."""

    def __init__(self, part: Part, people: People, seed: int) -> None:
        self.part, self.people = part, people
        self.dice = random.Random(seed)
        self.links: dict[str, str] = {}  # by address, from the first letter to it
        self.owners: dict[int, Person] = {}  # by number of their check-in
        self.asked = 0
        self._telling = threading.Lock()

    def check_in(self, people: Iterable[Person], *, within: float) -> None:
        """These people check in at random moments of the next so many seconds."""
        for person in people:
            number = self._tell(time.time() + self.dice.uniform(0, within), "check_in", str(person.owner))
            self.owners[number] = person

    def reads(self, letter: Acceptance) -> None:
        """Called by the mail server for every letter: the first one to somebody may have them answer."""
        person, place = self.people.by_address.get(letter.to, (None, 0))
        if person is None or not person.ladder or not letter.link or letter.to in self.links:
            return
        self.links[letter.to] = letter.link
        fate = FATES[person.number % len(FATES)]
        for number in self._answer([letter.link], ANSWERS.get((fate, place), [])):
            if place == 0:
                self.owners[number] = person
        if fate == "both" and place == 2:
            first = self.links.get(person.ladder[0])
            self._answer([letter.link, *([first] if first else [])], BOTH)

    def _answer(self, links: list[str], answers: Answers) -> list[int]:
        now, pace = time.time(), self.dice.uniform(0.5, 1.5)
        return [self._tell(now + wait * pace, answer, link) for wait, answer in answers for link in links]

    def _tell(self, at: float, what: str, whom: str) -> int:
        with self._telling:
            self.asked += 1
            assert self.part.process.stdin
            self.part.process.stdin.write(f"{self.asked} {at!r} {what} {whom}\n")
            self.part.process.stdin.flush()
            return self.asked

    def _done(self) -> dict[int, float]:
        said = (line.split() for line in list(self.part.lines) if line.startswith("done "))
        return {int(number): float(at) for _done, number, at in said}

    @property
    def is_idle(self) -> bool:
        if not self.part.lives:
            raise RuntimeError("the crowd is gone:\n" + "".join(list(self.part.lines)[-30:]))
        return len(self._done()) == self.asked

    def note_check_ins(self) -> None:
        """Write down who has checked in by now, and when that was known to be kept."""
        done = self._done()
        for number, person in list(self.owners.items()):
            if number in done and person.checked_in_at is None:
                person.checked_in_at = done[number]

    def go_home(self) -> None:
        assert self.part.process.stdin
        self.part.process.stdin.close()
        if self.part.process.wait(PATIENCE):
            raise RuntimeError("".join(self.part.lines))
        self.part.bury()
