"""The worker's side: `sweep_asks` makes the dates that come into sight and opens again what is adrift."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="asks.tasks.sweep_asks")
def sweep_asks() -> int:
    """Safe to run at any time, any number of times, anywhere."""
    from django.utils import timezone

    from asks import services

    return services.sweep_asks(now=timezone.now())
