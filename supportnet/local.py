"""What script/server runs: everything this site consists of, on one machine, until Ctrl-C.

All of it is one foreground process group, so Ctrl-Z and hanging up reach every part. honcho would put each child
in a session of its own, and a honcho that was killed would leave them all running. Ctrl-C reaches every part as
well, but the parts hold SIGINT back: this process alone hears it and tells each of them once, by SIGTERM. Killed
with -9, it takes the rest with it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from honcho import manager, process
from honcho.environ import parse_procfile

from supportnet import children, embedded, leash, leftovers

# Seconds a web server may take to answer for the first time before we stop waiting for it to say so.
SLOW = 120.0


def main() -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell had it ignored (&)
    for variable, value in (("HOST", "127.0.0.1"), ("PORT", "8000"), ("MAIL_PORT", "1025")):
        os.environ[variable] = os.environ.get(variable) or value
    os.environ["HOST"] = in_an_address(os.environ["HOST"])
    lock = only_one()
    try:
        make_room()
        set_environment()
        say("Starting PostgreSQL and Redis …")
        embedded.attach()
        run_prepare()
        return run_all(lock)
    except KeyboardInterrupt:
        return 130
    finally:
        embedded.detach()


# Before anything starts ------------------------------------------------------------------------------


def only_one() -> int:
    """The lock that says a server runs from this checkout. Kept open for our life."""
    run = embedded.state() / "run"
    run.mkdir(parents=True, exist_ok=True)
    lock = os.open(run / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        where = os.read(lock, 200).decode() or "another terminal"
        refuse(f"Supportnet already runs from this folder ({where}). Stop it there with Ctrl-C first.")
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"process {os.getpid()}, {address()}".encode(), 0)
    return lock


def make_room() -> None:
    """Clear away what a killed run left, then see that our port is free."""
    recorded().mkdir(exist_ok=True)
    patience = 10.0 if children.end_recorded(recorded()) else 0.0
    deadline = time.monotonic() + patience
    problem = port_problem()
    for _tick in leftovers.ticks(deadline):
        if problem is None:
            break
        problem = port_problem()  # the last of the old processes may hold it a little longer
    if problem:
        refuse(problem)


def port_problem() -> str | None:
    """Why nobody can listen on HOST and PORT; None when one can."""
    host, port = os.environ["HOST"], os.environ["PORT"]
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        return f"PORT={port} is not a port. Choose a number from 1 to 65535, like PORT=8080 script/server"
    try:
        listen(host, int(port)).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} is in use by another program. Choose another: PORT=8080 script/server"
        if error.errno == errno.EACCES:
            return f"Port {port} needs more rights. Choose one from 1024 up: PORT=8080 script/server"
        return f"HOST={host} is no address of this machine ({error}). Leave HOST away for this machine only."
    return None


def listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host.strip("[]"), port))
        taken.listen(1)
    except OSError:
        taken.close()
        raise
    return taken


def free_mail_port() -> str:
    """MAIL_PORT, or any other when that is taken: nobody needs to know where mail is caught."""
    wanted = os.environ["MAIL_PORT"]
    if wanted != os.environ["PORT"]:  # that one is free so far, but not for long
        with contextlib.suppress(OSError, ValueError, OverflowError):
            return free_port(int(wanted))
    return free_port(0)


def free_port(wanted: int) -> str:
    with contextlib.closing(listen("127.0.0.1", wanted)) as free:
        return str(free.getsockname()[1])


def in_an_address(host: str) -> str:
    """As it stands before a colon and a port: IPv6 has colons of its own, so it goes into brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def address() -> str:
    host, port = in_an_address(os.environ["HOST"]), os.environ["PORT"]
    # [::1] is shown as it is: where "localhost" means 127.0.0.1 only, nobody would answer there.
    everywhere = host in ("127.0.0.1", "0.0.0.0", "[::]")  # noqa: S104 (a comparison)
    return f"http://{'localhost' if everywhere else host}:{port}"


def set_environment() -> None:
    """What the settings and the Procfile read; what was set from outside stays."""
    os.environ["MAIL_PORT"] = free_mail_port()
    ours = {
        "SUPPORTNET_LOCAL": "1",
        "SITE_URL": address(),
        "EMAIL_URL": f"smtp://127.0.0.1:{os.environ['MAIL_PORT']}",
        "MAIL_DIR": str(embedded.state() / "mail"),
        "STATE": str(embedded.state()),
    }
    for name, value in ours.items():
        os.environ.setdefault(name, value)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    os.environ["PYTHONUNBUFFERED"] = "1"
    # On one's own machine, static files come from where they are written, and root is nobody's secret.
    quiet = ["ignore:No directory at", "ignore:You're running the worker with superuser"]
    os.environ.setdefault("PYTHONWARNINGS", ",".join(quiet))


