"""What the letters say, and when there is nothing left to say."""

import datetime as dt
from unittest.mock import ANY

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from accounts.models import User
from networks import services
from networks.models import Invitation, Membership
from outbox import kinds, letters
from outbox.models import Message


def letter(kind: str) -> EmailMultiAlternatives | None:
    message = Message.objects.filter(kind=kind).latest("pk")
    context = kinds.get(kind).context(message)
    return letters.render(message, context) if context is not None else None


def test_the_invitation_says_who_asks_what_for_and_how_to_answer(invitation: Invitation) -> None:
    sent = letter("networks/invitation")
    assert sent is not None
    assert sent.to == ["ana@example.org"]
    assert sent.subject == "An invitation from Maya"
    html = str(sent.alternatives[0][0])
    for words in (
        "Maya would like you",
        "You see that Maya checked in, and when.",
        f"/invited/{invitation.token()}/",
    ):
        assert words in sent.body
        assert words in html
    assert "> Would you?\n> Maya" in sent.body


def test_the_invitation_with_nothing_shared_says_so(invitation: Invitation) -> None:
    Invitation.objects.update(shares=[], note="")
    sent = letter("networks/invitation")
    assert sent is not None
    assert "shares nothing with you" in sent.body
    assert "writes:" not in sent.body


def test_names_and_words_are_text_not_markup(invitation: Invitation, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(name="Maya O'Neill <b>")
    Invitation.objects.update(note="<script>x</script>")
    sent = letter("networks/invitation")
    assert sent is not None
    assert sent.subject == "An invitation from Maya O'Neill <b>"
    assert "<script>x</script>" in sent.body
    assert "<script>" not in str(sent.alternatives[0][0])


def test_a_name_with_a_line_break_cannot_add_a_header(invitation: Invitation, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(name="Maya\r\nBcc: all@example.org")
    sent = letter("networks/invitation")
    assert sent is not None
    assert sent.message()["Bcc"] is None


@pytest.mark.parametrize("end", ["withdraw", "decline", "remove", "accept", "expire", "newer"])
def test_an_invitation_that_is_not_open_any_more_is_not_sent(
    invitation: Invitation, owner: User, supporter: User, end: str
) -> None:
    first = Message.objects.get(kind="networks/invitation")
    now = timezone.now()
    if end == "withdraw":
        services.withdraw(invitation=invitation, by=owner)
    elif end == "decline":
        services.decline(invitation=invitation)
    elif end == "remove":
        services.remove_tie(tie=invitation.tie, by=owner)
    elif end == "accept":
        services.accept(invitation=invitation, by=supporter)
    elif end == "newer":
        services.resend(invitation=invitation, by=owner, seen=1)
    else:
        now += dt.timedelta(days=15)
    with time_machine.travel(now):
        assert kinds.get("networks/invitation").context(first) is None


def test_the_owner_hears_of_a_yes_in_a_discreet_letter(membership: Membership, owner: User) -> None:
    sent = letter("networks/accepted")
    assert sent is not None
    assert sent.to == [owner.email]
    assert sent.subject == "Your invitation was accepted"
    assert "Ana has accepted" in sent.body
    assert f"/network/sharing/{membership.pk}/" in str(sent.alternatives[0][0])


def test_the_owner_hears_nothing_of_a_yes_that_ended_meanwhile(membership: Membership) -> None:
    services.end_membership(membership=membership, by=membership.member)
    assert letter("networks/accepted") is None


def test_a_no_is_not_announced_by_mail(invitation: Invitation) -> None:
    services.decline(invitation=invitation)
    assert list(Message.objects.values_list("kind", flat=True)) == ["networks/invitation"]
    assert Message.objects.get().params == {"invitation": invitation.pk, "sending": ANY}
