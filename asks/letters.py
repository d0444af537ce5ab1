"""What letters about asks need to know, from what is true when they leave. None: there is nothing left to say."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from asks import audience, links, wording
from asks.models import Occurrence, Taking
from networks.models import Membership, Share
from outbox import kinds
from outbox.kinds import Context
from outbox.links import absolute
from outbox.models import Message

# To those who may say yes -------------------------------------------------------------------------


@kinds.register("asks/asked", about=_("An ask"))
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
    }


@kinds.register("asks/handed_back", about=_("News: an ask is open again"))
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
    return _promised(found, message) | {"instead": wording.offered_instead(found.occurrence.ask.softer)}


@kinds.register("asks/thanks", about=_("A word of thanks"))
def thanks(message: Message) -> Context | None:
    found = _standing(message)
    return _promised(found, message) if found and found.thanked_at else None


# To the owner -------------------------------------------------------------------------------------


@kinds.register("asks/taken", about=_("News: somebody said yes"))
def taken(message: Message) -> Context | None:
    found = _standing(message)
    if found is None or found.occurrence.is_cancelled:
        return None
    entry = absolute(reverse("ask_entry", args=[found.occurrence_id]))
    about = _about(found.occurrence, message)
    return about | {
        "name": found.membership.tie.name,
        "link": links.owner_link(found.occurrence),
        "entry": entry,
    }


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
    return _about(taking.occurrence, message) | {
        "link": links.answer_link(taking.occurrence, taking.membership),
        "entry": links.entry_link(taking.occurrence, taking.membership),
        "softer": taking.occurrence.softened_at,
        "moved": taking.occurrence.moved_at,
        "cancelled": taking.occurrence.is_cancelled,
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
