"""Figures for curators: how much is checked, how much is late, where and about what. Reads, changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q, Sum
from django.db.models.functions import Now
from django.utils import timezone

from resources import clock
from resources.models import Service
from resources.models.search import FruitlessSearch
from resources.vocabulary import TOPIC

MOST = 30


@dataclass(frozen=True)
class Line:
    name: str
    public: int
    fresh: int
    late: int

    @property
    def percent(self) -> int:
        """How many of a hundred public ones were checked within their time."""
        return round(100 * self.fresh / self.public) if self.public else 0


PUBLIC = Q(published_at__isnull=False)
COUNTS = {
    "public": Count("pk", filter=PUBLIC),
    "fresh": Count("pk", filter=PUBLIC & Q(due_at__gt=Now())),
    "late": Count("pk", filter=PUBLIC & Q(due_at__lte=Now())),
}


def everything() -> dict[str, Any]:
    """All of the page, and when it was counted."""
    now = timezone.now()
    tables = [by_kind(), by_topic(), by_town()]
    return {"at": now, "whole": whole(now), "tables": tables, "fruitless": fruitless(timezone.localdate())}


def whole(now: dt.datetime) -> dict[str, int]:
    gone = Q(stale_at__lte=now - clock.GRACE)
    return Service.objects.aggregate(
        **COUNTS,
        hidden=Count("pk", filter=PUBLIC & gone & ~Q(kind=clock.EVENT)),
        drafts=Count("pk", filter=Q(published_at=None, archived_at=None, merged_into=None)),
        by_themselves=Count("pk", filter=PUBLIC & Q(verification__how="provider")),
    )


def by_kind() -> list[Line]:
    rows: Iterable[Any] = Service.objects.order_by("kind").values("kind").annotate(**COUNTS)
    words = dict(Service.Kind.choices)
    return [Line(str(words[row.pop("kind")]), **row) for row in rows if row["public"]]


# Each listing once for each name; a name is said by one column alone.
BY_NAME = """
    SELECT called, count(*), count(*) FILTER (WHERE due_at > now()), count(*) FILTER (WHERE due_at <= now()) AS late
    FROM (
        SELECT DISTINCT service.id, service.due_at, {called} AS called
        FROM resources_service service {joined}
        WHERE service.published_at IS NOT NULL AND {called} <> ''
    ) AS each
    GROUP BY called ORDER BY late DESC, count(*) DESC, called LIMIT %s
"""
TOPIC_OF = """
    JOIN resources_attribute filed ON filed.service_id = service.id AND filed.link_type = %s
    JOIN resources_taxonomyterm term ON term.id = filed.taxonomy_term_id
"""
TOWN_OF = """
    JOIN resources_serviceatlocation site ON site.service_id = service.id
    JOIN resources_address address ON address.location_id = site.location_id
"""


def by_topic() -> list[Line]:
    return _lines(BY_NAME.format(called="term.name", joined=TOPIC_OF), [TOPIC, MOST])


def by_town() -> list[Line]:
    return _lines(BY_NAME.format(called="address.city", joined=TOWN_OF), [MOST])


def _lines(statement: str, given: list[Any]) -> list[Line]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [Line(*row) for row in cursor.fetchall()]


def fruitless(today: dt.date) -> list[tuple[str, int]]:
    """What was searched for in the last three months and found nothing, the most often first."""
    lately = FruitlessSearch.objects.filter(on__gte=today - clock.GRACE)
    counted = lately.order_by().values_list("words").annotate(n=Sum("times")).order_by("-n", "words")
    return [(words, count) for words, count in counted[:MOST]]
