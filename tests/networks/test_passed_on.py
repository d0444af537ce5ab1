"""A letter that was passed on: holding its link is not having the mailbox it went to."""

from __future__ import annotations

from django.test import Client

from networks.models import Invitation, Membership
from outbox.models import Message
from tests.networks.conftest import Landed
from tests.networks.test_invited_pages import ACCEPT, JOIN, fill, sign_up


def test_whoever_was_passed_the_letter_proves_nothing_about_the_address(
    client: Client, invitation: Invitation, landed: Landed
) -> None:
    """They have the link, and not the mailbox: no account of hers, no place in the network, nothing to see."""
    to_sign_up = landed(client, invitation).post(ACCEPT).headers["Location"]
    asked = sign_up(client, to_sign_up, email="ana@example.org").redirect_chain[-1][0]
    assert "not the code we sent" in fill(client, asked, code="ABCD-EFGH").content.decode()
    for path in (JOIN, "/support/", "/today/"):
        assert client.get(path).headers["Location"].startswith("/accounts/login/")
    assert not Membership.objects.exists()
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_the_letter_passed_on_still_works_for_whom_it_was_meant(
    client: Client, invitation: Invitation, landed: Landed
) -> None:
    """Somebody tried with her address before her. She signs in with a code, and what they chose is forgotten."""
    other = Client()
    sign_up(other, landed(other, invitation).post(ACCEPT).headers["Location"], email="ana@example.org")
    to_sign_in = landed(client, invitation).post(ACCEPT).headers["Location"]
    assert to_sign_in.startswith("/accounts/login/?next=")
    asking = to_sign_in.replace("/login/", "/login/code/")
    confirm = fill(client, asking, email="ana@example.org").redirect_chain[-1][0]
    code = str(Message.objects.filter(address="ana@example.org").latest("pk").params["code"])
    assert fill(client, confirm, code=code).redirect_chain[-1][0] == "/support/"
    membership = Membership.objects.get()
    assert (membership.member.email, membership.shares) == ("ana@example.org", ["checkins", "pain"])
    assert not membership.member.has_usable_password()