def run_prepare() -> None:
    command = [sys.executable, "-m", "supportnet.prepare"]
    ended = subprocess.run(command, cwd=embedded.TOP, preexec_fn=leash.tied(signal.SIGTERM))
    if ended.returncode:
        refuse("The database could not be made ready. The lines above say why.")


# Running ---------------------------------------------------------------------------------------------


class LeashedProcess(process.Process):
    """honcho's own helper process ends with us, and its child with it."""

    def __init__(self, *args: Any, supervisor: int, lock: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.supervisor = supervisor
        self.lock = lock

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        leash.die_with_parent(signal.SIGKILL, self.supervisor)
        with contextlib.suppress(OSError):
            os.close(self.lock)  # the supervisor's alone says that a server runs
        self._child_ctor = partial(self._start_child, process.Popen)
        super().run(events, ignore_signals)

    def _start_child(self, popen: Any, command: str, **kwargs: Any) -> Any:
        tie = leash.tied(signal.SIGTERM)

        def before_exec() -> None:
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
            tie()

        child = popen(f"exec {command}", start_new_session=False, preexec_fn=before_exec, **kwargs)
        children.record(recorded(), self.name, child.pid)
        return child


class OneGroup:
    """honcho speaks to each child's own process group; ours have none."""

    def terminate(self, pid: int) -> None:
        self._send(pid, signal.SIGTERM)

    def kill(self, pid: int) -> None:
        self._send(pid, signal.SIGKILL)

    def _send(self, pid: int, sign: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)


class Manager(manager.Manager):
    """If one part ends, all end: half a site that looks alive would mislead whoever tries it."""

    def __init__(self, lock: int) -> None:
        super().__init__()
        self._procmgr = OneGroup()
        self._process_ctor = partial(LeashedProcess, supervisor=os.getpid(), lock=lock)
        self.stopping = threading.Event()

    def _start(self) -> None:
        super()._start()
        # Threads begin after the children: a fork would not take them along.
        for work in (self._announce, self._replace_keeper):
            threading.Thread(target=work, daemon=True).start()

    def terminate(self) -> None:
        self.stopping.set()
        if super()._all_started():
            super().terminate()

    def _all_started(self) -> bool:
        # honcho asks in every turn of its loop. Stopped before all had started: stop them now.
        started: bool = super()._all_started()
        if started and self.stopping.is_set() and not self._terminating:
            super().terminate()
        return started

    def _announce(self) -> None:
        for _tick in leftovers.ticks(time.monotonic() + SLOW):
            if self.stopping.is_set() or answers():
                break
        if not self.stopping.is_set():
            say(welcome())

    def _replace_keeper(self) -> None:
        """Somebody may kill the engines' keeper; we need another then."""
        while "DATABASE_URL" in os.environ and embedded.attached():
            embedded.lost_keeper()
            if self.stopping.is_set():
                return
            embedded.ensure_keeper()


def run_all(lock: int) -> int:
    if multiprocessing.get_start_method() == "forkserver":  # Python 3.14 on Linux
        multiprocessing.set_start_method("fork", force=True)
    everything = Manager(lock)
    for name, command in parse_procfile((embedded.TOP / "Procfile").read_text()).processes.items():
        everything.add_process(name, command, cwd=str(embedded.TOP))
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    try:
        everything.loop()
    except OSError:  # the terminal is gone, and with it the place to print: the leash ends the rest
        os._exit(1)
    children.forget(recorded())
    if everything.returncode not in (130, 143):
        say("One part of Supportnet ended by itself, so all of it was stopped. The lines above say why.")
    return int(everything.returncode or 1)


def answers() -> bool:
    host = in_an_address(os.environ["HOST"]).replace("0.0.0.0", "127.0.0.1")  # noqa: S104
    try:
        with urllib.request.urlopen(f"http://{host}:{os.environ['PORT']}/healthz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def welcome() -> str:
    accounts = (embedded.state() / "run" / "accounts.txt").read_text()
    where = [f"  Supportnet is at   {address()}/", f"  Its mail is at     {address()}/mail/"]
    return "\n".join(["", *where, "", accounts, "", "  Ctrl-C stops it.", ""])


def recorded() -> Path:
    """Where our children are written down, for the case that we are killed."""
    return embedded.state() / "run" / "children"


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def refuse(words: str) -> NoReturn:
    sys.exit(words)


if __name__ == "__main__":
    sys.exit(main())
