"""What we say about asks, written down. `letters.py` makes the words when they are sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from accounts import times
from asks import audience, when
from asks.models import Occurrence, Taking
from networks.models import Membership
from outbox import services as outbox
from outbox.models import Message


def asked(occurrence: Occurrence, *, now: dt.datetime) -> None:
    """To everybody who may see it, once for each date."""
    key = f"asks/asked:{occurrence.pk}"
    outbox.queue_all(_drafts("asks/asked", key, occurrence, audience.to_tell(occurrence), now))


def less(occurrence: Occurrence, *, now: dt.datetime) -> None:
    """It needs less than they read: to those who got a letter about it. Who has not yet will read it there."""
    asked, hearers = f"asks/asked:{occurrence.pk}:", _hearers_now(occurrence, now)
    sent = Message.objects.filter(
        dedupe_key__in=[f"{asked}{one.pk}" for one in hearers], sent_at__isnull=False
    )
    keys = set(sent.values_list("dedupe_key", flat=True))
    told = [one for one in hearers if f"{asked}{one.pk}" in keys]
    outbox.queue_all(_drafts("asks/less", f"asks/less:{occurrence.pk}", occurrence, told, now))


def handed_back(taking: Taking, *, now: dt.datetime) -> None:
    """It is open again: to the others who may see it, and to the owner."""
    occurrence = taking.occurrence
    others = [one for one in _hearers_now(occurrence, now) if one.pk != taking.membership_id]
    key = f"asks/handed_back:{taking.pk}"
    drafts = _drafts("asks/handed_back", key, occurrence, others, now)
    outbox.queue_all([*drafts, _to_owner("asks/handed_back", f"{key}:owner", taking, now)])


def _hearers_now(occurrence: Occurrence, now: dt.datetime) -> list[Membership]:
    """What happens after a quiet limit is not told, even of what was asked before it."""
    return [one for one in audience.to_tell(occurrence) if one.limited_at is None or one.limited_at >= now]


def unanswered(occurrence: Occurrence, *, now: dt.datetime) -> None:
    """To the owner, while something else can still be done: one letter for all that is open on a day."""
    owner, day = occurrence.ask.owner, occurrence.passes_on.isoformat()
    outbox.queue(
        kind="asks/unanswered",
        dedupe_key=f"asks/unanswered:{owner.pk}:{day}",
        recipient=owner,
        owner=owner,
        params={"day": day},
        not_before=now,
    )


def taken(taking: Taking, *, now: dt.datetime) -> None:
    """To the owner: somebody said yes."""
    outbox.queue_all([_to_owner("asks/taken", f"{taken_key(taking)}owner", taking, now)])


def taken_key(taking: Taking) -> str:
    return f"asks/taken:{taking.pk}:"


def remind(taking: Taking, *, now: dt.datetime) -> None:
    """One reminder of what they said yes to, whatever was planned before."""
    outbox.cancel(key_prefix=reminder_key(taking))
    occurrence = taking.occurrence
    helper = taking.membership.member
    begins = _begins(occurrence)
    at = when.reminder_at(begins, now=now, zone=helper.zone) if begins else None
    if at is None:
        return
    outbox.queue(
        kind="asks/reminder",
        dedupe_key=f"{reminder_key(taking)}{occurrence.sequence}",
        recipient=helper,
        owner=occurrence.ask.owner,
        params={"taking": taking.pk},
        not_before=at,
    )


def reminder_key(taking: Taking) -> str:
    return f"asks/reminder:{taking.pk}:"


def changed(taking: Taking, *, now: dt.datetime) -> None:
    """To whoever said yes: it is less, at another time, or not at all. Only the latest change is told."""
    occurrence = taking.occurrence
    key = f"asks/changed:{taking.pk}:"
    outbox.cancel(key_prefix=key)
    outbox.queue(
        kind="asks/changed",
        dedupe_key=f"{key}{occurrence.sequence}",
        recipient=taking.membership.member,
        owner=occurrence.ask.owner,
        params={"taking": taking.pk},
        not_before=now,
    )


def thanks(taking: Taking, *, now: dt.datetime) -> None:
    outbox.queue(
        kind="asks/thanks",
        dedupe_key=f"asks/thanks:{taking.pk}",
        recipient=taking.membership.member,
        owner=taking.occurrence.ask.owner,
        params={"taking": taking.pk},
        not_before=now,
    )


def is_changing(taking: Taking) -> bool:
    """Whether they have not yet heard of the latest change."""
    return Message.objects.waiting().filter(dedupe_key__startswith=f"asks/changed:{taking.pk}:").exists()


def not_needed(taking: Taking, *, now: dt.datetime) -> None:
    """To whoever said yes: whoever asked leaves, so the letter cannot look up later what it was about."""
    ask, starts_at = taking.occurrence.ask, taking.occurrence.starts_at
    outbox.queue(
        kind="asks/not_needed",
        dedupe_key=f"asks/not_needed:{taking.pk}",
        recipient=taking.membership.member,
        params={
            "owner": ask.owner.called,
            "need": ask.need,
            "starts_at": starts_at.isoformat() if starts_at else None,
            "by_on": ask.by_on.isoformat() if ask.by_on else None,
        },
        not_before=now,
    )


def _begins(occurrence: Occurrence) -> dt.datetime | None:
    """When it begins; noon of its last day where it may be any time before."""
    ask = occurrence.ask
    if occurrence.starts_at or not ask.by_on:
        return occurrence.starts_at
    return times.instant(ask.by_on, dt.time(12), ask.zone)


def _drafts(
    kind: str, key: str, occurrence: Occurrence, members: Iterable[Membership], now: dt.datetime
) -> list[Message]:
    return [
        outbox.draft(
            kind=kind,
            dedupe_key=f"{key}:{membership.pk}",
            recipient=membership.member,
            owner=occurrence.ask.owner,
            params={"occurrence": occurrence.pk, "membership": membership.pk},
            not_before=now,
        )
        for membership in members
    ]


def _to_owner(kind: str, key: str, taking: Taking, now: dt.datetime) -> Message:
    owner = taking.occurrence.ask.owner
    return outbox.draft(
        kind=kind, dedupe_key=key, recipient=owner, owner=owner, params={"taking": taking.pk}, not_before=now
    )
