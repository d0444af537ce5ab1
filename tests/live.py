"""Real processes for the tests that need them: Celery's worker and beat, a mail server, a site, a browser."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.signals import request_finished, request_started
from django.db import connection
from playwright.sync_api import BrowserContext

from supportnet import leash
from supportnet.catcher import Catcher
from supportnet.celery import app
from supportnet.leftovers import ticks
from tests.passwords import make_passwords_cheap
from tests.patience import MILLISECONDS, PATIENCE

TOP = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _quick_passwords(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a browser looks on they stay as they are."""
    if "live_server" not in request.fixturenames:
        make_passwords_cheap(monkeypatch)


# Mail ------------------------------------------------------------------------------------------------


class MailServer(Catcher):
    """A mail server in a thread. `wait_for` hands each message out once."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.messages: list[EmailMessage] = []
        self.refusal = ""
        self.arrived = threading.Condition()
        # Its loop runs in a thread from the start: Playwright has one running in this thread.
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        started = self.loop.create_server(lambda: SMTP(self, loop=self.loop), "127.0.0.1", 0)
        self.server = asyncio.run_coroutine_threadsafe(started, self.loop).result(PATIENCE)
        self.port: int = self.server.sockets[0].getsockname()[1]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Set `refusal` ("451 Not now") to have every message refused with it."""
        if self.refusal:
            return self.refusal
        answer = await super().handle_DATA(server, session, envelope)
        parsed = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        with self.arrived:
            self.messages.append(parsed)
            self.arrived.notify_all()
        return answer

    def wait_for(self, *, to: str, subject: str = "", timeout: float = PATIENCE) -> EmailMessage:
        """The next message to that address whose subject contains these words, removed from `messages`."""

        def match() -> EmailMessage | None:
            fits = (mail for mail in self.messages if to in mail["To"] and subject in mail["Subject"])
            return next(fits, None)

        with self.arrived:
            if not self.arrived.wait_for(match, timeout):
                there = [(mail["To"], mail["Subject"]) for mail in self.messages]
                raise AssertionError(f"no mail to {to} about {subject!r} in {timeout} s; there is {there}")
            found = match()
            assert found is not None
            self.messages.remove(found)
            return found

    def clear(self) -> None:
        with self.arrived:
            self.messages.clear()
        self.refusal = ""
        for file in self.directory.glob("*.eml"):
            file.unlink()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)
        self.loop.close()


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    server = MailServer(Path(os.environ["MAIL_DIR"]))
    yield server
    server.stop()


@pytest.fixture
def mail_catcher(mail_server: MailServer) -> MailServer:
    """The mail server, empty."""
    mail_server.clear()
    return mail_server


# Celery ----------------------------------------------------------------------------------------------


