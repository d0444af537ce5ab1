"""The server's children, written down, so that the next start can end what a killed one left behind."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import psutil

# Seconds to wait before insisting, and again before insisting more.
PATIENCE = 5.0


def record(directory: Path, name: str, pid: int) -> None:
    """Write down one process. Its number may be a stranger's tomorrow; with its time of birth it cannot."""
    facts = {"pid": pid, "born": psutil.Process(pid).create_time()}
    (directory / f"{name}.json").write_text(json.dumps(facts))


def forget(directory: Path) -> None:
    for file in directory.glob("*.json"):
        file.unlink()


def end_recorded(directory: Path) -> bool:
    """End what is still there of the processes written down. Says whether any were written down."""
    files = list(directory.glob("*.json"))
    for file in files:
        with contextlib.suppress(ValueError, KeyError, TypeError, psutil.Error):
            facts = json.loads(file.read_text())
            process = psutil.Process(facts["pid"])
            if process.create_time() == facts["born"]:
                _end([process, *process.children(recursive=True)])
    forget(directory)
    return bool(files)


def _end(family: list[psutil.Process]) -> None:
    """Most are ending already, because their parent did: wait a moment before insisting."""
    _gone, family = psutil.wait_procs(family, timeout=PATIENCE)
    for insist in (psutil.Process.terminate, psutil.Process.kill):
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                insist(member)
        _gone, family = psutil.wait_procs(family, timeout=PATIENCE)
