"""What a killed run may have left behind, and how to clear it away without touching anybody else's."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import redis

# Seconds a process gets to end by itself.
PATIENCE = 30.0


def clear_postgres(data: Path) -> None:
    """Stop a PostgreSQL that outlived its keeper; drop a pid file whose number now belongs to a stranger."""
    file = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
        pid = int(file.read_text().splitlines()[0])
        words = command_line(pid)
        if "postgres" in words and str(data) in words:
            end(pid, signal.SIGINT, signal.SIGQUIT)
        elif words:
            file.unlink()


def clear_redis(socket: Path) -> None:
    """Stop a Redis that outlived its keeper, and remove its socket."""
    client = redis.Redis.from_url(f"unix://{socket}", socket_timeout=5, retry=None)
    with contextlib.suppress(redis.RedisError), contextlib.closing(client):
        pid = int(client.info("server")["process_id"])
        end(pid, signal.SIGTERM, signal.SIGKILL)
    socket.unlink(missing_ok=True)


def command_line(pid: int) -> str:
    """What that process runs; empty when there is none (a zombie counts as none)."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    ps = shutil.which("ps")
    if ps is None or Path("/proc/self").exists():
        return ""
    return subprocess.run(
        [ps, "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True
    ).stdout


def end(pid: int, wish: signal.Signals, last: signal.Signals) -> None:
    """By the first signal, or by the last when that takes too long."""
    for sign in (wish, last):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        for _tick in ticks(time.monotonic() + PATIENCE):
            if not command_line(pid):
                return


def ticks(deadline: float) -> Iterator[None]:
    """Every 50 ms until the deadline: for what cannot be waited for, only asked."""
    never = threading.Event()
    while time.monotonic() < deadline:
        yield
        never.wait(0.05)
