"""What may go is looked at right before it goes: in one order, in few queries, and nothing is lost by waiting."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from accounts.models import User
from outbox import delivery, gate, kinds, preferences, reasons, services, turns
from outbox.models import BrokenAddress, ChannelPreference, DailyTurn, Message
from tests.conftest import person
from tests.outbox.conftest import Server

# Ten in the evening in London, 21:00 UTC: quiet by default.
NIGHT = dt.datetime(2026, 5, 4, 21, tzinfo=dt.UTC)
MORNING = dt.datetime(2026, 5, 5, 8, tzinfo=dt.UTC)  # nine in London
NOON = dt.datetime(2026, 5, 5, 11, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def some_kinds(words_for: Callable[..., None]) -> Iterator[dict[str, Any]]:
    """Kinds for these tests; what they say can be changed."""
    says: dict[str, Any] = {}
    before = dict(kinds._kinds)

    def context(message: Message) -> Any:
        said = says.get(message.dedupe_key, {"hello": "there"})
        if isinstance(said, Exception):
            raise said
        return said

    kinds.register("tests/plain")(context)
    kinds.register("tests/gentle", gentle=True)(context)
    kinds.register("tests/nudge", unsubscribe="nudges")(context)
    kinds.register("tests/code", at_once=True)(context)
    words_for("tests/plain", "tests/gentle", "tests/nudge", "tests/code")
    yield says
    kinds._kinds.clear()
    kinds._kinds.update(before)


@pytest.fixture
def asleep(owner: User) -> None:
    ChannelPreference.objects.filter(person=owner).delete()


def leased(kind: str, to: User, *, key: str = "a", now: dt.datetime = NOON, **more: Any) -> Message:
    services.queue(kind=f"tests/{kind}", dedupe_key=key, recipient=to, not_before=now, **more)
    (message,) = Message.objects.take(now=now, limit=1, only=[key])
    return message


def look(*messages: Message, now: dt.datetime = NOON) -> list[gate.Verdict]:
    return gate.look(list(messages), now=now)


def test_what_is_true_and_has_somewhere_to_go_goes(owner: User) -> None:
    (verdict,) = look(leased("plain", owner))
    assert isinstance(verdict, gate.Go)
    assert verdict.context == {"hello": "there"}
    assert verdict.preference is not None


def test_what_was_taken_back_or_taken_over_is_left_alone(owner: User) -> None:
    back, over = leased("plain", owner, key="a"), leased("plain", owner, key="b")
    services.cancel(key_prefix="a")
    Message.objects.filter(pk=over.pk).update(leased_until=NOON)
    assert look(back, over) == []


def test_with_nothing_left_to_say_it_ends(owner: User, some_kinds: dict[str, Any]) -> None:
    some_kinds["a"] = None
    (verdict,) = look(leased("plain", owner))
    assert verdict == gate.End(verdict.message, reasons.NOTHING_LEFT)


def test_one_that_waits_for_another_says_when_to_look_again(owner: User, some_kinds: dict[str, Any]) -> None:
    some_kinds |= {"a": kinds.NotYet(), "b": kinds.NotYet(NOON + HOUR), "c": kinds.NotYet(NOON - HOUR)}
    verdicts = look(*(leased("plain", owner, key=key) for key in "abc"))
    assert [v.until for v in verdicts] == [NOON + gate.SOON, NOON + HOUR, NOON + gate.SOON]


def test_a_bad_one_spoils_no_other(owner: User, some_kinds: dict[str, Any]) -> None:
    some_kinds["a"] = ValueError("bad")
    bad, good = look(leased("plain", owner, key="a"), leased("plain", owner, key="b"))
    assert isinstance(bad, gate.Trouble)
    assert isinstance(good, gate.Go)


def test_a_whole_list_that_fails_is_tried_one_by_one(owner: User) -> None:
    asked: list[int] = []

    @kinds.register_many("tests/plain")
    def many(messages: list[Message]) -> list[dict[str, Any] | None]:
        asked.append(len(messages))
        if any(message.dedupe_key == "bad" for message in messages):
            raise ValueError("bad")
        return [{} for _message in messages]

    verdicts = look(*(leased("plain", owner, key=key) for key in ("a", "bad", "b")))
    assert [type(v) for v in verdicts] == [gate.Go, gate.Trouble, gate.Go]
    assert asked == [3, 1, 1, 1]


def test_a_kind_that_answers_for_too_few_is_trouble(owner: User) -> None:
    kinds.register_many("tests/plain")(lambda messages: [])
    (verdict,) = look(leased("plain", owner))
    assert isinstance(verdict, gate.Trouble)


def test_a_channel_of_a_newer_version_waits(owner: User) -> None:
    message = leased("plain", owner)
    message.channel = "pigeon"
    (verdict,) = look(message)
    assert isinstance(verdict, gate.Trouble)


def test_where_mail_comes_back_nothing_is_sent_but_what_is_asked_for_just_now(owner: User) -> None:
    BrokenAddress.objects.create(address=owner.email, reason="no such person")
    other, code = look(leased("plain", owner, key="a"), leased("code", owner, key="b"))
    assert other == gate.End(other.message, reasons.BROKEN, failed=True)
    assert isinstance(code, gate.Go)


def test_the_same_address_on_another_channel_is_not_broken(owner: User) -> None:
    BrokenAddress.objects.create(address=owner.email, reason="no such person", channel="sms")
    assert isinstance(look(leased("plain", owner))[0], gate.Go)
    assert preferences.broken([owner]) == set()
    assert preferences.broken([owner], "sms") == {owner.pk}


def test_who_stopped_reminders_gets_everything_else(owner: User) -> None:
    services.stop(person_id=owner.pk, channel="email", what="nudges", now=NOON)
    nudge, other = look(leased("nudge", owner, key="a"), leased("plain", owner, key="b"))
    assert nudge == gate.End(nudge.message, reasons.STOPPED)
    assert isinstance(other, gate.Go)


@pytest.mark.usefixtures("asleep")
def test_in_quiet_hours_it_waits_until_they_end_and_then_goes(owner: User, smtp: Server) -> None:
    with time_machine.travel(NIGHT, tick=False):
        services.queue(kind="tests/plain", dedupe_key="a", recipient=owner)
        assert delivery.deliver_due() == 1
        assert delivery.deliver_due() == 0
    message = Message.objects.get()
    assert (message.next_attempt_at, message.held_for) == (MORNING, "quiet_hours")
    assert message.attempts == 0
    with time_machine.travel(MORNING, tick=False):
        delivery.deliver_due()
    message.refresh_from_db()
    assert message.sent_at == MORNING
    assert message.held_for == ""
    assert smtp.next()["To"] == owner.email


@pytest.mark.usefixtures("asleep")
def test_what_may_wake_them_and_what_they_wait_for_goes_at_night(owner: User) -> None:
    waking = leased("plain", owner, key="a", now=NIGHT, wakes=True)
    code = leased("code", owner, key="b", now=NIGHT)
    assert [type(v) for v in look(waking, code, now=NIGHT)] == [gate.Go, gate.Go]


def test_who_has_no_account_has_no_quiet_hours(db: None) -> None:
    services.queue(kind="tests/plain", dedupe_key="a", address="luis@example.org", not_before=NIGHT)
    (message,) = Message.objects.take(now=NIGHT, limit=1)
    assert isinstance(look(message, now=NIGHT)[0], gate.Go)


@pytest.mark.usefixtures("asleep")
def test_who_has_the_quiet_hours_changed_gets_what_waited(owner: User) -> None:
    message = leased("plain", owner, now=NIGHT)
    Message.objects.filter(pk=message.pk).update(next_attempt_at=MORNING, held_for="quiet_hours")
    wish = {"quiet_from": dt.time(23), "quiet_until": dt.time(9), "discreet": False, "nudges": True}
    services.prefer(person=owner, channel="email", now=NIGHT, **wish)
    assert Message.objects.get().next_attempt_at == NIGHT


def given(message: Message, now: dt.datetime = NOON) -> gate.Hold | None:
    """It is given away now: None if it may go."""
    return gate.let_go(gate.Go(message, {}), now=now)


def test_only_one_gentle_message_a_day(owner: User, supporter: User) -> None:
    first, second = leased("gentle", owner, key="a"), leased("gentle", owner, key="b")
    other, plain = leased("gentle", supporter, key="c"), leased("plain", owner, key="d")
    assert [given(one) for one in (first, other, plain)] == [None, None, None]
    midnight = dt.datetime(2026, 5, 5, 23, tzinfo=dt.UTC)
    assert given(second) == gate.Hold(second, midnight, "one_a_day")
    assert look(first, second)[1] == gate.Hold(second, midnight, "one_a_day")
    assert given(first) is None  # tried again: still its turn
    assert isinstance(look(second, now=midnight)[0], gate.Go)
    assert given(second, now=midnight) is None


def test_a_look_uses_up_nobodys_day(owner: User) -> None:
    first, second = leased("gentle", owner, key="a"), leased("gentle", owner, key="b")
    assert [type(verdict) for verdict in look(first, second)] == [gate.Go, gate.Go]
    assert not DailyTurn.objects.exists()


@pytest.mark.usefixtures("asleep")
def test_the_next_day_begins_after_the_quiet_hours(owner: User) -> None:
    first, second = leased("gentle", owner, key="a"), leased("gentle", owner, key="b")
    given(first)
    (waits,) = look(second)
    assert waits.until == dt.datetime(2026, 5, 6, 8, tzinfo=dt.UTC)


def test_a_gentle_message_to_nobody_in_particular_needs_no_turn(db: None) -> None:
    services.queue(kind="tests/gentle", dedupe_key="a", address="luis@example.org", not_before=NOON)
    (message,) = Message.objects.take(now=NOON, limit=1)
    assert isinstance(look(message)[0], gate.Go)
    assert given(message) is None
    assert turns.day(message, NOON) == NOON.date()


@pytest.mark.parametrize("end", [{"cancelled_at": NOON}, {"failed_at": NOON}, {"next_attempt_at": NIGHT}])
def test_a_turn_that_came_to_nothing_is_free_again_once_nobody_holds_it(
    owner: User, end: dict[str, dt.datetime]
) -> None:
    first, second = leased("gentle", owner, key="a"), leased("gentle", owner, key="b")
    given(first)
    Message.objects.filter(pk=first.pk).update(**end)
    assert isinstance(look(second)[0], gate.Hold)  # it may be on its way this very moment
    assert given(second) is not None
    Message.objects.filter(pk=first.pk).update(leased_until=None)
    assert isinstance(look(second)[0], gate.Go)
    assert given(second) is None


def test_a_turn_whose_message_was_sent_stays_used(owner: User) -> None:
    first, second = leased("gentle", owner, key="a"), leased("gentle", owner, key="b")
    given(first)
    Message.objects.filter(pk=first.pk).update(sent_at=NOON, leased_until=None)
    assert given(second) is not None


def test_turns_of_long_ago_are_cleared_away(owner: User) -> None:
    message = leased("gentle", owner)
    old = DailyTurn.objects.create(person=owner, day=dt.date(2026, 4, 1), message=message)
    given(message)
    assert not DailyTurn.objects.filter(pk=old.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_gentle_message(owner: User) -> None:
    messages = [leased("gentle", owner, key=f"m{n}") for n in range(4)]
    gate_opens = threading.Barrier(4)
    said: list[gate.Hold | None] = []

    def work(message: Message) -> None:
        gate_opens.wait(timeout=60)
        said.append(given(message))
        connection.close()

    threads = [threading.Thread(target=work, args=[message]) for message in messages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len(said) == 4
    assert said.count(None) == 1


@pytest.mark.parametrize("kind", ["plain", "gentle", "nudge"])
def test_three_cost_as_many_queries_as_one(
    db: None, kind: str, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    readers = [person(f"p{n}@example.org", f"P{n}") for n in range(4)]
    one, *three = [leased(kind, reader, key=f"m{n}") for n, reader in enumerate(readers)]
    with django_assert_max_num_queries(10) as counted:
        look(one)
    with django_assert_num_queries(len(counted)):
        look(*three)


def test_what_was_found_true_too_long_ago_is_looked_at_again(
    owner: User, smtp: Server, some_kinds: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "FRESH", -1)
    asked: list[str] = []

    def context(message: Message) -> dict[str, Any]:
        asked.append(message.dedupe_key)
        return {"hello": "again"}

    kinds.register("tests/plain")(context)
    services.queue(kind="tests/plain", dedupe_key="a", recipient=owner)
    delivery.deliver_due()
    assert asked == ["a", "a"]
    assert smtp.next()["Subject"] == "Hello again"


def test_what_is_no_longer_true_by_its_turn_is_not_sent(
    owner: User, smtp: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "FRESH", -1)
    answers = iter([{"hello": "there"}, None])
    kinds.register("tests/plain")(lambda message: next(answers))
    services.queue(kind="tests/plain", dedupe_key="a", recipient=owner)
    delivery.deliver_due()
    assert Message.objects.get().cancelled_at is not None
    assert smtp.letters.empty()


def test_preferences_are_one_query_and_have_defaults(
    owner: User, stranger: User, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        wishes = preferences.of([owner.pk, stranger.pk])
    assert wishes[owner.pk].pk
    usual = wishes[stranger.pk]
    assert not ChannelPreference.objects.filter(person=stranger).exists()
    assert (usual.quiet_from, usual.quiet_until) == (dt.time(21), dt.time(9))
    assert not usual.has_stopped("nudges")


def test_only_reminders_can_be_stopped(owner: User) -> None:
    with pytest.raises(ValueError, match="alerts"):
        services.stop(person_id=owner.pk, channel="email", what="alerts", now=timezone.now())
    assert not ChannelPreference(nudges_stopped_at=NOON).has_stopped("alerts")
