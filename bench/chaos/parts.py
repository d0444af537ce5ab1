"""One process of the play."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path

import psutil

from supportnet import leash

TOP = Path(__file__).resolve().parent.parent.parent
PATIENCE = 90.0


class Part:
    """One process that leads a group of its own, whose output is read as it is written."""

    def __init__(self, name: str, arguments: list[str], *, ready: str, env: dict[str, str]) -> None:
        self.name = name
        self.lines: deque[str] = deque(maxlen=20_000)
        self.settled = threading.Event()  # ready, or ended
        self.is_ready = False
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=TOP,
            env={**os.environ, **env, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(TOP)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=leash.tied(signal.SIGTERM),
        )
        self._reader = threading.Thread(target=self._read, args=[ready], daemon=True)
        self._reader.start()

    def _read(self, ready: str) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if ready in line and not self.is_ready:
                self.is_ready = True
                self.settled.set()
        self.settled.set()

    @property
    def lives(self) -> bool:
        return self.process.poll() is None

    def wait_ready(self) -> None:
        if not self.settled.wait(PATIENCE) or not self.is_ready:
            raise RuntimeError(f"{self.name} did not start:\n" + "".join(self.lines))

    def children(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.Error):
            return list(psutil.Process(self.process.pid).children())
        return []

    def kill(self) -> None:
        """It and all its children, with no chance to tell anybody."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def bury(self) -> None:
        self.kill()
        self.process.wait()
        self._reader.join(PATIENCE)
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                if stream:
                    stream.close()


def lines_of(child: psutil.Process) -> frozenset[int]:
    """The ports of its open connections."""
    return frozenset(line.laddr.port for line in child.net_connections("tcp") if line.laddr)
