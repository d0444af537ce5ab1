"""The worker's side: the sweeps forget what nobody needs any more."""

from __future__ import annotations

from celery import shared_task


@shared_task(name="networks.tasks.sweep_invitations")
def sweep_invitations() -> int:
    """Wipe the addresses of people who did not join. Safe to run at any time, any number of times, anywhere."""
    from django.utils import timezone

    from networks import services

    return services.sweep_invitations(now=timezone.now())


@shared_task(name="networks.tasks.sweep_share_ends")
def sweep_share_ends() -> int:
    """Tidy away shares that have come to their end. Safe to run at any time, any number of times, anywhere."""
    from django.utils import timezone

    from networks import services

    return services.sweep_share_ends(now=timezone.now())


@shared_task(name="networks.tasks.forget_looks")
def forget_looks() -> int:
    """Wipe what is older than a year of who looked at what. Safe to run at any time, any number of times."""
    from django.utils import timezone

    from networks.services import looks

    return looks.forget_looks(now=timezone.now())


@shared_task(name="networks.tasks.sweep_suggestions")
def sweep_suggestions() -> int:
    """Suggest a hello to whoever had no suggestion for a week. Safe to run at any time, any number of times."""
    from django.utils import timezone

    from networks import services

    return services.sweep_suggestions(now=timezone.now())
