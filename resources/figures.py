"""Figures for curators: how much is checked, how much is late, where and about what. Reads, changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Now

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
    "public": Count("pk", filter=PUBLIC, distinct=True),
    "fresh": Count("pk", filter=PUBLIC & Q(due_at__gt=Now()), distinct=True),
    "late": Count("pk", filter=PUBLIC & Q(due_at__lte=Now()), distinct=True),
}


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


def by_topic() -> list[Line]:
    topic = Service.objects.filter(attributes__link_type=TOPIC)
    return _lines(topic.annotate(called=F("attributes__taxonomy_term__name")))


def by_town() -> list[Line]:
    town = Service.objects.exclude(at_locations__location__addresses__city="")
    return _lines(town.annotate(called=F("at_locations__location__addresses__city")))


def _lines(rows: object) -> list[Line]:
    counted = rows.order_by().values("called").annotate(**COUNTS)  # type: ignore[attr-defined]
    named = list(
        counted.filter(public__gt=0, called__isnull=False).order_by("-late", "-public", "called")[:MOST]
    )
    return [Line(row.pop("called"), **row) for row in named]


def fruitless(today: dt.date) -> list[tuple[str, int]]:
    """What was searched for in the last three months and found nothing, the most often first."""
    lately = FruitlessSearch.objects.filter(on__gte=today - clock.GRACE)
    counted = lately.order_by().values_list("words").annotate(n=Sum("times")).order_by("-n", "words")
    return [(words, count) for words, count in counted[:MOST]]
