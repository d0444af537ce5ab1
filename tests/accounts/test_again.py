"""Whoever has no password is asked with a code by letter before something important, like others with theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from outbox.models import BrokenAddress, Message

SignIn = Callable[[User], Client]
Code = Callable[[str], str]
AGAIN, LEAVING, FILE = "/accounts/again/", "/accounts/leaving/", "/accounts/leaving/file/"
IMPORTANT = (LEAVING, "/network/export/", "/accounts/password/set/", "/accounts/email/")


@pytest.fixture
def without(owner: User) -> User:
    """Somebody who always comes in with a code."""
    owner.set_unusable_password()
    owner.save()
    return owner


@pytest.fixture
def client(without: User, client_of: SignIn) -> Client:
    return client_of(without)


def codes() -> int:
    return Message.objects.filter(kind="accounts/letter").count()


def type_code(client: Client, code: str, *, after: str = LEAVING) -> Any:
    return client.post(f"{AGAIN}?next={after}", {"code": code})


@pytest.mark.parametrize("path", IMPORTANT)
def test_nothing_important_happens_before_the_code(client: Client, path: str) -> None:
    assert client.get(path).headers["Location"] == f"{AGAIN}?next={path.replace('/', '%2F')}"


def test_looking_sends_nothing_and_a_tap_sends_a_code_that_leads_on(
    client: Client, without: User, newest_code: Code
) -> None:
    where = client.get(LEAVING).headers["Location"]
    page = client.get(where).content.decode()
    assert f"We send a code to <b>{without.email}</b>" in page
    assert codes() == 0
    sent = client.post(where, {"send": "1"}, follow=True).content.decode()
    assert "There is a code in it" in sent
    assert type_code(client, newest_code(without.email)).headers["Location"] == LEAVING
    for path in IMPORTANT[:3]:
        assert client.get(path).status_code == 200


def test_what_was_sent_before_the_code_counts_after_it(
    client: Client, without: User, newest_code: Code
) -> None:
    asked = client.post(LEAVING, {"sure": "on"}).headers["Location"]
    assert User.objects.filter(pk=without.pk).exists()
    client.post(asked, {"send": "1"})
    type_code(client, newest_code(without.email))
    assert not User.objects.filter(pk=without.pk).exists()


def test_the_file_is_behind_it_too(client: Client) -> None:
    assert client.post(FILE).headers["Location"].startswith(AGAIN)


def test_a_code_to_sign_in_is_not_yet_enough(client: Client, without: User, newest_code: Code) -> None:
    client.logout()
    asking = client.post(reverse("account_request_login_code"), {"email": without.email})
    client.post(asking.headers["Location"], {"code": newest_code(without.email)})
    assert client.get("/accounts/settings/").status_code == 200
    assert client.get(LEAVING).headers["Location"].startswith(AGAIN)


def test_a_wrong_code_says_so_and_three_end_it(client: Client, without: User, newest_code: Code) -> None:
    client.post(AGAIN, {"send": "1"})
    right = newest_code(without.email)
    for _turn in range(2):
        wrong = type_code(client, "AAAA-AAAA")
        assert wrong.status_code == 422
        assert "That is not the code we sent" in wrong.content.decode()
    assert "three times" in client.post(AGAIN, {"code": "AAAA-AAAA"}, follow=True).content.decode()
    assert type_code(client, right).status_code == 200
    assert client.get(LEAVING).status_code == 302


def test_a_code_is_good_for_a_quarter_of_an_hour_and_the_answer_for_a_while(
    client: Client, without: User, newest_code: Code
) -> None:
    client.post(AGAIN, {"send": "1"})
    old = newest_code(without.email)
    now = timezone.now()
    with time_machine.travel(now + dt.timedelta(minutes=16)):
        assert type_code(client, old).status_code == 200
        assert client.get(LEAVING).status_code == 302
        client.post(AGAIN, {"send": "1"})
        assert type_code(client, newest_code(without.email)).status_code == 302
        assert client.get(LEAVING).status_code == 200
    with time_machine.travel(now + dt.timedelta(minutes=40)):
        assert client.get(LEAVING).status_code == 302


def test_a_code_is_used_once_and_only_for_the_address_it_went_to(
    client: Client, without: User, newest_code: Code
) -> None:
    client.post(AGAIN, {"send": "1"})
    User.objects.filter(pk=without.pk).update(email="new@example.org")
    assert type_code(client, newest_code(without.email)).status_code == 200
    assert client.get(LEAVING).status_code == 302


def test_few_codes_are_sent(client: Client) -> None:
    for _turn in range(3):
        assert client.post(AGAIN, {"send": "1"}).status_code == 302
    refused = client.post(AGAIN, {"send": "1"})
    assert refused.status_code == 422
    assert "That was a lot of tries" in refused.content.decode()
    assert codes() == 3


def test_whose_mailbox_takes_no_letters_can_still_mend_their_address(client: Client, without: User) -> None:
    BrokenAddress.objects.create(address=without.email, reason="550 no such mailbox")
    assert client.get("/accounts/email/").status_code == 200


def test_with_a_password_it_is_the_password(owner: User, client_of: SignIn) -> None:
    assert client_of(owner).get(LEAVING).headers["Location"].startswith("/accounts/reauthenticate/")
    assert client_of(owner).get("/accounts/email/").status_code == 200


def test_the_page_is_for_whoever_is_signed_in(db: None) -> None:
    assert Client().get(AGAIN).headers["Location"].startswith("/accounts/login/")


def test_without_anywhere_to_go_on_it_ends_at_the_settings(
    client: Client, without: User, newest_code: Code
) -> None:
    client.post(AGAIN, {"send": "1"})
    assert (
        client.post(AGAIN, {"code": newest_code(without.email)}).headers["Location"] == "/accounts/settings/"
    )
