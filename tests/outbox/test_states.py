"""What became of a message, in plain words and without a query."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from outbox import reasons, states
from outbox.models import Message

NOW = dt.datetime(2026, 5, 4, 20, tzinfo=dt.UTC)
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
LEASED = {"attempts": 1, "next_attempt_at": NOW + MINUTE, "leased_until": NOW + MINUTE}

CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("waiting", "Goes out in a moment.", {}),
    ("waiting", "Waits until 10:00 pm.", {"next_attempt_at": NOW + HOUR}),
    ("waiting", "We could not send it yet. We try again at 9:01 pm.", LEASED | {"last_error": "gone"}),
    ("waiting", "We could not send it yet. We try again in a moment.", {"last_error": "gone"}),
    (
        "waiting",
        "Their mail server asked us to wait. We try again at 9:01 pm.",
        LEASED | {"last_error": "450 4.2.1 later", "refused_at": NOW},
    ),
    (
        "held",
        "Waits until tomorrow at 9:00 am: these are their quiet hours.",
        {"held_for": "quiet_hours", "next_attempt_at": NOW + 12 * HOUR},
    ),
    (
        "held",
        "Waits until tomorrow at 9:00 am: one gentle message a day is enough.",
        {"held_for": "one_a_day", "next_attempt_at": NOW + 12 * HOUR},
    ),
    ("on_its_way", "On its way right now.", LEASED),
    ("on_its_way", "On its way right now.", LEASED | {"handed_over_at": NOW}),
    ("sent", "Sent. Their mail server took it.", {"sent_at": NOW}),
    (
        "refused",
        "Came back: the mail server says this mailbox does not exist.",
        {"failed_at": NOW, "last_error": "550 5.1.1 <secret@example.org> no such\nuser", "refused_at": NOW},
    ),
    (
        "refused",
        "Not sent: an earlier message to this address came back.",
        {"failed_at": NOW, "last_error": reasons.BROKEN},
    ),
    (
        "given_up",
        "We gave up after three days: their mail server kept saying no.",
        {"failed_at": NOW, "last_error": "550 5.7.1 relaying denied", "refused_at": NOW},
    ),
    (
        "given_up",
        "We gave up after three days: we could not reach the mail server.",
        {"failed_at": NOW, "last_error": "timed out"},
    ),
    (
        "taken_back",
        "Taken back before it went: it was no longer needed.",
        {"cancelled_at": NOW, "last_error": reasons.NOTHING_LEFT},
    ),
    (
        "taken_back",
        "Not sent: they have stopped these.",
        {"cancelled_at": NOW, "last_error": reasons.STOPPED},
    ),
]


def message(to: User, owner: User | None, **fields: Any) -> Message:
    made = Message(dedupe_key="a", kind="tests/hello", recipient=to, owner=owner)
    for name, value in ({"not_before": NOW, "next_attempt_at": NOW} | fields).items():
        setattr(made, name, value)
    made.recipient = None  # whoever asks it for more than the row holds fails
    made.recipient_id, made.owner_id = to.pk, owner.pk if owner else None
    return made


@pytest.mark.parametrize(("code", "words", "fields"), CASES)
def test_a_state_is_said_in_words(
    owner: User,
    supporter: User,
    code: str,
    words: str,
    fields: dict[str, Any],
    django_assert_num_queries: Any,
) -> None:
    made = message(supporter, owner, **fields)
    with django_assert_num_queries(0), timezone.override("Europe/London"):
        state = states.of(made, now=NOW)
    assert (state.code, state.words) == (code, words)
    assert "example.org" not in state.words
    assert state.at is not None


@pytest.mark.parametrize(("code", "words", "fields"), CASES)
def test_what_came_to_oneself_speaks_to_you(
    owner: User, code: str, words: str, fields: dict[str, Any]
) -> None:
    with timezone.override("Europe/London"):
        state = states.of(message(owner, owner, **fields), now=NOW)
    assert state.code == code
    assert state.words == (
        words.replace("Their", "Your").replace("their", "your").replace("they have", "you have")
    )


def test_who_looks_may_be_the_reader(owner: User, supporter: User) -> None:
    made = message(supporter, owner, sent_at=NOW)
    assert states.of(made, now=NOW, looker_id=supporter.pk).words.startswith("Sent. Your")


def test_a_hold_that_is_over_goes_out_in_a_moment(owner: User) -> None:
    made = message(owner, owner, held_for="quiet_hours", next_attempt_at=NOW - MINUTE)
    assert states.of(made, now=NOW).words == "Goes out in a moment."


def test_an_address_is_not_even_in_the_row_of_somebody_unknown(db: None) -> None:
    made = Message(dedupe_key="a", kind="x", address="luis@example.org", not_before=NOW, next_attempt_at=NOW)
    assert states.of(made, now=NOW).code == "waiting"
