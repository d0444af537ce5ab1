"""A hello to somebody who has gone quiet: offered at most once a week, answered in one tap, or not at all."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from networks import energy, errors, suggesting, warmth
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
    latest = Suggestion.objects.of(owner).order_by("-made_at").first()
    if latest and latest.made_at > now - WEEK:
        _look_again(owner, latest.made_at + WEEK)
        return None
    if wants_no_suggestions(owner=owner):
        return None
    rested = Suggestion.objects.of(owner).filter(made_at__gt=now - REST).values("tie")
    ties = list(Tie.objects.of(owner).exclude(pk__in=rested))
    tie = suggesting.choose(ties, now=now.astimezone(owner.zone), low_energy=low_energy)
    if tie is None:
        _look_again(owner, _next_look(ties, owner, now, low_energy=low_energy))
        return None
    _look_again(owner, now + WEEK)
    return _suggested(tie, owner, now)


def _suggested(tie: Tie, owner: User, now: dt.datetime) -> Suggestion:
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


def _look_again(owner: User, at: dt.datetime) -> None:
    NetworkWishes.objects.update_or_create(owner=owner, defaults={"next_look_at": at})


def _next_look(ties: Iterable[Tie], owner: User, now: dt.datetime, *, low_energy: bool) -> dt.datetime:
    """When somebody goes quiet next, a better day perhaps, and once a week in any case."""
    known = [at for tie in ties if (at := warmth.quiet_from(tie, zone=owner.zone)) and at > now]
    return min([*known, now + (DAY if low_energy else WEEK)])


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
        same.update(suggestions_off_at=None, next_look_at=now)
    else:
        same.filter(suggestions_off_at=None).update(suggestions_off_at=now)


def leave_gap(*, owner: User, now: dt.datetime) -> None:
    """ "Not now" to a question about what is missing: when is kept, and not to which."""
    NetworkWishes.objects.update_or_create(owner=owner, defaults={"gap_not_now_at": now})


def wants_no_suggestions(*, owner: User) -> bool:
    return NetworkWishes.objects.filter(owner=owner, suggestions_off_at__isnull=False).exists()


def sweep_suggestions(*, now: dt.datetime) -> int:
    """Suggest somebody to everybody whose turn it is; says to how many. Costs as much as there are whose turn it is."""
    made = 0
    # Each owner is loaded by themselves: joined to so few rows, all people would be read to find them.
    for wishes in NetworkWishes.objects.to_look_at(now).iterator(chunk_size=500):
        try:
            made += _take_turn(wishes.owner, now)
        except Exception:
            logger.exception("No suggestion could be made for person %s.", wishes.owner_id)
            NetworkWishes.objects.filter(pk=wishes.pk).update(next_look_at=now + DAY)
    return made


def _take_turn(owner: User, now: dt.datetime) -> bool:
    if owner.is_active:
        return suggest(owner=owner, now=now, low_energy=energy.is_low(owner, now)) is not None
    _look_again(owner, now + WEEK)
    return False


def _still_answers(owner: User) -> bool:
    """Whether any of the last few was answered, or there were not so many yet."""
    latest = list(Suggestion.objects.of(owner).order_by("-made_at", "-pk")[:PATIENCE])
    return len(latest) < PATIENCE or any(one.answered_at for one in latest)
