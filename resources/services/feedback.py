"""How it was, told by whoever tried; read by a curator; counted without a name."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from resources.errors import CannotDecide
from resources.models import Feedback, Service
from resources.services import holding

# From so many people on it is said: with fewer, one could guess who they were.
ENOUGH = 3
# So many of their own words are shown at most.
QUOTED = 5
# What curators ask themselves when enough people stayed away for the same reason.
DOUBTS: dict[str, str | Promise] = {
    Feedback.Because.STAIRS: gettext_lazy("Several people were stopped by stairs. Is it really step-free?"),
    Feedback.Because.TRANSPORT: gettext_lazy(
        "Several people could not get there. Is the way told well enough?"
    ),
    Feedback.Because.MONEY: gettext_lazy("Several people could not pay for it. Is the cost right?"),
    Feedback.Because.PAIN: gettext_lazy(
        "Several people were in too much pain. Can one lie down, or leave early?"
    ),
    Feedback.Because.NOT_WELCOME: gettext_lazy("Several people did not feel welcome. Perhaps ring them."),
}


@dataclass(frozen=True)
class Said:
    """What people said of a listing, as far as there were enough of them."""

    helped: int = 0
    did_not: int = 0
    because: dict[str, int] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


@transaction.atomic
def tell_how_it_was(
    *, service: Service, by: User, verdict: str, because: Iterable[str], words: str, now: dt.datetime
) -> Feedback:
    """Their answer, in place of the one they gave before. What was changed is unread again."""
    # Whoever comes second, with a double tap, waits here and finds the first answer.
    User.objects.select_for_update().get(pk=by.pk)
    stays = holding.the_one_that_stays(service)
    held = Feedback.objects.filter(service=stays, said_by=by).first()
    found = held or Feedback(service=stays, said_by=by)
    reasons = list(because) if verdict == Feedback.Verdict.COULD_NOT else []
    if (found.verdict, found.words, found.because) != (verdict, words, reasons):
        found.read_at = found.read_by = found.shown_at = None
    found.verdict, found.words, found.because, found.changed_at = verdict, words, reasons, now
    found.save()
    return found


@transaction.atomic
def erase_feedback(*, service: Service, by: User) -> bool:
    stays = holding.the_one_that_stays(service)
    return bool(Feedback.objects.of(by).filter(service=stays).delete()[0])


@transaction.atomic
def read_feedback(
    *,
    feedback: Feedback,
    by: User,
    shown: bool,
    words: str,
    because: Iterable[str] | None = None,
    now: dt.datetime,
) -> Feedback:
    """A curator has read just these `words` and reasons, and whether they may be shown. Raises CannotDecide."""
    held = Feedback.objects.select_for_update(of=("self",)).get(pk=feedback.pk)
    if held.said_by_id == by.pk:
        raise CannotDecide(_("Somebody else has to look at what you wrote yourself."))
    # Browsers end lines in their own way, so white space is no difference.
    other_reasons = because is not None and sorted(because) != sorted(held.because)
    if held.words.split() != words.split() or other_reasons:
        raise CannotDecide(_("These words have just been changed. Look again."))
    if held.read_at:
        raise CannotDecide(_("Somebody has read this already."))
    held.read_at, held.read_by, held.shown_at = now, by, now if shown else None
    held.save(update_fields=["read_at", "read_by", "shown_at"])
    return held


def said_of(service: Service) -> Said:
    """Counted, each number only from three people on; their words only where three people said anything."""
    rows = list(Feedback.objects.filter(service=service).counted().values_list("verdict", "because"))
    if len(rows) < ENOUGH:
        return Said()
    verdicts = Counter(verdict for verdict, _reasons in rows)
    shown = Feedback.objects.filter(service=service).readable().order_by("-shown_at", "pk")
    return Said(
        helped=_enough(verdicts[Feedback.Verdict.HELPFUL]),
        did_not=_enough(verdicts[Feedback.Verdict.NOT_HELPFUL]),
        because=_reasons_of_many(because for _verdict, because in rows),
        words=list(shown.values_list("words", flat=True)[:QUOTED]),
    )


def _reasons_of_many(rows: Iterable[Iterable[str]]) -> dict[str, int]:
    """Each person is one row and names a reason once."""
    reasons = Counter(reason for because in rows for reason in set(because))
    return {reason: times for reason, times in reasons.items() if times >= ENOUGH}


def _enough(times: int) -> int:
    return times if times >= ENOUGH else 0


def doubts(service: Service) -> list[str]:
    """What curators should ask about, in words: of all that was said, read already or not."""
    found = _reasons_of_many(Feedback.objects.filter(service=service).values_list("because", flat=True))
    return [str(words) for reason, words in DOUBTS.items() if reason in found]
