"""What letters about asks need to know, from what is true when they leave. None: there is nothing left to say."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from asks import audience, cost, ical, links, wording
from asks.models import Ask, Occurrence, Softer, Taking
from networks.models import Membership, Share
from outbox import kinds
from outbox.kinds import Context
from outbox.links import absolute
from outbox.models import Message

# To those who may say yes -------------------------------------------------------------------------


@kinds.register("asks/asked", private=True, about=_("An ask"))
def asked(message: Message) -> Context | None:
    """Not while somebody has said yes, nor to who has taken on as much as they wish to this week."""
    occurrence = Occurrence.objects.select_related("ask__owner", "ask__made_by").filter(
        pk=message.params["occurrence"]
    )
    return _asking(occurrence.open(timezone.now()).first(), message)


def _asking(occurrence: Occurrence | None, message: Message) -> Context | None:
    memberships = Membership.objects.active().select_related("member")
    membership = memberships.filter(pk=message.params["membership"]).first()
    if occurrence is None or membership is None or not audience.may_see(occurrence, membership):
        return None
    if audience.is_at_cap(membership, now=timezone.now()):
        return None
    return _about(occurrence, message) | {
        "link": links.answer_link(occurrence, membership),
        "words": occurrence.ask.text,
        "flexible": occurrence.ask.flexible_at is not None,
        "softened": occurrence.softened_at,
        "less": wording.offered_if_any(occurrence.ask.softer),
    }


@kinds.register("asks/less", private=True, about=_("News: something that is asked for needs less now"))
def less(message: Message) -> Context | None:
    return asked(message)


@kinds.register("asks/handed_back", private=True, about=_("News: an ask is open again"))
def handed_back(message: Message) -> Context | None:
    """To the others who may see it, and to the owner."""
    if "membership" in message.params:
        return asked(message)
    found = _taking(message)
    if found is None or found.handed_back_at is None:
        return None
    still_open = Occurrence.objects.open(timezone.now()).filter(pk=found.occurrence_id)
    if not still_open.exists():
        return None
    link = links.owner_link(found.occurrence)
    return _about(found.occurrence, message) | {
        "to_owner": True,
        "name": found.membership.tie.name,
        "link": link,
    }


# To whoever said yes ------------------------------------------------------------------------------


@kinds.register("asks/reminder", about=_("A reminder of something you said yes to"))
def reminder(message: Message) -> Context | None:
    found = _standing(message)
    if found is None or found.occurrence.is_cancelled or found.occurrence.is_over(timezone.now()):
        return None
    starts_at = found.occurrence.starts_at
    if starts_at and starts_at <= timezone.now():
        return None
    return _promised(found, message)


@kinds.register("asks/changed", about=_("News: something you said yes to has changed"))
def changed(message: Message) -> Context | None:
    found = _standing(message)
    if found is None or not message.dedupe_key.endswith(f":{found.occurrence.sequence}"):
        return None
    if found.occurrence.is_over(timezone.now()):
        return None
    date = found.occurrence
    instead = wording.offered_instead if date.is_cancelled else wording.made_less
    return _promised(found, message) | {"instead": instead(date.ask.softer)}


@kinds.register("asks/thanks", about=_("A word of thanks"))
def thanks(message: Message) -> Context | None:
    found = _standing(message)
    return _promised(found, message) if found and found.thanked_at else None


@kinds.register("asks/not_needed", secret=True, about=_("News: something you said yes to is not needed"))
def not_needed(message: Message) -> Context | None:
    """Who asked has left: what it was stands here, and is wiped once this is sent."""
    said, reader = message.params, message.recipient
    if "need" not in said or reader is None:
        return None
    starts_at, by_on = said["starts_at"], said["by_on"]
    ask = Ask(need=said["need"], by_on=dt.date.fromisoformat(by_on) if by_on else None)
    date = Occurrence(ask=ask, starts_at=dt.datetime.fromisoformat(starts_at) if starts_at else None)
    with translation.override(reader.language), timezone.override(reader.zone):
        what, when = str(ask.get_need_display()).lower(), wording.when(date, now=timezone.now())
    return {"owner": said["owner"], "what": what, "when": when}


# To the owner -------------------------------------------------------------------------------------


@kinds.register("asks/taken", about=_("News: somebody said yes"))
def taken(message: Message) -> Context | None:
    found = _standing(message)
    if found is None or found.occurrence.is_cancelled:
        return None
    date = found.occurrence
    return _about(date, message) | {
        "name": found.membership.tie.name,
        "link": links.owner_link(date),
        "entry": absolute(reverse("ask_entry", args=[date.pk])) if ical.has_day(date) else "",
    }


@kinds.register("asks/unanswered", about=_("News: nobody has said yes so far"))
def unanswered(message: Message) -> Context | None:
    """All that is open on that day, what costs the owner least first; nothing once it has begun."""
    owner, now = message.recipient, timezone.now()
    assert owner is not None  # noqa: S101 - it goes to an account
    rows = Occurrence.objects.open(now).filter(ask__owner=owner).select_related("ask__owner", "ask__made_by")
    on_that_day = [one for one in rows.in_order() if one.passes_on.isoformat() == message.params["day"]]
    waiting = cost.least_first(one for one in on_that_day if one.passes_at > now)
    if not waiting:
        return None
    about = [_about(one, message) for one in waiting]
    alone = len(waiting) == 1
    return about[0] | {
        "several": [] if alone else about,
        "softer": _agreed(waiting[0]) if alone else "",
        "to_few": any(one.ask.to == Ask.To.CHOSEN for one in waiting),
        "link": links.owner_link(waiting[0]) if alone else absolute(reverse("asks")),
    }


def _agreed(occurrence: Occurrence) -> str:
    """What was agreed beforehand for a day it has to be less; empty where that is nothing, or is so already."""
    ask = occurrence.ask
    nothing = ask.softer == Softer.NONE or occurrence.softened_at
    return "" if nothing else str(ask.get_softer_display()).lower()


def _taking(message: Message) -> Taking | None:
    rows = Taking.objects.select_related(
        "occurrence__ask__owner", "occurrence__ask__made_by", "membership__tie"
    )
    return rows.filter(pk=message.params["taking"]).first()


def _standing(message: Message) -> Taking | None:
    """Still said yes to, by somebody with whom asks are still shared."""
    found = _taking(message)
    if found is None or found.handed_back_at or not found.membership.shows(Share.ASKS):
        return None
    return found


def _promised(taking: Taking, message: Message) -> Context:
    date, moved_at = taking.occurrence, taking.occurrence.moved_at
    return _about(date, message) | {
        "link": links.answer_link(date, taking.membership),
        # Without a day there is nothing to put into a calendar.
        "entry": links.entry_link(date, taking.membership) if ical.has_day(date) else "",
        "softer": date.softened_at,
        # Since they said yes: a new day is never left out, whatever else changed.
        "moved": moved_at is not None and moved_at >= taking.taken_at,
        "cancelled": date.is_cancelled,
    }


def _about(occurrence: Occurrence, message: Message) -> dict[str, Any]:
    """In the language and on the clock of whoever reads."""
    reader, ask = message.recipient, occurrence.ask
    assert reader is not None  # noqa: S101 - every letter of this room goes to an account
    with translation.override(reader.language), timezone.override(reader.zone):
        return {
            "owner": ask.owner.called,
            "who": wording.for_owner(ask),
            "what": str(ask.get_need_display()).lower(),
            "when": wording.when(occurrence, now=timezone.now()),
            "lasts": wording.lasts(ask.minutes),
            "rhythm": wording.rhythm(ask),
        }
