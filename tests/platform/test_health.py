"""/healthz touches nothing; /readyz says which part is not well."""

import datetime as dt
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from outbox.models import Heartbeat
from supportnet import health, probe


def test_healthz_answers_without_the_database(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    response = client.get("/healthz")
    assert response.content == b"ok"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_only_read(client, path):
    assert client.post(path).status_code == 405


@pytest.fixture(autouse=True)
def _time_stands_still(monkeypatch):
    """A second more or less decides here, and a busy machine may need one for an answer."""
    monkeypatch.setattr(health, "SECONDS", 60)
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def looked(db):
    """The watchdog has just looked and found nothing."""
    Heartbeat.beat("watchdog", now=timezone.now())


def test_all_is_well_after_a_sweep(client, looked):
    Heartbeat.beat("sweep_silences", now=timezone.now())
    response = client.get("/readyz")
    assert response.status_code == 200
    found = response.json()
    assert found["ok"] is True
    assert sorted(found["checks"]) == ["database", "last_sweep", "migrations", "redis", "watchdog"]
    assert all(check["ok"] for check in found["checks"].values())


def test_no_sweep_yet_is_not_well(client, db):
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["last_sweep"] == {"ok": False, "words": "has never run"}


def test_an_old_sweep_is_not_well(client, looked, settings):
    settings.SWEEP_SECONDS = 30.0
    Heartbeat.beat("sweep_silences", now=timezone.now() - dt.timedelta(seconds=149))
    assert client.get("/readyz").status_code == 200
    Heartbeat.beat("sweep_silences", now=timezone.now() - dt.timedelta(seconds=151))
    assert client.get("/readyz").status_code == 503


def test_however_often_it_sweeps_a_busy_minute_is_no_alarm(client, looked, settings):
    settings.SWEEP_SECONDS = 1.0
    Heartbeat.beat("sweep_silences", now=timezone.now() - dt.timedelta(seconds=119))
    assert client.get("/readyz").status_code == 200
    Heartbeat.beat("sweep_silences", now=timezone.now() - dt.timedelta(seconds=121))
    assert client.get("/readyz").status_code == 503


def test_the_watchdog_is_expected_from_the_first_migration_on(client, db):
    Heartbeat.beat("sweep_silences", now=timezone.now())
    assert client.get("/readyz").json()["checks"]["watchdog"]["words"].endswith("seconds ago")
    Heartbeat.objects.filter(name="watchdog").delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["watchdog"] == {"ok": False, "words": "has never looked"}


def test_a_watchdog_that_has_not_looked_for_long_is_not_well(client, db, settings):
    settings.WATCH_SECONDS = 300.0
    Heartbeat.beat("sweep_silences", now=timezone.now())
    Heartbeat.beat("watchdog", now=timezone.now() - dt.timedelta(seconds=899))
    assert client.get("/readyz").status_code == 200
    Heartbeat.beat("watchdog", now=timezone.now() - dt.timedelta(seconds=901))
    assert client.get("/readyz").status_code == 503


def test_what_the_watchdog_found_is_said_with_how_many_and_without_ids(client, db):
    Heartbeat.beat("sweep_silences", now=timezone.now())
    found = {"what": "forgotten_plan", "words": "plans that nobody watches", "count": 3, "examples": [71234]}
    Heartbeat.beat("watchdog", now=timezone.now(), findings=[found])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"]["watchdog"] == {"ok": False, "words": "plans that nobody watches: 3"}
    assert "71234" not in response.content.decode()


def test_redis_away_is_said_without_its_address(client, db, settings):
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"
    response = client.get("/readyz")
    assert response.json()["checks"]["redis"] == {"ok": False, "words": "does not answer"}
    assert "secret" not in response.content.decode()


def test_a_migration_that_has_not_run_is_not_well(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'checkins'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "to run" in response.json()["checks"]["migrations"]["words"]


@pytest.mark.django_db(transaction=True)
def test_the_database_away_is_said_and_nothing_else_fails(client, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    response = client.get("/readyz")
    assert response.status_code == 503
    checks = response.json()["checks"]
    assert checks["database"] == {"ok": False, "words": "the database does not answer"}
    assert checks["redis"]["ok"] is True
    assert "/nowhere" not in response.content.decode()


class Site(BaseHTTPRequestHandler):
    hosts: list[str] = []

    def do_GET(self):
        self.hosts.append(self.headers["Host"])
        self.send_response(200 if self.path == "/well" else 204 if self.path == "/odd" else 503)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def site():
    server = HTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_probe_asks_under_the_name_the_site_answers_to(site, monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", ".site.example,other.example")
    assert probe.main(f"{site}/well") == 0
    assert Site.hosts[-1] == "site.example"
    assert probe.main(f"{site}/ill") == 1
    assert probe.main(f"{site}/odd") == 1
    assert probe.main("http://127.0.0.1:1/") == 1
