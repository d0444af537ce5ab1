"""A Celery process whose clock can be made to jump.

    python -m bench.chaos.clock FILE worker -c 2

runs `celery -A supportnet worker -c 2` with the number of seconds in FILE added to its clock: to the one that
tells the date, as when a machine's clock is set, and not to the one that measures how long something took.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import threading
import time
from pathlib import Path

import time_machine

# How often a process looks whether its clock was set. Clocks of two machines never agree better than this.
EVERY = 0.05
HOUR = 3600.0


class Clock:
    """The hand that sets the clocks of all processes following one file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.ahead = 0.0
        self.jumps = 0
        self._write()

    def jump(self, seconds: float = HOUR) -> None:
        self.ahead += seconds
        self.jumps += 1
        self._write()

    def now(self) -> dt.datetime:
        """What those processes think the time is."""
        return dt.datetime.fromtimestamp(time.time() + self.ahead, dt.UTC)

    def _write(self) -> None:
        draft = self.file.with_suffix(".new")
        draft.write_text(repr(self.ahead))
        draft.rename(self.file)


def follow(file: Path) -> None:
    """From now on this process, and every child it forks, lives by the clock of that file."""
    travelled = _read(file)
    traveller = time_machine.travel(time.time() + travelled, tick=True).start()

    def watch() -> None:
        nonlocal travelled
        never = threading.Event()
        while not never.wait(EVERY):
            ahead = _read(file)
            if ahead != travelled:
                traveller.shift(ahead - travelled)
                travelled = ahead

    def start() -> None:
        threading.Thread(target=watch, daemon=True).start()

    start()
    os.register_at_fork(after_in_child=start)  # threads stay behind in a fork


def _read(file: Path) -> float:
    return float(file.read_text())


def main() -> None:
    from celery.__main__ import main as celery  # noqa: PLC0415 - the clock is set before anything reads it

    follow(Path(sys.argv[1]))
    sys.argv[:] = ["celery", "-A", "supportnet", *sys.argv[2:]]
    celery()


if __name__ == "__main__":
    main()
