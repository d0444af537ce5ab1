"""PostgreSQL and Redis without installing them: started when first needed, gone when nobody needs them.

Used when neither DATABASE_URL nor REDIS_URL is set. A *keeper* process (`python -m supportnet.embedded`) owns
the engines; every process that uses them is a *client*. Locks say who is there, because the kernel releases a
lock however its holder ends, kill -9 included:

    run/clients.lock   shared by every client for its life. The keeper waits to have it alone: nobody is left.
    run/keeper.lock    held by the keeper for its life.
    run/start.lock     held from deciding to start a keeper until its engines answer.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import NoReturn
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from supportnet.engines import PATIENCE, EngineError, Engines, account, reachable, sockets_for
from supportnet.leftovers import ticks

TOP = Path(__file__).resolve().parent.parent
DATABASE = "supportnet"
_TELLING = ("DATABASE_URL", "REDIS_URL", "DATABASE_URL_FILE", "REDIS_URL_FILE")
# How often an engine that keeps ending is started again; the pause before doubles each time, in seconds.
RESTARTS = 6
PAUSE = 1.0
_client: int | None = None


# Places and addresses: all pure ---------------------------------------------------------------------


def wanted() -> bool:
    """Whether this machine has not said where its PostgreSQL and Redis are."""
    return not any(os.environ.get(name) for name in _TELLING)


def state() -> Path:
    """What this checkout keeps to itself: locks, logs, its key, caught mail. SUPPORTNET_STATE moves it."""
    return Path(os.environ.get("SUPPORTNET_STATE") or TOP / ".local").absolute()


def engine_home() -> Path:
    """Where the engines' data lies: with the rest, or in /var/lib when their account cannot enter there."""
    if reachable(state(), account()):
        return state()
    return Path("/var/lib/supportnet") / hashlib.sha256(os.fsencode(state())).hexdigest()[:12]


def database_url() -> str:
    return f"postgresql://postgres@/{DATABASE}?host={sockets_for(engine_home())}"


def redis_url() -> str:
    return f"unix://{sockets_for(engine_home()) / 'redis.sock'}?db=0"


def broker_url(url: str) -> str:
    """The same Redis as Celery names it, in database 1: nothing that empties a cache may empty the queue."""
    scheme, host, path, query, _fragment = urlsplit(url)
    options = dict(parse_qsl(query))
    options.pop("db", None)
    if scheme == "unix":
        return f"redis+socket://{host}{path}?{urlencode({'virtual_host': '1', **options})}"
    if scheme == "rediss":
        # Without it Celery accepts any certificate.
        options.setdefault("ssl_cert_reqs", "required")
    return urlunsplit((scheme, host, "/1", urlencode(options), ""))


