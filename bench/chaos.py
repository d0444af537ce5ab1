"""A whole Supportnet of real parts on one machine, and hands that break them.

PostgreSQL (durable, as in production), Redis, Celery workers that fork, two beats, a mail server that writes down
what it takes, people who check in. `bench.faults` plays it for minutes, `tests/faults` for seconds.
"""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

import psutil

from bench.chaos_clock import Clock
from bench.chaos_judge import Acceptance, Evidence, Expected, Interval, Row
from bench.chaos_people import People, Person
from bench.chaos_sink import Sink
from supportnet import leash
from supportnet.engines import Engines

TOP = Path(__file__).resolve().parent.parent
PATIENCE = 90.0
DATABASE = "chaos"
Result = TypeVar("Result")


class Part:
    """One process that leads a group of its own, whose output is read as it is written."""

    def __init__(self, name: str, arguments: list[str], *, ready: str, env: dict[str, str]) -> None:
        self.name = name
        self.lines: deque[str] = deque(maxlen=10_000)
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

    def children(self) -> list[int]:
        with contextlib.suppress(psutil.Error):
            return [child.pid for child in psutil.Process(self.process.pid).children()]
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
                stream.close()


class Stage:
    """The parts, and what happened to them. Use it in a `with` statement."""

    def __init__(self, *, workers: int = 2, sweep_seconds: float = 1.0, seed: int = 0) -> None:
        self.dice = random.Random(seed)
        self.wanted = workers
        self.sweep_seconds = sweep_seconds
        self.home = Path(tempfile.mkdtemp(prefix="sn-", dir="/tmp"))
        self.engines = Engines(self.home / "e", durable=True)
        self.sink = Sink(delay=0.01)
        self.clock = Clock(self.home / "clock")
        self.workers: list[Part] = []
        self.beats: list[Part] = []
        self.started = 0
        self.gave_up: list[str] = []  # parts that ended though nobody had killed them
        self.kills: list[tuple[str, float]] = []
        self.graves: list[Part] = []
        self.spared = ""  # a worker that is not to be killed now
        self._shot: set[str] = set()
        self.outages: list[Interval] = []
        self.redis_wipes = 0
        # The kernel ends children with the thread that started them: this one stays until the end.
        self._hands = ThreadPoolExecutor(max_workers=1)
        self._changing = threading.Lock()

    def __enter__(self) -> Self:
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _set_up(self) -> None:
        self.home.chmod(0o755)
        self._by_hand(self.engines.start)
        self.engines.create_database(DATABASE)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v", "0"],
            cwd=TOP,
            env={**os.environ, **self.env()},
            check=True,
        )
        self.people = People(self.engines.database_url(DATABASE), self.clock.now())
        self.owners = self._start("owners", ["-m", "bench.chaos_owners", str(self.clock.file)], "are there")
        self.replenish()
        for part in [*self.workers, *self.beats, self.owners]:
            part.wait_ready()

    def env(self, worker: str = "") -> dict[str, str]:
        return {
            "DATABASE_URL": self.engines.database_url(DATABASE),
            "REDIS_URL": self.engines.redis_url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.sink.door(worker)}" if worker else "smtp://127.0.0.1:9",
            "SWEEP_SECONDS": str(self.sweep_seconds),
            "SUPPORTNET_STATE": str(self.home),
            "SUPPORTNET_LOCAL": "1",
            "SECRET_KEY": os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe()),
            "CELERY_QUEUE": "chaos",
        }

    # Starting ---------------------------------------------------------------------------------------

    def _by_hand(self, work: Callable[[], Result]) -> Result:
        return self._hands.submit(work).result(PATIENCE)

    def _start(self, name: str, arguments: list[str], ready: str, *, worker: str = "") -> Part:
        env = self.env(worker)
        return self._by_hand(lambda: Part(name, arguments, ready=ready, env=env))

    def _start_celery(self, name: str, arguments: list[str], ready: str, *, worker: str = "") -> Part:
        command = ["-m", "bench.chaos_clock", str(self.clock.file), *arguments, "-l", "INFO"]
        return self._start(name, command, ready, worker=worker)

    def replenish(self) -> None:
        """As many workers as there should be, and two beats. What ended by itself is written down."""
        with self._changing:
            self.workers = self._alive(self.workers)
            self.beats = self._alive(self.beats)
            while len(self.workers) < self.wanted:
                self.workers.append(self._start_worker())
            while len(self.beats) < 2:
                self.beats.append(self._start_beat())

    def _alive(self, parts: list[Part]) -> list[Part]:
        ended = [part for part in parts if not part.lives]
        for part in ended:
            part.bury()
            self.graves.append(part)
            if part.name not in self._shot:
                self.gave_up.append(f"{part.name}: {''.join(list(part.lines)[-15:])}")
        return [part for part in parts if part not in ended]

    def _next_name(self, what: str) -> str:
        self.started += 1
        return f"{what}-{self.started}"

    def _start_worker(self) -> Part:
        name = self._next_name("worker")
        arguments = ["worker", "-n", f"{name}@here", "-c", "2", "--without-gossip", "--without-mingle"]
        return self._start_celery(name, arguments, " ready.", worker=name)

    def _start_beat(self) -> Part:
        name = self._next_name("beat")
        arguments = ["beat", "--schedule", str(self.home / name), "--pidfile="]
        return self._start_celery(name, arguments, "beat: Starting")

    # Breaking ---------------------------------------------------------------------------------------

    def _targets(self) -> list[Part]:
        ready = [part for part in self.workers if part.is_ready and part.lives]
        return [part for part in ready if part.name != self.spared]

    def kill_worker(self) -> None:
        """A worker with all its children; another takes its place."""
        if ready := self._targets():
            chosen = self.dice.choice(ready)
            self._shoot(chosen)
            chosen.process.wait()
        self.replenish()

    def kill_at_next_letter(self, patience: float = 5.0) -> bool:
        """Kill whichever worker gets the next 250, before it can write that down. Says whether there was one."""
        done = threading.Event()

        def kill(letter: Acceptance) -> None:
            part = next((part for part in self._targets() if part.name == letter.worker), None)
            if part and not done.is_set():
                self._shoot(part)
                done.set()

        self.sink.on_acceptance = kill
        happened = done.wait(patience)
        self.sink.on_acceptance = None
        self.replenish()
        return happened

    def kill_a_child(self) -> None:
        """One child of a worker, as when memory runs out. The worker goes on with another."""
        part = self.dice.choice(self._targets() or [None])
        if part and (children := part.children()):
            self.kills.append((part.name, time.time()))
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.dice.choice(children), signal.SIGKILL)

    def _shoot(self, part: Part) -> None:
        self.kills.append((part.name, time.time()))
        self._shot.add(part.name)
        part.kill()

    def wipe_redis(self) -> None:
        """Killed, and everything it knew is gone."""
        process = self.engines.processes["redis"]
        process.kill()
        process.wait()
        shutil.rmtree(self.engines.home / "redis")
        self.engines.prepare()
        self._by_hand(self.engines.start_redis)
        self.redis_wipes += 1

    def restart_postgres(self) -> None:
        """In immediate mode: every session breaks at once, and it recovers from its log."""
        began_at = time.time()
        process = self.engines.processes["postgres"]
        process.send_signal(signal.SIGQUIT)
        process.wait(PATIENCE)
        self._by_hand(self.engines.start_postgres)
        self.outages.append(Interval(began_at, time.time()))

    # People -----------------------------------------------------------------------------------------

    def send_check_ins(self, people: list[Person], *, within: float) -> None:
        """These people check in at random moments of the next so many seconds."""
        moments = sorted(time.time() + self.dice.uniform(0, within) for _person in people)
        assert self.owners.process.stdin
        for person, at in zip(people, moments, strict=True):
            self.owners.process.stdin.write(f"{person.owner} {at!r}\n")
        self.owners.process.stdin.flush()

    def finish_check_ins(self) -> None:
        """Wait until everybody who would check in has."""
        assert self.owners.process.stdin
        self.owners.process.stdin.close()
        if self.owners.process.wait(PATIENCE):
            raise RuntimeError("".join(self.owners.lines))
        self.owners.bury()
        said = dict(line.split() for line in self.owners.lines if line[:1].isdigit())
        for person in self.people.everybody:
            if str(person.owner) in said:
                person.checked_in_at = float(said[str(person.owner)])

    # Ending -----------------------------------------------------------------------------------------

    def evidence(self, message_id: Callable[[str], str]) -> Evidence:
        """What was seen, for the judge. `message_id` makes a Message-ID of a key, as the outbox does."""
        now = self.clock.now().timestamp()
        due = [person for person in self.people.everybody if person.deadline <= now]
        return Evidence(
            expected=[Expected(person.email, person.checked_in_at) for person in due],
            rows=[Row(key, message_id(key), to, state) for key, to, state in self.people.rows()],
            acceptances=list(self.sink.acceptances),
            records=self.people.records(),
            kills=list(self.kills),
            outages=list(self.outages),
        )

    def last_words(self) -> str:
        """What all parts complained of, for whoever has to find out what went wrong."""
        told = []
        for part in [*self.graves, *self.workers, *self.beats]:
            complaints = [line for line in list(part.lines) if "WARNING" in line or "ERROR" in line]
            told.append(f"--- {part.name}\n{''.join(complaints[-8:])}")
        return "\n".join(told)

    def close(self) -> None:
        for part in [*self.workers, *self.beats, *filter(None, [getattr(self, "owners", None)])]:
            part.bury()
        self.sink.stop()
        self._by_hand(self.engines.stop)
        self._hands.shutdown()
        shutil.rmtree(self.home, ignore_errors=True)
