"""Whoever means no good, or two at the same moment: address books, links, other people's numbers, roles and limits."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Consent, User
from networks import errors, services
from networks.contacts import reading, writing
from networks.contacts.card import Contact
from networks.models import JoinRequest, Membership, Role, ShareLink, Tie
from tests.networks.test_races import at_once, refusals

SignIn = Callable[[User], Client]
MANY = 300_000
FAR = 2**62


# Address books ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"BEGIN:VCARD\nFN:Ana\n" + b"TEL:+1\n" * MANY + b"END:VCARD",
        b"BEGIN:VCARD\n" * (MANY // 2),
        b"BEGIN:VCARD\nFN:Ana\n" + b"AGENT:\nBEGIN:VCARD\n" * 60_000,
        b"BEGIN:VCARD\nVERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE:" + b"=41=\n" * MANY + b"\nEND:VCARD",
        b"BEGIN:VCARD\nFN:a\n" + b" x\n" * (2 * MANY),
        (b"BEGIN:VCARD\nFN" + b";A=B" * 400 + b":n\nEND:VCARD\n") * 1000,
        b"Name\n" + b'"' * MANY,
        b"Name,E-mail\n" + b"a,x\n" * MANY,
        b"," * MANY + b"Name\nx",
        b"\xff\xfe" + b"B\x00E\x00" * MANY,
        b"\x00" * MANY,
    ],
    ids=[
        "numbers",
        "never closed",
        "nested",
        "quoted",
        "folded",
        "marks",
        "quotes",
        "rows",
        "columns",
        "utf-16",
        "nought",
    ],
)
def test_no_file_keeps_us_long_or_grows_in_our_hands(data: bytes) -> None:
    began = time.thread_time()
    report = reading.read(data)
    assert time.thread_time() - began < 6
    assert len(report.contacts) <= reading.MOST_CARDS
    assert sum(map(len, report.troubles)) < reading.MOST_TO_CARRY


def test_of_one_person_the_first_names_and_numbers_are_read() -> None:
    data = b"BEGIN:VCARD\nFN:Ana\n" + b"TEL:+1\n" * 300 + b"TEL;PREF=1:+2\nEND:VCARD"
    (found,) = reading.read(data).contacts
    assert (found.name, found.phone) == ("Ana", "+1")


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\x0b", "\x85", "\u2028"], ids=ascii)
def test_no_words_of_a_tie_end_a_card_or_run_as_a_formula(end: str) -> None:
    evil = f"x{end}END:VCARD{end}BEGIN:VCARD{end}FN:Evil"
    one = Contact(name=evil, relationship=evil, helps=evil, phone=f"1{end}2", circle="close")
    card = writing.to_vcard([one]).decode()
    assert card.count("\r\nEND:VCARD") == card.count("\r\nBEGIN:VCARD") + 1 == 1
    assert [line for line in card.split("\r\n") if line.upper().startswith("FN")][1:] == []
    table = writing.to_csv([Contact(name="=cmd|'/c calc'!A0", helps="\t@SUM(1)", circle="close")]).decode()
    assert "\"'=cmd" in table
    assert "\"'\t@SUM" in table


# Other people's numbers ---------------------------------------------------------------------------------


def test_numbers_of_others_and_numbers_too_large_are_not_found(
    client_of: SignIn, membership: Membership, stranger: User, owner: User
) -> None:
    theirs = client_of(stranger)
    deeds = ["", "end/", "limit/", "show-again/", "organiser/"]
    for number in (membership.pk, FAR):
        for deed in deeds:
            said = {"shares": ["pain"], "no_organiser": "1"}
            assert theirs.post(f"/network/sharing/{number}/{deed}", said).status_code == 404
        for deed in ("organise/", "leave/"):
            assert theirs.post(f"/network/support/{number}/{deed}", {"answer": "yes"}).status_code == 404
    membership.refresh_from_db()
    assert membership.ended_at is None
    assert (membership.limited_at, membership.role) == (None, Role.SUPPORTER)


def test_nobody_learns_by_asking_again_that_they_were_turned_down(
    client_of: SignIn, owner: User, supporter: User, stranger: User
) -> None:
    link = services.make_link(by=owner, now=timezone.now())
    answers = []
    for who in (supporter, stranger):
        theirs = client_of(who)
        theirs.get(f"/network/join/{link.token()}/")
        theirs.post("/network/join/", {"note": "Hello"})
        if who == supporter:
            services.turn_down(request=JoinRequest.objects.get(member=who), by=owner, now=timezone.now())
        again = theirs.post("/network/join/", {"note": "Hello"}, follow=True)
        answers.append((again.status_code, [str(one) for one in again.context["messages"]]))
    assert answers[0] == answers[1] == (200, [])
    assert JoinRequest.objects.count() == 2


# At the same moment -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_saying_yes_to_organise_against_being_limited_is_one_of_the_two(
    membership: Membership, owner: User, supporter: User
) -> None:
    for _round in range(4):
        Membership.objects.update(limited_at=None, kept_view=None, role="supporter", organiser_asked_at=None)
        services.ask_to_organise(membership=membership, by=owner, now=timezone.now())
        results = at_once(
            lambda: services.agree_to_organise(membership=membership, by=supporter),
            lambda: services.limit(membership=membership, by=owner, now=timezone.now()),
        )
        assert refusals(results) == 1
        assert any(isinstance(one, errors.NotAskedAnyMore | errors.StillOrganises) for one in results)
        membership.refresh_from_db()
        assert (membership.role == Role.ORGANISER) == (membership.limited_at is None)


@pytest.mark.django_db(transaction=True)
def test_approving_against_taking_back_is_one_of_the_two(owner: User, supporter: User) -> None:
    link: ShareLink = services.make_link(by=owner, now=timezone.now())
    for _round in range(4):
        Membership.objects.all().delete()
        JoinRequest.objects.all().delete()
        asked = services.ask_to_join(link=link, by=supporter, note="", now=timezone.now())
        at_once(
            lambda it=asked: services.approve(
                request=it, by=owner, shares=["pain"], now=timezone.now(), name="Ana", circle="close"
            ),
            lambda: services.take_back(owner=owner, by=supporter, now=timezone.now()),
        )
        asked.refresh_from_db()
        joined = Membership.objects.active().filter(owner=owner, member=supporter).exists()
        assert joined == (asked.approved_at is not None) == (asked.taken_back_at is None)
        assert Tie.objects.filter(owner=owner, name="Ana").count() <= _round + 1


@pytest.mark.django_db(transaction=True)
def test_two_changes_of_what_is_shared_leave_a_record_that_adds_up(
    membership: Membership, owner: User
) -> None:
    for _round in range(4):
        at_once(
            lambda: services.change_shares(membership=membership, shares=["pain", "mood"], by=owner),
            lambda: services.change_shares(membership=membership, shares=["asks"], by=owner),
            lambda: services.change_shares(membership=membership, shares=[], by=owner),
        )
        membership.refresh_from_db()
        held: set[str] = set()
        for line in Consent.objects.filter(subject=owner, grantee=membership.member).order_by("pk"):
            held = held | set(line.categories) if line.act == "given" else held - set(line.categories)
        assert held == set(membership.shares)
