"""Strangers at the door: who signs up with another's address, guesses, or wants to keep somebody out."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import entrance
from accounts.models import User
from outbox.models import Message
from tests.accounts.test_sign_in import LOGIN, RESET, is_in
from tests.accounts.test_sign_up import ADDRESS, ANSWERS, CONFIRM, sign_up
from tests.conftest import PASSWORD

ReadCode = Callable[[str], str]
CODE = "/accounts/login/code/"
THEIRS = "not-the-owner@example.org"


def in_with_a_code(client: Client, newest_code: ReadCode, address: str = ADDRESS) -> None:
    answer = client.post(reverse("account_request_login_code"), {"email": address})
    client.post(answer["Location"], {"code": newest_code(address)})


def in_with(client: Client, address: str, password: str) -> bool:
    client.post(LOGIN, {"login": address, "password": password})
    return is_in(client)


# An account that waits for its victim --------------------------------------------------------------


def test_a_password_from_before_the_mailbox_was_proven_ends_with_a_code_to_sign_in(
    newest_code: ReadCode, db: None
) -> None:
    sign_up(Client())
    owner = Client()
    in_with_a_code(owner, newest_code)
    assert "To be safe, we forgot the password" in owner.get(reverse("settings")).content.decode()
    assert is_in(owner)
    assert not User.objects.get().has_usable_password()
    assert not in_with(Client(), ADDRESS, ANSWERS["password1"])


def test_it_ends_even_when_a_reset_is_left_half_way(newest_code: ReadCode, db: None) -> None:
    sign_up(Client())
    owner = Client()
    answer = owner.post(RESET, {"email": ADDRESS})
    owner.post(answer["Location"], {"code": newest_code(ADDRESS)})
    assert EmailAddress.objects.get().verified
    assert not in_with(Client(), ADDRESS, ANSWERS["password1"])


def test_a_proven_account_is_not_moved_by_the_sign_up_that_began_it(newest_code: ReadCode, db: None) -> None:
    stranger, owner = Client(), Client()
    sign_up(stranger)
    answer = owner.post(RESET, {"email": ADDRESS})
    owner.post(answer["Location"], {"code": newest_code(ADDRESS)})
    stranger.post(CONFIRM, {"action": "change", "email": THEIRS})
    assert User.objects.get().email == ADDRESS
    assert not EmailAddress.objects.filter(email=THEIRS).exists()


def test_a_reset_from_start_to_end_still_leaves_a_password(newest_code: ReadCode, db: None) -> None:
    sign_up(Client())
    owner = Client()
    answer = owner.post(RESET, {"email": ADDRESS})
    owner.post(answer["Location"], {"code": newest_code(ADDRESS)})
    new = {"password1": "an even longer walk", "password2": "an even longer walk"}
    owner.post(reverse("account_complete_password_reset"), new)
    assert in_with(Client(), ADDRESS, new["password1"])


def test_the_sign_up_that_chose_the_password_keeps_it(visitor: Client, newest_code: ReadCode) -> None:
    sign_up(visitor)
    visitor.post(CONFIRM, {"code": newest_code(ADDRESS)})
    assert in_with(Client(), ADDRESS, ANSWERS["password1"])


def test_who_comes_back_with_the_password_keeps_it(newest_code: ReadCode, db: None) -> None:
    sign_up(Client())
    later = Client()
    assert later.post(LOGIN, {"login": ADDRESS, "password": ANSWERS["password1"]})["Location"] == CONFIRM
    later.post(CONFIRM, {"code": newest_code(ADDRESS)})
    assert is_in(later)
    assert User.objects.get().has_usable_password()


def test_a_code_to_sign_in_leaves_the_password_of_a_proven_account(
    owner: User, newest_code: ReadCode
) -> None:
    in_with_a_code(Client(), newest_code, owner.email)
    assert in_with(Client(), owner.email, PASSWORD)


def test_a_sign_up_that_was_overtaken_cannot_give_the_account_another_address(
    newest_code: ReadCode, db: None
) -> None:
    """Begin as oneself, keep that code, move the account onto somebody's address, and wait."""
    first, second = Client(), Client()
    sign_up(first, email=THEIRS)
    kept = newest_code(THEIRS)
    second.post(LOGIN, {"login": THEIRS, "password": ANSWERS["password1"]})
    second.post(CONFIRM, {"action": "change", "email": ADDRESS})
    owner = Client()
    in_with_a_code(owner, newest_code)
    assert is_in(owner)
    first.post(CONFIRM, {"code": kept})
    assert not is_in(first)
    assert list(EmailAddress.objects.values_list("email", "verified")) == [(ADDRESS, True)]
    assert User.objects.get().email == ADDRESS
    assert is_in(owner)


def test_an_address_somebody_wants_but_has_not_proven_does_not_lead_into_their_account(
    owner: User, client_of: Callable[[User], Client], newest_code: ReadCode
) -> None:
    there = client_of(owner)
    who = there.post(reverse("account_email"), {"action_add": "1", "email": THEIRS})["Location"]
    there.post(who, {"password": PASSWORD, "next": reverse("account_email")})
    other = Client()
    other.post(reverse("account_request_login_code"), {"email": THEIRS})
    letter = Message.objects.filter(address=THEIRS).latest("pk")
    assert letter.params["code"] == ""
    other.post("/accounts/login/code/confirm/", {"code": newest_code(THEIRS)})
    assert not is_in(other)
    assert list(EmailAddress.objects.filter(verified=True).values_list("email", flat=True)) == [owner.email]


