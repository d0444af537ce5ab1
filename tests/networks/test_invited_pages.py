"""The invited person, from the link to "People I support": every kind of account, every closed door."""

import datetime as dt
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Consent, User
from networks import services
from networks.models import Invitation, Membership, Tie
from outbox.models import Message
from tests.conftest import PASSWORD
from tests.networks.conftest import Landed

ClientOf = Callable[[User], Client]
PAGE, ACCEPT, DECLINE = "/network/invited/", "/network/invited/accept/", "/network/invited/decline/"
JOIN = "/network/invited/join/"
NEW_PASSWORD = "rather be by the river"


class Forms(HTMLParser):
    """The forms of a page: each the fields it has and what they hold, as a browser would send them back."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        name = attributes.get("name")
        if tag == "form":
            self.found.append({})
        elif tag in ("input", "select", "textarea") and name and self.found:
            hidden = attributes.get("type") == "hidden"
            self.found[-1][name] = (attributes.get("value") or "") if hidden else ""

    def hidden(self, field: str) -> dict[str, str]:
        form = next(form for form in self.found if field in form)
        return {name: value for name, value in form.items() if value}


def fill(client: Client, path: str, **typed: str) -> Any:
    """Send the form at `path` that asks for what is typed, and follow to the end."""
    forms = Forms(client.get(path).content.decode())
    return client.post(path, forms.hidden(next(iter(typed))) | typed, follow=True)


def sign_up(client: Client, path: str, **typed: str) -> Any:
    details = {"name": "Ana", "password1": NEW_PASSWORD, "time_zone": "Europe/London", "language": "en"}
    return fill(client, path, **details, adult="on", agree="on", **typed)


def code_sent_to(address: str) -> str:
    """Read where the letter waits to be sent: nobody but whoever has that mailbox ever does."""
    return str(Message.objects.get(kind="accounts/letter", address=address).params["code"])


def test_the_link_leads_at_once_to_an_address_without_the_token(
    client: Client, invitation: Invitation
) -> None:
    response = client.get(f"/network/invited/{invitation.token()}/")
    assert (response.status_code, response.headers["Location"]) == (302, PAGE)
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response.headers["Cache-Control"]
    page = client.get(PAGE)
    assert page.status_code == 200
    assert invitation.token() not in page.content.decode()
    # With "no-referrer" browsers would hide where a form comes from, and the answer would be refused.
    assert page.headers["Referrer-Policy"] == "same-origin"


def test_looking_as_often_as_a_mail_scanner_does_changes_nothing(
    client: Client, invitation: Invitation, landed: Landed
) -> None:
    for _ in range(3):
        landed(client, invitation).get(PAGE)
        client.head(PAGE)
    invitation.refresh_from_db()
    assert invitation.state(timezone.now()) == Invitation.State.WAITING


def test_the_page_says_who_asks_what_it_means_and_what_not(
    client: Client, invitation: Invitation, landed: Landed
) -> None:
    page = landed(client, invitation).get(PAGE).content.decode()
    for words in (
        "Maya would like you to be one of their people",
        "Would you?\nMaya",
        "You see that Maya checked in, and when.",
        "What it does not mean",
        "You are not on call",
        "Yes, I accept",
        "No, thank you",
    ):
        assert words in page
    assert "mood" not in page


@pytest.mark.parametrize("token", ["x", "x" * 43, "é" * 20, "a" * 3000, "%00", "join-me"])
def test_an_unknown_link_is_not_found_kindly(client: Client, db: None, token: str) -> None:
    response = client.get(f"/network/invited/{token}/")
    assert response.status_code == 404
    assert "We cannot find this invitation" in response.content.decode()


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", PAGE), ("post", ACCEPT), ("post", DECLINE)],
    ids=["page", "accept", "decline"],
)
def test_without_having_followed_a_link_there_is_no_invitation(
    client: Client, db: None, method: str, path: str
) -> None:
    assert getattr(client, method)(path).status_code == 404


@pytest.mark.parametrize("path", [ACCEPT, DECLINE, "/network/invited/switch/"])
def test_answers_are_never_given_by_a_link(
    client: Client, invitation: Invitation, landed: Landed, path: str
) -> None:
    assert landed(client, invitation).get(path).status_code == 405
    assert client.post(PAGE).status_code == 405
    assert client.post(f"/network/invited/{invitation.token()}/").status_code == 405


def test_somebody_new_accepts_signs_up_and_has_joined(
    client: Client, invitation: Invitation, landed: Landed
) -> None:
    to_sign_up = landed(client, invitation).post(ACCEPT).headers["Location"]
    assert to_sign_up.startswith("/accounts/signup/?next=")
    # The address cannot be swapped on the way: see what happens to the other one.
    response = sign_up(client, to_sign_up, email="somebody@else.example")
    # Holding the letter is not yet having the mailbox.
    assert not Membership.objects.exists()
    response = fill(client, response.redirect_chain[-1][0], code=code_sent_to("ana@example.org"))
    assert response.redirect_chain[-1][0] == "/support/"
    membership = Membership.objects.get()
    assert membership.member.email == "ana@example.org"
    assert membership.member.emailaddress_set.filter(verified=True).count() == 1
    assert membership.member.emailaddress_set.count() == 1
    assert membership.shares == ["checkins", "pain"]
    assert not any(key.startswith("invitation") for key in dict(client.session))


def test_somebody_with_an_account_accepts_signs_in_and_has_joined(
    client: Client, invitation: Invitation, supporter: User, landed: Landed
) -> None:
    to_sign_in = landed(client, invitation).post(ACCEPT).headers["Location"]
    assert to_sign_in.startswith("/accounts/login/?next=")
    response = fill(client, to_sign_in, login=supporter.email, password=PASSWORD)
    assert response.redirect_chain[-1][0] == "/support/"
    assert Membership.objects.get().member == supporter


def test_somebody_new_joins_with_another_address_after_proving_it(
    client: Client, invitation: Invitation, landed: Landed
) -> None:
    to_sign_up = landed(client, invitation).post(ACCEPT, {"other": "1"}).headers["Location"]
    response = sign_up(client, to_sign_up, email="ana.at.work@example.org")
    assert not Membership.objects.exists()
    response = fill(client, response.redirect_chain[-1][0], code=code_sent_to("ana.at.work@example.org"))
    assert response.redirect_chain[-1][0] == "/support/"
    assert "They look first who you are, before they share." in response.content.decode()
    assert Membership.objects.get().member.email == "ana.at.work@example.org"


def test_changing_ones_mind_about_the_address_unlocks_the_form(
    client: Client, invitation: Invitation, landed: Landed
) -> None:
    landed(client, invitation).post(ACCEPT)
    assert client.session["invitation_email"] == "ana@example.org"
    client.post(ACCEPT, {"other": "1"})
    assert "invitation_email" not in client.session


def test_signed_in_with_the_same_address_one_tap_joins(
    client_of: ClientOf, invitation: Invitation, supporter: User, landed: Landed
) -> None:
    client = landed(client_of(supporter), invitation)
    page = client.get(PAGE).content.decode()
    assert "You are signed in as ana@example.org." in page
    assert "another address" not in page
    assert client.post(ACCEPT).headers["Location"] == "/support/"
    assert Membership.objects.get().member == supporter


def test_signed_in_as_somebody_else_one_is_told_as_whom(
    client_of: ClientOf, invitation: Invitation, stranger: User, landed: Landed
) -> None:
    client = landed(client_of(stranger), invitation)
    page = client.get(PAGE).content.decode()
    assert "You are signed in as stranger@example.org." in page
    assert "sent to another address" in page
    assert "ana@example.org" not in page
    assert "Accept as Stranger" in page
    assert "looks first, and shares nothing with you before" in page
    client.post(ACCEPT)
    membership = Membership.objects.get()
    assert (membership.member, membership.shares) == (stranger, [])
    assert not Consent.objects.filter(purpose="share").exists()
    mine = client_of(membership.owner)
    said = mine.get(f"/network/sharing/{membership.pk}/").content.decode()
    assert "from another address than you wrote to" in said
    assert "stranger@example.org" not in said
    mine.post(f"/network/sharing/{membership.pk}/", {"shares": ["pain"]})
    said = mine.get(f"/network/sharing/{membership.pk}/").content.decode()
    assert "from another address" not in said


def test_one_can_sign_out_and_answer_as_somebody_else(
    client_of: ClientOf, invitation: Invitation, stranger: User, landed: Landed
) -> None:
    client = landed(client_of(stranger), invitation)
    page = client.post("/network/invited/switch/", follow=True).content.decode()
    assert "Yes, I accept" in page
    assert "You are signed out. Here is the invitation again." in page
    assert "_auth_user_id" not in client.session


def test_switching_with_no_invitation_finds_none(client: Client, db: None) -> None:
    assert client.post("/network/invited/switch/", follow=True).status_code == 404


def test_the_owner_is_told_that_it_is_their_own(
    client_of: ClientOf, invitation: Invitation, owner: User, landed: Landed
) -> None:
    client = landed(client_of(owner), invitation)
    assert "This invitation is from you" in client.get(PAGE).content.decode()
    for path in (ACCEPT, DECLINE):
        response = client.post(path)
        assert response.status_code == 403
        assert "This invitation is from you" in response.content.decode()


def test_no_is_one_tap_needs_no_account_and_ends_kindly(
    client: Client, invitation: Invitation, landed: Landed
) -> None:
    response = landed(client, invitation).post(DECLINE, follow=True)
    assert response.redirect_chain == [("/network/invited/declined/", 302)]
    assert "That is a good answer too" in response.content.decode()
    assert "invitation_id" not in client.session
    invitation.refresh_from_db()
    assert invitation.declined_at
    assert landed(client, invitation).get(PAGE).status_code == 410


def test_no_from_somebody_signed_in(
    client_of: ClientOf, invitation: Invitation, supporter: User, landed: Landed
) -> None:
    assert landed(client_of(supporter), invitation).post(DECLINE).status_code == 302
    invitation.refresh_from_db()
    assert invitation.declined_at


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("how", ["withdrawn", "expired", "declined", "removed", "used"])
def test_a_closed_invitation_says_so_and_names_nobody(
    client_of: ClientOf,
    invitation: Invitation,
    owner: User,
    supporter: User,
    stranger: User,
    landed: Landed,
    how: str,
    signed_in: bool,
) -> None:
    client = landed(client_of(supporter) if signed_in else Client(), invitation)
    now = timezone.now()
    kind = {
        "withdrawn": "taken back by the person who sent it",
        "removed": "taken back by the person who sent it",
        "declined": "answered with no, and that is fine",
        "expired": "for two weeks, and they are over",
        "used": "Somebody has joined with it already",
    }[how]
    if how == "withdrawn":
        services.withdraw(invitation=invitation, by=owner)
    elif how == "declined":
        services.decline(invitation=invitation)
    elif how == "removed":
        services.remove_tie(tie=invitation.tie, by=owner)
    elif how == "used":
        services.accept(invitation=invitation, by=stranger)
    else:
        now += dt.timedelta(days=14, minutes=1)
    with time_machine.travel(now):
        answers = [client.get(PAGE), client.post(ACCEPT, follow=True)]
        # No after no is simply no; all others learn that it is closed.
        answers += [] if how == "declined" else [client.post(DECLINE, follow=True)]
        for response in answers:
            assert response.status_code == 410
            page = response.content.decode()
            assert "This invitation is closed" in page
            assert kind in page
            assert "Maya" not in page
            assert "Would you?" not in page
    assert Membership.objects.filter(member=supporter).count() == 0


def test_who_joined_already_is_told_so(
    client_of: ClientOf, invitation: Invitation, membership: Membership, landed: Landed
) -> None:
    client = landed(client_of(membership.member), invitation)
    response = client.get(PAGE)
    assert response.status_code == 200
    assert "You are in Maya’s network." in response.content.decode()
    assert "It still waits for them." not in response.content.decode()
    assert client.post(ACCEPT).headers["Location"] == "/support/"


def test_who_was_let_go_gets_the_neutral_page(
    client_of: ClientOf, invitation: Invitation, membership: Membership, landed: Landed
) -> None:
    client = landed(client_of(membership.member), invitation)
    services.end_membership(membership=membership, by=membership.owner)
    response = client.get(PAGE)
    assert response.status_code == 410
    assert "You joined with it before, and that has ended." in response.content.decode()


def test_an_address_with_an_account_reads_that_one_signs_in(
    client: Client, invitation: Invitation, supporter: User, landed: Landed
) -> None:
    page = landed(client, invitation).get(PAGE).content.decode()
    assert "There is an account with the address this invitation came to" in page
    assert supporter.email not in page


def test_who_supports_this_person_already_is_not_joined_twice(
    client_of: ClientOf, membership: Membership, other_tie: Tie, owner: User, landed: Landed
) -> None:
    forwarded = services.invite(tie=other_tie, by=owner, email="luis@example.org")
    client = landed(client_of(membership.member), forwarded)
    page = client.get(PAGE).content.decode()
    assert "You are in Maya’s network." in page and "Accept as" not in page
    assert "It still waits for them." in page
    response = client.post(ACCEPT)
    assert response.headers["Location"] == "/support/"
    assert Membership.objects.count() == 1


def test_joining_by_link_does_only_what_was_said_before(
    client_of: ClientOf, invitation: Invitation, supporter: User, landed: Landed
) -> None:
    client = client_of(supporter)
    assert client.get(JOIN).headers["Location"] == "/"
    landed(client, invitation)
    assert client.get(JOIN).headers["Location"] == PAGE
    assert not Membership.objects.exists()


def test_joining_needs_an_account(client: Client, invitation: Invitation, landed: Landed) -> None:
    landed(client, invitation).post(ACCEPT)
    assert client.get(JOIN).headers["Location"].startswith("/accounts/login/")
    assert client.post(JOIN).status_code in (302, 405)
    assert not Membership.objects.exists()


def test_a_yes_left_lying_for_hours_must_be_said_again(
    client: Client, invitation: Invitation, supporter: User, landed: Landed
) -> None:
    landed(client, invitation).post(ACCEPT)
    client.force_login(supporter, backend="allauth.account.auth_backends.AuthenticationBackend")
    with time_machine.travel(timezone.now() + dt.timedelta(hours=3)):
        assert client.get(JOIN).headers["Location"] == PAGE
    assert not Membership.objects.exists()


def test_another_link_takes_the_place_of_the_first(
    client: Client, invitation: Invitation, other_tie: Tie, owner: User, landed: Landed
) -> None:
    landed(client, invitation).post(ACCEPT)
    other = services.invite(tie=other_tie, by=owner, email="luis@example.org")
    landed(client, other)
    assert client.session["invitation_id"] == other.pk
    assert "invitation_accepting" not in client.session
    assert "invitation_email" not in client.session


def test_withdrawn_while_signing_up_joins_nobody(
    client: Client, invitation: Invitation, owner: User, landed: Landed
) -> None:
    to_sign_up = landed(client, invitation).post(ACCEPT).headers["Location"]
    services.withdraw(invitation=invitation, by=owner)
    asked = sign_up(client, to_sign_up, email="ana@example.org").redirect_chain[-1][0]
    assert fill(client, asked, code=code_sent_to("ana@example.org")).status_code == 410
    assert not Membership.objects.exists()
