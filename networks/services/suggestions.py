"""A hello to somebody who has gone quiet: offered at most once a week, answered in one tap, or not at all."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.db import transaction
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from networks import errors, suggesting, warmth
from networks.models import NetworkWishes, Suggestion, Tie, Touch
from networks.services import locks
from networks.services.ties import archive_tie
from networks.services.touches import log_touch
from outbox.services import queue

logger = logging.getLogger(__name__)

WEEK = dt.timedelta(days=7)
# Whoever was suggested is not suggested again for so long, whatever the answer.
REST = dt.timedelta(days=60)
# So many suggestions without any answer, and no more letters come: they stand on the page alone.
PATIENCE = 3
DAY = dt.timedelta(days=1)


@transaction.atomic
def suggest(*, owner: User, now: dt.datetime, low_energy: bool = False) -> Suggestion | None:
    """This week's suggestion, if there was none yet and somebody has gone quiet. It stays the same all week."""
    locks.hold(owner.pk)
    made = Suggestion.objects.of(owner)
    if wants_none(owner=owner) or made.filter(made_at__gt=now - WEEK).exists():
        return None
    rested = made.filter(made_at__gt=now - REST).values("tie")
    ties = Tie.objects.of(owner).exclude(pk__in=rested)
    tie = suggesting.choose(ties, now=now.astimezone(owner.zone), low_energy=low_energy)
    if tie is None:
        return None
    by_letter = _still_answers(owner)
    suggestion = Suggestion.objects.create(tie=tie, made_at=now)
    if by_letter:
        queue(
            kind="networks/hello",
            dedupe_key=f"networks/hello:{suggestion.pk}",
            recipient=owner,
            owner=owner,
            params={"suggestion": suggestion.pk},
            not_before=now,
        )
    return suggestion


@transaction.atomic
def answer_suggestion(*, suggestion: Suggestion, by: User, answer: str, now: dt.datetime) -> None:
    """Say hello, not now, or let this one go: one as good as the other. The first answer holds."""
    locks.hold(by.pk)
    tie = suggestion.tie
    if tie.owner_id != by.pk:
        raise errors.NotYours
    unanswered = Suggestion.objects.unanswered().filter(pk=suggestion.pk)
    if unanswered.update(answered_at=now, answer=answer) and answer == Suggestion.Answer.LET_GO:
        archive_tie(tie=tie, by=by)


@transaction.atomic
def in_touch_by_letter(*, suggestion: Suggestion, now: dt.datetime) -> Touch:
    """ "We were in touch", from the link in the letter. Saying it again is saying it once."""
    tie, owner = suggestion.tie, suggestion.tie.owner
    answer_suggestion(suggestion=suggestion, by=owner, answer=Suggestion.Answer.HELLO, now=now)
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"networks/hello:{suggestion.pk}")
    return log_touch(tie=tie, by=owner, at=now, form_key=key)


def wish_for_suggestions(*, owner_id: int, wanted: bool, now: dt.datetime) -> None:
    """Whether they want any. Saying it twice is saying it once."""
    wishes, _made = NetworkWishes.objects.get_or_create(owner_id=owner_id)
    same = NetworkWishes.objects.filter(pk=wishes.pk)
    if wanted:
        same.update(suggestions_off_at=None)
    else:
        same.filter(suggestions_off_at=None).update(suggestions_off_at=now)


def wants_none(*, owner: User) -> bool:
    return NetworkWishes.objects.filter(owner=owner, suggestions_off_at__isnull=False).exists()


def sweep_suggestions(*, now: dt.datetime) -> int:
    """Suggest somebody to everybody who had no suggestion for a week; says to how many."""
    made = 0
    for owner in _owners_with_quiet_ties(now).iterator(chunk_size=500):
        try:
            made += suggest(owner=owner, now=now) is not None
        except Exception:
            logger.exception("No suggestion could be made for person %s.", owner.pk)
    return made


def _owners_with_quiet_ties(now: dt.datetime) -> QuerySet[User]:
    """Whoever may get one. Counted in whole days here; their calendar has the last word in `suggest`."""
    scaled = F("ideal_days") * warmth.STOCK_AT_MOST / warmth.STOCK_IDEAL
    most = Coalesce(F("at_most_days"), scaled, Value(warmth.STOCK_AT_MOST))
    since = ExpressionWrapper(most * Value(DAY), output_field=DurationField())
    theirs = Tie.objects.filter(owner=OuterRef("pk"), archived_at=None, removed_at=None)
    lately = Suggestion.objects.filter(tie=OuterRef("pk"), made_at__gt=now - REST)
    quiet = theirs.filter(~Exists(lately), last_touch_at__lt=now - since)
    this_week = Suggestion.objects.filter(tie__owner=OuterRef("pk"), made_at__gt=now - WEEK)
    off = NetworkWishes.objects.filter(owner=OuterRef("pk"), suggestions_off_at__isnull=False)
    people = User.objects.filter(Exists(quiet), ~Exists(this_week), ~Exists(off), is_active=True)
    return people.order_by("pk")


def _still_answers(owner: User) -> bool:
    """Whether any of the last few was answered, or there were not so many yet."""
    latest = list(Suggestion.objects.of(owner).order_by("-made_at", "-pk")[:PATIENCE])
    return len(latest) < PATIENCE or any(one.answered_at for one in latest)
