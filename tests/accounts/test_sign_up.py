"""Signing up: with a code that proves the address, or with an invitation that already did."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts.forms import zone_choices
from accounts.models import Consent, User
from outbox.models import Message

ADDRESS = "nina@example.org"
ANSWERS = {
    "name": "Nina",
    "email": ADDRESS,
    "password1": "a long walk by the sea",
    "time_zone": "Europe/Lisbon",
    "language": "en-gb",
    "adult": "on",
    "agree": "on",
}
SIGN_UP, CONFIRM = "/accounts/signup/", "/accounts/confirm-email/"


def sign_up(client: Client, **changes: Any) -> Any:
    return client.post(SIGN_UP, ANSWERS | changes)


def test_somebody_signs_up_and_proves_the_address_with_the_code(
    visitor: Client, newest_code: Callable[[str], str]
) -> None:
    answer = sign_up(visitor)
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM)
    page = visitor.get(CONFIRM)
    assert ADDRESS in page.content.decode()
    answer = visitor.post(CONFIRM, {"code": newest_code(ADDRESS)})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    user = User.objects.get(email=ADDRESS)
    assert (user.name, user.time_zone, user.language) == ("Nina", "Europe/Lisbon", "en-gb")
    assert EmailAddress.objects.get(user=user).verified
    assert visitor.get(reverse("settings")).status_code == 200


def test_nobody_is_in_before_the_code(visitor: Client) -> None:
    sign_up(visitor)
    assert visitor.get(reverse("settings")).status_code == 302
    assert not EmailAddress.objects.get(email=ADDRESS).verified


def test_a_wrong_code_is_refused_with_words(visitor: Client) -> None:
    sign_up(visitor)
    answer = visitor.post(CONFIRM, {"code": "WRNG-CODE"})
    assert answer.status_code == 422
    assert "That is not the code we sent" in answer.content.decode()


def test_a_new_code_can_be_asked_for(visitor: Client, newest_code: Callable[[str], str]) -> None:
    sign_up(visitor)
    visitor.post(CONFIRM, {"action": "resend"})
    assert Message.objects.filter(address=ADDRESS).count() == 2
    assert visitor.post(CONFIRM, {"code": newest_code(ADDRESS)}).status_code == 302


def test_a_mistyped_address_can_be_put_right(visitor: Client, newest_code: Callable[[str], str]) -> None:
    sign_up(visitor, email="nnia@example.org")
    visitor.post(CONFIRM, {"action": "change", "email": ADDRESS})
    visitor.post(CONFIRM, {"code": newest_code(ADDRESS)})
    assert User.objects.get().email == ADDRESS


def test_the_consent_is_kept_in_the_words_that_were_shown(visitor: Client) -> None:
    shown = visitor.get(SIGN_UP).content.decode()
    sign_up(visitor)
    consent = Consent.objects.get()
    assert (consent.purpose, consent.act, consent.language) == ("store", "given", "en-gb")
    assert consent.categories == ["health"]
    assert consent.text in shown


@pytest.mark.parametrize("missing", ["name", "email", "password1", "time_zone", "language", "adult", "agree"])
def test_what_is_missing_is_asked_for_and_the_rest_is_kept(visitor: Client, missing: str) -> None:
    answer = sign_up(visitor, **{missing: ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert "<title>Error: " in page
    assert f'<a href="#id_{missing}">' in page
    assert missing == "name" or 'value="Nina"' in page
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "x" * 61},
        {"name": "a\x00b"},
        {"email": "not an address"},
        {"email": "x" * 300 + "@example.org"},
        {"email": "a\x00@example.org"},
        {"password1": "short"},
        {"password1": "a\x00 long password"},
        {"time_zone": "Mars/Olympus"},
        {"language": "xx"},
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(visitor: Client, changes: dict[str, str]) -> None:
    assert sign_up(visitor, **changes).status_code == 422
    assert not User.objects.exists()


def test_names_in_any_script_are_welcome(visitor: Client) -> None:
    sign_up(visitor, name="  Ñandú 🌿 山田  ")
    assert User.objects.get().name == "Ñandú 🌿 山田"


def test_an_address_is_the_same_in_any_case(visitor: Client, owner: User) -> None:
    answer = sign_up(visitor, email=owner.email.upper())
    # Not said on the page, so that nobody can find out who has an account: the letter says it.
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM)
    assert User.objects.count() == 1
    assert "You have an account" in Message.objects.get().params["subject"]


def test_sent_twice_it_is_one_account(visitor: Client) -> None:
    sign_up(visitor)
    sign_up(visitor)
    assert User.objects.count() == 1


def test_somebody_signed_in_is_led_home(owner: User, client_of: Callable[[User], Client]) -> None:
    assert client_of(owner).get(SIGN_UP).status_code == 302


def test_an_invited_address_is_filled_in_and_proven_by_a_code_like_any_other(visitor: Client) -> None:
    session = visitor.session
    session["invitation_email"] = "ana.invited@example.org"
    session.save()
    page = visitor.get(SIGN_UP).content.decode()
    assert 'value="ana.invited@example.org"' in page
    assert "readonly" in page
    answer = sign_up(visitor, email="somebody.else@example.org")
    user = User.objects.get()
    assert (answer["Location"], user.email) == (CONFIRM, "ana.invited@example.org")
    assert not user.emailaddress_set.filter(verified=True).exists()
    assert visitor.get(reverse("settings")).status_code == 302


def test_the_page_asks_the_browser_for_the_time_zone_only_once(visitor: Client) -> None:
    assert "data-guess-time-zone" in visitor.get(SIGN_UP).content.decode()
    assert "data-guess-time-zone" not in sign_up(visitor, name="").content.decode()


def test_every_zone_offered_is_one_this_machine_knows() -> None:
    offered = [name for _area, places in zone_choices() for name, _place in places]
    assert len(offered) == len(set(offered)) > 300
    assert {"UTC", "Europe/London", "America/New_York", "Asia/Kolkata"} <= set(offered)
    assert all(User(time_zone=name).zone.key == name for name in offered)
