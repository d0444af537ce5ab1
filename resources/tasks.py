"""The worker's side of the directory. Each may run at any time, any number of times, anywhere."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="resources.tasks.sweep_clock")
def sweep_clock() -> int:
    """Letters that are due, events that are over."""
    from django.utils import timezone

    from resources import services

    return services.sweep_clock(now=timezone.now())


@shared_task(name="resources.tasks.sweep_likeness")
def sweep_likeness() -> int:
    """Listings that are new or were changed: which others may be the same?"""
    from resources import services

    return services.sweep_likeness()
