"""The worker's side: `deliver` sends what is due until nothing is."""

from __future__ import annotations

import time

from celery import shared_task
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

# What publishing raises when Redis is away.
BROKER_ERRORS = (OperationalError, RedisError, OSError)
# Seconds one task goes on, well inside Celery's own limit; the next one carries on.
TURN = 20


@shared_task(name="outbox.tasks.deliver")
def deliver() -> int:
    """Send everything that is due. Safe to run at any time, any number of times, anywhere."""
    from outbox import delivery

    stop_at = time.monotonic() + TURN
    total = 0
    with delivery.post() as kept:
        while taken := delivery.deliver_batch(kept):
            total += taken
            if time.monotonic() > stop_at:
                deliver.delay()
                break
    return total
