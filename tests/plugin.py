"""Real engines for the tests, running before Django reads its settings.

pytest-django reads the settings before any conftest.py, so this is a plugin of its own (`-p tests.plugin` in
pyproject.toml) and works while it is imported. xdist's workers inherit what the first process started.
"""

from __future__ import annotations

import atexit
import gc
import os
import re
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from supportnet.engines import Engines
from tests import template


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
    template.begin(home)


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
    for name in ("tests.database", "tests.live"):
        config.pluginmanager.import_plugin(name)


# Which come first --------------------------------------------------------------------------------------


def commits(item: pytest.Item) -> bool:
    """Whether the test really commits: those have browsers and workers, and take longest."""
    marker = item.get_closest_marker("django_db")
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(marker and marker.kwargs.get("transaction")) or bool(
        fixtures & {"transactional_db", "live_server"}
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest come first, in whatever order: at the end the processes share out what is short."""
    items.sort(key=commits, reverse=True)


def pytest_collection_finish() -> None:
    """What was read to find the tests stays to the end; nobody need look again and again what of it can go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


# What is counted, and what is said of a failure --------------------------------------------------------

# Whole stories, whole matrices, what a browser sees, migrations: each line they come by, a test of its room comes by
# as well. Following them takes as long again as they take themselves, so they are not; the figure is rather too low
# than too high. Nor is what hypothesis asks a hundred times over: each room has its own sentences about the same lines.
NOT_COUNTED = (
    "tests/access/",
    "tests/faults/",
    "tests/journeys/",
    "tests/checkins/test_laws.py",
    "tests/checkins/test_migrations.py",
    "tests/checkins/test_states.py",
    "tests/outbox/test_migrations.py",
    "tests/platform/test_house.py",
    "tests/resources/exchange/test_api_asked_anything.py",
    "tests/site/test_few_queries.py",
)
# Of each kind of output of a failing test; a build machine keeps only the end of all that is said.
MOST_LINES = 40
BELOW_500 = re.compile(r"WARNING +django\.request:")


def counted(item: pytest.Item) -> bool:
    seen_in_a_browser = "browser" in getattr(item, "fixturenames", ())
    asked_over_and_over = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return not (seen_in_a_browser or asked_over_and_over or item.nodeid.startswith(NOT_COUNTED))


def counting_of(item: pytest.Item) -> Any:
    return getattr(item.config.pluginmanager.get_plugin("_cov"), "cov_controller", None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Nothing, until the test itself begins: what is there before it was made by what other tests are about."""
    counting = counting_of(item)
    if counting is None:
        return (yield)
    counting.pause()
    try:
        return (yield)
    finally:
        counting.resume()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    counting = counting_of(item)
    if counting is None or not counted(item):
        return (yield)
    counting.resume()
    try:
        return (yield)
    finally:
        counting.pause()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    ends = ((title, the_end_of(text)) for title, text in report.sections)
    report.sections = [(title, text) for title, text in ends if text]
    return report


def the_end_of(text: str) -> str:
    """Without the answers below 500 that Django warns of: tests ask for many of them."""
    lines = [line for line in text.splitlines(keepends=True) if not BELOW_500.search(line)]
    return "".join(lines[-MOST_LINES:])
