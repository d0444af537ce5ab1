"""What breaks in real life, broken for real: Redis killed and emptied, a worker killed in the middle of a letter."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from kombu import Connection

from accounts.models import User
from asks import services as asks
from bench.chaos.sink import Mood, Sink
from checkins import services as checkins
from checkins.models import CheckIn, Plan
from networks.models import Membership, Tie
from outbox import letters, services, tasks
from outbox.models import Message
from supportnet import embedded
from supportnet.engines import Engines
from tests.checkins.conftest import let_all_hours_be_awake
from tests.live import Background, MailServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def own_redis() -> Iterator[Engines]:
    """A Redis for this test alone, to be killed."""
    home = Path(tempfile.mkdtemp(prefix="sn-", dir="/tmp"))
    engines = Engines(home, durable=False)
    engines.prepare()
    engines.start_redis()
    yield engines
    engines.stop()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def processes(transactional_db: None, mail_catcher: MailServer) -> Iterator[Callable[..., Background]]:
    """Starts Celery processes on this test's database; ends whatever is left of them."""
    from django.db import connection  # noqa: PLC0415 - Django is not ready when plugins load

    given, _, options = os.environ["DATABASE_URL"].partition("?")
    common = {
        "DATABASE_URL": f"{given.rpartition('/')[0]}/{connection.settings_dict['NAME']}?{options}",
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_catcher.port}",
        "SWEEP_SECONDS": "1",
        "CELERY_QUEUE": f"faults-{uuid.uuid4()}",
    }
    started: list[Background] = []

    def start(*arguments: str, ready: str, **env: str) -> Background:
        command = ["-m", "celery", "-A", "supportnet", *arguments, "-l", "INFO"]
        started.append(Background(command, ready=ready, env={**common, **env}))
        return started[-1]

    yield start
    for process in started:
        sys.stdout.write("".join(process.lines[-20:]))  # shown if the test fails
        if process.process.poll() is None:
            process.stop(signal.SIGKILL)


WORKER = ("worker", "-P", "solo", "--without-gossip", "--without-mingle")


