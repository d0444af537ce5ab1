"""Writing messages down, taking them back."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from outbox import delivery, kinds, stops, tasks
from outbox.models import BrokenAddress, Channel, ChannelPreference, Message

logger = logging.getLogger(__name__)


def queue(
    *,
    kind: str,
    dedupe_key: str,
    recipient: User | None = None,
    address: str = "",
    params: dict[str, Any] | None = None,
    not_before: dt.datetime | None = None,
    owner: User | None = None,
    wakes: bool = False,
) -> Message:
    """Write one message in the caller's transaction; it leaves after the commit.

    The same key twice is one message. Raises KeyError for a kind nobody registered.
    """
    message = draft(
        kind=kind,
        dedupe_key=dedupe_key,
        recipient=recipient,
        address=address,
        params=params,
        not_before=not_before,
        owner=owner,
        wakes=wakes,
    )
    Message.objects.bulk_create([message], ignore_conflicts=True)
    written = Message.objects.get(dedupe_key=dedupe_key)
    _wake_on_commit([written])
    return written


def draft(
    *,
    kind: str,
    dedupe_key: str,
    recipient: User | None = None,
    address: str = "",
    params: dict[str, Any] | None = None,
    not_before: dt.datetime | None = None,
    owner: User | None = None,
    wakes: bool = False,
) -> Message:
    """A message not written yet, for `queue_all`.

    `owner` is on whose behalf it goes; `wakes`: it may be sent in its reader's quiet hours.
    Raises KeyError for a kind nobody registered.
    """
    kinds.get(kind)
    when = not_before or timezone.now()
    return Message(
        kind=kind,
        dedupe_key=dedupe_key,
        recipient=recipient,
        address=address,
        params=params or {},
        not_before=when,
        next_attempt_at=when,
        owner=owner,
        wakes=wakes,
    )


def queue_all(messages: Iterable[Message]) -> None:
    """Write many drafts in the caller's transaction, in one statement. Keys that exist are left alone."""
    rows = Message.objects.bulk_create(list(messages), ignore_conflicts=True)
    _wake_on_commit(rows)


def cancel(*, key_prefix: str) -> int:
    """Take back what is still waiting under a key prefix; says how many. What was sent stays sent."""
    waiting = Message.objects.waiting().filter(dedupe_key__startswith=key_prefix)
    return waiting.update(cancelled_at=timezone.now())


def hurry(*, key_prefix: str) -> None:
    """Look again, now, at what is held back for another message under a key prefix."""
    now = timezone.now()
    held = Message.objects.waiting().in_nobodys_hands().filter(held_for="", not_before__lte=now)
    if held.filter(dedupe_key__startswith=key_prefix).update(next_attempt_at=now):
        wake_on_commit()


def forget(*, key_prefix: str) -> int:
    """Undo the writing of what nobody has begun to send, without a trace; says how many."""
    gone, _by_model = Message.objects.waiting().filter(dedupe_key__startswith=key_prefix, attempts=0).delete()
    return gone


def erase(*, keys: Iterable[str]) -> int:
    """Remove letters to an address without an account, whatever became of them; says how many."""
    gone, _by_model = Message.objects.filter(recipient=None, dedupe_key__in=list(keys)).delete()
    return gone


def wake_on_commit() -> None:
    """For rows that were written by other means than `queue`."""
    transaction.on_commit(wake, robust=True)


def trust_address(*, address: str, channel: str = Channel.EMAIL) -> None:
    """Its owner says that messages arrive there again."""
    BrokenAddress.objects.filter(channel=channel, address=address.lower()).delete()


@transaction.atomic
def prefer(
    *,
    person: User,
    channel: str,
    quiet_from: dt.time,
    quiet_until: dt.time,
    discreet: bool,
    nudges: bool,
    now: dt.datetime,
) -> None:
    """How they want to hear from us on that channel. What waited for their quiet hours is looked at again."""
    ChannelPreference.objects.get_or_create(person=person, channel=channel)
    wish = ChannelPreference.objects.select_for_update().get(person=person, channel=channel)
    wish.quiet_from, wish.quiet_until = quiet_from, quiet_until
    wish.discreet_at = (wish.discreet_at or now) if discreet else None
    wish.nudges_stopped_at = None if nudges else (wish.nudges_stopped_at or now)
    wish.save()
    held = Message.objects.waiting().filter(recipient=person, channel=channel)
    if held.filter(held_for=Message.HeldFor.QUIET_HOURS).update(next_attempt_at=now, held_for=""):
        wake_on_commit()


def stop(*, person_id: int, channel: str, what: str, now: dt.datetime) -> None:
    """They want no more of these on that channel. Saying it twice is saying it once.

    Raises ValueError for something that cannot be stopped, such as a place on a ladder.
    """
    elsewhere = stops.of(what)
    if elsewhere:
        elsewhere.stop(person_id, now)
        return
    _check_stoppable(what)
    wish, _made = ChannelPreference.objects.get_or_create(person_id=person_id, channel=channel)
    ChannelPreference.objects.filter(pk=wish.pk, nudges_stopped_at=None).update(nudges_stopped_at=now)


def go_on(*, person_id: int, channel: str, what: str) -> None:
    """They want these again."""
    elsewhere = stops.of(what)
    if elsewhere:
        elsewhere.go_on(person_id)
        return
    _check_stoppable(what)
    ChannelPreference.objects.filter(person=person_id, channel=channel).update(nudges_stopped_at=None)


def _check_stoppable(what: str) -> None:
    if what != "nudges":
        raise ValueError(f"{what} cannot be stopped")


def _wake_on_commit(messages: list[Message]) -> None:
    now = timezone.now()
    if any(message.not_before <= now for message in messages):
        at_once = [m.dedupe_key for m in messages if kinds.get(m.kind).at_once]
        transaction.on_commit(lambda: wake(at_once), robust=True)


def wake(at_once: list[str] | None = None) -> None:
    """Tell a worker that there is something to send. Without a broker the next sweep finds it anyway;
    only what somebody is waiting for at a form (`at_once`, dedupe keys) is then sent right here.
    """
    try:
        tasks.deliver.delay()
    except tasks.BROKER_ERRORS as error:
        logger.warning("The broker is away (%s); messages wait for the next sweep.", error)
        if at_once:
            delivery.deliver_due(only=at_once)
