"""Which links are looked at when, and what is made of the answers. `visiting` does the asking."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from resources import visiting
from resources.models import Change, CheckedLink, Location, Organization, Service, ServiceAtLocation, Url
from resources.services import history
from resources.visiting import Answer, Seen
from resources.waiting import DEAD_AFTER

EVERY = dt.timedelta(days=30)
AGAIN = dt.timedelta(days=1)
SELDOM = dt.timedelta(days=7)
# A host is asked at most so often, and a link that is being looked at is left alone for so long.
PACE = dt.timedelta(minutes=1)
LEASE = dt.timedelta(hours=1)
AT_ONCE = 20
SECONDS = 60.0
_LOCK = 7_204_001


def sweep_links(*, now: dt.datetime | None = None, most: int = AT_ONCE) -> int:
    """Look at some links that are due, one of each host; says at how many."""
    began, done = time.monotonic(), 0
    for link in claim(now or timezone.now(), most=most):
        if time.monotonic() - began > SECONDS:
            break
        seen = visiting.look(link.url, agent=agent(), loopback=settings.LINK_CHECK_LOOPBACK)
        record(link, seen, now=now or timezone.now())
        done += 1
    return done


def agent() -> str:
    """So that whoever reads their log knows who asked, and why."""
    return f"SupportnetLinkCheck/1.0 (+{settings.SITE_URL}/find/; looks once a month whether a page is there)"


def gather_links(*, now: dt.datetime) -> int:
    """Know the addresses that public listings name; forget those that none names any more.

    They are compared in the database: only what is new or gone comes here, however many there are.
    """
    known, named = CheckedLink.objects.values_list("url", flat=True), addresses()
    new = [CheckedLink(url=url, host=host_of(url), next_at=now) for url in named.difference(known)]
    CheckedLink.objects.bulk_create(new, ignore_conflicts=True, batch_size=1000)
    gone = list(known.difference(named))
    for start in range(0, len(gone), 1000):
        CheckedLink.objects.filter(url__in=gone[start : start + 1000]).delete()
    return len(new)


def addresses() -> QuerySet[Any, Any]:
    """What public listings name, each once."""
    public = Service.objects.published()
    houses = public.values("organization")
    sites = ServiceAtLocation.objects.filter(service__in=public).values("location")
    first, *more = [
        rows.exclude(**{name: ""}).order_by().values_list(name, flat=True)
        for rows, name in (
            (public, "url"),
            (Organization.objects.filter(pk__in=houses), "website"),
            (Location.objects.filter(pk__in=sites), "url"),
            (Url.objects.filter(service__in=public), "url"),
            (Url.objects.filter(organization__in=houses), "url"),
        )
    ]
    return first.union(*more)


def host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "")[:255]
    except ValueError:
        return ""


@transaction.atomic
def claim(now: dt.datetime, *, most: int) -> list[CheckedLink]:
    """Links that are due, one of each host that was not asked just now. Whoever claims at the same time waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    busy = CheckedLink.objects.filter(checked_at__gt=now - PACE).values("host")
    due = CheckedLink.objects.filter(next_at__lte=now).exclude(host__in=busy)
    first = due.order_by("host", "next_at", "pk").distinct("host").values_list("pk", flat=True)
    links = list(CheckedLink.objects.filter(pk__in=list(first)).order_by("next_at", "pk")[:most])
    CheckedLink.objects.filter(pk__in=[link.pk for link in links]).update(checked_at=now, next_at=now + LEASE)
    return links


@transaction.atomic
def record(link: CheckedLink, seen: Seen, *, now: dt.datetime) -> None:
    """A dead answer counts up and is asked again tomorrow; anything else wipes the slate.

    What is new for a curator stands in the history of the listings that name it.
    """
    dead = seen.answer == Answer.DEAD
    failures = link.failures + 1 if dead else 0
    wait = EVERY if not dead else AGAIN if failures < 5 else SELDOM
    # What a server says may hold what a database cannot.
    detail, moved_to = (said.replace("\0", "") for said in (seen.detail, seen.moved_to))
    if why := _news(link, failures, detail, moved_to):
        history.note_many(
            services=named_by(link.url).values_list("pk", flat=True), how=Change.How.LINK, why=why
        )
    CheckedLink.objects.filter(pk=link.pk).update(
        answer=seen.answer,
        detail=detail,
        moved_to=moved_to,
        checked_at=now,
        failures=min(failures, 1000),
        failing_since_at=(link.failing_since_at or now) if dead else None,
        next_at=now + wait,
    )


def _news(link: CheckedLink, failures: int, detail: str, moved_to: str) -> str:
    """What became of it, in words; "" where nothing did."""
    said = {"url": link.url, "detail": detail, "there": moved_to}
    if failures == DEAD_AFTER:
        return _("%(url)s does not answer any more: %(detail)s.") % said
    if link.failures >= DEAD_AFTER and not failures:
        return _("%(url)s answers again.") % said
    if moved_to and moved_to != link.moved_to:
        return _("%(url)s leads to %(there)s now.") % said
    return ""


def named_by(url: str) -> QuerySet[Service]:
    """The public listings on whose page it stands. Each way is asked by itself, so that each finds its index."""
    ways = ("url", "organization__website", "at_locations__location__url")
    more = ("additional_urls__url", "organization__additional_websites__url")
    first, *others = [Service.objects.filter(**{way: url}).order_by().values("pk") for way in (*ways, *more)]
    return Service.objects.published().filter(pk__in=first.union(*others)).order_by("name", "pk")
