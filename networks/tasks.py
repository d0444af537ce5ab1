"""The worker's side: `sweep_invitations` forgets what nobody needs any more."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="networks.tasks.sweep_invitations")
def sweep_invitations() -> int:
    """Wipe the addresses of people who did not join. Safe to run at any time, any number of times, anywhere."""
    from django.utils import timezone

    from networks import services

    return services.sweep_invitations(now=timezone.now())
