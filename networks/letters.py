"""The weekly letter with a hello to somebody who has gone quiet, and how its reader stops it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User, one_line
from networks import links, services, warmth, words
from networks.models import Suggestion, Tie
from networks.services.suggestions import WEEK
from outbox import kinds, stops
from outbox.links import absolute
from outbox.models import Message


@kinds.register(
    "networks/hello", gentle=True, unsubscribe="suggestions", about=_("A suggestion to say hello to somebody")
)
def hello(message: Message) -> dict[str, Any] | None:
    """To the owner. Nothing when it is answered, out of date, no longer wanted, or they are in touch again."""
    now = timezone.now()
    found = Suggestion.objects.unanswered().filter(
        pk=message.params["suggestion"], made_at__gt=now - WEEK, tie__archived_at=None, tie__removed_at=None
    )
    suggestion = found.select_related("tie__owner").first()
    if suggestion is None:
        return None
    tie, owner = suggestion.tie, suggestion.tie.owner
    quiet = warmth.has_gone_quiet(tie, now=now.astimezone(owner.zone))
    if not quiet or services.wants_no_suggestions(owner=owner):
        return None
    return {
        "name": one_line(tie.name),
        "met": tie.last_touch_at is not None,
        "words": _two_lines(tie, owner.language),
        "words_link": absolute(f"{reverse('ready_words')}?tie={tie.pk}"),
        "touch_link": links.in_touch_link(suggestion),
        "network_link": absolute(reverse("network")),
    }


def _two_lines(tie: Tie, language: str) -> str:
    with translation.override(language):
        return words.opener(words.Occasion.HELLO, words.Effort.LOW, name=one_line(tie.name))


def _stop(person_id: int, now: dt.datetime) -> None:
    services.wish_for_suggestions(owner_id=person_id, wanted=False, now=now)


def _go_on(person_id: int) -> None:
    services.wish_for_suggestions(owner_id=person_id, wanted=True, now=timezone.now())


def _has_stopped(person_id: int) -> bool:
    return services.wants_no_suggestions(owner=User(pk=person_id))


stops.register("suggestions", stops.Wish(_stop, _go_on, _has_stopped, "networks/unsubscribe.html"))
