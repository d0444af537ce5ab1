"""Is it up, and is it well? For a load balancer or an alarm; the words are for whoever an alarm wakes."""

from __future__ import annotations

import datetime as dt

import redis
from django.conf import settings
from django.db import Error, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from checkins import sweep, watchdog
from outbox.models import Heartbeat

Finding = tuple[bool, str]
# The watchdog may miss two rounds before anybody needs to know.
ROUNDS = 3
# Whoever needs longer for an answer is not well.
SECONDS = 2


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. Touches nothing else: a database that is away is no reason to restart it."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether it can do its work, part by part. 503 as soon as one part cannot."""
    findings = {**_database_findings(), "redis": _redis()}
    well = all(ok for ok, _words in findings.values())
    checks = {name: {"ok": ok, "words": words} for name, (ok, words) in findings.items()}
    return JsonResponse({"ok": well, "checks": checks}, status=200 if well else 503)


def _database_findings() -> dict[str, Finding]:
    names = {
        "database": _database,
        "migrations": _migrations,
        "last_sweep": _last_sweep,
        "watchdog": _watchdog,
    }
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [f"{SECONDS}s"])
            return {name: look() for name, look in names.items()}
    except Error:
        return dict.fromkeys(names, (False, "the database does not answer"))


def _database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True, "answers"


def _migrations() -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return (False, f"{len(waiting)} to run") if waiting else (True, "all have run")


def _last_sweep() -> Finding:
    heartbeat = Heartbeat.objects.filter(name=sweep.NAME).first()
    if heartbeat is None:
        return False, "has never run"
    return _in_time(heartbeat, watchdog.slack())


def _in_time(heartbeat: Heartbeat, at_most: dt.timedelta) -> Finding:
    age = timezone.now() - heartbeat.beat_at
    return age <= at_most, f"{age.total_seconds():.0f} seconds ago"


def _watchdog() -> Finding:
    """What it found the last time it looked. Kinds and counts; the log and the desk have examples."""
    heartbeat = Heartbeat.objects.filter(name=watchdog.NAME).first()
    if heartbeat is None:
        return False, "has never looked"
    if heartbeat.findings:
        return False, heartbeat.words
    return _in_time(heartbeat, dt.timedelta(seconds=settings.WATCH_SECONDS * ROUNDS))


def _redis() -> Finding:
    patience = {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS, "retry": None}
    client = redis.Redis.from_url(settings.REDIS_URL, **patience)
    try:
        client.ping()
    except (redis.RedisError, OSError):
        return False, "does not answer"
    finally:
        client.close()
    return True, "answers"
