"""The worker's side: `sweep_silences` looks for what is due."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="checkins.tasks.sweep_silences")
def sweep_silences() -> tuple[int, int]:
    """Open and advance whatever is due. Safe to run at any time, any number of times, anywhere."""
    from django.utils import timezone

    from checkins import sweep

    return sweep.sweep(now=timezone.now())
