"""What the safety net did: the list of every silence and rehearsal, and one of them step by step."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import services, sweep
from checkins.models import Plan, Silence, Step
from networks.models import Membership
from outbox import delivery
from outbox.models import BrokenAddress, Message
from tests.checkins.conftest import DUE, TWO_HOURS, key
from tests.outbox.conftest import Server
from tests.outbox.conftest import smtp as smtp

SignIn = Callable[[User], Client]
MINUTE = dt.timedelta(minutes=1)
DEADLINE = DUE + TWO_HOURS
TOLD = DEADLINE + 2 * TWO_HOURS


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def missed(plan: Plan) -> Silence:
    """From due until the supporter has been told, every letter really sent."""
    for now in (DEADLINE, DEADLINE + TWO_HOURS, TOLD):
        with time_machine.travel(now, tick=False):
            sweep.sweep(now=now)
            delivery.deliver_due()
    return plan.silences.get()


def looked_at(client: Client, path: str, now: dt.datetime = TOLD + 30 * MINUTE) -> str:
    with time_machine.travel(now, tick=False):
        response = client.get(path)
    assert response.status_code == 200
    return plain(response.content.decode())


def test_a_silence_is_told_step_by_step(
    client_of: SignIn, owner: User, safety_plan: Plan, membership: Membership, smtp: Server
) -> None:
    silence = missed(safety_plan)
    services.claim(silence=silence, membership=membership, now=TOLD + 5 * MINUTE)
    client, path = client_of(owner), f"/plans/history/{silence.pk}/"
    page = looked_at(client, path)
    assert "Still open. It is over when you check in." in page
    services.report(silence=silence, membership=membership, outcome="okay", now=TOLD + 20 * MINUTE)
    page = looked_at(client, path)
    steps = [
        "Yesterday at 8:00 pm (done) Your check-in was due",
        "Yesterday at 10:00 pm (done) We nudged you by e-mail",
        "Today at 12:00 am (done) We nudged you once more, and said who hears next",
        "Today at 2:00 am (done) We wrote to Ana Reyes by e-mail",
        "Today at 2:05 am (done) Ana Reyes is on it",
        "Today at 2:20 am (done) Ana Reyes heard from you",
    ]
    places = [page.find(step) for step in steps]
    assert -1 not in places and places == sorted(places), page
    assert "Over after 6 hours 20 minutes." in page
    assert "mail server took it" not in page and "A supporter heard from you" not in page


def test_a_letter_that_waits_or_came_back_says_so(
    client_of: SignIn, owner: User, safety_plan: Plan, supporter: User, smtp: Server
) -> None:
    smtp.refuse[supporter.email] = "550 5.1.1 no such mailbox"
    silence = missed(safety_plan)
    page = looked_at(client_of(owner), f"/plans/history/{silence.pk}/")
    assert "Came back: the mail server says this mailbox does not exist." in page
    assert "550" not in page
    assert BrokenAddress.objects.filter(address=supporter.email).exists()


def test_who_was_passed_over_is_told_with_the_reason(
    client_of: SignIn, owner: User, safety_plan: Plan, smtp: Server
) -> None:
    Membership.objects.update(paused_at=DUE)
    silence = missed(safety_plan)
    page = looked_at(client_of(owner), f"/plans/history/{silence.pk}/")
    assert "We pass over Ana Reyes, who is taking a break" in page
    services.check_in(owner=owner, now=TOLD + MINUTE, form_key=key())
    assert "Nobody else was told." in looked_at(client_of(owner), f"/plans/history/{silence.pk}/")


def test_the_list_has_silences_and_rehearsals_newest_first(
    client_of: SignIn, owner: User, safety_plan: Plan, smtp: Server
) -> None:
    missed(safety_plan)
    services.check_in(owner=owner, now=TOLD + MINUTE, form_key=key())
    services.rehearse(plan=safety_plan, now=TOLD + 10 * MINUTE)
    client = client_of(owner)
    assert "A rehearsal is running" in looked_at(client, "/plans/history/")
    services.end_rehearsal(plan=safety_plan, now=TOLD + 11 * MINUTE)
    page = looked_at(client, "/plans/history/")
    assert "Rehearsed today, stopped before anybody was told. Nobody else was told." in page
    assert "You checked in. We told Ana Reyes." in page
    assert page.index("Practice") < page.index("You checked in.")


def test_a_rehearsal_that_nobody_answered_says_so(
    client_of: SignIn, owner: User, safety_plan: Plan, smtp: Server
) -> None:
    silence = services.rehearse(plan=safety_plan, now=DUE - TWO_HOURS)
    silence.steps.filter(whom=Step.Whom.MEMBER).update(taken_at=DUE - TWO_HOURS + MINUTE)
    services.end_rehearsal(plan=safety_plan, now=DUE)
    assert "Rehearsed today, nobody answered." in looked_at(client_of(owner), "/plans/history/", DUE)


def test_a_supporter_who_has_left_stays_nameless(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    silence = services.fall_due(plan=safety_plan, now=timezone.now(), wait=MINUTE)
    silence.steps.filter(whom=Step.Whom.MEMBER).update(taken_at=timezone.now(), membership=None)
    page = looked_at(client_of(owner), "/plans/history/", timezone.now())
    assert "We told a supporter who has left." in page


def test_nothing_so_far_is_good_news(client_of: SignIn, owner: User) -> None:
    assert "no check-in was missed" in looked_at(client_of(owner), "/plans/history/")


@pytest.mark.parametrize("path", ["/plans/history/", "/plans/history/1/"])
def test_history_is_for_those_who_are_signed_in_and_only_to_be_read(
    client: Client, client_of: SignIn, owner: User, path: str
) -> None:
    assert client.get(path)["Location"].startswith("/accounts/login/")
    assert client_of(owner).post(path).status_code == 405


def test_nobody_else_reads_it(
    client_of: SignIn, stranger: User, supporter: User, owner: User, safety_plan: Plan
) -> None:
    silence = services.fall_due(plan=safety_plan, now=timezone.now(), wait=MINUTE)
    for other in (stranger, supporter):
        assert client_of(other).get(f"/plans/history/{silence.pk}/").status_code == 404
        assert "Nothing yet" in looked_at(client_of(other), "/plans/history/")


def grown(plan: Plan, count: int) -> None:
    """That many silences, each with its ladder and a claim."""
    membership = Membership.objects.get()
    for number in range(count):
        at = DUE + dt.timedelta(days=number)
        silence = Silence.objects.create(
            plan=plan, due_at=at, opened_at=at, closed_at=at, ending=Silence.Ending.CHECKED_IN
        )
        silence.steps.create(position=0, wait=TWO_HOURS, whom=Step.Whom.OWNER, taken_at=at)
        silence.steps.create(
            position=1, wait=TWO_HOURS, whom=Step.Whom.MEMBER, membership=membership, taken_at=at
        )
        silence.claims.create(membership=membership, claimed_at=at, lapses_at=at, lapsed_at=at)


@pytest.mark.parametrize("count", [1, 30])
def test_the_list_takes_the_same_queries_for_one_and_for_thirty(
    client_of: SignIn, owner: User, safety_plan: Plan, count: int, django_assert_num_queries: Any
) -> None:
    grown(safety_plan, count)
    client = client_of(owner)
    client.get("/plans/history/")
    with django_assert_num_queries(7):
        client.get("/plans/history/")


def test_a_long_history_has_pages(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    grown(safety_plan, 21)
    client = client_of(owner)
    assert "Page 1 of 2" in looked_at(client, "/plans/history/")
    assert "Page 2 of 2" in looked_at(client, "/plans/history/?page=2")
    assert "Page 2 of 2" in looked_at(client, "/plans/history/?page=99")
    assert "Page 1 of 2" in looked_at(client, "/plans/history/?page=nonsense")


@pytest.mark.parametrize("steps", [1, 8])
def test_one_silence_takes_the_same_queries_however_long_its_ladder(
    client_of: SignIn, owner: User, safety_plan: Plan, steps: int, django_assert_max_num_queries: Any
) -> None:
    grown(safety_plan, 1)
    silence = Silence.objects.get()
    for position in range(2, steps + 2):
        step = silence.steps.create(position=position, wait=TWO_HOURS, whom=Step.Whom.OWNER, taken_at=DUE)
        Message.objects.create(
            dedupe_key=step.message_key, kind="checkins/nudge", recipient=owner, owner=owner,
            not_before=DUE, next_attempt_at=DUE, sent_at=DUE,
        )  # fmt: skip
    client = client_of(owner)
    client.get(f"/plans/history/{silence.pk}/")
    with django_assert_max_num_queries(13):
        client.get(f"/plans/history/{silence.pk}/")
