"""People who act at moments of their own, by the clock that jumps: through the services and through real links.

    python -m bench.chaos.crowd FILE FAMILIES ZONE

makes so many people with supporters, then reads `NUMBER SECONDS WHAT WHOM` lines (when by the real clock) and answers
each with a line `done NUMBER SECONDS`: when it was known to be kept. Several act at once. Who gets an error page
presses the button again.
"""

from __future__ import annotations

import heapq
import os
import sys
import threading
from pathlib import Path

from time_machine import escape_hatch

from bench.chaos import clock

HANDS = 4
Entry = tuple[float, int, str, str]


class Agenda:
    """What is to be done, the earliest first."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.news = threading.Condition()
        self.is_closed = False

    def add(self, entry: Entry) -> None:
        with self.news:
            heapq.heappush(self.entries, entry)
            self.news.notify()

    def close(self) -> None:
        with self.news:
            self.is_closed = True
            self.news.notify_all()

    def next(self) -> Entry | None:
        """Wait for the moment of the next entry; None when there will be none."""
        with self.news:
            while self.entries or not self.is_closed:
                wait = self.entries[0][0] - now() if self.entries else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self.entries)
                self.news.wait(wait)
        return None


def now() -> float:
    return escape_hatch.time.time()


def main() -> None:
    clock.follow(Path(sys.argv[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportnet.settings")
    import django  # noqa: PLC0415 - the clock is set before anything reads it

    django.setup()
    from bench.chaos import acts, village  # noqa: PLC0415 - Django is set up by now

    village.found(families=int(sys.argv[2]), zone=sys.argv[3])
    print("They are there", flush=True)
    agenda = Agenda()

    def work() -> None:
        while entry := agenda.next():
            _at, number, what, whom = entry
            try:
                acts.act(what, whom)
            except BaseException as error:
                print(f"{what} {whom}: {error!r}", flush=True)
                os._exit(1)  # the play notices
            sys.stdout.write(f"done {number} {now()!r}\n")

    hands = [threading.Thread(target=work) for _hand in range(HANDS)]
    for hand in hands:
        hand.start()
    for line in sys.stdin:
        number, at, what, whom = line.split()
        agenda.add((float(at), int(number), what, whom))
    agenda.close()


if __name__ == "__main__":
    main()
