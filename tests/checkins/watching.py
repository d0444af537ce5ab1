"""What the tests of the watchdog share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from checkins import sweep, watchdog
from checkins.models import Plan, Silence
from tests.checkins.test_sweep import run_ladder, sent

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def found(now: dt.datetime) -> dict[str, list[int]]:
    """What it finds, each with its examples."""
    return {one.what: one.examples for one in watchdog.look(now=now)}


@pytest.fixture
def told(safety_plan: Plan) -> Silence:
    """A silence in which the supporter has just been told."""
    return run_ladder(safety_plan)


def every_minute_of(start: dt.datetime, span: dt.timedelta, *, step: dt.timedelta) -> Iterator[dt.datetime]:
    """Sweep, deliver, look."""
    for turn in range(span // step + 1):
        now = start + turn * step
        sweep.sweep(now=now)
        sent(now)
        yield now
