"""Real engines for the tests, running before Django reads its settings.

pytest-django reads the settings before any conftest.py, so this is a plugin of its own (`-p tests.plugin` in
pyproject.toml) and works while it is imported. xdist's workers inherit what the first process started.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from supportnet.engines import Engines


def start_engines() -> None:
    """A PostgreSQL and a Redis in a short, private directory, which goes when the tests end."""
    home = Path(tempfile.mkdtemp(prefix="sn-", dir="/tmp"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    engines = Engines(home, durable=False)
    atexit.register(engines.stop)  # runs before the line above it
    engines.start()
    engines.create_database("supportnet")
    os.environ["DATABASE_URL"] = engines.database_url("supportnet")
    os.environ["REDIS_URL"] = engines.redis_url()


def own_environment() -> None:
    """What each test process has to itself."""
    me = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{os.getpid()}"
    state = tempfile.mkdtemp(prefix="sn-state-", dir="/tmp")
    atexit.register(shutil.rmtree, state, ignore_errors=True)
    os.environ.update(
        SUPPORTNET_LOCAL="1",
        SUPPORTNET_STATE=state,
        MAIL_DIR=f"{state}/mail",
        SECRET_KEY="for-tests-only",
        CELERY_QUEUE=f"test-{me}",
        # Playwright keeps an event loop in the thread that also asks the database.
        DJANGO_ALLOW_ASYNC_UNSAFE="true",
    )


if not os.environ.get("DATABASE_URL"):
    start_engines()
own_environment()


def pytest_configure(config: pytest.Config) -> None:
    # Only now: of two fixtures with one name the later wins, and pytest-playwright came before.
    config.pluginmanager.import_plugin("tests.live")


def commits(item: pytest.Item) -> bool:
    """Whether the test really commits, so that the database has to be emptied after it."""
    marker = item.get_closest_marker("django_db")
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(marker and marker.kwargs.get("transaction")) or bool(
        fixtures & {"transactional_db", "live_server"}
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that commit come last, in whatever order, and each finds again what the migrations had written.

    All of them or none: what one leaves behind without it, the next with it would write a second time.
    """
    for item in filter(commits, items):
        marker = item.get_closest_marker("django_db")
        given = marker.kwargs if marker else {}
        whole = pytest.mark.django_db(**{**given, "transaction": True, "serialized_rollback": True})
        item.add_marker(whole, append=False)
    items.sort(key=commits)
