"""What the services promise about ties and contacts."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Consent, User
from networks import errors, services
from networks.models import Invitation, Membership, Tie, Touch

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def test_the_same_form_sent_twice_is_one_tie(owner: User) -> None:
    key = uuid.uuid4()
    first, second = (services.add_tie(by=owner, name="Ana", circle="close", form_key=key) for _ in range(2))
    assert first == second
    assert Tie.objects.of(owner).count() == 1


def test_somebody_elses_key_never_leads_to_their_tie(owner: User, stranger: User) -> None:
    key = uuid.uuid4()
    services.add_tie(by=owner, name="Ana", circle="close", form_key=key)
    theirs = services.add_tie(by=stranger, name="Bo", circle="wider", form_key=key)
    assert theirs.owner == stranger
    assert theirs.name == "Bo"


def test_a_tie_is_visible_to_its_owner_alone(tie: Tie, membership: Membership, stranger: User) -> None:
    assert list(Tie.objects.visible_to(tie.owner)) == [tie]
    assert not Tie.objects.visible_to(membership.member)
    assert not Tie.objects.visible_to(stranger)


def test_ties_come_closest_first_then_by_name(owner: User) -> None:
    for name, circle in [("Zoe", "wider"), ("Bo", "closest"), ("Al", "wider"), ("Abe", "closest")]:
        services.add_tie(by=owner, name=name, circle=circle)
    assert [tie.name for tie in Tie.objects.of(owner).in_order()] == ["Abe", "Bo", "Al", "Zoe"]


@pytest.mark.parametrize(
    "wrong", [{"circle": "outer"}, {"supports": ["money"]}, {"name": ""}], ids=["circle", "support", "name"]
)
def test_the_database_refuses_what_the_forms_would(tie: Tie, wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Tie.objects.filter(pk=tie.pk).update(**wrong)


def test_moving_somebody_changes_nothing_else(tie: Tie, owner: User) -> None:
    services.edit_tie(tie=tie, by=owner, circle="wider")
    tie.refresh_from_db()
    assert (tie.circle, tie.relationship) == ("wider", "Sister")


def test_a_stranger_cannot_edit_or_remove(tie: Tie, stranger: User) -> None:
    with pytest.raises(errors.GoneTie):
        services.edit_tie(tie=tie, by=stranger, name="Mine")
    with pytest.raises(errors.GoneTie):
        services.remove_tie(tie=tie, by=stranger)


def test_the_latest_contact_decides_in_whatever_order_they_are_logged(tie: Tie, owner: User) -> None:
    for days in (5, 1, 9):
        services.log_touch(tie=tie, by=owner, at=NOW - dt.timedelta(days=days))
    tie.refresh_from_db()
    assert tie.last_touch_at == NOW - dt.timedelta(days=1)
    assert tie.touches.count() == 3


def test_a_contact_sent_twice_is_one(tie: Tie, owner: User) -> None:
    key = uuid.uuid4()
    first = services.log_touch(tie=tie, by=owner, at=NOW, form_key=key)
    assert services.log_touch(tie=tie, by=owner, at=NOW + dt.timedelta(hours=1), form_key=key) == first
    tie.refresh_from_db()
    assert tie.last_touch_at == NOW


def test_one_key_may_log_several_ties(tie: Tie, other_tie: Tie, owner: User) -> None:
    key = uuid.uuid4()
    for one in (tie, other_tie):
        services.log_touch(tie=one, by=owner, at=NOW, how="call", form_key=key)
    assert Touch.objects.count() == 2


def test_taking_back_goes_to_the_contact_before(tie: Tie, owner: User) -> None:
    services.log_touch(tie=tie, by=owner, at=NOW - dt.timedelta(days=4))
    wrong = services.log_touch(tie=tie, by=owner, at=NOW)
    services.undo_touch(touch=wrong, by=owner)
    tie.refresh_from_db()
    assert tie.last_touch_at == NOW - dt.timedelta(days=4)


def test_taking_back_the_only_contact_leaves_none(tie: Tie, owner: User) -> None:
    services.undo_touch(touch=services.log_touch(tie=tie, by=owner, at=NOW), by=owner)
    tie.refresh_from_db()
    assert tie.last_touch_at is None


def test_only_who_logged_it_takes_it_back(tie: Tie, owner: User, stranger: User) -> None:
    touch = services.log_touch(tie=tie, by=owner, at=NOW)
    with pytest.raises(errors.NotYours):
        services.undo_touch(touch=touch, by=stranger)


def test_removing_ends_everything_and_wipes_how_to_reach_them(membership: Membership, owner: User) -> None:
    tie = membership.tie
    services.edit_tie(tie=tie, by=owner, phone="123", email="ana@example.org", supports=["company"])
    services.remove_tie(tie=tie, by=owner)
    tie.refresh_from_db()
    membership.refresh_from_db()
    assert not Tie.objects.visible_to(owner)
    assert (tie.name, tie.phone, tie.email, tie.relationship, tie.supports) == ("Ana", "", "", "", [])
    assert membership.ended_by == owner
    assert tie.invitations.get().note == ""
    assert Consent.objects.filter(act="withdrawn").count() == 1


def test_removing_withdraws_an_open_invitation(invitation: Invitation, owner: User) -> None:
    services.remove_tie(tie=invitation.tie, by=owner)
    invitation.refresh_from_db()
    assert invitation.withdrawn_at
    assert not Invitation.objects.open(timezone.now())


def test_rows_can_be_told_apart_in_a_log(tie: Tie, invitation: Invitation, owner: User) -> None:
    touch = services.log_touch(tie=tie, by=owner, at=NOW)
    membership = Membership(pk=7)
    assert [str(one) for one in (tie, touch, invitation, membership)] == [
        "Ana",
        f"{tie.pk} 2026-11-22",
        f"invitation {invitation.pk}",
        "membership 7",
    ]


def moves(tie: Tie) -> list[tuple[str, str]]:
    return list(tie.moves.order_by("pk").values_list("circle_before", "circle_after"))


def test_coming_moving_and_going_leave_a_trace(tie: Tie, owner: User) -> None:
    services.edit_tie(tie=tie, by=owner, name="Anna")
    services.edit_tie(tie=tie, by=owner, circle="closest")
    services.edit_tie(tie=tie, by=owner, circle="wider")
    for _twice in range(2):
        services.archive_tie(tie=tie, by=owner)
    for _twice in range(2):
        services.restore_tie(tie=tie, by=owner)
    for _twice in range(2):
        services.remove_tie(tie=tie, by=owner)
    assert moves(tie) == [
        *(("", "closest"), ("closest", "wider")),
        *(("wider", ""), ("", "wider"), ("wider", "")),
    ]


def test_the_circle_before_is_the_one_that_was_stored(tie: Tie, owner: User) -> None:
    same = Tie.objects.get(pk=tie.pk)
    services.edit_tie(tie=same, by=owner, circle="wider")
    services.edit_tie(tie=tie, by=owner, circle="close")
    assert moves(tie)[-1] == ("wider", "close")


def test_let_go_for_now_keeps_everything_and_everybody(membership: Membership, owner: User) -> None:
    tie = membership.tie
    services.edit_tie(tie=tie, by=owner, helps="Tea", phone="123")
    services.archive_tie(tie=tie, by=owner)
    membership.refresh_from_db()
    assert not Tie.objects.of(owner)
    assert list(Tie.objects.archived_by(owner)) == [tie]
    assert membership.ended_at is None
    services.restore_tie(tie=tie, by=owner)
    assert Tie.objects.of(owner).get().helps == "Tea"


def test_removing_from_the_archive_leaves_no_second_trace(tie: Tie, owner: User) -> None:
    services.archive_tie(tie=tie, by=owner)
    services.remove_tie(tie=tie, by=owner)
    assert moves(tie) == [("", "closest"), ("closest", "")]
    assert not Tie.objects.kept_by(owner)


def test_removing_wipes_what_was_private(tie: Tie, owner: User) -> None:
    private = {"helps": "Tea", "hinders": "Advice", "energy": "takes", "ideal_days": 7, "at_most_days": 30}
    services.edit_tie(tie=tie, by=owner, **private)
    touch = services.log_touch(tie=tie, by=owner, at=NOW, afterwards="drained", note="A lot of advice.")
    services.remove_tie(tie=tie, by=owner)
    tie.refresh_from_db()
    touch.refresh_from_db()
    assert [getattr(tie, name) for name in private] == ["", "", "", None, None]
    assert (touch.afterwards, touch.note) == ("", "")


def test_a_removed_or_foreign_tie_is_neither_let_go_nor_brought_back(
    tie: Tie, owner: User, stranger: User
) -> None:
    for verb in (services.archive_tie, services.restore_tie):
        with pytest.raises(errors.GoneTie):
            verb(tie=tie, by=stranger)
    services.remove_tie(tie=tie, by=owner)
    for verb in (services.archive_tie, services.restore_tie):
        with pytest.raises(errors.GoneTie):
            verb(tie=tie, by=owner)
