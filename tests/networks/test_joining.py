"""A link that is handed around: who opens it asks, and the owner decides."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Consent, User
from networks import errors, services
from networks.models import JoinRequest, Membership, ShareLink, Tie
from outbox import delivery
from outbox.models import ChannelPreference
from tests.conftest import PASSWORD, person

SignIn = Callable[[User], Client]
DAY = dt.timedelta(days=1)


@pytest.fixture
def link(owner: User) -> ShareLink:
    return services.make_link(by=owner, now=timezone.now())


@pytest.fixture
def asked(link: ShareLink, supporter: User) -> JoinRequest:
    return services.ask_to_join(link=link, by=supporter, note="Ana from the choir", now=timezone.now())


def opened(client: Client, link: ShareLink) -> Client:
    response = client.get(f"/network/join/{link.token()}/")
    assert response.headers["Location"] == "/network/join/"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    return client


def shown(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def letters_to(address: str) -> list[str]:
    """Sent at whatever hour this test runs."""
    for user in User.objects.all():
        ChannelPreference.objects.get_or_create(
            person=user,
            channel="email",
            defaults={"quiet_from": dt.time(0), "quiet_until": dt.time(0)},
        )
    delivery.deliver_due()
    return [str(letter.body) for letter in mail.outbox if address in letter.to]


# From link to yes -----------------------------------------------------------------------------------


def test_a_stranger_asks_the_owner_hears_and_says_yes_as_somebody_known(
    client_of: SignIn, link: ShareLink, owner: User, supporter: User, tie: Tie
) -> None:
    asker = opened(client_of(supporter), link)
    assert "one of Maya’s people?" in shown(asker, "/network/join/")
    asker.post("/network/join/", {"note": "Ana from the choir"})
    assert "You have asked Maya" in shown(asker, "/network/join/")
    assert not Membership.objects.exists()
    request = JoinRequest.objects.get()
    (letter,) = letters_to(owner.email)
    assert "Ana from the choir" in letter and f"/network/requests/{request.pk}/" in letter
    mine = client_of(owner)
    assert "Look and decide" in shown(mine, "/network/link/")
    assert "Somebody would like to join" in shown(mine, "/network/")
    page = shown(mine, f"/network/requests/{request.pk}/")
    assert "ana@example.org" in page and "Ana from the choir" in page
    mine.post(f"/network/requests/{request.pk}/", {"tie": tie.pk, "shares": ["word"]})
    assert "Somebody would like to join" not in shown(mine, "/network/")
    membership = Membership.objects.get()
    assert (membership.tie, membership.member, membership.shares) == (tie, supporter, ["word"])
    assert Consent.objects.get().text == "Ana sees how you are, in one word: good, so-so or hard. No numbers."
    assert "said yes" in letters_to(supporter.email)[-1]
    assert "already joined" in shown(asker, "/network/join/")


def test_a_yes_as_somebody_new_needs_a_name_and_a_circle(
    client_of: SignIn, asked: JoinRequest, owner: User
) -> None:
    mine, path = client_of(owner), f"/network/requests/{asked.pk}/"
    for wrong in ({}, {"tie": "new", "name": ""}, {"tie": "new", "name": "Ana"}, {"tie": "999"}):
        assert mine.post(path, wrong).status_code == 422
    mine.post(path, {"tie": "new", "name": "Ana", "circle": "wider"})
    membership = Membership.objects.get()
    assert (membership.tie.name, membership.tie.circle, membership.shares) == ("Ana", "wider", [])
    assert not Consent.objects.exists()
    assert "answered already" in mine.get(path, follow=True).content.decode()


def test_a_tie_that_joined_meanwhile_is_refused_in_words(
    client_of: SignIn, asked: JoinRequest, owner: User, tie: Tie, stranger: User
) -> None:
    Membership.objects.create(tie=tie, owner=owner, member=stranger)
    with pytest.raises(errors.AlreadyJoined):
        services.approve(request=asked, by=owner, shares=[], now=timezone.now(), tie=tie)
    assert "Ana</label>" not in shown(client_of(owner), f"/network/requests/{asked.pk}/")


def test_an_invitation_that_waits_for_the_same_tie_ends_with_the_yes(
    asked: JoinRequest, owner: User, invitation: Any
) -> None:
    services.approve(request=asked, by=owner, shares=[], now=timezone.now(), tie=invitation.tie)
    invitation.refresh_from_db()
    assert invitation.withdrawn_at


# No, and taking it back -----------------------------------------------------------------------------


def test_whoever_was_turned_down_sees_what_they_saw_before_and_gets_no_letter(
    client_of: SignIn, asked: JoinRequest, owner: User, supporter: User
) -> None:
    asker = opened(client_of(supporter), asked.link)
    before = shown(asker, "/network/join/")
    mine = client_of(owner)
    answer = mine.post(f"/network/requests/{asked.pk}/decline/", follow=True)
    assert "That is fine" in answer.content.decode()
    assert (
        "answered already"
        in mine.post(f"/network/requests/{asked.pk}/decline/", follow=True).content.decode()
    )
    after = shown(asker, "/network/join/")
    token = re.compile(r"[A-Za-z0-9]{64}")
    assert token.sub("", after) == token.sub("", before)
    assert not letters_to(supporter.email)


@pytest.mark.parametrize("declined", [True, False])
def test_taking_it_back_looks_the_same_whether_it_was_declined(
    client_of: SignIn, asked: JoinRequest, owner: User, supporter: User, declined: bool
) -> None:
    if declined:
        services.turn_down(request=asked, by=owner, now=timezone.now())
    asker = opened(client_of(supporter), asked.link)
    answer = asker.post("/network/join/take-back/", follow=True).content.decode()
    assert "You do not ask any more" in answer and "Ask to join" in answer
    answer = asker.post("/network/join/", {"note": ""}, follow=True).content.decode()
    assert "Leave it for a month" in answer
    assert not JoinRequest.objects.waiting().exists()


def test_after_a_month_one_may_ask_again(asked: JoinRequest, owner: User, supporter: User) -> None:
    services.turn_down(request=asked, by=owner, now=timezone.now())
    services.take_back(owner=owner, by=supporter, now=timezone.now())
    later = timezone.now() + 31 * DAY
    link = services.make_link(by=owner, now=later)
    again = services.ask_to_join(link=link, by=supporter, note="", now=later)
    assert again.pk != asked.pk
    assert services.ask_to_join(link=link, by=supporter, note="", now=later) == again


# The link -------------------------------------------------------------------------------------------


def test_a_new_link_ends_the_one_before_and_any_can_be_ended(
    client_of: SignIn, link: ShareLink, owner: User, supporter: User
) -> None:
    mine, asker = client_of(owner), client_of(supporter)
    assert link.token() in shown(mine, "/network/link/")
    assert "30 days" in mine.post("/network/link/", follow=True).content.decode()
    assert "This link has ended" in shown(opened(asker, link), "/network/join/", 410)
    newer = ShareLink.objects.live(timezone.now()).get()
    assert newer.token() != link.token()
    assert "does not work any more" in mine.post("/network/link/", {"end": "1"}, follow=True).content.decode()
    assert "You have no link now" in shown(mine, "/network/link/")
    assert "This link has ended" in shown(opened(asker, newer), "/network/join/", 410)
    answer = asker.post("/network/join/", {"note": "me"}, follow=True)
    assert answer.status_code == 410 and "does not work any more" in answer.content.decode()


def test_a_link_ends_by_itself_after_thirty_days(link: ShareLink, supporter: User) -> None:
    with pytest.raises(errors.LinkHasEnded):
        services.ask_to_join(link=link, by=supporter, note="", now=timezone.now() + 30 * DAY)


def test_links_and_questions_are_few(owner: User, supporter: User, client_of: SignIn) -> None:
    now = timezone.now()
    for _turn in range(5):
        link = services.make_link(by=owner, now=now)
    assert "tomorrow" in client_of(owner).post("/network/link/", follow=True).content.decode()
    for number in range(20):
        one = person(f"n{number}@example.org", "N")
        services.ask_to_join(link=link, by=one, note="", now=now)
    with pytest.raises(errors.TooManyAsked):
        services.ask_to_join(link=link, by=supporter, note="", now=now)


def test_whose_link_it_is_comes_to_their_own_page_and_a_member_reads_that_they_joined(
    client_of: SignIn, link: ShareLink, owner: User, supporter: User, membership: Membership
) -> None:
    mine = opened(client_of(owner), link)
    assert mine.get("/network/join/").headers["Location"] == "/network/link/"
    answer = mine.post("/network/join/", {"note": ""}, follow=True).content.decode()
    assert "Give it to somebody else" in answer
    theirs = opened(client_of(supporter), link)
    assert "already joined" in shown(theirs, "/network/join/")
    assert "already support this person" in theirs.post("/network/join/", {}, follow=True).content.decode()


def test_nobody_decides_about_somebody_else_s_requests(
    client_of: SignIn, asked: JoinRequest, supporter: User, stranger: User
) -> None:
    for one in (supporter, stranger):
        client = client_of(one)
        assert client.get(f"/network/requests/{asked.pk}/").status_code == 404
        assert client.post(f"/network/requests/{asked.pk}/decline/").status_code == 404
    assert Client().get(f"/network/requests/{asked.pk}/").status_code == 302
    with pytest.raises(errors.RequestHasEnded):
        services.turn_down(request=asked, by=stranger, now=timezone.now())


def test_a_link_nobody_made_is_not_found(client: Client, supporter: User, client_of: SignIn) -> None:
    assert "cannot find this link" in shown(client, "/network/join/nonsense/", 404)
    assert "cannot find this link" in shown(client, "/network/join/", 404)
    assert client_of(supporter).post("/network/join/take-back/").status_code == 404


def test_who_has_no_account_signs_in_and_comes_back_to_ask(
    client: Client, link: ShareLink, supporter: User
) -> None:
    opened(client, link)
    page = shown(client, "/network/join/")
    assert "/accounts/signup/?next=/network/join/" in page
    assert "Ask to join</button>" not in page
    client.post("/network/join/", {"note": "x"})
    assert not JoinRequest.objects.exists()
    answer = client.post(
        "/accounts/login/?next=/network/join/", {"login": supporter.email, "password": PASSWORD}, follow=True
    )
    assert "Ask to join</button>" in answer.content.decode()


def test_a_note_that_is_too_long_is_kept_and_asked_for_again(
    client_of: SignIn, link: ShareLink, supporter: User
) -> None:
    asker = opened(client_of(supporter), link)
    answer = asker.post("/network/join/", {"note": "a" * 301})
    assert answer.status_code == 422 and "a" * 301 in answer.content.decode()


def test_a_letter_about_a_request_that_is_over_is_not_sent(
    asked: JoinRequest, owner: User, supporter: User
) -> None:
    services.take_back(owner=owner, by=supporter, now=timezone.now())
    assert not letters_to(owner.email)
