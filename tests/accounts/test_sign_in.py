"""Signing in, out, and putting right what was forgotten."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts.models import User
from outbox import kinds
from outbox.models import Message
from tests.conftest import PASSWORD

LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"
ClientOf = Callable[[User], Client]
ReadCode = Callable[[str], str]


def is_in(client: Client) -> bool:
    return client.get(reverse("settings")).status_code == 200


@pytest.mark.parametrize("typed", ["maya@example.org", "Maya@Example.ORG", "  maya@example.org "])
def test_the_address_may_be_typed_in_any_case(visitor: Client, owner: User, typed: str) -> None:
    answer = visitor.post(LOGIN, {"login": typed, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(visitor)


def test_a_wrong_password_says_what_to_do_next(visitor: Client, owner: User) -> None:
    answer = visitor.post(LOGIN, {"login": owner.email, "password": "something else"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "ask for a code by e-mail" in page
    assert 'value="maya@example.org"' in page
    assert not is_in(visitor)


def test_too_many_tries_are_stopped(visitor: Client, owner: User) -> None:
    tries = [visitor.post(LOGIN, {"login": owner.email, "password": f"no {n}"}) for n in range(11)]
    assert any("Please wait" in answer.content.decode() for answer in tries)
    assert visitor.post(LOGIN, {"login": owner.email, "password": PASSWORD}).status_code in (422, 429)


def test_both_ways_in_are_on_the_page(visitor: Client, owner: User) -> None:
    page = visitor.get(LOGIN).content.decode()
    assert 'name="password"' in page
    assert reverse("account_request_login_code") in page


def test_where_one_wanted_to_go_is_kept(visitor: Client, owner: User) -> None:
    answer = visitor.get(reverse("settings"))
    assert answer["Location"] == "/accounts/login/?next=/accounts/settings/"
    assert 'value="/accounts/settings/"' in visitor.get(answer["Location"]).content.decode()
    inside = {"login": owner.email, "password": PASSWORD, "next": "/accounts/settings/"}
    assert visitor.post(LOGIN, inside)["Location"] == "/accounts/settings/"


def test_nobody_is_led_to_another_site(visitor: Client, owner: User) -> None:
    inside = {"login": owner.email, "password": PASSWORD, "next": "https://elsewhere.example/"}
    assert visitor.post(LOGIN, inside)["Location"] == "/"


def test_a_code_by_mail_signs_in(visitor: Client, owner: User, newest_code: ReadCode) -> None:
    answer = visitor.post(reverse("account_request_login_code"), {"email": owner.email})
    assert answer["Location"] == reverse("account_confirm_login_code")
    assert "Type in the code" in visitor.get(answer["Location"]).content.decode()
    visitor.post(answer["Location"], {"code": newest_code(owner.email)})
    assert is_in(visitor)


def test_an_unknown_address_gets_a_letter_and_no_code(visitor: Client, newest_letter: Callable) -> None:
    answer = visitor.post(reverse("account_request_login_code"), {"email": "nobody@example.org"})
    assert answer["Location"] == reverse("account_confirm_login_code")
    letter = newest_letter("nobody@example.org")
    assert letter.params["code"] == ""
    assert reverse("account_signup") in letter.params["text"]


def test_a_forgotten_password_is_replaced_with_a_code(
    visitor: Client, owner: User, newest_code: ReadCode, newest_letter: Callable
) -> None:
    answer = visitor.post(RESET, {"email": owner.email})
    confirm = reverse("account_confirm_password_reset_code")
    assert answer["Location"] == confirm
    assert visitor.get(confirm).status_code == 200
    answer = visitor.post(confirm, {"code": newest_code(owner.email)})
    complete = reverse("account_complete_password_reset")
    assert answer["Location"] == complete
    page = visitor.get(complete).content.decode()
    assert "Choose a new password" in page
    new = "an even longer walk"
    assert visitor.post(complete, {"password1": new, "password2": "not the same"}).status_code == 422
    answer = visitor.post(complete, {"password1": new, "password2": new})
    assert "Your new password is saved" in visitor.get(answer["Location"]).content.decode()
    owner.refresh_from_db()
    assert owner.check_password(new)
    assert "You have a new password." in newest_letter(owner.email).params["text"]


def test_signing_out_takes_a_post(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    assert "Sign out?" in client.get(reverse("account_logout")).content.decode()
    assert is_in(client)
    assert client.post(reverse("account_logout"))["Location"] == "/"
    assert not is_in(client)


def test_other_devices_are_listed_in_words_and_signed_out(owner: User) -> None:
    phone, laptop = Client(), Client()
    phone_says = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"
    for client, says in [(phone, phone_says), (laptop, "curl/8")]:
        client.defaults["HTTP_USER_AGENT"] = says
        client.post(LOGIN, {"login": owner.email, "password": PASSWORD})
        client.get(reverse("settings"))
    page = laptop.get(reverse("usersessions_list")).content.decode()
    assert "Safari on iPhone" in page
    assert "A device we do not know" in page
    assert "this one" in page
    laptop.post(reverse("usersessions_list"))
    assert is_in(laptop)
    assert not is_in(phone)


def test_the_password_is_changed_by_who_knows_it(
    owner: User, client_of: ClientOf, newest_letter: Callable
) -> None:
    client, there = client_of(owner), reverse("account_change_password")
    new = {"password1": "an even longer walk", "password2": "an even longer walk"}
    assert client.post(there, {"oldpassword": "wrong", **new}).status_code == 422
    assert client.post(there, {"oldpassword": PASSWORD, **new}).status_code == 302
    owner.refresh_from_db()
    assert owner.check_password(new["password1"])
    assert "The password of your account was changed." in newest_letter(owner.email).params["text"]


def test_somebody_without_a_password_can_choose_one(owner: User) -> None:
    client = Client()
    client.post(LOGIN, {"login": owner.email, "password": PASSWORD})
    owner.set_unusable_password()
    owner.save()
    client.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Choose a password" in client.get(reverse("settings")).content.decode()


def test_the_address_is_changed_by_who_knows_the_password_with_a_code_to_the_new_one(
    owner: User, client_of: ClientOf, newest_code: ReadCode
) -> None:
    client, there = client_of(owner), reverse("account_email")
    assert owner.email in client.get(there).content.decode()
    answer = client.post(there, {"action_add": "1", "email": "new@example.org"})
    who = answer["Location"]
    assert who.startswith(reverse("account_reauthenticate"))
    assert "Is it you?" in client.get(who).content.decode()
    assert client.post(who, {"password": "wrong"}).status_code == 422
    answer = client.post(who, {"password": PASSWORD, "next": there})
    assert "new@example.org" in client.get(answer["Location"]).content.decode()
    client.post("/accounts/confirm-email/", {"code": newest_code("new@example.org")})
    owner.refresh_from_db()
    assert owner.email == "new@example.org"
    assert EmailAddress.objects.get(user=owner).email == "new@example.org"


def test_a_letter_waits_like_any_message_and_forgets_its_code(visitor: Client, owner: User) -> None:
    visitor.post(reverse("account_request_login_code"), {"email": owner.email})
    letter = Message.objects.get()
    kind = kinds.get("accounts/letter")
    assert (letter.kind, letter.address, letter.sent_at) == ("accounts/letter", owner.email, None)
    assert (kind.secret, kind.at_once) == (True, True)
    context = kind.context(letter)
    assert context is not None
    assert context["code"] in context["paragraphs"]
    letter.params = {}
    assert kind.context(letter) is None


@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_request_login_code",
        "account_reset_password",
        "account_inactive",
    ],
)
def test_every_way_in_is_dressed(visitor: Client, name: str) -> None:
    page = visitor.get(reverse(name)).content.decode()
    assert page.count("<h1>") == 1
    assert 'class="bar"' in page
    assert "placeholder" not in page
    assert "style=" not in page


@pytest.mark.parametrize(
    "name", ["account_email", "account_change_password", "account_logout", "usersessions_list", "settings"]
)
def test_every_page_about_the_account_is_dressed(owner: User, client_of: ClientOf, name: str) -> None:
    page = client_of(owner).get(reverse(name)).content.decode()
    assert page.count("<h1>") == 1
    assert 'class="bar"' in page
    assert "placeholder" not in page
    assert "style=" not in page


@pytest.mark.parametrize(
    "name", ["account_email", "account_change_password", "usersessions_list", "settings"]
)
def test_pages_about_the_account_need_an_account(visitor: Client, name: str) -> None:
    answer = visitor.get(reverse(name))
    assert answer.status_code == 302
    assert answer["Location"].startswith(LOGIN)