def test_with_redis_killed_pages_work_check_ins_are_kept_and_deliveries_resume(
    owner: User,
    client_of: Callable[[User], Client],
    own_redis: Engines,
    processes: Callable[..., Background],
    mail_catcher: MailServer,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let_all_hours_be_awake()
    redis_url = own_redis.redis_url()
    processes(*WORKER, ready=" ready.", REDIS_URL=redis_url)
    processes(
        "beat", "-s", f"{own_redis.home}/beat", "--pidfile=", ready="beat: Starting", REDIS_URL=redis_url
    )
    here = Connection(
        embedded.broker_url(redis_url), transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS
    )
    monkeypatch.setattr(tasks.deliver, "delay", lambda: tasks.deliver.apply_async(connection=here))

    own_redis.processes["redis"].kill()
    own_redis.processes["redis"].wait()
    client = client_of(owner)
    assert client.post("/today/", {"okay": "1", "form_key": str(uuid.uuid4())}).status_code == 302
    assert client.get("/today/").status_code == 200
    assert CheckIn.objects.filter(owner=owner).exists()
    silence = checkins.fall_due(plan=a_plan(owner), now=timezone.now(), wait=dt.timedelta(hours=1))
    nudge = Message.objects.get(dedupe_key=f"silence:{silence.pk}:0")
    assert nudge.sent_at is None

    shutil.rmtree(own_redis.home / "redis")  # and everything it knew is gone
    own_redis.prepare()
    own_redis.start_redis()
    assert mail_catcher.wait_for(to=owner.email)["Message-ID"] == letters.message_id(nudge.dedupe_key)


def a_plan(owner: User) -> Plan:
    return checkins.make_plan(
        owner=owner,
        now=timezone.now(),
        programme=Plan.Programme.KEEP_IN_TOUCH,
        days=list(range(7)),
        times=[dt.time(10)],
        grace=dt.timedelta(hours=2),
    )


@pytest.fixture
def sink() -> Iterator[Sink]:
    sink = Sink()
    yield sink
    sink.stop()


def test_a_worker_killed_in_the_middle_of_a_letter_is_followed_by_another(
    owner: User, processes: Callable[..., Background], sink: Sink
) -> None:
    services.queue(
        kind="accounts/letter",
        dedupe_key="killed",
        recipient=owner,
        params={"subject": "Still here", "text": "a", "html": "a"},
    )
    queue = f"killed-{uuid.uuid4()}"
    env = {"EMAIL_URL": f"smtp://127.0.0.1:{sink.door('first')}", "CELERY_QUEUE": queue}
    first = processes(*WORKER, ready=" ready.", **env)
    sink.misbehave(Mood.HOLD, 1)
    with Connection(embedded.broker_url(os.environ["REDIS_URL"])) as broker:
        tasks.deliver.apply_async(connection=broker, queue=queue)
        assert sink.has_misbehaved(Mood.HOLD, 1)
        first.stop(signal.SIGKILL)
        taken = Message.objects.get()
        assert (taken.attempts, taken.sent_at) == (1, None)

        # The lease has run out.
        Message.objects.update(next_attempt_at=timezone.now(), leased_until=None)
        processes(*WORKER, ready=" ready.", **env)
        tasks.deliver.apply_async(connection=broker, queue=queue)
        assert sink.has_taken(1)
    assert [letter.message_id for letter in sink.acceptances] == [letters.message_id("killed")]


def test_the_reminder_of_a_yes_arrives_once_though_its_worker_was_killed(
    owner: User, supporter: User, processes: Callable[..., Background], sink: Sink
) -> None:
    let_all_hours_be_awake()
    reminder = a_reminder(owner, supporter)
    queue = f"reminder-{uuid.uuid4()}"
    env = {"EMAIL_URL": f"smtp://127.0.0.1:{sink.door('first')}", "CELERY_QUEUE": queue}
    first = processes(*WORKER, ready=" ready.", **env)
    sink.misbehave(Mood.HOLD, 1)
    with Connection(embedded.broker_url(os.environ["REDIS_URL"])) as broker:
        tasks.deliver.apply_async(connection=broker, queue=queue)
        assert sink.has_misbehaved(Mood.HOLD, 1)
        first.stop(signal.SIGKILL)
        reminder.refresh_from_db()
        assert (reminder.attempts, reminder.sent_at) == (1, None)

        # The lease has run out; two workers come at once.
        Message.objects.update(next_attempt_at=timezone.now(), leased_until=None)
        for name in ("second", "third"):
            door = {**env, "EMAIL_URL": f"smtp://127.0.0.1:{sink.door(name)}"}
            processes(*WORKER, "-n", f"{name}@localhost", ready=" ready.", **door)
        for _again in range(4):
            tasks.deliver.apply_async(connection=broker, queue=queue)
        assert sink.has_taken(1)
        assert sink.is_idle_for(2)
    assert [letter.message_id for letter in sink.acceptances] == [letters.message_id(reminder.dedupe_key)]
    reminder.refresh_from_db()
    assert reminder.sent_at


def a_reminder(owner: User, helper: User) -> Message:
    """Of something in an hour and a half, said yes to two days ago; the other letters of it have gone."""
    now, before = timezone.now(), timezone.now() - dt.timedelta(days=2)
    tie = Tie.objects.create(owner=owner, name="Ana", circle="close")
    membership = Membership.objects.create(tie=tie, owner=owner, member=helper, shares=["asks"])
    details = {
        "need": "lift",
        "text": "Could you?",
        "starts_at": now + dt.timedelta(minutes=90),
        "minutes": 60,
    }
    ask = asks.ask(owner=owner, by=owner, now=before, **details)
    asks.take(occurrence=ask.occurrences.get(), membership=membership, now=before)
    Message.objects.exclude(kind="asks/reminder").update(sent_at=now)
    return Message.objects.get(kind="asks/reminder")
