"""The owner's side: write, look, send, send again, withdraw, share, end. And the member's way out."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from networks import services
from networks.models import Invitation, Membership, Tie
from outbox.models import Message

ClientOf = Callable[[User], Client]
HTMX = {"HX-Request": "true"}
LETTER = {"email": "ana@example.org", "note": "Would you?", "shares": ["checkins"]}


@pytest.fixture
def mine(owner: User, client_of: ClientOf) -> Client:
    return client_of(owner)


def test_nothing_is_ticked_to_begin_with_and_the_address_is_filled_in(
    mine: Client, tie: Tie, owner: User
) -> None:
    services.edit_tie(tie=tie, by=owner, email="ana@example.org")
    response = mine.get(f"/network/{tie.pk}/invite/")
    page = response.content.decode()
    assert response.context["form"]["email"].value() == "ana@example.org"
    assert " checked>" not in page
    assert "Ana sees the pain score you give, from 0 to 10." in page
    assert "To begin with Maya shares nothing with you." in page


def test_sending_leads_back_to_the_person_who_now_is_invited(mine: Client, tie: Tie) -> None:
    response = mine.post(f"/network/{tie.pk}/invite/", LETTER, follow=True)
    page = response.content.decode()
    assert response.redirect_chain == [(f"/network/{tie.pk}/", 302)]
    assert "on its way to ana@example.org" in page
    assert "Invited, not answered yet" in page
    assert "Send it again" in page
    assert Message.objects.get().address == "ana@example.org"


def test_looking_first_sends_nothing_and_loses_nothing(mine: Client, tie: Tie) -> None:
    response = mine.post(f"/network/{tie.pk}/invite/", LETTER | {"look": "1"})
    page = response.content.decode()
    assert response.status_code == 200
    assert '<blockquote class="letter"><bdi>Would you?</bdi></blockquote>' in page
    assert "You see that Maya checked in, and when." in page
    assert 'value="ana@example.org"' in page
    assert not Invitation.objects.exists()


def test_looking_with_htmx_gives_the_letter_alone(mine: Client, tie: Tie) -> None:
    response = mine.post(f"/network/{tie.pk}/invite/", LETTER | {"look": "1"}, headers=HTMX)
    page = response.content.decode()
    assert "<html" not in page
    assert "Would you?" in page
    assert "autofocus" in page


def test_looking_leads_to_the_letter_with_and_without_htmx(mine: Client, tie: Tie) -> None:
    page = mine.get(f"/network/{tie.pk}/invite/").content.decode()
    assert 'hx-swap="innerHTML show:#preview:top"' in page
    assert f'formaction="/network/{tie.pk}/invite/#preview"' in page
    assert 'id="preview"' in page


def test_looking_at_an_unfinished_letter_finds_no_fault(mine: Client, tie: Tie) -> None:
    response = mine.post(f"/network/{tie.pk}/invite/", {"note": "x", "look": "1"})
    assert response.status_code == 200
    assert "There is a problem" not in response.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": ""},
        {"email": "nobody"},
        {"email": "maya@example.org"},
        {"note": "x" * 601},
        {"note": "a\0b"},
        {"shares": ["diary"]},
    ],
)
def test_bad_input_keeps_what_was_typed_and_sends_nothing(
    mine: Client, tie: Tie, wrong: dict[str, object]
) -> None:
    response = mine.post(f"/network/{tie.pk}/invite/", LETTER | wrong)
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    if "note" not in wrong:
        assert "Would you?" in response.content.decode()
    assert not Message.objects.exists()


def test_a_form_sent_twice_sends_one_letter(mine: Client, tie: Tie) -> None:
    sent = LETTER | {"form_key": str(uuid.uuid4())}
    for _ in range(2):
        assert mine.post(f"/network/{tie.pk}/invite/", sent).status_code == 302
    assert Message.objects.count() == 1


def test_somebody_invited_or_joined_is_not_asked_once_more(
    mine: Client, invitation: Invitation, supporter: User
) -> None:
    path = f"/network/{invitation.tie_id}/"
    assert mine.get(f"{path}invite/").headers["Location"] == path
    services.accept(invitation=invitation, by=supporter)
    assert mine.get(f"{path}invite/").headers["Location"] == path
    assert "Change what they see" in mine.get(path).content.decode()


def test_sending_again_twice_at_most(mine: Client, invitation: Invitation) -> None:
    path = f"/network/invitations/{invitation.pk}/resend/"
    for seen in (1, 2):
        assert "Sent again." in mine.post(path, {"seen": seen}, follow=True).content.decode()
    page = mine.get(f"/network/{invitation.tie_id}/").content.decode()
    assert "Send it again" not in page
    assert "You sent it three times" in page
    assert "cannot be used any more" in mine.post(path, {"seen": "x"}, follow=True).content.decode()
    assert Message.objects.count() == 3


def test_withdrawing(mine: Client, invitation: Invitation) -> None:
    page = mine.post(f"/network/invitations/{invitation.pk}/withdraw/", follow=True).content.decode()
    assert "The last invitation has ended" in page
    assert "Invite by e-mail" in page


def test_withdrawing_too_late_says_so(mine: Client, membership: Membership, invitation: Invitation) -> None:
    page = mine.post(f"/network/invitations/{invitation.pk}/withdraw/", follow=True).content.decode()
    assert "cannot be used any more" in page
    assert Membership.objects.active().exists()


def test_a_no_is_shown_without_reproach(mine: Client, invitation: Invitation) -> None:
    services.decline(invitation=invitation)
    assert "Ana said no for now (today)" in mine.get(f"/network/{invitation.tie_id}/").content.decode()


def test_an_invitation_that_ran_out_can_be_sent_again(mine: Client, invitation: Invitation) -> None:
    Invitation.objects.update(expires_at=timezone.now())
    page = mine.get(f"/network/{invitation.tie_id}/").content.decode()
    assert "The invitation ran out" in page
    assert "Send it again" in page


INVITATION_PATHS = ["/network/invitations/{pk}/resend/", "/network/invitations/{pk}/withdraw/"]


@pytest.mark.parametrize("path", INVITATION_PATHS)
def test_only_the_owner_handles_an_invitation(
    client: Client, client_of: ClientOf, invitation: Invitation, stranger: User, supporter: User, path: str
) -> None:
    path = path.format(pk=invitation.pk)
    for who in (stranger, supporter):
        assert client_of(who).post(path).status_code == 404
    assert client.post(path).headers["Location"].startswith("/accounts/login/")
    assert client_of(invitation.tie.owner).get(path).status_code == 405


def test_the_sharing_page_shows_what_is_ticked_and_saves_a_change(
    mine: Client, membership: Membership
) -> None:
    path = f"/network/sharing/{membership.pk}/"
    page = mine.get(path).content.decode()
    assert page.count(" checked>") == 2
    response = mine.post(path, {"shares": ["mood"]})
    assert response.headers["Location"] == f"/network/{membership.tie_id}/"
    membership.refresh_from_db()
    assert membership.shares == ["mood"]


def test_unticking_everything_shares_nothing(mine: Client, membership: Membership) -> None:
    mine.post(f"/network/sharing/{membership.pk}/", {})
    membership.refresh_from_db()
    assert membership.shares == []


def test_an_unknown_share_is_refused(mine: Client, membership: Membership) -> None:
    assert mine.post(f"/network/sharing/{membership.pk}/", {"shares": ["diary"]}).status_code == 422


def test_the_owner_ends_it_after_a_question(mine: Client, membership: Membership) -> None:
    path = f"/network/sharing/{membership.pk}/end/"
    assert "Remove Ana?" in mine.get(path).content.decode()
    assert Membership.objects.active().exists()
    for _twice in range(2):
        assert "Ended." in mine.post(path, follow=True).content.decode()
        assert not Membership.objects.active().exists()
    assert mine.get(path).status_code == 404


def test_ending_after_the_person_was_removed_leads_to_the_network(
    mine: Client, membership: Membership, owner: User
) -> None:
    services.remove_tie(tie=membership.tie, by=owner)
    assert mine.post(f"/network/sharing/{membership.pk}/end/").headers["Location"] == "/network/"


def test_changing_what_somebody_sees_after_they_left_says_so(mine: Client, membership: Membership) -> None:
    services.end_membership(membership=membership, by=membership.member)
    answer = mine.post(f"/network/sharing/{membership.pk}/", {"shares": ["mood"]}, follow=True)
    assert answer.status_code == 200
    assert "nothing to change" in answer.content.decode()
    membership.refresh_from_db()
    assert "mood" not in membership.shares


def test_the_member_leaves_after_a_question(client_of: ClientOf, membership: Membership) -> None:
    theirs = client_of(membership.member)
    path = f"/network/support/{membership.pk}/leave/"
    assert "Leave Maya’s network?" in theirs.get(path).content.decode()
    for _twice in range(2):
        assert theirs.post(path).headers["Location"] == "/support/"
        assert not Membership.objects.active().exists()
    assert theirs.get(path).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_open_the_pages_of_a_membership(
    client: Client, client_of: ClientOf, membership: Membership, stranger: User, method: str
) -> None:
    sharing, end = f"/network/sharing/{membership.pk}/", f"/network/sharing/{membership.pk}/end/"
    leave = f"/network/support/{membership.pk}/leave/"
    for who, paths in (
        (stranger, (sharing, end, leave)),
        (membership.member, (sharing, end)),
        (membership.owner, (leave,)),
    ):
        for path in paths:
            assert getattr(client_of(who), method)(path).status_code == 404
    for path in (sharing, end, leave):
        assert getattr(client, method)(path).headers["Location"].startswith("/accounts/login/")
        assert client_of(membership.owner).put(path).status_code == 405
    assert Membership.objects.active().exists()


def test_staff_see_when_but_never_what(client: Client, membership: Membership) -> None:
    boss = User.objects.create_superuser("boss@example.org", "a long walk by the sea")
    client.force_login(boss, backend="allauth.account.auth_backends.AuthenticationBackend")
    for name in ("tie", "invitation", "membership"):
        page = client.get(f"/admin/networks/{name}/").content.decode()
        assert "Maya" in page
        assert "Would you" not in page
        assert "ana@example.org" not in page
        assert client.get(f"/admin/networks/{name}/add/").status_code == 403
        assert client.get(f"/admin/networks/{name}/1/change/").status_code in (302, 403)
    assert "Sister" not in client.get("/admin/networks/tie/").content.decode()
