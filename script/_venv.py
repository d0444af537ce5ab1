"""Makes .venv hold what a lock file says. Run by the scripts beside it, with any Python from 3.11 on, bare.

`python script/_venv.py local.txt`. Does nothing when that was done before and the lock file is the same.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

TOP = Path(__file__).resolve().parent.parent
VENV = TOP / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = TOP / "requirements"
# What is in .venv, one line per lock file. Written last, so that it is only there when all else is.
STAMP = VENV / "installed.txt"
# There while we are at work; found at the start, it says that somebody was interrupted.
UNFINISHED = VENV / "unfinished"
# Each contains the one after it.
SETS = ["dev.txt", "local.txt"]
MISSING = (
    "This Python cannot make virtual environments. Please install what it lacks; "
    "on Debian or Ubuntu: apt-get install python3-venv"
)


def main(name: str) -> None:
    # script/server and script/test may start side by side. Held until this process ends.
    fcntl.flock(os.open(LOCKS, os.O_RDONLY), fcntl.LOCK_EX)
    if fingerprint(name) in installed():
        return
    make_venv()
    UNFINISHED.touch()
    install(name)
    done = [fingerprint(each) for each in SETS[SETS.index(name) :]]
    UNFINISHED.unlink()
    STAMP.write_text("\n".join(done) + "\n")


def fingerprint(name: str) -> str:
    """One line for one lock file; another when the checkout moved, since .venv knows where it lies."""
    digest = hashlib.sha256((LOCKS / name).read_bytes()).hexdigest()
    return f"{name} {digest} {VENV}"


def installed() -> list[str]:
    if UNFINISHED.exists() or not works([str(PYTHON), "-c", "import sys"]):
        return []
    return STAMP.read_text().splitlines() if STAMP.exists() else []


def make_venv() -> None:
    """A sound .venv stays and is added to; a half-made, broken or moved one is made again."""
    moved = STAMP.exists() and not any(line.endswith(f" {VENV}") for line in STAMP.read_text().splitlines())
    if UNFINISHED.exists() or moved or not works([str(PYTHON), "-c", "import sys"]):
        shutil.rmtree(VENV, ignore_errors=True)
        say("Making .venv …")
        VENV.mkdir()
        UNFINISHED.touch()
        # Debian's Python leaves out ensurepip, which would put pip inside; then a pip from outside serves.
        pip = [] if importlib.util.find_spec("ensurepip") else ["--without-pip"]
        if not works([sys.executable, "-m", "venv", *pip, str(VENV)]) and not (
            shutil.which("virtualenv") and works(["virtualenv", "--quiet", str(VENV)])
        ):
            shutil.rmtree(VENV, ignore_errors=True)
            fail(MISSING)
    STAMP.unlink(missing_ok=True)


def install(name: str) -> None:
    say(f"Installing what requirements/{name} lists. The first time this takes a minute or two …")
    command = [*installer(), "--require-hashes", "--requirement", str(LOCKS / name)]
    if subprocess.run(command, cwd=TOP).returncode:
        fail("Installing failed; the lines above say why. When that is mended, start again.")
    # So that pytest and celery find the project from any directory.
    site = subprocess.check_output(
        [str(PYTHON), "-c", "import site; print(site.getsitepackages()[0])"], text=True
    )
    Path(site.strip(), "supportnet.pth").write_text(f"{TOP}\n")


def installer() -> list[str]:
    """The command that installs into .venv, found in one of several places."""
    inside = [str(PYTHON), "-m", "pip"]
    outside = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    for pip in (inside, outside):
        if works([*pip, "--version"]):
            return [*pip, "install", "--no-input", "--disable-pip-version-check"]
    for wheel in sorted(Path("/usr/share/python-wheels").glob("pip-*.whl")):
        if works([str(PYTHON), f"{wheel}/pip", "--version"]):
            return [str(PYTHON), f"{wheel}/pip", "install", "--no-input", "--disable-pip-version-check"]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--python", str(PYTHON)]
    shutil.rmtree(VENV, ignore_errors=True)
    return fail(MISSING)


def works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def fail(words: str) -> NoReturn:
    sys.exit(words)


if __name__ == "__main__":
    main(sys.argv[1])
