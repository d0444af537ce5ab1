"""A mail server that writes down what it takes, and misbehaves on command.

It runs in a thread of its own and has a door, a port, for every worker, so that each letter is known to be theirs.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from email import message_from_bytes
from email.message import Message
from typing import Any, TypeVar

from bench.chaos.evidence import Acceptance

PATIENCE = 60.0
HERE = "127.0.0.1"
LONGEST = 2**20
# What somebody can answer by: the links in a nudge and in an alert.
LINK = re.compile(r"https?://[^/\s]+(/[cs]/\S+/)")
Result = TypeVar("Result")


class Mood(enum.Enum):
    """What happens to a letter."""

    WELL = "it is taken"
    REFUSE = "the recipient is refused for now"
    REFUSE_TEXT = "the whole text is refused for now"
    HANG_UP = "421, and the line is closed"
    STALL = "silence in the middle of the text, then the line is cut"
    CUT_BEFORE_250 = "it is taken, and the line is cut before that is said"
    CUT_AFTER_250 = "it is taken, and the line is cut as soon as that is said"
    HOLD = "it is taken, and that is said only when it is released"


CUTS = {Mood.CUT_BEFORE_250, Mood.CUT_AFTER_250}


class Line:
    """One connection."""

    def __init__(
        self, worker: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, greeting: str
    ) -> None:
        self.worker, self.reader, self.writer = worker, reader, writer
        self.greeting = greeting  # the answer to EHLO
        self.port: int = writer.get_extra_info("peername")[1]
        self.began_at = 0.0
        self.to = ""
        self.mood = Mood.WELL
        # The last letter taken, until the other side shows by its next command that it knows.
        self.unsettled: Acceptance | None = None
        self.taken: list[Acceptance] = []

    async def say(self, words: str) -> None:
        self.writer.write(f"{words}\r\n".encode())
        await self.writer.drain()

    def cut(self) -> float:
        """Reset the connection; what the other side has not read yet is gone. Says when."""
        if self.unsettled:
            self.unsettled.cut = True
        self.writer.transport.abort()
        return time.time()


class Sink:
    def __init__(self, *, stall: float = 2.0, delay: float = 0.0) -> None:
        """`stall`: seconds of silence in the middle of a text. `delay`: what every letter takes."""
        self.stall, self.delay = stall, delay
        self.acceptances: list[Acceptance] = []
        self.faults: Counter[Mood] = Counter()
        self.news = threading.Condition()
        self.refused: set[str] = set()  # addresses
        self.breaks: list[float] = []  # when a line was cut
        # Called in the sink's thread, right after a 250: the one who breaks things, and the one who reads.
        self.on_acceptance: Callable[[Acceptance], None] | None = None
        self.reader: Callable[[Acceptance], None] | None = None
        self.held: list[Acceptance] = []
        self._ahead: list[Mood] = []
        self._doors: dict[str, socket.socket] = {}
        self._servers: dict[str, asyncio.Server] = {}
        self._lines: set[Line] = set()
        self._shut = False
        self._released = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    # What the harness says ----------------------------------------------------------------------------

    def door(self, worker: str) -> int:
        """A port for this worker. It stays theirs while the door is shut: a bound socket that does not listen."""
        held = socket.socket()
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind((HERE, 0))
        self._doors[worker] = held
        if not self._shut:
            self._do(self._listen(worker))
        return int(held.getsockname()[1])

    def misbehave(self, mood: Mood, times: int) -> None:
        """Do this to the next so many letters."""
        self._do(self._plan([mood] * times))

    def has_misbehaved(self, mood: Mood, times: int, patience: float = PATIENCE) -> bool:
        """Wait until it was done so many times since the start."""
        return self._wait(lambda: self.faults[mood] >= times, patience)

    def has_taken(self, letters: int, patience: float = PATIENCE) -> bool:
        return self._wait(lambda: len(self.acceptances) >= letters, patience)

    def takes_again(self, held: Acceptance, patience: float) -> bool:
        """Whether this letter, which is held, comes once more."""

        def came() -> bool:
            return any(letter.message_id == held.message_id for letter in list(self.acceptances))

        return self._wait(came, patience)

    def release(self) -> None:
        """Say 250 for what is held."""
        self._do(self._release())

    def is_idle_for(self, seconds: float) -> bool:
        """Wait that long for a letter; whether none came."""
        return not self.has_taken(len(self.acceptances) + 1, seconds)

    def behave(self) -> None:
        """Be a good mail server again."""
        self._do(self._plan(None))
        self.release()
        self.open()

    def shut(self) -> None:
        """Refuse connections, and cut those there are."""
        self._do(self._close_doors())

    def open(self) -> None:
        self._do(self._open_doors())

    def stop(self) -> None:
        self.shut()
        self.release()
        self._do(self._say_goodbye())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()
        for held in self._doors.values():
            held.close()

    def _do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def _wait(self, come_true: Callable[[], bool], patience: float) -> bool:
        with self.news:
            return self.news.wait_for(come_true, patience)

    # In its own thread --------------------------------------------------------------------------------

    async def _listen(self, worker: str) -> None:
        port = self._doors[worker].getsockname()[1]
        # Behind every second door commands may come together (RFC 2920).
        greeting = "250 Yes" if list(self._doors).index(worker) % 2 else "250-sink\r\n250 PIPELINING"

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._answer(Line(worker, reader, writer, greeting))

        self._servers[worker] = await asyncio.start_server(answer, HERE, port, reuse_port=True, limit=LONGEST)

    async def _plan(self, moods: list[Mood] | None) -> None:
        self._ahead = [] if moods is None else self._ahead + moods

    async def _release(self) -> None:
        self._released.set()
        self._released = asyncio.Event()

    async def _close_doors(self) -> None:
        self._shut = True
        for server in self._servers.values():
            server.close()
        self._servers.clear()
        self.breaks += [line.cut() for line in list(self._lines)]

    async def _say_goodbye(self) -> None:
        """Let every conversation find out that its line is cut."""
        talking = asyncio.all_tasks() - {asyncio.current_task()}
        if talking:
            await asyncio.wait(talking, timeout=PATIENCE / 2)

    async def _open_doors(self) -> None:
        self._shut = False
        for worker in self._doors.keys() - self._servers.keys():
            await self._listen(worker)

    async def _answer(self, line: Line) -> None:
        self._lines.add(line)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await line.say("220 sink")
                await self._converse(line)
        finally:
            self._lines.discard(line)
            line.writer.transport.abort()

    async def _converse(self, line: Line) -> None:
        while said := await line.reader.readline():
            line.unsettled = None
            verb = said[:4].upper()
            if verb == b"DATA" and line.mood is Mood.REFUSE:
                await line.say("503 5.5.1 There is nobody to give it to")
            elif verb == b"DATA":
                await self._take(line)
            else:
                await line.say(self._reply(line, verb, said))
            if verb == b"QUIT":
                return

    def _reply(self, line: Line, verb: bytes, said: bytes) -> str:
        if verb == b"EHLO":
            return line.greeting
        if verb == b"MAIL":
            line.began_at = time.time()
            for letter in line.taken[-2:]:
                letter.followed += 1
            line.mood = self._ahead.pop(0) if self._ahead else Mood.WELL
        if verb == b"RCPT":
            line.to = said.partition(b"<")[2].partition(b">")[0].decode()
            if line.mood is Mood.REFUSE:
                self.refused.add(line.to)
                self._did(Mood.REFUSE)
                return "450 4.2.0 Not now"
        return "221 Goodbye" if verb == b"QUIT" else "250 Yes"

    async def _take(self, line: Line) -> None:
        await line.say("354 Go on")
        if line.mood is Mood.STALL:
            await self._stall(line)
            return
        text = await line.reader.readuntil(b"\r\n.\r\n")
        if line.mood in (Mood.REFUSE_TEXT, Mood.HANG_UP):
            await self._refuse(line)
            return
        accepted_at, read = time.time(), message_from_bytes(text)
        letter = line.unsettled = Acceptance(
            message_id=read["Message-ID"],
            to=line.to,
            worker=line.worker,
            began_at=line.began_at,
            accepted_at=accepted_at,
            line=line.port,
            link=_link_in(read),
        )
        line.taken.append(letter)
        await self._take_time(line, letter)
        if line.mood is not Mood.CUT_BEFORE_250:
            with contextlib.suppress(ConnectionError):  # whoever sent it may be dead; we have it
                letter.answered_at = time.time()
                await line.say("250 Taken")
        self._taken(line, letter)

    async def _take_time(self, line: Line, letter: Acceptance) -> None:
        if line.mood is Mood.HOLD:
            self.held.append(letter)
            self._did(Mood.HOLD)
            await self._released.wait()
        elif self.delay:
            await asyncio.sleep(self.delay)

    def _taken(self, line: Line, letter: Acceptance) -> None:
        if line.mood in CUTS:
            self.breaks.append(line.cut())
            self._did(line.mood)
        with self.news:
            self.acceptances.append(letter)
            self.news.notify_all()
        if self.on_acceptance:
            self.on_acceptance(letter)
        if self.reader:
            self.reader(letter)

    async def _stall(self, line: Line) -> None:
        await line.reader.read(64)
        await asyncio.sleep(self.stall)  # this is the fault
        self.breaks.append(line.cut())
        self._did(Mood.STALL)

    async def _refuse(self, line: Line) -> None:
        self.refused.add(line.to)
        self._did(line.mood)
        if line.mood is Mood.REFUSE_TEXT:
            await line.say("451 4.3.0 Not now")
            return
        await line.say("421 4.3.2 Going down")
        line.writer.transport.close()

    def _did(self, mood: Mood) -> None:
        with self.news:
            self.faults[mood] += 1
            self.news.notify_all()


def _link_in(letter: Message) -> str:
    """The path of the first link that its reader can answer by; "" when there is none."""
    part: Any = letter.get_payload(0) if letter.is_multipart() else letter
    found = LINK.search((part.get_payload(decode=True) or b"").decode(errors="replace"))
    return found.group(1) if found else ""
