"""Listings and searches somebody keeps; once a week one letter with what is new in their searches."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from outbox.services import queue
from resources import helplines
from resources.errors import CannotSave
from resources.models import FindingWishes, SavedListing, SavedSearch, Service
from resources.services import holding

logger = logging.getLogger(__name__)

WEEK = dt.timedelta(days=7)
# What could not be looked at is looked at again so much later.
LATER = dt.timedelta(hours=1)
# More searches than that nobody reads the news of.
MOST_SEARCHES = 20
# What an address bar holds of a search; more is no search of ours.
LONGEST = 1000
# So many new ones of one search are named in a letter.
NAMED = 5


@transaction.atomic
def save_listing(*, service: Service, by: User) -> bool:
    """Doing it twice is doing it once."""
    stays = holding.the_one_that_stays(service)
    _saved, created = SavedListing.objects.get_or_create(owner=by, service=stays)
    return created


@transaction.atomic
def drop_listing(*, service: Service, by: User) -> bool:
    stays = holding.the_one_that_stays(service)
    return bool(SavedListing.objects.filter(owner=by, service=stays).delete()[0])


@transaction.atomic
def save_search(
    *, by: User, query: str, name: str, now: dt.datetime, form_key: uuid.UUID | None = None
) -> SavedSearch:
    """Keep a search as it stands in the address bar. The same search, or the same form, twice is one.

    Raises CannotSave when there are many already.
    """
    if len(query) > LONGEST:
        raise CannotSave(_("This search is too long to keep. Search for a little less, then save it."))
    User.objects.select_for_update().get(pk=by.pk)
    mine = SavedSearch.objects.of(by)
    known = mine.filter(query=query).first() or (form_key and mine.filter(form_key=form_key).first())
    if known:
        return known
    if mine.count() >= MOST_SEARCHES:
        raise CannotSave(
            _("You have saved twenty searches. Remove one that you no longer need, then save this.")
        )
    together = mine.order_by("next_look_at").values_list("next_look_at", flat=True).first()
    return SavedSearch.objects.create(
        owner=by,
        query=query,
        name=name[:200],
        form_key=form_key or uuid.uuid4(),
        seen_until_at=now,
        next_look_at=max(together, now) if together else now + WEEK,
    )


def drop_search(*, search: SavedSearch, by: User) -> bool:
    return bool(SavedSearch.objects.of(by).filter(pk=search.pk).delete()[0])


class Find(Protocol):
    """What a search, as its address bar holds it, finds that was published since (`newly.published`)."""

    def __call__(
        self, query: str, *, since: dt.datetime, now: dt.datetime, country: str
    ) -> list[Service]: ...


def sweep_searches(*, find: Find, now: dt.datetime, batch: int = 500) -> int:
    """Look at what is due, all searches of one person together; says to how many a letter was written."""
    owners = SavedSearch.objects.due(now).order_by("next_look_at").values_list("owner", flat=True)
    written = 0
    for owner in dict.fromkeys(owners[:batch]):
        try:
            written += _look(owner, find, now)
        except Exception:
            logger.exception("The saved searches of person %s could not be looked at.", owner)
            SavedSearch.objects.due(now).filter(owner=owner).update(next_look_at=now + LATER)
    return written


@transaction.atomic
def _look(owner: int, find: Find, now: dt.datetime) -> bool:
    """Whoever comes second finds nothing due. No letter where nothing is new, or none is wanted."""
    mine = SavedSearch.objects.select_for_update(skip_locked=True, of=("self",)).filter(owner=owner)
    mine = mine.select_related("owner").order_by("pk")
    searches = list(mine)
    if not any(search.next_look_at <= now for search in searches):
        return False
    found: dict[str, list[str]] = {}
    if not wants_no_letters(owner):
        found = {str(search.pk): new for search in searches if (new := _new(search, find, now))}
    mine.filter(pk__in=[search.pk for search in searches]).update(seen_until_at=now, next_look_at=now + WEEK)
    if found:
        person = searches[0].owner
        key = f"resources/new_matches:{owner}:{now:%Y%m%dT%H%M%S}"
        queue(kind="resources/new_matches", dedupe_key=key, recipient=person, params={"found": found})
    return bool(found)


def _new(search: SavedSearch, find: Find, now: dt.datetime) -> list[str]:
    country = helplines.guess_country(time_zone=search.owner.time_zone, languages="")
    found = find(search.query, since=search.seen_until_at, now=now, country=country)
    return [str(service.pk) for service in found]


def wants_no_letters(owner: int) -> bool:
    return FindingWishes.objects.filter(owner=owner, letters_off_at__isnull=False).exists()


def wish_for_letters(*, owner_id: int, wanted: bool, now: dt.datetime) -> None:
    """Whether they want any. Saying it twice is saying it once."""
    wishes, _made = FindingWishes.objects.get_or_create(owner_id=owner_id)
    same = FindingWishes.objects.filter(pk=wishes.pk)
    if wanted:
        same.update(letters_off_at=None)
    else:
        same.filter(letters_off_at=None).update(letters_off_at=now)


def say_what_is_in_the_way(*, by: User, what: list[str], now: dt.datetime) -> None:
    """Theirs; picks are made by it and by nothing about their body."""
    FindingWishes.objects.update_or_create(owner=by, defaults={"in_the_way": what, "answered_at": now})


def erase_what_is_in_the_way(*, by: User) -> None:
    FindingWishes.objects.filter(owner=by).update(in_the_way=[], answered_at=None)


def wish_for_picks(*, by: User, wanted: bool, now: dt.datetime) -> None:
    FindingWishes.objects.update_or_create(owner=by, defaults={"picks_off_at": None if wanted else now})
