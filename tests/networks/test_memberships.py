import pytest
from django.db import IntegrityError, transaction

from accounts.models import Consent, User
from networks import errors, services
from networks.models import Membership, Share
from outbox.models import Message


def test_who_sees_whom(membership: Membership, owner: User, supporter: User, stranger: User) -> None:
    assert Membership.objects.of(owner).get() == membership
    assert Membership.objects.supported_by(supporter).get() == membership
    assert not Membership.objects.supported_by(owner)
    assert [Membership.objects.visible_to(one).exists() for one in (owner, supporter, stranger)] == [
        True,
        True,
        False,
    ]


def test_a_member_sees_what_is_ticked_and_nothing_once_it_ended(membership: Membership) -> None:
    assert membership.shows(Share.PAIN)
    assert not membership.shows(Share.MOOD)
    services.end_membership(membership=membership, by=membership.owner)
    membership.refresh_from_db()
    assert not membership.shows(Share.PAIN)


def test_changing_shares_records_what_was_given_and_what_was_taken_back(
    membership: Membership, owner: User
) -> None:
    changed = services.change_shares(membership=membership, shares=["pain", "mood"], by=owner)
    assert changed.shares == ["pain", "mood"]
    recorded = list(Consent.objects.order_by("pk").values_list("act", "categories", "text"))[1:]
    assert recorded == [
        ("given", ["mood"], "Ana sees the word you choose for their mood.".replace("their", "your")),
        ("withdrawn", ["checkins"], "Ana sees that you checked in, and when. Not what you wrote."),
    ]


def test_saving_the_same_shares_records_nothing(membership: Membership, owner: User) -> None:
    services.change_shares(membership=membership, shares=["pain", "checkins"], by=owner)
    assert Consent.objects.count() == 1


def test_changing_shares_tells_nobody(membership: Membership, owner: User) -> None:
    before = Message.objects.count()
    services.change_shares(membership=membership, shares=[], by=owner)
    services.end_membership(membership=membership, by=owner)
    assert Message.objects.count() == before


def test_only_the_owner_changes_shares_and_only_while_it_lasts(
    membership: Membership, owner: User, supporter: User
) -> None:
    with pytest.raises(errors.NotYours):
        services.change_shares(membership=membership, shares=["mood"], by=supporter)
    services.end_membership(membership=membership, by=owner)
    with pytest.raises(errors.NoLongerJoined):
        services.change_shares(membership=membership, shares=["mood"], by=owner)


@pytest.mark.parametrize("side", ["owner", "member"])
def test_either_side_ends_it_once_and_for_both(membership: Membership, side: str) -> None:
    by = getattr(membership, side)
    services.end_membership(membership=membership, by=by)
    services.end_membership(membership=membership, by=membership.owner)
    membership.refresh_from_db()
    assert membership.ended_by == by
    assert not Membership.objects.active()
    assert Consent.objects.filter(act="withdrawn", categories=["checkins", "pain"]).count() == 1


def test_a_stranger_ends_nothing(membership: Membership, stranger: User) -> None:
    with pytest.raises(errors.NotYours):
        services.end_membership(membership=membership, by=stranger)


def test_the_database_holds_one_active_membership_for_two_people(membership: Membership) -> None:
    membership.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        membership.save(force_insert=True)


def test_the_database_refuses_a_share_it_does_not_know(membership: Membership) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.update(shares=["diary"])


def test_a_member_whose_account_goes_leaves_the_owner_their_tie(membership: Membership) -> None:
    tie, member = membership.tie, membership.member
    member.delete()
    tie.refresh_from_db()
    assert tie.membership is None
    assert tie.invitation is not None
    assert tie.invitation.accepted_by is None
