"""Organisers, with their own yes; and who looked, for the owner alone."""

from __future__ import annotations

import datetime as dt
import importlib
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Consent, User
from networks import errors, services
from networks.models import Look, Membership, Role, Tie
from networks.services import looks
from networks.tasks import forget_looks
from outbox.models import BrokenAddress, Message

SignIn = Callable[[User], Client]


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


# Organisers -----------------------------------------------------------------------------------------


def test_an_organiser_is_asked_says_yes_and_may_stop(
    client_of: SignIn, membership: Membership, owner: User, supporter: User
) -> None:
    mine, theirs = client_of(owner), client_of(supporter)
    organise = f"/network/support/{membership.pk}/organise/"
    assert theirs.get(organise).status_code == 404
    said = mine.post(f"/network/sharing/{membership.pk}/organiser/", follow=True).content.decode()
    assert "Until they say yes nothing changes" in said
    assert Message.objects.filter(kind="networks/organiser", recipient=supporter).count() == 1
    assert "Maya asks whether you would help to organise." in page(theirs, "/support/")
    assert "You may make, change and cancel asks for Maya" in page(theirs, organise)
    assert theirs.post(organise).status_code == 422
    theirs.post(organise, {"answer": "yes"})
    membership.refresh_from_db()
    assert (membership.role, membership.organiser_asked_at) == (Role.ORGANISER, None)
    assert "Ana organises for you." in page(mine, f"/network/sharing/{membership.pk}/")
    assert "Stop organising" in page(theirs, organise)
    assert "You organise for Maya." in page(theirs, "/support/")
    theirs.post(organise, {"answer": "no"})
    membership.refresh_from_db()
    assert membership.role == Role.SUPPORTER
    record = Consent.objects.filter(categories=["organiser"]).order_by("pk")
    assert [(row.subject, row.grantee, row.act) for row in record] == [
        (owner, supporter, "given"),
        (supporter, owner, "given"),
        (owner, supporter, "withdrawn"),
        (supporter, owner, "withdrawn"),
    ]


def test_a_question_can_be_taken_back_before_it_is_answered(
    client_of: SignIn, membership: Membership, owner: User, supporter: User
) -> None:
    path = f"/network/sharing/{membership.pk}/organiser/"
    client_of(owner).post(path)
    client_of(owner).post(path, {"stop": "1"})
    said = page(client_of(supporter), f"/network/support/{membership.pk}/organise/", 404)
    assert "This question is not open" in said
    with pytest.raises(errors.NotAskedAnyMore):
        services.agree_to_organise(membership=membership, by=supporter)
    assert not Consent.objects.filter(categories=["organiser"]).exists()


def test_asking_and_agreeing_twice_is_once(membership: Membership, owner: User, supporter: User) -> None:
    for _turn in range(2):
        services.ask_to_organise(membership=membership, by=owner, now=timezone.now())
    for _turn in range(2):
        services.agree_to_organise(membership=membership, by=supporter)
    services.ask_to_organise(membership=membership, by=owner, now=timezone.now())
    assert Message.objects.filter(kind="networks/organiser").count() == 1
    assert Consent.objects.filter(categories=["organiser"]).count() == 2


def test_only_the_member_agrees(membership: Membership, owner: User) -> None:
    services.ask_to_organise(membership=membership, by=owner, now=timezone.now())
    with pytest.raises(errors.NotYours):
        services.agree_to_organise(membership=membership, by=owner)


def test_who_organises_is_limited_only_together_with_the_end_of_that(
    client_of: SignIn, membership: Membership, owner: User, supporter: User
) -> None:
    services.ask_to_organise(membership=membership, by=owner, now=timezone.now())
    services.agree_to_organise(membership=membership, by=supporter)
    mine, sharing = client_of(owner), f"/network/sharing/{membership.pk}/"
    assert "nobody can organise and see less" in page(mine, sharing)
    said = mine.post(f"{sharing}limit/", follow=True).content.decode()
    assert "This person organises for you" in said
    membership.refresh_from_db()
    assert (membership.role, membership.limited_at) == (Role.ORGANISER, None)
    before = Message.objects.count()
    assert (
        "Done, quietly." in mine.post(f"{sharing}limit/", {"no_organiser": "1"}, follow=True).content.decode()
    )
    membership.refresh_from_db()
    assert membership.role == Role.SUPPORTER
    assert membership.limited_at
    assert Message.objects.count() == before
    assert [row.act for row in Consent.objects.filter(categories=["organiser"]).order_by("pk")] == [
        *("given", "given", "withdrawn", "withdrawn")
    ]
    assert "You organise for" not in page(client_of(supporter), "/support/")


