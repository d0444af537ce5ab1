"""What becomes of what the watchdog finds: logged, shown to staff, told to an address that listens."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from checkins import services, stepping, sweep, tasks, watchdog
from checkins.models import Plan, Silence
from outbox.models import Heartbeat
from tests.checkins.conftest import MONDAY, TWO_HOURS
from tests.checkins.test_answers import TOLD
from tests.checkins.test_sweep import DEADLINE, sent
from tests.checkins.watching import DAY, HOUR, MINUTE
from tests.checkins.watching import told as told

# What becomes of it -----------------------------------------------------------------------------------------


def test_what_is_found_is_logged_kept_and_shown_to_staff_and_gone_when_mended(
    safety_plan: Plan, curator: User, client_of: Callable[[User], Client], caplog: pytest.LogCaptureFixture
) -> None:
    sent(MONDAY)
    User.objects.filter(pk=curator.pk).update(is_superuser=True)
    with caplog.at_level(logging.ERROR):
        watchdog.watch(now=DEADLINE + HOUR)
    assert (
        f"overdue_plan (plans whose grace is over without a silence): 1, such as [{safety_plan.pk}]"
        in caplog.text
    )
    row = Heartbeat.objects.get(name="watchdog")
    assert row.beat_at == DEADLINE + HOUR
    assert row.findings[0] | {"words": ""} == {
        "what": "overdue_plan",
        "words": "",
        "count": 1,
        "examples": [safety_plan.pk],
    }
    page = client_of(curator).get("/admin/outbox/heartbeat/").content.decode()
    assert "plans whose grace is over without a silence: 1" in page

    caplog.clear()
    sweep.sweep(now=DEADLINE + HOUR)
    sent(DEADLINE + HOUR)
    watchdog.watch(now=DEADLINE + HOUR)
    assert caplog.text == ""
    assert Heartbeat.objects.get(name="watchdog").findings == []
    assert "nothing: all is well" in client_of(curator).get("/admin/outbox/heartbeat/").content.decode()


def test_many_of_a_kind_are_counted_up_to_a_point_and_five_are_named(
    safety_plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    Plan.objects.bulk_create(
        Plan(owner=safety_plan.owner, days=[0], times=[dt.time(8)], time_zone="UTC") for _n in range(12)
    )
    monkeypatch.setattr(watchdog, "MOST", 10)
    (forgotten,) = [one for one in watchdog.look(now=MONDAY) if one.what == "forgotten_plan"]
    assert forgotten.count == 10
    assert len(forgotten.examples) == 5


def test_the_task_looks_with_the_clock_of_today(safety_plan: Plan) -> None:
    with time_machine.travel(DEADLINE + HOUR, tick=False):
        assert tasks.watch() == 2  # the plan, and the question to the supporter that nobody sent
    assert Heartbeat.objects.get(name="watchdog").beat_at == DEADLINE + HOUR


def test_beat_asks_for_it_every_five_minutes(settings: Any) -> None:
    assert settings.CELERY_BEAT_SCHEDULE["checkins.tasks.watch"]["schedule"] == 300.0


def test_it_costs_the_same_number_of_queries_however_much_there_is(
    told: Silence, owner: User, stranger: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            watchdog.look(now=TOLD)
        return len(caught)

    before = queries()
    for _n in range(3):
        services.make_plan(owner=stranger, now=MONDAY, days=[0], times=[dt.time(8)], grace=TWO_HOURS)
    sweep.sweep(now=TOLD + 7 * DAY)
    assert queries() == before <= len(watchdog.LOOKS) + 3


def test_a_sweep_may_miss_some_turns_before_anything_is_late(settings: Any) -> None:
    settings.SWEEP_SECONDS = 60.0
    assert watchdog.slack() == 5 * MINUTE
    settings.SWEEP_SECONDS = 1.0
    assert watchdog.slack() == 2 * MINUTE
    assert stepping.LATE >= 2 * MINUTE


# The address that hears after each clean round ---------------------------------------------------------------


class Listener(BaseHTTPRequestHandler):
    heard: list[str] = []

    def do_GET(self) -> None:
        self.heard.append(self.path)
        self.send_response(500 if self.path == "/ill" else 200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[str]:
    Listener.heard = []
    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_heartbeat_is_told_after_a_clean_round_and_only_then(
    safety_plan: Plan, listener: str, settings: Any
) -> None:
    sent(MONDAY)
    settings.HEARTBEAT_URL = f"{listener}/well"
    watchdog.watch(now=MONDAY)
    assert Listener.heard == ["/well"]
    watchdog.watch(now=DEADLINE + HOUR)
    assert Listener.heard == ["/well"]


def test_without_an_address_nobody_is_told(safety_plan: Plan, listener: str, settings: Any) -> None:
    sent(MONDAY)
    assert settings.HEARTBEAT_URL == ""
    watchdog.watch(now=MONDAY)
    assert Listener.heard == []


@pytest.mark.parametrize("address", ["{}/ill", "http://127.0.0.1:1/", "no address"])
def test_an_address_that_does_not_answer_is_no_deviation(
    safety_plan: Plan, listener: str, settings: Any, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    sent(MONDAY)
    settings.HEARTBEAT_URL = address.format(listener)
    assert watchdog.watch(now=MONDAY) == []
    assert "The heartbeat's address did not answer" in caplog.text
    assert Heartbeat.objects.get(name="watchdog").findings == []