# Who has an account --------------------------------------------------------------------------------


@pytest.mark.parametrize("there_already", [True, False])
def test_signing_up_hashes_the_password_whether_or_not_there_is_an_account(
    visitor: Client, owner: User, monkeypatch: pytest.MonkeyPatch, there_already: bool
) -> None:
    hashed = []
    encode = Argon2PasswordHasher.encode

    def count(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", count)
    assert sign_up(visitor, email=owner.email if there_already else ADDRESS)["Location"] == CONFIRM
    assert hashed == [ANSWERS["password1"]]


@pytest.fixture
def all_at_once(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Iterator[Callable]:
    """Sends sign-ups that have all found no account before the first of them makes one."""

    def run(*sent: tuple[Client, dict[str, str]]) -> list[Any]:
        together = threading.Barrier(len(sent), timeout=30)
        save, answers = entrance.SignupForm.save, []

        def save_together(self: Any, request: Any) -> Any:
            together.wait()
            return save(self, request)

        def send(client: Client, fields: dict[str, str]) -> None:
            client.raise_request_exception = False
            answers.append(client.post("/accounts/signup/", fields))
            connection.close()

        monkeypatch.setattr(entrance.SignupForm, "save", save_together)
        senders = [threading.Thread(target=send, args=each) for each in sent]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(60)
        return answers

    cache.clear()  # the counts of tries outlive a test that commits: their table has no model
    yield run
    cache.clear()


def test_sent_at_once_with_other_passwords_it_is_one_account_and_everybody_confirms(
    all_at_once: Callable,
) -> None:
    sent = [(Client(), ANSWERS | {"password1": f"a long walk by the sea {n}"}) for n in range(3)]
    answers = all_at_once(*sent)
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, CONFIRM)] * 3
    assert User.objects.count() == 1
    assert Message.objects.filter(params__subject="You have an account").count() == 2


def test_who_presses_twice_can_go_on_with_a_code(all_at_once: Callable) -> None:
    one, other = Client(), Client()
    session = one.session
    session.save()
    other.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    answers = all_at_once((one, ANSWERS), (other, ANSWERS))
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, CONFIRM)] * 2
    codes = [letter.params["code"] for letter in Message.objects.filter(address=ADDRESS)]
    assert len(codes) == 2
    assert all(codes)
    for code in codes:
        one.post(CONFIRM, {"code": code})
    assert is_in(one)


# Links in letters ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("where", "fields"),
    [
        ("/accounts/login/code/", {"email": "nobody@example.org"}),
        ("/accounts/signup/", ANSWERS | {"email": "maya@example.org"}),
    ],
)
def test_links_in_letters_lead_here_whatever_the_browser_calls_us(
    visitor: Client, owner: User, newest_letter: Callable, where: str, fields: dict[str, str]
) -> None:
    visitor.post(where, fields, headers={"Host": "127.0.0.1:81"})
    text = newest_letter(fields["email"]).params["text"]
    assert f"{settings.SITE_URL}/accounts/" in text
    assert "127.0.0.1:81" not in text


# Keeping somebody out ------------------------------------------------------------------------------


def fail(client: Client, times: int, address: str = "maya@example.org") -> Any:
    answer: Any = None
    for n in range(times):
        answer = client.post(LOGIN, {"login": address, "password": f"a wrong one {n}"})
    return answer


def test_who_fails_is_stopped_and_the_owner_elsewhere_is_not(owner: User) -> None:
    stranger, elsewhere = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")
    refusal = fail(stranger, 6).content.decode()
    assert "Please wait" in refusal
    assert "with a code by e-mail" in refusal
    assert not in_with(stranger, owner.email, PASSWORD)
    assert in_with(elsewhere, owner.email, PASSWORD)


def test_calling_the_site_another_name_gives_no_more_tries(owner: User) -> None:
    stranger = Client(REMOTE_ADDR="192.0.2.1")
    fail(stranger, 5)
    stranger.defaults["HTTP_HOST"] = "127.0.0.1"
    assert not in_with(stranger, owner.email, PASSWORD)


def test_one_network_of_addresses_is_one_place(owner: User) -> None:
    fail(Client(REMOTE_ADDR="2001:db8::1"), 5)
    assert not in_with(Client(REMOTE_ADDR="2001:db8::2"), owner.email, PASSWORD)


def test_an_address_is_not_guessed_at_from_everywhere_for_ever(owner: User, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_anywhere": "3/h/key"}
    for last in (1, 2, 3):
        fail(Client(REMOTE_ADDR=f"192.0.2.{last}"), 1)
    assert not in_with(Client(REMOTE_ADDR="192.0.2.9"), owner.email, PASSWORD)


def test_asking_for_codes_keeps_nobody_else_from_one(owner: User, newest_code: ReadCode) -> None:
    strangers = [Client(REMOTE_ADDR="192.0.2.1") for _n in range(5)]
    answers = [stranger.post(CODE, {"email": owner.email}) for stranger in strangers]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 422, 422]
    elsewhere = Client(REMOTE_ADDR="192.0.2.2")
    in_with_a_code(elsewhere, newest_code, owner.email)
    assert is_in(elsewhere)


def test_asking_for_a_new_password_keeps_nobody_else_from_one(owner: User) -> None:
    strangers = [Client(REMOTE_ADDR="192.0.2.1") for _n in range(6)]
    assert [stranger.post(RESET, {"email": owner.email}).status_code for stranger in strangers][-1] == 422
    assert Client(REMOTE_ADDR="192.0.2.2").post(RESET, {"email": owner.email}).status_code == 302