def test_who_is_limited_is_not_asked_to_organise_and_an_open_question_is_taken_back(
    client_of: SignIn, membership: Membership, owner: User, supporter: User
) -> None:
    services.ask_to_organise(membership=membership, by=owner, now=timezone.now())
    mine, sharing = client_of(owner), f"/network/sharing/{membership.pk}/"
    assert "Your question whether they would organise is taken back." in page(mine, sharing)
    mine.post(f"{sharing}limit/")
    assert client_of(supporter).get(f"/network/support/{membership.pk}/organise/").status_code == 404
    with pytest.raises(errors.NotAskedAnyMore):
        services.agree_to_organise(membership=membership, by=supporter)
    assert "Show again first." in page(mine, sharing)
    said = mine.post(f"{sharing}organiser/", follow=True).content.decode()
    assert "Press “Show again” first" in said
    membership.refresh_from_db()
    assert (membership.role, membership.organiser_asked_at) == (Role.SUPPORTER, None)


def organises(membership: Membership) -> Membership:
    services.ask_to_organise(membership=membership, by=membership.owner, now=timezone.now())
    services.agree_to_organise(membership=membership, by=membership.member)
    membership.refresh_from_db()
    return membership


def acts() -> list[str]:
    return list(Consent.objects.filter(categories=["organiser"]).order_by("pk").values_list("act", flat=True))


def test_removing_an_organiser_ends_the_role_on_record_too(membership: Membership, owner: User) -> None:
    services.end_membership(membership=organises(membership), by=owner)
    assert acts() == ["given", "given", "withdrawn", "withdrawn"]


def test_a_role_that_was_ended_without_a_line_gets_one_for_each_of_the_two(
    membership: Membership, other_tie: Tie, stranger: User, owner: User
) -> None:
    """What migration 0009 did to whoever was limited and organised."""
    organises(membership)
    going_on = organises(Membership.objects.create(tie=other_tie, owner=owner, member=stranger))
    Membership.objects.filter(pk=membership.pk).update(role=Role.SUPPORTER)
    ended = importlib.import_module("networks.migrations.0011_role_lines").ENDED
    for _turn in range(2):
        with connection.cursor() as cursor:
            cursor.execute(ended)
    lines = Consent.objects.filter(categories=["organiser"], act="withdrawn").order_by("subject")
    assert {(one.subject, one.grantee) for one in lines} == {
        (owner, membership.member),
        (membership.member, owner),
    }
    assert lines.count() == 2
    assert {one.text for one in lines} <= set(
        Consent.objects.filter(act="given").exclude(grantee=going_on.member).values_list("text", flat=True)
    )


# Who looked -----------------------------------------------------------------------------------------


def test_each_view_is_listed_for_the_owner_and_for_nobody_else(
    client_of: SignIn, membership: Membership, owner: User, supporter: User
) -> None:
    now = timezone.now()
    looks.note(viewer=supporter, seen=[(membership, ["pain", "silence", "ask"])], now=now)
    looks.note(viewer=supporter, seen=[(membership, ["checkins"])], now=now - dt.timedelta(days=1))
    looks.note(viewer=owner, seen=[(membership, ["checkins"])], now=now)
    said = page(client_of(owner), "/network/who-looked/")
    assert "your pain score, that you had gone quiet and something you asked for" in said
    assert said.index("your pain score") < said.index("Yesterday") < said.index("your check-ins")
    assert Look.objects.count() == 2
    assert "Nobody has looked so far." in page(client_of(supporter), "/network/who-looked/")


def test_opening_the_supporter_s_page_writes_one_line_and_what_was_there(
    client_of: SignIn, membership: Membership, owner: User, supporter: User
) -> None:
    client = client_of(supporter)
    client.get("/support/")
    assert not Look.objects.exists(), "nothing was there to be seen"
    services.change_shares(membership=membership, shares=["names"], by=owner)
    client.get("/support/")
    assert Look.objects.get().saw == ["names"]


def test_the_list_comes_in_pages_of_fifty(
    client_of: SignIn, membership: Membership, owner: User, supporter: User
) -> None:
    now = timezone.now()
    for number in range(51):
        looks.note(viewer=supporter, seen=[(membership, ["pain"])], now=now - dt.timedelta(hours=number))
    client = client_of(owner)
    first = page(client, "/network/who-looked/")
    assert first.count("your pain score") == 50 and "Older" in first
    assert page(client, "/network/who-looked/?page=2").count("your pain score") == 1


def test_somebody_who_left_or_looks_after_the_site_is_named_all_the_same(
    client_of: SignIn, membership: Membership, owner: User, supporter: User, curator: User
) -> None:
    looks.note(viewer=supporter, seen=[(membership, ["pain"])], now=timezone.now())
    Look.objects.create(owner=owner, viewer=curator, saw=["pain"], looked_at=timezone.now())
    Look.objects.create(owner=owner, saw=["pain"], looked_at=timezone.now())
    services.end_membership(membership=membership, by=owner)
    said = page(client_of(owner), "/network/who-looked/")
    assert all(who in said for who in ("Ana", "somebody who looks after Supportnet", "whose account is gone"))


