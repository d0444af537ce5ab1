"""What the search knows. Everything here is made from the listings by `services.reindex`, and can be made again."""

from __future__ import annotations

import datetime as dt
import re
from typing import Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import JSONObject

from resources.models.details import OpeningException, Schedule
from resources.models.listings import Service, ServiceAtLocation

LONGEST_WORD = 60
FEW_WORDS = 120
# As PostgreSQL writes it: {["2026-03-02 10:00:00+00","2026-03-02 17:00:00+00")}
MOMENT = re.compile(r'"([^"]+)"')


class MomentsField(models.Field):
    """Spans of time, for the database to compare: its own type, which Django has no field for.

    Read as pairs, from when to when; there are no open ends.
    """

    def db_type(self, connection: object) -> str:
        return "tstzmultirange"

    def from_db_value(
        self, value: str | None, expression: object, connection: object
    ) -> list[tuple[dt.datetime, dt.datetime]] | None:
        if value is None:
            return None
        moments = [dt.datetime.fromisoformat(each) for each in MOMENT.findall(value)]
        return list(zip(moments[::2], moments[1::2], strict=True))


class FindableQuerySet(models.QuerySet["Findable"]):
    def with_times(self, *, now: dt.datetime) -> Self:
        """What is said of open now: `told`, whether there are any times, and the `closures` of about this day."""
        here = Q(service=OuterRef("service")) | Q(service_at_location=OuterRef("at_location"))
        here |= Q(location=OuterRef("at_location__location"))
        # Whatever clock it is on, its day is one of three.
        first, last = now.date() - dt.timedelta(days=1), now.date() + dt.timedelta(days=1)
        closures = OpeningException.objects.filter(
            here, opens_at=None, starts_on__lte=last, ends_on__gte=first
        ).order_by(
            F("service").asc(nulls_last=True), F("service_at_location").asc(nulls_last=True), "starts_on"
        )
        return self.annotate(
            told=Exists(Schedule.objects.filter(here)),
            closures=ArraySubquery(
                closures.values(said=JSONObject(first="starts_on", last="ends_on", why="reason"))
            ),
        )


class Findable(models.Model):
    """One published listing at one of its sites, or for one of the areas it serves; what has neither has one row."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="findable")
    at_location = models.ForeignKey(ServiceAtLocation, models.CASCADE, null=True, related_name="+")
    # Numbers the areas served.
    part = models.PositiveSmallIntegerField(default=0, db_default=0)
    # How many rows this listing has in all: one that has one need not be told apart when they are counted.
    sites = models.PositiveSmallIntegerField(default=1)
    # To sort by.
    name = models.CharField(max_length=255, db_collation="C")
    # Words with their weights; and, behind a "#", the tiles of the map it lies in and those of its facts that do not
    # change with the time: one index for all.
    search = SearchVectorField()
    # Of these the words of its names and terms, to rank by. Rows from before there was this have none until the sweep.
    heading = SearchVectorField(null=True)
    # "kind:group", "access:step_free", "topic:library": all that one can choose. The next version drops this list:
    # those that have a number are bits of `traits` (`search/traits.py`), the others a list by themselves.
    facts = ArrayField(models.TextField(db_collation="C"))
    traits = models.BigIntegerField(default=0, db_default=0)
    others = ArrayField(models.TextField(db_collation="C"), null=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    # Online or by phone, for everybody: no distance ever hides it.
    anywhere = models.BooleanField(default=False)
    # When it is open within the next days; empty: closed; null: not known. Times are those of `zone`.
    hours = MomentsField(null=True)
    zone = models.CharField(max_length=63, default="UTC")
    # The next few times it begins, for what begins at a time.
    sessions = ArrayField(models.DateTimeField(), default=list)
    verified_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField()
    shown_until = models.DateTimeField(null=True)
    refreshed_on = models.DateField()

    # There after `with_times` alone.
    told: bool
    closures: list[dict[str, str]]

    objects = FindableQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "at_location", "part"], nulls_distinct=False, name="findable_once_a_place"
            ),
        ]
        indexes = [
            # Written in bulk once a day and read all the time: no list of what is not yet in it.
            GinIndex(fields=["search"], fastupdate=False, name="findable_search"),
            models.Index(fields=["name", "service"], name="findable_name"),
            models.Index(
                fields=["service"], condition=models.Q(heading=None), name="findable_of_an_older_version"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KnownWord(models.Model):
    """A word some listing holds, to find what was meant by a misspelt one."""

    word = models.CharField(max_length=LONGEST_WORD, db_collation="C")
    # What the language of that listing makes of it: "walking" is "walk".
    stem = models.CharField(max_length=LONGEST_WORD, db_collation="C")
    # In how many rows; counted once a day.
    times = models.PositiveIntegerField(default=1)
    # Its beginning with up to two letters left out: two words with one of these in common are near each other.
    nearby = ArrayField(models.TextField(db_collation="C"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "stem"], name="known_word_once")]
        indexes = [
            models.Index(fields=["stem"], name="known_word_stem"),
            GinIndex(fields=["nearby"], fastupdate=False, name="known_word_nearby"),
        ]

    def __str__(self) -> str:
        return self.word


class FruitlessSearch(models.Model):
    """Words that found nothing on a day, and how often. Nobody and no place is noted with them."""

    words = models.CharField(max_length=FEW_WORDS)
    on = models.DateField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-on", "-times", "words"]
        constraints = [models.UniqueConstraint(fields=["words", "on"], name="fruitless_search_once_a_day")]

    def __str__(self) -> str:
        return self.words
