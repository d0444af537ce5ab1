"""A mail server that only counts, by Message-ID, and is meant to be quicker than whoever sends to it.

    python -m bench.sink [--delay 0.05]

Listens on a free port of 127.0.0.1 and prints it. Each line on its standard input is a question:
"reset" forgets everything and answers with an empty line; "wait N" answers once N different letters were accepted:
{"letters": all of them, "distinct": by Message-ID, "last_at": when the last 250 left, on the monotonic clock}.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MESSAGE_ID = re.compile(rb"^Message-ID: *(<[^>]*>)", re.I | re.M)
END = b"\r\n.\r\n"


class Count:
    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.reset()

    def reset(self) -> None:
        self.ids: dict[bytes, int] = {}
        self.letters, self.last_at = 0, 0.0

    def add(self, letter: bytes) -> None:
        found = MESSAGE_ID.search(letter)
        name = found.group(1) if found else b""
        self.ids[name] = self.ids.get(name, 0) + 1
        self.letters += 1
        self.last_at = time.monotonic()
        self.changed.set()


class Sink(asyncio.Protocol):
    """Just enough of RFC 5321. `delay` seconds pass between a letter and its 250."""

    def __init__(self, count: Count, delay: float) -> None:
        self.count, self.delay = count, delay
        self.buffer, self.in_letter = b"", False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self._step():
            pass

    def _step(self) -> bool:
        """Take one command or one letter from what has come. Says whether there was one."""
        whole, found, rest = self.buffer.partition(END if self.in_letter else b"\r\n")
        if not found:
            return False
        self.buffer = rest
        if self.in_letter:
            self.in_letter = False
            self._accept(whole)
        else:
            self._answer(whole[:4].upper())
        return True

    def _accept(self, letter: bytes) -> None:
        if self.delay:
            asyncio.get_running_loop().call_later(self.delay, self._accepted, letter)
        else:
            self._accepted(letter)

    def _accepted(self, letter: bytes) -> None:
        self.transport.write(b"250 taken\r\n")
        self.count.add(letter)

    def _answer(self, command: bytes) -> None:
        if command == b"DATA":
            self.in_letter = True
            self.transport.write(b"354 go on\r\n")
        elif command == b"EHLO":
            self.transport.write(b"250-sink\r\n250 PIPELINING\r\n")
        elif command == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 sink\r\n")


async def serve(delay: float) -> None:
    count = Count()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(count, delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    questions = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(questions), sys.stdin)
    while question := (await questions.readline()).split():
        print(await answer(count, question), flush=True)


async def answer(count: Count, question: list[bytes]) -> str:
    if question[0] == b"reset":
        count.reset()
        return ""
    while len(count.ids) < int(question[1]):
        count.changed.clear()
        await count.changed.wait()
    return json.dumps({"letters": count.letters, "distinct": len(count.ids), "last_at": count.last_at})


# From the other side ---------------------------------------------------------------------------------


class Remote:
    """A sink in a process of its own."""

    def __init__(self, delay: float) -> None:
        command = [sys.executable, "-m", "bench.sink", "--delay", str(delay)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self._line())

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()

    def _ask(self, question: str) -> str:
        assert self.process.stdin
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()
        return self._line()

    def reset(self) -> None:
        self._ask("reset")

    def wait(self, distinct: int) -> dict[str, Any]:
        """When that many different letters are there."""
        answered: dict[str, Any] = json.loads(self._ask(f"wait {distinct}"))
        return answered

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()  # its end of questions
        self.process.wait(10)


@contextmanager
def running(delay: float = 0.0) -> Iterator[Remote]:
    remote = Remote(delay)
    try:
        yield remote
    finally:
        remote.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each 250")
    asyncio.run(serve(parser.parse_args().delay))
