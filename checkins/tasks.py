"""The worker's side: `sweep_silences` looks for what is due, `sweep_ladders` keeps agreements true, `watch` checks."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="checkins.tasks.sweep_silences")
def sweep_silences() -> tuple[int, int]:
    """Open and advance whatever is due. Safe to run at any time, any number of times, anywhere."""
    from django.utils import timezone

    from checkins import sweep

    return sweep.sweep(now=timezone.now())


@shared_task(name="checkins.tasks.sweep_ladders")
def sweep_ladders() -> int:
    """Ask again for old agreements and end those that are gone. Safe to run at any time, any number of times."""
    from django.utils import timezone

    from checkins import services

    return services.sweep_ladders(now=timezone.now())


@shared_task(name="checkins.tasks.watch")
def watch() -> int:
    """Look whether all that should have happened did; says how many kinds of deviation there are."""
    from django.utils import timezone

    from checkins import watchdog

    return len(watchdog.watch(now=timezone.now()))
