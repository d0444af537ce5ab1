"""The parts on one machine, and hands that break them.

PostgreSQL (durable, as in production), Redis, Celery workers that fork, two beats, a mail server that writes down
what it takes, people who check in and supporters who answer.
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
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

import psutil

from bench.chaos.clock import Clock
from bench.chaos.evidence import Acceptance, Interval, Kill
from bench.chaos.fates import Crowd
from bench.chaos.parts import PATIENCE, TOP, Part, lines_of
from bench.chaos.people import People
from bench.chaos.sink import Sink
from supportnet.engines import Engines

DATABASE = "chaos"
Result = TypeVar("Result")


class Stage:
    """The parts, and what happened to them. Use it in a `with` statement."""

    def __init__(
        self, *, workers: int = 2, sweep_seconds: float = 1.0, seed: int = 0, families: int = 0
    ) -> None:
        """`families`: how many people have supporters."""
        self.dice = random.Random(seed)
        self.seed, self.families = seed, families
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
        self.kills: list[Kill] = []
        self.beat_kills = 0
        self.morning = float("inf")  # when the last check-ins began
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
        arguments = ["-m", "bench.chaos.crowd", str(self.clock.file), str(self.families), self.people.zone]
        answering = self._start("crowd", arguments, "are there")
        self.crowd = Crowd(answering, self.people, self.seed)
        self.sink.reader = self.crowd.reads
        self.replenish()
        for part in [*self.workers, *self.beats, answering]:
            part.wait_ready()
        self.people.meet_families()

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
        command = ["-m", "bench.chaos.clock", str(self.clock.file), *arguments, "-l", "INFO"]
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
            self._mourn(*self._shoot(self.dice.choice(ready)))
        self.replenish()

    def kill_at_next_letter(self, patience: float = 5.0) -> bool:
        """Kill whichever worker gets the next 250, before it can write that down. Says whether there was one."""
        done = threading.Event()
        dead: list[tuple[Part, float]] = []

        def kill(letter: Acceptance) -> None:
            part = next((part for part in self._targets() if part.name == letter.worker), None)
            if part and not done.is_set():
                dead.append(self._shoot(part))
                done.set()

        self.sink.on_acceptance = kill
        happened = done.wait(patience)
        self.sink.on_acceptance = None
        for one in dead:
            self._mourn(*one)
        self.replenish()
        return happened

    def kill_a_child(self) -> None:
        """One child of a worker, as when memory runs out. The worker goes on with another."""
        part = self.dice.choice(self._targets() or [None])
        children = part.children() if part else []
        with contextlib.suppress(psutil.Error):
            if part and children:
                self._kill_child(part, self.dice.choice(children))

    def _kill_child(self, part: Part, child: psutil.Process) -> None:
        began_at = time.time()
        child.suspend()  # so that it opens no other line while we look
        try:
            lines = lines_of(child)
        finally:
            child.kill()
        child.wait(PATIENCE)
        self.kills.append(Kill(part.name, began_at, time.time(), lines))

    def kill_beats(self) -> None:
        """All of them; until others have started nobody asks anybody to look."""
        for beat in self.beats:
            self._kill_beat(beat)
        self.replenish()

    def kill_a_beat(self) -> None:
        if self.beats:
            self._kill_beat(self.dice.choice(self.beats))
        self.replenish()

    def _kill_beat(self, beat: Part) -> None:
        if beat.lives:
            self._shoot(beat)
            beat.process.wait()
            self.beat_kills += 1

    def _shoot(self, part: Part) -> tuple[Part, float]:
        began_at = time.time()
        self._shot.add(part.name)
        part.kill()
        return part, began_at

    def _mourn(self, part: Part, began_at: float) -> None:
        """Write down that a worker is dead, once it is."""
        part.process.wait()
        self.kills.append(Kill(part.name, began_at, time.time()))

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

    # Ending -----------------------------------------------------------------------------------------

    def last_words(self) -> str:
        """What all parts complained of, for whoever has to find out what went wrong."""
        told = []
        for part in [*self.graves, *self.workers, *self.beats]:
            complaints = [line for line in list(part.lines) if "WARNING" in line or "ERROR" in line]
            told.append(f"--- {part.name}\n{''.join(complaints[-8:])}")
        return "\n".join(told)

    def close(self) -> None:
        crowd = getattr(self, "crowd", None)
        for part in [*self.workers, *self.beats, *([crowd.part] if crowd else [])]:
            part.bury()
        self.sink.stop()
        self._by_hand(self.engines.stop)
        self._hands.shutdown()
        shutil.rmtree(self.home, ignore_errors=True)