class Background:
    """One process whose log is read as it is written."""

    def __init__(self, arguments: list[str], *, ready: str, env: dict[str, str]) -> None:
        self.lines: list[str] = []
        self.settled = threading.Event()  # ready, or ended
        self.ready = False
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=TOP,
            env={**os.environ, **env, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(TOP)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=leash.tied(signal.SIGTERM),
        )
        threading.Thread(target=self._read, args=[ready], daemon=True).start()
        if not self.settled.wait(PATIENCE) or not self.ready:
            self.stop()
            raise RuntimeError(f"{arguments} did not say {ready!r}:\n" + "".join(self.lines))

    def _read(self, ready: str) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if ready in line:
                self.ready = True
                self.settled.set()
        self.settled.set()

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(sign)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Celery:
    """Worker and beat of this test process: its own database, its own queue."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.queue = os.environ["CELERY_QUEUE"]
        self.node = f"{self.queue}@localhost"
        self.worker = self.start_worker(self.node)
        arguments = [
            "beat",
            "--schedule",
            f"{os.environ['SUPPORTNET_STATE']}/beat",
            "--pidfile=",
            "-l",
            "INFO",
        ]
        self.beat = self._start(arguments, ready="beat: Starting")
        self.pause()

    def start_worker(self, node: str) -> Background:
        arguments = ["worker", "-n", node, "-c", "1", "--without-gossip", "--without-mingle", "-l", "INFO"]
        return self._start(arguments, ready=" ready.")

    def _start(self, arguments: list[str], *, ready: str) -> Background:
        return Background(["-m", "celery", "-A", "supportnet", *arguments], ready=ready, env=self.env)

    def resume(self) -> None:
        self._ask("add_consumer")

    def pause(self) -> None:
        """No new task from now on, and none running: then the database can be emptied."""
        self._ask("cancel_consumer")
        inspect = app.control.inspect([self.node], timeout=PATIENCE, limit=1)
        for _tick in ticks(time.monotonic() + PATIENCE):
            if not any((inspect.active() or {}).values()) and not any((inspect.reserved() or {}).values()):
                return
        raise RuntimeError("the worker does not come to rest:\n" + "".join(self.worker.lines[-50:]))

    def _ask(self, command: str) -> None:
        answers = app.control.broadcast(
            command,
            arguments={"queue": self.queue},
            destination=[self.node],
            reply=True,
            timeout=PATIENCE,
            limit=1,
        )
        if not answers:
            raise RuntimeError(f"the worker does not answer {command}:\n" + "".join(self.worker.lines[-50:]))

    def stop(self) -> None:
        for process in (self.beat, self.worker):
            process.stop()


@pytest.fixture(scope="session")
def celery_processes(django_db_setup: None, mail_server: MailServer, live_server: Any) -> Iterator[Celery]:
    given, _, options = os.environ["DATABASE_URL"].partition("?")
    database = f"{given.rpartition('/')[0]}/{connection.settings_dict['NAME']}?{options}"
    processes = Celery(
        {
            "DATABASE_URL": database,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
            "SITE_URL": live_server.url,
            "SWEEP_SECONDS": "1",
        }
    )
    yield processes
    processes.stop()


@pytest.fixture
def worker_and_beat(transactional_db: None, celery_processes: Celery) -> Iterator[Celery]:
    """Celery at work during this test, looking every second; at rest before the database is emptied."""
    celery_processes.resume()
    yield celery_processes
    celery_processes.pause()


# Site and browser ------------------------------------------------------------------------------------


@pytest.fixture
def live_site(live_server: Any, mail_catcher: MailServer, settings: Any) -> str:
    """The site's address, in this process but in threads of its own; its mail goes to the mail server."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_catcher.port
    settings.SITE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    return str(live_server.url)


@pytest.fixture
def new_context(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    """A patient browser; of `page` and `context`, too."""

    def patient(**said: Any) -> BrowserContext:
        context = new_context(**said)
        context.set_default_timeout(MILLISECONDS)
        return context

    return patient


class Answering:
    """How many requests the site's threads are answering; the tests' own client asks from the first thread."""

    def __init__(self) -> None:
        self.open = 0
        self.changed = threading.Condition()
        request_started.connect(self._begins)
        request_finished.connect(self._ends)

    def _begins(self, **said: Any) -> None:
        self._count(1)

    def _ends(self, **said: Any) -> None:
        self._count(-1)

    def _count(self, step: int) -> None:
        if threading.current_thread() is not threading.main_thread():
            with self.changed:
                self.open += step
                self.changed.notify_all()

    def wait_until_done(self) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.open <= 0, PATIENCE)
            self.open = 0


@pytest.fixture(scope="session")
def answering() -> Answering:
    return Answering()


@pytest.fixture(autouse=True)
def _nobody_is_still_answered(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a closed browser had asked for last is done before the database is put back for the next test."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("_live_server_helper")
    answering: Answering = request.getfixturevalue("answering")
    yield
    answering.wait_until_done()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium of this machine, kept from calling home. script/test sees to it that there is one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    quiet = ["background-networking", "component-update", "sync", "gpu", "quic", "dev-shm-usage"]
    arguments = ["--no-first-run", *(f"--disable-{name}" for name in quiet)]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": found, "args": arguments}
