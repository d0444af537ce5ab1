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


@shared_task(name="resources.tasks.sweep_findable")
def sweep_findable() -> int:
    """What the search knows of times is of today, and everything public is in it."""
    from django.utils import timezone

    from resources import services

    return services.sweep_findable(now=timezone.now())


@shared_task(name="resources.tasks.tidy_search")
def tidy_search() -> None:
    """How often words occur; searches that found nothing, long ago, are forgotten."""
    from django.utils import timezone

    from resources import services

    services.tidy_search(now=timezone.now())


@shared_task(name="resources.tasks.forget_senders")
def forget_senders() -> int:
    """Addresses left for an answer, some time after the answer."""
    from django.utils import timezone

    from resources import services

    return services.forget_senders(now=timezone.now())


@shared_task(name="resources.tasks.sweep_links")
def sweep_links() -> int:
    """Do the pages that listings name still answer? A few at a time, each host slowly."""
    from resources.services import linkwork

    return linkwork.sweep_links()


@shared_task(name="resources.tasks.gather_links")
def gather_links() -> int:
    """Which pages public listings name by now."""
    from django.utils import timezone

    from resources.services import linkwork

    return linkwork.gather_links(now=timezone.now())


@shared_task(name="resources.tasks.sweep_searches")
def sweep_searches() -> int:
    """What is new in saved searches, once a week for each person."""
    from django.utils import timezone

    from resources import newly, services

    return services.sweep_searches(find=newly.published, now=timezone.now())


@shared_task(name="resources.tasks.sweep_imports")
def sweep_imports() -> int:
    """Topics that got a new name; directories that curators handed in: the next slice of the one that waits longest."""
    from resources.hsds import jobs
    from resources.models import Unindexed
    from resources.services.catching_up import catch_up

    # What an import touched is told at its end, all at once.
    catch_up(Unindexed.objects.filter(source=None))
    return jobs.work()
