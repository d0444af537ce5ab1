"""Who can see what, looked through every three months; and the record of what was agreed to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Consent, User
from accounts.services import welcome
from networks import seeing, services, wished
from networks.models import Membership, NetworkWishes, Tie
from tests.conftest import person

SignIn = Callable[[User], Client]
PATH = "/network/who-sees/"


@pytest.fixture
def mine(client_of: SignIn, owner: User) -> Client:
    return client_of(owner)


def shown(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def long_ago(owner: User, days: int) -> User:
    User.objects.filter(pk=owner.pk).update(joined_at=timezone.now() - dt.timedelta(days=days))
    owner.refresh_from_db()
    return owner


def test_everybody_stands_there_with_what_they_see_in_the_words_of_that_day(
    mine: Client, membership: Membership
) -> None:
    page = shown(mine, PATH)
    assert "Ana sees the pain score you give, from 0 to 10. <span" in page
    assert page.count(" checked>") == 2
    Consent.objects.create(
        subject=membership.owner,
        grantee=membership.member,
        purpose="share",
        act="given",
        categories=["pain"],
        text="Words of a later day.",
        language="en",
    )
    assert "Words of a later day." in shown(mine, PATH)


def test_a_change_in_place_is_for_one_and_leaves_the_others(
    mine: Client, membership: Membership, other_tie: Tie, stranger: User, owner: User
) -> None:
    other = Membership.objects.create(tie=other_tie, owner=owner, member=stranger, shares=["mood"])
    answer = mine.post(PATH, {"of": membership.pk, "shares": ["word"]})
    assert answer.headers["Location"] == f"{PATH}#seer-{membership.pk}"
    membership.refresh_from_db()
    other.refresh_from_db()
    assert (membership.shares, other.shares) == (["word"], ["mood"])
    assert Consent.objects.filter(categories=["word"], act="given", how="page").count() == 1
    assert "Saved for Ana" in shown(mine, PATH)


def test_what_cannot_be_shared_is_refused_and_nobody_else_s_is_found(
    mine: Client, membership: Membership, supporter: User, client_of: SignIn
) -> None:
    assert mine.post(PATH, {"of": membership.pk, "shares": ["diary"]}).status_code == 422
    for wrong in ("", "x", "9" * 30, "0"):
        assert mine.post(PATH, {"of": wrong}).status_code == 404
    assert client_of(supporter).post(PATH, {"of": membership.pk}).status_code == 404
    membership.refresh_from_db()
    assert membership.shares == ["checkins", "pain"]
    assert "Nobody has joined" in shown(client_of(supporter), PATH)


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_takes_as_many_queries_for_one_as_for_four(
    mine: Client, owner: User, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        tie = services.add_tie(by=owner, name=f"N{number}", circle="close")
        member = person(f"n{number}@example.org", "N")
        made = Membership.objects.create(tie=tie, owner=owner, member=member)
        services.change_shares(membership=made, shares=["pain"], by=owner)
    with django_assert_num_queries(6):
        mine.get(PATH)


# Every three months ---------------------------------------------------------------------------------


def test_it_is_offered_after_three_months_and_again_three_months_on(
    mine: Client, membership: Membership, owner: User
) -> None:
    words = "Is it still right who can see what, and for how long?"
    long_ago(owner, 90)
    assert words not in shown(mine, "/network/")
    long_ago(owner, 92)
    assert words in shown(mine, "/network/")
    assert "three months" in mine.post(f"{PATH}looks-right/", follow=True).content.decode()
    assert words not in shown(mine, "/network/")
    NetworkWishes.objects.update(reviewed_at=timezone.now() - dt.timedelta(days=92))
    assert words in shown(mine, "/network/")


def test_where_nobody_sees_anything_nothing_is_asked(membership: Membership, owner: User) -> None:
    long_ago(owner, 400)
    assert seeing.wants_a_look(owner, wished.by(owner), now=timezone.now())
    services.change_shares(membership=membership, shares=[], by=owner)
    assert not seeing.wants_a_look(owner, wished.by(owner), now=timezone.now())


# The record -----------------------------------------------------------------------------------------


def test_the_record_lists_each_yes_and_no_by_whom_and_in_which_words(
    mine: Client, membership: Membership, owner: User, supporter: User
) -> None:
    welcome(user=owner, name="Maya", time_zone="Europe/London", language="en")
    services.change_shares(membership=membership, shares=["pain"], by=owner)
    Consent.objects.create(
        subject=supporter,
        grantee=owner,
        purpose="ladder",
        act="given",
        categories=["ladder"],
        text="I get an e-mail.",
        language="en",
        how="link",
    )
    page = shown(mine, "/network/consents/")
    assert "Keeping what you write" in page and "I agree that Supportnet keeps" in page
    assert "Agreed by you" in page and "Taken back by you" in page and "on a page" in page
    assert "Being told in a silence: Ana" in page and "Agreed by Ana" in page
    assert "by a link in a letter" in page and "I get an e-mail." in page


def test_a_member_reads_nothing_of_what_the_owner_decided_about_them(
    client_of: SignIn, membership: Membership, owner: User, supporter: User
) -> None:
    services.change_shares(membership=membership, shares=[], by=owner)
    assert "Nothing so far." in shown(client_of(supporter), "/network/consents/")


def test_somebody_whose_account_is_gone_is_still_in_the_record(
    mine: Client, membership: Membership, supporter: User
) -> None:
    supporter.delete()
    assert "Sharing with somebody whose account is gone" in shown(mine, "/network/consents/")


def test_a_yes_by_the_link_in_a_letter_says_so(
    client_of: SignIn, owner: User, membership: Membership
) -> None:
    page = client_of(owner).get("/network/consents/").content.decode()
    assert "with their yes by the link in your letter" in page
    services.change_shares(membership=membership, by=owner, shares=["checkins", "pain", "word"])
    assert [row.how for row in Consent.objects.filter(purpose="share").order_by("pk")] == ["link", "page"]