def local_secret_key() -> str:
    """The key this checkout made up for itself, once, however many processes ask at the same time."""
    file = _made(state()) / "secret_key"
    if not file.exists():
        draft = file.with_name(f"secret_key.{os.getpid()}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):  # somebody was faster: theirs counts
            os.link(draft, file)
        draft.unlink()
    return file.read_text()


# For every process that uses the engines ------------------------------------------------------------


def attach() -> None:
    """Have the engines run for as long as this process lives; the environment then says where they are.

    Does nothing where DATABASE_URL or REDIS_URL is set. Ends the process, saying why, if they cannot start.
    """
    global _client
    if not wanted():
        return
    try:
        _made(state())
        _client = _open("clients")
        with _patiently("the last PostgreSQL and Redis to stop"):
            fcntl.flock(_client, fcntl.LOCK_SH)
        ensure_keeper()
    except (EngineError, OSError) as error:
        sys.exit(f"Supportnet could not start its database. {error}")
    # Local mode is meant, and settings can no longer see it from what is unset.
    os.environ.setdefault("SUPPORTNET_LOCAL", "1")
    os.environ["DATABASE_URL"] = database_url()
    os.environ["REDIS_URL"] = redis_url()


def detach() -> None:
    """Let the engines go. If nobody else uses them, return only when they have stopped."""
    global _client
    if _client is None:
        return
    alone = _try_lock(_client, fcntl.LOCK_EX)
    os.close(_client)
    _client = None
    probe, keeper = _open("clients"), _open("keeper")
    # Not alone may also mean that the keeper was quick and is stopping already.
    if alone or not _try_lock(probe, fcntl.LOCK_SH):
        os.close(probe)
        with _patiently("PostgreSQL and Redis to stop"):
            fcntl.flock(keeper, fcntl.LOCK_SH)
    else:
        os.close(probe)
    os.close(keeper)


def attached() -> bool:
    """Whether this process uses the embedded engines."""
    return _client is not None


def ensure_keeper() -> None:
    """Start a keeper unless one runs; return when its engines answer. The caller is a client already."""
    start, keeper = _open("start"), _open("keeper")
    try:
        with _patiently("PostgreSQL and Redis to start"):
            fcntl.flock(start, fcntl.LOCK_EX)
            engines = Engines(engine_home())
            for _tick in ticks(time.monotonic() + PATIENCE):
                if _try_lock(keeper, fcntl.LOCK_EX):
                    return _start_keeper(keeper, start)
                if engines.answer():  # no: the keeper is starting one again
                    return None
            raise EngineError(f"They do not answer. Their log may say why: {_log_file()}")
    finally:
        os.close(start)
        os.close(keeper)


def lost_keeper() -> None:
    """Return when the keeper has died. For a client that wants to replace it; blocks, so give it a thread."""
    keeper = _open("keeper")
    fcntl.flock(keeper, fcntl.LOCK_SH)
    os.close(keeper)


def _start_keeper(keeper: int, start: int) -> None:
    """Hand both locks to a new process, so that no other can come between, and hear how it went."""
    heard, say = os.pipe()
    with _log_file().open("ab") as log:
        subprocess.Popen(
            [sys.executable, "-m", "supportnet.embedded", str(keeper), str(start), str(say)],
            cwd=TOP,
            env={**os.environ, "PYTHONPATH": str(TOP)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(keeper, start, say),
            start_new_session=True,
        )
    os.close(say)
    with open(heard, encoding="utf-8") as report:
        words = report.read()
    if words != "ready":
        raise EngineError(words or f"Its log may say why: {_log_file()}")


def _log_file() -> Path:
    return _made(state() / "log") / "engines.log"


def _made(directory: Path) -> Path:
    if not directory.exists():
        directory.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            directory.chmod(0o755)  # the engines' account passes through it, whatever the umask
    return directory


def _open(lock: str) -> int:
    return os.open(_made(state() / "run") / f"{lock}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try_lock(fd: int, how: int) -> bool:
    try:
        fcntl.flock(fd, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def _patiently(what: str) -> Iterator[None]:
    """Say what is being waited for when it takes more than a moment."""
    words = f"Waiting for {what} …\n"
    timer = threading.Timer(2, lambda: sys.stderr.write(words))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


# The keeper -----------------------------------------------------------------------------------------


class Keeper:
    """Runs the engines until the last client is gone. What happens is told to it through one queue."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self.events: SimpleQueue[str] = SimpleQueue()
        self.failures: dict[str, int] = {}

    def run(self, *, start: int, say: int) -> None:
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: self.events.put("stop"))
        try:
            self.engines.start()
            self.engines.create_database(DATABASE)
        except Exception as error:
            os.write(say, str(error).encode())
            raise
        _point_to(self.engines)
        os.write(say, b"ready")
        os.close(say)
        os.close(start)
        for name in self.engines.processes:
            self._in_thread(lambda name=name: self._tell_end(name))
        self._in_thread(self._tell_when_alone)
        self._loop()

    def _loop(self) -> None:
        # In this thread only: an engine ends with the thread that started it.
        while (event := self.events.get()) != "stop":
            verb, _, name = event.partition(" ")
            if verb == "ended":
                self._later(name)
            else:
                self._restart(name)
        self.engines.stop()

    def _later(self, name: str) -> None:
        failures = self.failures[name] = self.failures.get(name, 0) + 1
        print(f"{name} ended by itself (time {failures})", flush=True)  # noqa: T201 (the log)
        wait = threading.Timer(
            PAUSE * 2 ** (failures - 1), self.events.put, ["stop" if failures > RESTARTS else f"start {name}"]
        )
        wait.daemon = True
        wait.start()

    def _restart(self, name: str) -> None:
        try:
            {"postgres": self.engines.start_postgres, "redis": self.engines.start_redis}[name]()
        except EngineError as error:
            print(error, flush=True)  # noqa: T201
            self.events.put(f"ended {name}")
        else:
            self._in_thread(lambda: self._tell_end(name))

    def _tell_end(self, name: str) -> None:
        self.engines.processes[name].wait()
        self.events.put(f"ended {name}")

    def _tell_when_alone(self) -> None:
        """The lock stays held: whoever comes now waits until this process is gone, then starts the next."""
        fcntl.flock(_open("clients"), fcntl.LOCK_EX)
        self.events.put("stop")

    def _in_thread(self, work: object) -> None:
        threading.Thread(target=work, daemon=True).start()  # type: ignore[arg-type]


def _point_to(engines: Engines) -> None:
    """Leave a word where the data is, when it is not where one would look."""
    if engines.home != state():
        words = (
            f"PostgreSQL and Redis run as an account that cannot enter here.\nTheir data: {engines.home}\n"
        )
        (state() / "README").write_text(words)


def main(keeper: int, start: int, say: int) -> NoReturn:
    log = _log_file()
    if log.stat().st_size > 5_000_000:
        log.replace(log.with_suffix(".1.log"))
    Keeper(Engines(engine_home(), log=log)).run(start=start, say=say)
    # In this order: who finds the clients' lock free must not meet a keeper.
    os.close(keeper)
    os._exit(0)


if __name__ == "__main__":
    main(*(int(fd) for fd in sys.argv[1:]))
