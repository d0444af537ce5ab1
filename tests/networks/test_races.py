"""Two people, or two taps, at the same moment. Real threads on real rows."""

import datetime as dt
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.errors import DomainError
from accounts.models import User
from networks import services
from networks.models import Invitation, Membership, Tie, Touch
from outbox.models import Message

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run them side by side, each on its own connection; a refusal counts as a result."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            gate.wait(timeout=60)
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def refusals(results: list[Any]) -> int:
    return sum(isinstance(result, DomainError) for result in results)


def test_two_people_accept_and_one_joins(invitation: Invitation, supporter: User, stranger: User) -> None:
    for _ in range(3):
        Membership.objects.all().delete()
        Invitation.objects.update(accepted_at=None, accepted_by=None)
        results = at_once(
            *[lambda who=who: services.accept(invitation=invitation, by=who) for who in (supporter, stranger)]
        )
        assert refusals(results) == 1
        assert Membership.objects.active().count() == 1


def test_one_person_accepts_twice_and_joins_once(invitation: Invitation, supporter: User) -> None:
    results = at_once(*[lambda: services.accept(invitation=invitation, by=supporter)] * 2)
    assert refusals(results) == 0
    assert results[0] == results[1]
    assert Message.objects.filter(kind="networks/accepted").count() == 1


def test_one_person_answers_two_invitations_of_one_owner(
    invitation: Invitation, other_tie: Tie, owner: User, supporter: User
) -> None:
    other = services.invite(tie=other_tie, by=owner, email="luis@example.org")
    results = at_once(
        *[lambda one=one: services.accept(invitation=one, by=supporter) for one in (invitation, other)]
    )
    assert refusals(results) == 1
    assert Membership.objects.active().count() == 1


def test_withdrawing_against_accepting_ends_in_one_of_the_two(
    invitation: Invitation, owner: User, supporter: User
) -> None:
    results = at_once(
        lambda: services.accept(invitation=invitation, by=supporter),
        lambda: services.withdraw(invitation=invitation, by=owner),
    )
    invitation.refresh_from_db()
    assert refusals(results) == 1
    assert bool(invitation.accepted_at) == Membership.objects.active().exists()


def test_removing_against_accepting_leaves_nobody_joined(
    invitation: Invitation, owner: User, supporter: User
) -> None:
    tie = Tie.objects.get()
    at_once(
        lambda: services.accept(invitation=invitation, by=supporter),
        lambda: services.remove_tie(tie=tie, by=owner),
    )
    assert not Membership.objects.active().exists()


def test_a_double_tap_logs_one_contact_and_adds_one_tie(tie: Tie, owner: User) -> None:
    key, now = uuid.uuid4(), timezone.now()
    at_once(*[lambda: services.log_touch(tie=tie, by=owner, at=now, form_key=key)] * 4)
    assert Touch.objects.count() == 1
    at_once(*[lambda: services.add_tie(by=owner, name="Bo", circle="wider", form_key=key)] * 4)
    assert Tie.objects.filter(name="Bo").count() == 1


def test_send_again_pressed_twice_sends_one_letter(invitation: Invitation, owner: User) -> None:
    at_once(*[lambda: services.resend(invitation=invitation, by=owner, seen=1)] * 3)
    assert Message.objects.filter(kind="networks/invitation").count() == 2


def test_an_invitation_sent_twice_is_one(tie: Tie, owner: User) -> None:
    key = uuid.uuid4()
    results = at_once(
        *[lambda: services.invite(tie=tie, by=owner, email="ana@example.org", form_key=key)] * 3
    )
    assert refusals(results) == 0
    assert Invitation.objects.count() == 1


def test_one_address_is_asked_once_however_many_ties_it_is_typed_for(owner: User) -> None:
    ties = [services.add_tie(by=owner, name=f"Ana {number}", circle="wider") for number in range(5)]
    results = at_once(
        *[lambda tie=tie: services.invite(tie=tie, by=owner, email="ana@example.org") for tie in ties]
    )
    assert refusals(results) == 4
    assert Message.objects.filter(kind="networks/invitation").count() == 1


def test_sending_again_for_two_ties_keeps_to_the_most_letters(
    invitation: Invitation, other_tie: Tie, owner: User
) -> None:
    past = timezone.now() - dt.timedelta(minutes=1)
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=past)
    other = services.invite(tie=other_tie, by=owner, email=invitation.email)
    results = at_once(
        *[lambda one=one: services.resend(invitation=one, by=owner, seen=1) for one in (invitation, other)]
    )
    assert refusals(results) == 1
    assert Message.objects.filter(kind="networks/invitation").count() == 3


def test_asking_again_while_they_answer_never_stands_still(
    invitation: Invitation, owner: User, supporter: User
) -> None:
    for _ in range(5):
        at_once(
            lambda: services.accept(invitation=invitation, by=supporter),
            lambda: services.resend(invitation=invitation, by=owner, seen=1),
        )
    assert Membership.objects.active().count() == 1


def test_removing_twice_at_once_is_once(membership: Membership, owner: User) -> None:
    assert refusals(at_once(*[lambda: services.remove_tie(tie=membership.tie, by=owner)] * 3)) == 0
    assert Tie.objects.exclude(removed_at=None).count() == 1
