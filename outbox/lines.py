"""Letters on their way to the other side: one line while it answers quickly, several in threads while it is slow.

Everything here but `Line` runs in the thread that also asks the database; a `Line` only talks to the other side.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded

from outbox.channels import Channel, Session, Unreachable
from outbox.models import Message

# Seconds from which on several lines are worth their threads: when even the quickest of the last letters took longer.
# The quickest, because a busy machine delays some, and a slow server all.
SLOW = 0.02
KNOWN = 3
# Seconds that letters on their way get when we have to stop at once.
LAST_CALL = 5.0


@dataclass(frozen=True)
class Job:
    message: Message
    letter: Any


@dataclass(frozen=True)
class Outcome:
    """What became of a job; without an error it was accepted."""

    job: Job
    error: Exception | None = None


@dataclass(frozen=True)
class _Free:
    line: Line


@dataclass(frozen=True)
class _Gone:
    line: Line
    error: Exception


class Line(threading.Thread):
    """One session in a thread of its own: opens it, says that it is free, sends, and so on."""

    def __init__(self, session: Session, events: queue.SimpleQueue[_Free | _Gone | Outcome]) -> None:
        super().__init__(daemon=True)
        self.session, self.events = session, events
        self.inbox: queue.SimpleQueue[Job | None] = queue.SimpleQueue()

    def run(self) -> None:
        try:
            while job := self._next():
                self.events.put(_sent(self.session, job))
        except Exception as error:
            self.events.put(_Gone(self, error))
        finally:
            self.session.close()

    def _next(self) -> Job | None:
        self.session.open()
        self.events.put(_Free(self))
        return self.inbox.get()


def _sent(session: Session, job: Job) -> Outcome:
    try:
        session.send(job.letter)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        return Outcome(job, error)
    return Outcome(job)


class Lines:
    """What leads to one channel. Use: `settle`, then `give` one letter, again and again; then `finish`."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.first = channel.session()
        self.most = channel.most_sessions()
        self.events: queue.SimpleQueue[_Free | _Gone | Outcome] = queue.SimpleQueue()
        self.lines: list[Line] = []
        self.free: list[Line] = []
        self.settled: list[Outcome] = []
        self.on_their_way = 0
        self.took: deque[float] = deque(maxlen=KNOWN)
        self.trouble = ""

    # One letter after the other --------------------------------------------------------------------

    def settle(self) -> Iterator[Outcome]:
        """Wait until a letter can be given; gives what became of others meanwhile. Raises Unreachable."""
        if not self.lines and not self._is_slow:
            self.first.open()
        else:
            self._find_a_free_line()
        yield from self.reports()

    def give(self, job: Job) -> None:
        """Send it, now or beside others."""
        if self.free:
            self.on_their_way += 1
            self.free.pop().inbox.put(job)
            return
        began = time.monotonic()
        self.settled.append(_sent(self.first, job))
        self.took.append(time.monotonic() - began)

    def finish(self, *, within: float | None = None) -> Iterator[Outcome]:
        """What became of the letters still on their way, for at most so many seconds."""
        stop_at = None if within is None else time.monotonic() + within
        while self.on_their_way:
            left = None if stop_at is None else stop_at - time.monotonic()
            if left is not None and left <= 0:
                break
            try:
                self._note(self.events.get(timeout=left))
            except queue.Empty:
                break
            yield from self.reports()  # each by itself: one slow letter keeps no other from being recorded
        yield from self.reports()

    def close(self) -> None:
        """Say goodbye on every line. Does not wait for those in threads."""
        for line in self.lines:
            line.inbox.put(None)
        self.first.close()

    # Several -----------------------------------------------------------------------------------------

    @property
    def _is_slow(self) -> bool:
        return self.most > 1 and len(self.took) == KNOWN and min(self.took) > SLOW

    def reports(self) -> Iterator[Outcome]:
        """What has become of letters so far, each once; again if whoever writes it down is stopped in the middle."""
        self._note_all()
        while self.settled:
            yield self.settled[0]
            self.settled.pop(0)

    def _find_a_free_line(self) -> None:
        """Open one more while there may be more, else wait for one of them. Raises Unreachable when none is left."""
        self._note_all()
        if not self.free and len(self.lines) < self.most:
            self._add()
        while not self.free:
            if not self.lines:
                raise Unreachable(self.trouble)
            self._note(self.events.get())

    def _add(self) -> None:
        # The one that showed how slow it is goes on as the first of them; a new one waits for its turn.
        line = Line(self.first, self.events)
        self.first = self.channel.session()
        self.lines.append(line)
        line.start()

    def _note_all(self) -> None:
        while not self.events.empty():
            self._note(self.events.get())

    def _note(self, event: _Free | _Gone | Outcome) -> None:
        if isinstance(event, _Free):
            self.free.append(event.line)
        elif isinstance(event, Outcome):
            self.on_their_way -= 1
            self.settled.append(event)
        else:
            self._lost(event)

    def _lost(self, gone: _Gone) -> None:
        """The other side will have no more lines than there are now."""
        self.lines.remove(gone.line)
        self.most = max(1, len(self.lines))
        self.trouble = str(gone.error) or type(gone.error).__name__
