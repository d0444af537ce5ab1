"""What passes between an owner and a member: words that need no reply, "we talked today", how much is enough."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from networks import between, errors, services
from networks.models import Membership, Share, Signal, Tie
from outbox.models import Message
from tests.checkins.supporter_pages import page, plain

ClientOf = Callable[[User], Client]
DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def say(client: Client, membership: Membership, kind: str) -> str:
    answer = client.post(f"/network/word/{membership.pk}/", {"kind": kind}, follow=True)
    return plain(answer.content.decode())


def heard(membership: Membership, reader: User, at: dt.datetime | None = None) -> str:
    found = between.words([membership], reader=reader, now=at or timezone.now())[membership.pk]
    return found.theirs.kind if found.theirs else ""


def own(membership: Membership, reader: User) -> str:
    found = between.words([membership], reader=reader, now=timezone.now())[membership.pk]
    return found.mine.kind if found.mine else ""


# Words --------------------------------------------------------------------------------------------------


def test_a_word_reaches_the_owner_on_the_page_of_the_tie_and_no_letter_goes_out(
    client_of: ClientOf, owner: User, supporter: User, membership: Membership
) -> None:
    letters = Message.objects.count()
    said = say(client_of(supporter), membership, "thinking")
    assert "Said. They need not answer." in said
    assert Message.objects.count() == letters
    tie = page(client_of(owner), f"/network/{membership.tie_id}/")
    assert "Thinking of you. Ana, today" in tie
    assert heard(membership, supporter) == ""


def test_a_word_of_the_owner_is_said_from_the_page_of_the_tie(
    client_of: ClientOf, owner: User, supporter: User, membership: Membership
) -> None:
    said = say(client_of(owner), membership, "cant_talk")
    assert "You said “Can’t talk today”, today." in said
    assert heard(membership, supporter) == "cant_talk"


def test_only_the_latest_of_each_side_is_kept(owner: User, supporter: User, membership: Membership) -> None:
    for kind in ("thinking", "hugged"):
        services.send_signal(membership=membership, by=supporter, kind=kind, now=timezone.now())
    services.send_signal(membership=membership, by=owner, kind="cant_talk", now=timezone.now())
    assert Signal.objects.count() == 2
    assert (heard(membership, owner), heard(membership, supporter)) == ("hugged", "cant_talk")
    with pytest.raises(IntegrityError, match="signal_latest_only"), transaction.atomic():
        Signal.objects.create(membership=membership, by=owner, kind="hugged", sent_at=timezone.now())


def test_a_word_fades_after_four_days(owner: User, supporter: User, membership: Membership) -> None:
    services.send_signal(membership=membership, by=supporter, kind="thinking", now=NOON)
    assert heard(membership, owner, NOON + 4 * DAY - dt.timedelta(seconds=1)) == "thinking"
    assert heard(membership, owner, NOON + 4 * DAY) == ""


def test_an_unknown_word_is_asked_for_again(
    client_of: ClientOf, supporter: User, membership: Membership
) -> None:
    assert "Choose one of the three words." in say(client_of(supporter), membership, "poke")
    assert not Signal.objects.exists()


def test_words_are_for_the_two_of_them(
    client: Client, client_of: ClientOf, owner: User, supporter: User, stranger: User, membership: Membership
) -> None:
    path = f"/network/word/{membership.pk}/"
    assert client.post(path)["Location"].startswith("/accounts/login/")
    assert client_of(owner).get(path).status_code == 405
    assert client_of(stranger).post(path, {"kind": "thinking"}).status_code == 404
    with pytest.raises(errors.NotYours):
        services.send_signal(membership=membership, by=stranger, kind="thinking", now=NOON)
    services.end_membership(membership=membership, by=owner)
    assert client_of(supporter).post(path, {"kind": "thinking"}).status_code == 404
    with pytest.raises(errors.NoLongerJoined):
        services.send_signal(membership=membership, by=supporter, kind="thinking", now=NOON)


# A quiet limit ------------------------------------------------------------------------------------------


def test_a_limited_member_keeps_what_they_heard_before_and_hears_nothing_newer(
    client_of: ClientOf, owner: User, supporter: User, membership: Membership
) -> None:
    services.send_signal(membership=membership, by=owner, kind="thinking", now=NOON - DAY)
    services.limit(membership=membership, by=owner, now=NOON - dt.timedelta(hours=1))
    said = say(client_of(owner), membership, "cant_talk")
    assert "does not reach them" in said
    assert heard(membership, supporter) == "thinking"
    assert 'value="thinking"' not in client_of(owner).get(f"/network/{membership.tie_id}/").content.decode()
    # Even one that was written in the same moment from elsewhere.
    Signal.objects.filter(by=owner).update(kind="hugged", sent_at=NOON)
    assert heard(membership, supporter) == ""


def test_a_limited_member_speaks_as_before(
    client_of: ClientOf, owner: User, supporter: User, membership: Membership
) -> None:
    client = client_of(supporter)
    before = say(client, membership, "hugged")
    services.limit(membership=membership, by=owner, now=NOON)
    assert say(client, membership, "hugged") == before
    assert own(membership, supporter) == "hugged"
    assert heard(membership, owner) == "hugged"


def test_words_of_many_take_one_query(
    owner: User, supporter: User, stranger: User, membership: Membership, django_assert_num_queries: Any
) -> None:
    tie = Tie.objects.create(owner=stranger, name="Ana", circle="close")
    other = Membership.objects.create(tie=tie, owner=stranger, member=supporter)
    services.send_signal(membership=other, by=stranger, kind="hugged", now=NOON)
    with django_assert_num_queries(1):
        found = between.words([membership, other], reader=supporter, now=NOON)
    assert found[membership.pk] == between.Words()
    assert found[other.pk].theirs.kind == "hugged"


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("thinking", "Ana was thinking of you · today"),
        ("cant_talk", "Ana could not talk, and wanted you to know · today"),
        ("hugged", "Ana read your words, and sent a hug · today"),
    ],
)
@pytest.mark.parametrize("path", ["/today/", "/network/"])
def test_a_word_stands_calmly_on_today_and_on_the_network_page(
    client_of: ClientOf,
    owner: User,
    supporter: User,
    membership: Membership,
    path: str,
    kind: str,
    sentence: str,
) -> None:
    mine = client_of(owner)
    assert "A word for you" not in page(mine, path)
    services.send_signal(membership=membership, by=owner, kind="thinking", now=NOON)
    assert "A word for you" not in page(mine, path)
    services.send_signal(membership=membership, by=supporter, kind=kind, now=NOON)
    assert sentence in page(mine, path).replace("&nbsp;", " ").replace("\xa0", " ")
    assert "A word for you" not in page(client_of(supporter), path)
    services.archive_tie(tie=membership.tie, by=owner)
    assert "A word for you" not in page(mine, path)


def test_only_the_newest_few_are_said_newest_first(
    owner: User, supporter: User, django_assert_num_queries: Any
) -> None:
    joined = []
    for place in range(between.MOST_HEARD + 2):
        member = User.objects.create(email=f"member{place}@example.org")
        tie = services.add_tie(by=owner, name=f"Person {place}", circle="close")
        joined.append(Membership.objects.create(tie=tie, owner=owner, member=member))
        at = NOON + dt.timedelta(minutes=place)
        services.send_signal(membership=joined[-1], by=member, kind="hugged", now=at)
    with django_assert_num_queries(1):
        found = between.heard(joined, owner=owner, now=NOON + DAY)
    assert [one.tie.name for one in found] == ["Person 4", "Person 3", "Person 2"]
    with django_assert_num_queries(0):
        assert between.heard([], owner=owner, now=NOON) == []


# We talked today ----------------------------------------------------------------------------------------


def talked(member: User, now: dt.datetime) -> list[int]:
    return [touch.tie_id for touch in between.talked_today(member, now=now)]


def test_we_talked_today_warms_the_tie_and_can_be_taken_back(
    client_of: ClientOf, owner: User, supporter: User, membership: Membership
) -> None:
    client, path = client_of(supporter), f"/network/support/{membership.pk}/talked/"
    said = plain(client.post(path, follow=True).content.decode())
    assert "Maya and you were in touch today" in said
    assert "You told us that you talked today." in said
    assert Tie.objects.get(pk=membership.tie_id).last_touch_at == NOON
    assert talked(supporter, NOON) == [membership.tie_id]
    assert talked(supporter, NOON + DAY) == []
    assert talked(owner, NOON) == []
    said = plain(client.post(f"{path}undo/", follow=True).content.decode())
    assert "Taken back." in said
    assert "We talked today" in said
    assert Tie.objects.get(pk=membership.tie_id).last_touch_at is None
    assert "Taken back." in plain(client.post(f"{path}undo/", follow=True).content.decode())


def test_what_the_owner_logged_is_not_told_to_the_member(
    owner: User, supporter: User, membership: Membership
) -> None:
    services.log_touch(tie=membership.tie, by=owner, at=NOON)
    assert talked(supporter, NOON) == []


# How much is enough ---------------------------------------------------------------------------------------


def test_a_member_says_how_much_is_enough_and_the_owner_is_not_told(
    client_of: ClientOf, owner: User, supporter: User, membership: Membership
) -> None:
    services.change_shares(membership=membership, shares=[Share.ASKS], by=owner)
    client, path = client_of(supporter), f"/network/support/{membership.pk}/at-most/"
    letters = Message.objects.count()
    said = plain(client.post(path, {"at_most": "2"}, follow=True).content.decode())
    assert "Saved." in said
    assert Membership.objects.get().weekly_cap == 2
    assert '<option value="2" selected' in client.get("/support/").content.decode()
    assert "Choose one of the numbers." in plain(
        client.post(path, {"at_most": "1000"}, follow=True).content.decode()
    )
    client.post(path, {"at_most": ""})
    assert Membership.objects.get().weekly_cap is None
    assert Message.objects.count() == letters
    with pytest.raises(errors.NotYours):
        services.set_weekly_cap(membership=membership, by=owner, at_most=1)


@pytest.mark.parametrize("what", ["talked", "talked/undo", "at-most"])
def test_these_are_the_members_own(
    client: Client, client_of: ClientOf, owner: User, supporter: User, membership: Membership, what: str
) -> None:
    path = f"/network/support/{membership.pk}/{what}/"
    assert client.post(path)["Location"].startswith("/accounts/login/")
    assert client_of(supporter).get(path).status_code == 405
    assert client_of(owner).post(path).status_code == 404
    services.end_membership(membership=membership, by=supporter)
    assert client_of(supporter).post(path).status_code == 404
