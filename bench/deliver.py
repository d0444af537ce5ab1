"""How fast one worker process delivers, measured at the mail server's 250.

    python -m bench.deliver --messages 2000 --json

A real worker sends real nudges out of a real database, and records each by itself. In the same run, over the same
letters: a bare `smtplib` loop on one connection, and a minimal loop that renders the same templates, sends, and commits
one row a message. Then again into a sink that takes 50 ms a letter, against what one connection gets through.

Keys of the last line: messages_per_second, smtplib_per_second, ratio, minimal_per_second, ratio_minimal,
slow_messages_per_second, slow_connection_per_second, slow_sink_ratio, sink_per_second (what the sink takes from a
client that waits for nothing: it must not be the bottleneck), rounds (each figure of each round), machine.
Every figure is the median over the rounds; a ratio is that of the ratios within a round, whose three parts follow each
other closely, so that what else a machine does weighs on all of them.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import smtplib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench import scratch, sink

SENDER = "hello@supportnet.invalid"
DELAY = 0.05
# Letters through one slow connection: at 50 ms each, they take a few seconds.
FEW = 60
# So many are sent beforehand, unmeasured: templates compiled, connections made, as in a worker that has run a while.
WARM = 200


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args()
    os.environ["CELERY_QUEUE"] = f"bench-{os.getpid()}"
    with scratch.database():
        figures = measure(options.messages, options.rounds)
    if not options.json:
        print(f"{figures['messages_per_second']} messages a second through one worker:")
        print(f"{figures['ratio']} of bare smtplib, {figures['ratio_minimal']} of a minimal loop,")
        print(f"and {figures['slow_sink_ratio']} times one connection where a letter takes 50 ms.")
    print(json.dumps(figures))


def measure(messages: int, rounds: int) -> dict[str, Any]:
    people(messages)
    fast = [one_round(messages, delay=0.0) for _round in range(rounds)]
    slow = slow_round(messages)
    ours, bare, minimal = (statistics.median(figures) for figures in zip(*fast, strict=True))
    to_bare = statistics.median(own / other for own, other, _minimal in fast)
    to_minimal = statistics.median(own / other for own, _bare, other in fast)
    return {
        "messages": messages,
        "messages_per_second": round(ours),
        "smtplib_per_second": round(bare),
        "ratio": round(to_bare, 3),
        "minimal_per_second": round(minimal),
        "ratio_minimal": round(to_minimal, 3),
        "slow_messages_per_second": round(slow[0]),
        "slow_connection_per_second": round(slow[1], 1),
        "slow_sink_ratio": round(slow[0] / slow[1], 2),
        "sink_per_second": round(sink_alone(letter_bytes())),
        "rounds": [[round(figure) for figure in figures] for figures in fast],
        "machine": scratch.machine(),
    }


def one_round(messages: int, *, delay: float) -> tuple[float, float, float]:
    """Ours, bare smtplib, the minimal loop: letters a second."""
    with sink.running(delay) as remote:
        with worker(remote.port):
            rate(remote, WARM, lambda: queue_and_publish(WARM))
            ours = rate(remote, messages, lambda: queue_and_publish(messages))
        queue(messages)
        bare = rate(remote, messages, bare_loop(remote.port, messages))
        minimal = rate(remote, messages, lambda: minimal_loop(remote.port))
    return ours, bare, minimal


def slow_round(messages: int) -> tuple[float, float]:
    with sink.running(DELAY) as remote:
        with worker(remote.port):
            rate(remote, WARM, lambda: queue_and_publish(WARM))
            ours = rate(remote, messages, lambda: queue_and_publish(messages))
        one = rate(remote, FEW, bare_loop(remote.port, FEW))
    return ours, one


def rate(remote: sink.Remote, messages: int, send: Callable[[], float | None]) -> float:
    """Letters a second from when `send` says it began until the last 250. Nothing may be missing or double."""
    remote.reset()
    began = time.monotonic()
    began = send() or began
    seen = remote.wait(messages)
    if not seen["letters"] == seen["distinct"] == messages:
        raise SystemExit(f"{messages} letters were to arrive, there were {seen}: these figures mean nothing")
    return float(messages / (seen["last_at"] - began))


# What there is to send ------------------------------------------------------------------------------


def people(count: int) -> None:
    """Owners with a plan, an open silence and its steps, who may be written to at any hour."""
    from accounts.models import User  # noqa: PLC0415 - Django is set up by now
    from checkins.models import Plan, Silence, SilenceStep  # noqa: PLC0415
    from outbox.models import ChannelPreference  # noqa: PLC0415

    now = dt.datetime.now(dt.UTC)
    users = User.objects.bulk_create(
        User(email=f"p{n}@example.org", name=f"Person {n}", time_zone="Europe/London") for n in range(count)
    )
    ChannelPreference.objects.bulk_create(
        ChannelPreference(person=user, quiet_from=dt.time(0), quiet_until=dt.time(0)) for user in users
    )
    plans = Plan.objects.bulk_create(
        Plan(owner=user, days=[0, 1, 2, 3, 4, 5, 6], times=[dt.time(20)], time_zone="Europe/London")
        for user in users
    )
    silences = Silence.objects.bulk_create(
        Silence(plan=plan, due_at=now, opened_at=now, next_step_at=now + dt.timedelta(days=1))
        for plan in plans
    )
    SilenceStep.objects.bulk_create(
        SilenceStep(
            silence=silence,
            position=n,
            wait=dt.timedelta(hours=2),
            whom="owner",
            taken_at=now if n == 0 else None,
        )
        for silence in silences
        for n in range(3)
    )


def queue(count: int) -> None:
    """A nudge for each, due now. What an earlier round left is cleared away."""
    from checkins.models import Silence  # noqa: PLC0415
    from outbox import services  # noqa: PLC0415
    from outbox.models import Message  # noqa: PLC0415

    Message.objects.all().delete()
    Message.objects.bulk_create(
        services.draft(
            kind="checkins/nudge",
            dedupe_key=f"silence:{silence.pk}:0",
            recipient=silence.owner,
            owner=silence.owner,
            params={"silence": silence.pk},
        )
        for silence in Silence.objects.select_related("plan__owner").order_by("pk")[:count]
    )


def letters(count: int) -> list[tuple[str, bytes]]:
    """(address, letter) for bare smtplib, made beforehand: the same letters, so the same size."""
    from outbox import kinds  # noqa: PLC0415
    from outbox import letters as writing  # noqa: PLC0415
    from outbox.models import Message  # noqa: PLC0415

    rows = list(Message.objects.select_related("recipient").order_by("pk")[:count])
    contexts = kinds.get("checkins/nudge").contexts(rows)
    made = [writing.render(row, context) for row, context in zip(rows, contexts, strict=True)]
    return [
        (row.to_address, letter.message().as_bytes(linesep="\r\n"))
        for row, letter in zip(rows, made, strict=True)
    ]


def letter_bytes() -> bytes:
    queue(1)
    return letters(1)[0][1]


# The three ways of sending it -------------------------------------------------------------------------


def queue_and_publish(count: int) -> float:
    """One task for the worker, which sends until nothing is due. The clock starts when it is published."""
    from outbox import tasks  # noqa: PLC0415

    queue(count)
    began = time.monotonic()
    tasks.deliver.delay()
    return began


def bare_loop(port: int, count: int) -> Callable[[], float]:
    made = letters(count)

    def send() -> float:
        with smtplib.SMTP("127.0.0.1", port) as server:
            server.ehlo()
            began = time.monotonic()
            for address, letter in made:
                server.sendmail(SENDER, [address], letter)
        return began

    return send


def minimal_loop(port: int) -> float:
    """Take everything at once, render, send, commit: no lease, no retry, no question whether it still holds."""
    from django.db import connection  # noqa: PLC0415

    from outbox import kinds  # noqa: PLC0415
    from outbox import letters as writing  # noqa: PLC0415
    from outbox.models import Message  # noqa: PLC0415

    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as server, connection.cursor() as cursor:
        rows = list(Message.objects.select_related("recipient").order_by("pk"))
        contexts = kinds.get("checkins/nudge").contexts(rows)
        for row, context in zip(rows, contexts, strict=True):
            letter = writing.render(row, context).message().as_bytes(linesep="\r\n")
            server.sendmail(SENDER, [row.to_address], letter)
            cursor.execute("UPDATE outbox_message SET sent_at = now() WHERE id = %s", [row.pk])
    return began


def sink_alone(letter: bytes, count: int = 5000) -> float:
    """What the sink takes from a client that waits for no answer."""
    one = b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" + letter.rstrip() + b"\r\n.\r\n"
    with sink.running() as remote, socket.create_connection(("127.0.0.1", remote.port)) as line:
        began = time.monotonic()
        for number in range(count):
            line.sendall(one.replace(b"Message-ID: <", b"Message-ID: <%d." % number))
            line.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                line.recv(65536)  # its answers, so that it can go on writing them
            line.setblocking(True)
        return float(count / (remote.wait(count)["last_at"] - began))


# A worker -------------------------------------------------------------------------------------------


@contextlib.contextmanager
def worker(port: int) -> Iterator[None]:
    """One Celery worker process on this database and that mail server, warm."""
    environment = {**os.environ, "DATABASE_URL": _database_url(), "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    command = [sys.executable, "-m", "celery", "-A", "supportnet", "worker", "-c", "1", "-l", "INFO"]
    command += ["-n", f"{os.environ['CELERY_QUEUE']}@localhost", "--without-gossip", "--without-mingle"]
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        _until_ready(process)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _until_ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout
    for line in process.stdout:
        if " ready." in line:
            return
    raise SystemExit("the worker did not start")


def _database_url() -> str:
    from django.db import connection  # noqa: PLC0415

    given = connection.settings_dict
    who = given["USER"] + (f":{given['PASSWORD']}" if given["PASSWORD"] else "")
    if given["HOST"].startswith("/"):
        return f"postgresql://{who}@/{given['NAME']}?host={given['HOST']}"
    return f"postgresql://{who}@{given['HOST']}:{given['PORT'] or 5432}/{given['NAME']}"


if __name__ == "__main__":
    main()
