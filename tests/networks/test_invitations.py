"""What the services promise about invitations."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import tokens
from accounts.models import Consent, User
from networks import errors, services, tasks
from networks.models import Invitation, Membership, Tie
from outbox.models import Message

DAY = dt.timedelta(days=1)
State = Invitation.State


def letters() -> int:
    return Message.objects.filter(kind="networks/invitation").count()


def test_an_invitation_writes_one_letter_to_the_address(invitation: Invitation) -> None:
    message = Message.objects.get(kind="networks/invitation")
    assert message.address == "ana@example.org"
    assert message.recipient is None
    assert invitation.token() not in str(message.params)


def test_the_token_is_in_the_database_only_as_a_hash(invitation: Invitation) -> None:
    token = invitation.token()
    assert len(token) == 43
    assert invitation.token_hash == tokens.hash_of(token)
    assert token not in str(Invitation.objects.values().get())


def test_two_invitations_have_two_tokens(invitation: Invitation, other_tie: Tie, owner: User) -> None:
    other = services.invite(tie=other_tie, by=owner, email="luis@example.org")
    assert other.token() != invitation.token()
    assert Invitation.objects.for_token(other.token()) == other


def test_nothing_is_shared_unless_it_was_ticked(tie: Tie, owner: User) -> None:
    invitation = services.invite(tie=tie, by=owner, email="ana@example.org")
    assert (invitation.shares, invitation.share_words) == ([], "")


def test_the_same_form_sent_twice_is_one_invitation_and_one_letter(tie: Tie, owner: User) -> None:
    key = uuid.uuid4()
    first, second = (
        services.invite(tie=tie, by=owner, email="ana@example.org", form_key=key) for _ in range(2)
    )
    assert first == second
    assert letters() == 1


def test_an_owner_cannot_invite_their_own_address(tie: Tie, owner: User) -> None:
    with pytest.raises(errors.OwnAddress):
        services.invite(tie=tie, by=owner, email=" MAYA@example.org ")


def test_a_group_cannot_be_invited(owner: User) -> None:
    group = services.add_tie(by=owner, name="Pain group", circle="wider", kind="group")
    with pytest.raises(errors.OnlyPeople):
        services.invite(tie=group, by=owner, email="group@example.org")


def test_one_open_invitation_for_each_tie(invitation: Invitation, owner: User) -> None:
    with pytest.raises(errors.AlreadyInvited):
        services.invite(tie=invitation.tie, by=owner, email="else@example.org")


def test_one_open_invitation_for_each_address(invitation: Invitation, other_tie: Tie, owner: User) -> None:
    with pytest.raises(errors.AlreadyInvited):
        services.invite(tie=other_tie, by=owner, email="Ana@Example.org")


def test_somebody_who_joined_is_not_invited_again(
    membership: Membership, other_tie: Tie, owner: User
) -> None:
    with pytest.raises(errors.AlreadyJoined):
        services.invite(tie=membership.tie, by=owner, email="new@example.org")
    with pytest.raises(errors.AlreadyJoined):
        services.invite(tie=other_tie, by=owner, email="ana@example.org")


def test_an_owner_does_not_learn_with_which_address_somebody_joined(
    invitation: Invitation, other_tie: Tie, owner: User, stranger: User
) -> None:
    services.accept(invitation=invitation, by=stranger)
    assert services.invite(tie=other_tie, by=owner, email=stranger.email)


def test_somebody_who_left_can_be_invited_again(membership: Membership, owner: User) -> None:
    services.end_membership(membership=membership, by=membership.member)
    assert services.invite(tie=membership.tie, by=owner, email="ana@example.org")


def test_somebody_who_said_no_is_left_alone_for_a_month(invitation: Invitation, owner: User) -> None:
    services.decline(invitation=invitation)
    with pytest.raises(errors.SaidNo):
        services.invite(tie=invitation.tie, by=owner, email="ana@example.org")
    with time_machine.travel(timezone.now() + 31 * DAY):
        assert services.invite(tie=invitation.tie, by=owner, email="ana@example.org")


def test_withdrawing_does_not_buy_more_letters(invitation: Invitation, owner: User) -> None:
    tie = invitation.tie
    for _ in range(2):
        services.withdraw(invitation=invitation, by=owner)
        invitation = services.invite(tie=tie, by=owner, email="ana@example.org")
    with pytest.raises(errors.AskedEnough):
        services.resend(invitation=invitation, by=owner, seen=1)
    services.withdraw(invitation=invitation, by=owner)
    with pytest.raises(errors.AskedEnough):
        services.invite(tie=tie, by=owner, email="ana@example.org")
    assert letters() == 3


def test_nobody_writes_to_many_people_in_one_day(owner: User) -> None:
    def ask(number: int) -> Invitation:
        tie = services.add_tie(by=owner, name=f"Person {number}", circle="wider")
        return services.invite(tie=tie, by=owner, email=f"person{number}@example.org")

    for number in range(services.MOST_A_DAY):
        ask(number)
    with pytest.raises(errors.TooManyToday):
        ask(99)


def test_it_is_sent_again_twice_at_most_and_keeps_its_link(invitation: Invitation, owner: User) -> None:
    token = invitation.token()
    for seen in (1, 2):
        services.resend(invitation=invitation, by=owner, seen=seen)
    with pytest.raises(errors.NotOpen):
        services.resend(invitation=invitation, by=owner, seen=3)
    assert Invitation.objects.for_token(token) == invitation
    assert letters() == 3


def test_pressing_send_again_twice_sends_once(invitation: Invitation, owner: User) -> None:
    for _ in range(2):
        services.resend(invitation=invitation, by=owner, seen=1)
    assert letters() == 2


def test_sending_again_revives_what_ran_out(invitation: Invitation, owner: User) -> None:
    with time_machine.travel(timezone.now() + 15 * DAY):
        assert invitation.state(timezone.now()) == State.EXPIRED
        again = services.resend(invitation=invitation, by=owner, seen=1)
        assert again.state(timezone.now()) == State.WAITING


def test_a_new_invitation_takes_the_place_of_one_that_ran_out(invitation: Invitation, owner: User) -> None:
    with time_machine.travel(timezone.now() + 15 * DAY):
        services.invite(tie=invitation.tie, by=owner, email="else@example.org")
    invitation.refresh_from_db()
    assert invitation.withdrawn_at


def test_a_stranger_can_neither_invite_resend_nor_withdraw(invitation: Invitation, stranger: User) -> None:
    with pytest.raises(errors.GoneTie):
        services.invite(tie=invitation.tie, by=stranger, email="x@example.org")
    with pytest.raises(errors.GoneTie):
        services.resend(invitation=invitation, by=stranger, seen=1)
    with pytest.raises(errors.GoneTie):
        services.withdraw(invitation=invitation, by=stranger)


def test_accepting_records_the_consent_in_the_words_the_owner_read(membership: Membership) -> None:
    consent = Consent.objects.get(purpose="share")
    assert consent.how == Consent.LINK
    assert (consent.subject, consent.grantee) == (membership.owner, membership.member)
    assert consent.act == "given"
    assert consent.categories == ["checkins", "pain"]
    assert consent.text == (
        "Ana sees that you checked in, and when. Not what you wrote.\n"
        "Ana sees the pain score you give, from 0 to 10."
    )
    assert membership.shares == ["checkins", "pain"]


def test_accepting_with_nothing_shared_records_no_consent_to_share(
    tie: Tie, owner: User, supporter: User
) -> None:
    services.accept(invitation=services.invite(tie=tie, by=owner, email="ana@example.org"), by=supporter)
    assert not Consent.objects.filter(purpose="share").exists()


def test_accepting_twice_is_once(invitation: Invitation, membership: Membership) -> None:
    assert services.accept(invitation=invitation, by=membership.member) == membership
    assert Message.objects.filter(kind="networks/accepted").count() == 1


def test_a_used_invitation_is_useless_to_somebody_else(
    invitation: Invitation, membership: Membership, stranger: User
) -> None:
    with pytest.raises(errors.NotOpen):
        services.accept(invitation=invitation, by=stranger)
    with pytest.raises(errors.NotOpen):
        services.decline(invitation=invitation)
    with pytest.raises(errors.NotOpen):
        services.withdraw(invitation=invitation, by=membership.owner)


def test_a_used_invitation_does_not_bring_back_who_left(
    invitation: Invitation, membership: Membership
) -> None:
    services.end_membership(membership=membership, by=membership.owner)
    with pytest.raises(errors.NotOpen):
        services.accept(invitation=invitation, by=membership.member)


def test_an_owner_cannot_answer_their_own_invitation(invitation: Invitation, owner: User) -> None:
    with pytest.raises(errors.OwnInvitation):
        services.accept(invitation=invitation, by=owner)
    with pytest.raises(errors.OwnInvitation):
        services.decline(invitation=invitation, by=owner)
    assert Membership.objects.count() == 0


def test_one_person_joins_a_network_once(membership: Membership, other_tie: Tie, owner: User) -> None:
    forwarded = services.invite(tie=other_tie, by=owner, email="luis@example.org")
    with pytest.raises(errors.AlreadySupporting):
        services.accept(invitation=forwarded, by=membership.member)
    forwarded.refresh_from_db()
    assert forwarded.state(timezone.now()) == State.WAITING


@pytest.mark.parametrize("how", ["withdrawn", "declined", "expired", "removed"])
def test_a_closed_invitation_cannot_be_accepted(
    invitation: Invitation, owner: User, supporter: User, how: str
) -> None:
    now = timezone.now()
    if how == "withdrawn":
        services.withdraw(invitation=invitation, by=owner)
        services.withdraw(invitation=invitation, by=owner)
    elif how == "declined":
        services.decline(invitation=invitation)
        services.decline(invitation=invitation)
    elif how == "removed":
        services.remove_tie(tie=invitation.tie, by=owner)
    else:
        now += 14 * DAY
    with time_machine.travel(now), pytest.raises(errors.NotOpen):
        services.accept(invitation=invitation, by=supporter)
    assert Membership.objects.count() == 0


def test_an_invitation_ends_in_one_way_only(invitation: Invitation) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.update(declined_at=timezone.now(), withdrawn_at=timezone.now())


def test_states(invitation: Invitation, owner: User) -> None:
    now = timezone.now()
    assert invitation.state(now) == State.WAITING
    assert invitation.state(invitation.expires_at) == State.EXPIRED
    for end in ("accepted", "declined", "withdrawn"):
        ended = Invitation(expires_at=now, **{f"{end}_at": now})
        assert ended.state(now) == end
        assert not ended.can_be_resent


def test_the_address_of_somebody_who_did_not_join_is_forgotten_after_a_month(
    invitation: Invitation, other_tie: Tie, owner: User
) -> None:
    declined = services.invite(tie=other_tie, by=owner, email="luis@example.org", note="Please")
    services.decline(invitation=declined)
    later = timezone.now() + 31 * DAY
    assert services.sweep_invitations(now=later - 2 * DAY) == 0
    assert services.sweep_invitations(now=later) == 2
    assert services.sweep_invitations(now=later) == 0
    for one in (invitation, declined):
        one.refresh_from_db()
        assert (one.email, one.note) == ("", "")
    assert invitation.state(later) == State.WITHDRAWN
    assert declined.state(later) == State.DECLINED


def test_what_was_withdrawn_keeps_its_time_when_it_is_forgotten(invitation: Invitation, owner: User) -> None:
    services.withdraw(invitation=invitation, by=owner)
    invitation.refresh_from_db()
    withdrawn_at = invitation.withdrawn_at
    assert services.sweep_invitations(now=timezone.now() + 31 * DAY) == 1
    invitation.refresh_from_db()
    assert invitation.withdrawn_at == withdrawn_at


def test_the_task_forgets_nobody_who_joined(membership: Membership) -> None:
    with time_machine.travel(timezone.now() + 31 * DAY):
        assert tasks.sweep_invitations() == 0
    assert Invitation.objects.get().email == "ana@example.org"