@pytest.mark.parametrize("table", ["tie", "invitation", "membership"])
def test_a_list_at_the_desk_is_a_look_at_each_owner_in_it(
    client_of: SignIn, membership: Membership, owner: User, table: str
) -> None:
    services.invite(tie=Tie.objects.create(owner=owner, name="Luis"), by=owner, email="luis@example.org")
    staff = User.objects.create_superuser("root@example.org", "x")
    path = reverse(f"admin:networks_{table}_changelist")
    client_of(owner).get(path)
    assert not Look.objects.exists(), "the desk is closed to them"
    assert client_of(staff).get(path).status_code == 200
    look = Look.objects.get()
    assert (look.owner, look.viewer, look.membership, look.saw) == (owner, staff, None, [Look.DESK])
    said = page(client_of(owner), "/network/who-looked/")
    assert "somebody who looks after Supportnet" in said and "not what you wrote" in said


@pytest.fixture
def staff(db: None) -> User:
    return User.objects.create_superuser("root@example.org", "x")


SAID = {
    "accounts_user": "your name and address",
    "accounts_consent": "when you agreed to something or took it back",
    "outbox_message": "that a letter went out for you",
    "outbox_brokenaddress": "your name and address",
}


@pytest.mark.parametrize("table", SAID)
def test_people_consents_and_messages_at_the_desk_are_looks_too(
    client_of: SignIn, membership: Membership, owner: User, staff: User, table: str
) -> None:
    BrokenAddress.objects.create(address=owner.email, reason="550")
    BrokenAddress.objects.create(address="nobody@example.org", reason="550")
    desk = client_of(staff)
    assert desk.get(reverse(f"admin:{table}_changelist")).status_code == 200
    looked = Look.objects.filter(viewer=staff)
    assert looked.filter(owner=owner).count() == 1
    assert not looked.filter(owner=staff).exists(), "nobody is told of their own looking"
    assert SAID[table] in page(client_of(owner), "/network/who-looked/")


@pytest.mark.parametrize("what", ["change", "history", "delete"])
def test_the_page_of_one_person_is_a_look_at_them_alone(
    client_of: SignIn, owner: User, supporter: User, staff: User, what: str
) -> None:
    assert client_of(staff).get(reverse(f"admin:accounts_user_{what}", args=[owner.pk])).status_code == 200
    assert list(Look.objects.values_list("owner", "saw")) == [(owner.pk, [Look.ACCOUNT])]


def test_a_row_that_is_not_shown_is_no_look(client_of: SignIn, membership: Membership, staff: User) -> None:
    path = reverse("admin:networks_membership_change", args=[membership.pk])
    assert client_of(staff).get(path).status_code == 403
    assert not Look.objects.exists()


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("outbox_message", "owner__id__exact=1"),
        ("outbox_message", "recipient__email__startswith=m"),
        ("accounts_consent", "subject__email__startswith=m"),
        ("networks_membership", "owner__email__startswith=m"),
        ("accounts_user", "password__startswith=a"),
    ],
)
def test_no_list_at_the_desk_is_narrowed_to_somebody_by_what_is_typed_into_the_address(
    client_of: SignIn, staff: User, path: str, typed: str
) -> None:
    desk, path = client_of(staff), reverse(f"admin:{path}_changelist")
    assert desk.get(f"{path}?{typed}").status_code == 400


def test_what_is_offered_still_narrows(client_of: SignIn, membership: Membership, staff: User) -> None:
    desk = client_of(staff)
    for path, typed in (
        ("outbox_message", "kind__exact=networks/accepted"),
        ("outbox_message", "created_at__year=2026"),
        ("accounts_user", "is_staff__exact=1"),
        ("accounts_user", "q=maya"),
        ("accounts_consent", "purpose__exact=share"),
    ):
        assert desk.get(f"{reverse(f'admin:{path}_changelist')}?{typed}").status_code == 200


def test_where_people_are_signed_in_is_no_list_at_the_desk(client_of: SignIn, staff: User) -> None:
    for path in ("/admin/account/emailaddress/", "/admin/usersessions/usersession/"):
        assert client_of(staff).get(path).status_code == 404


def test_it_is_forgotten_after_a_year(membership: Membership, supporter: User) -> None:
    now = timezone.now()
    for days in (364, 366):
        looks.note(viewer=supporter, seen=[(membership, ["pain"])], now=now - dt.timedelta(days=days))
    assert forget_looks() == 1
    assert forget_looks() == 0
    assert Look.objects.count() == 1
