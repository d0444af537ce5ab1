"""The plan pages: who may, the list, the safety net, pauses, the end."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import services
from checkins.models import Plan, Step
from networks.models import Membership
from outbox.models import Heartbeat
from tests.checkins.conftest import MONDAY
from tests.checkins.plan_cast import HOUR
from tests.checkins.plan_forms import HTMX, page_of, plain, typed

SignIn = Callable[[User], Client]


# Who may ------------------------------------------------------------------------------------------


READ = ["", "letters/", "rehearse/", "end/"]


WRITE = ["", "preview/", "pause/", "resume/", "zone/", "end/", "rehearse/"]


@pytest.mark.parametrize("path", ["/plans/", "/plans/new/", "/plans/safety-net/", "/plans/history/"])
def test_signed_out_people_are_asked_to_sign_in(client: Client, db: None, path: str) -> None:
    assert client.get(path)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", READ)
def test_signed_out_people_see_no_plan(client: Client, safety_plan: Plan, path: str) -> None:
    assert client.get(f"/plans/{safety_plan.pk}/{path}")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", READ)
def test_nobody_else_sees_a_plan(
    client_of: SignIn, stranger: User, supporter: User, safety_plan: Plan, path: str
) -> None:
    for other in (stranger, supporter):
        assert client_of(other).get(f"/plans/{safety_plan.pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", WRITE)
def test_nobody_else_changes_a_plan(client_of: SignIn, stranger: User, safety_plan: Plan, path: str) -> None:
    sent = typed() | {"days": "7"}
    assert client_of(stranger).post(f"/plans/{safety_plan.pk}/{path}", sent).status_code == 404
    safety_plan.refresh_from_db()
    assert safety_plan.ended_at is None and safety_plan.paused_until is None


@pytest.mark.parametrize("path", ["pause/", "resume/", "zone/", "preview/"])
def test_what_changes_something_wants_a_post(
    client_of: SignIn, owner: User, safety_plan: Plan, path: str
) -> None:
    assert client_of(owner).get(f"/plans/{safety_plan.pk}/{path}").status_code == 405


@pytest.mark.parametrize("path", ["", "new/", "safety-net/", "history/"])
def test_other_methods_are_refused(client_of: SignIn, owner: User, path: str) -> None:
    assert client_of(owner).delete(f"/plans/{path}").status_code == 405


def test_a_plan_that_has_ended_is_not_there_any_more(
    client_of: SignIn, owner: User, gentle_plan: Plan
) -> None:
    services.end_plan(plan=gentle_plan, by=owner, now=MONDAY)
    assert client_of(owner).get(f"/plans/{gentle_plan.pk}/").status_code == 404


# All plans ----------------------------------------------------------------------------------------


def test_without_a_plan_both_kinds_are_explained(client_of: SignIn, owner: User) -> None:
    client = client_of(owner)
    page = page_of(client, "/plans/")
    assert "Nobody else hears about it, ever." in page
    assert "only those who agreed" in page
    chosen = r'value="safety"[^>]*checked'
    assert re.search(chosen, page_of(client, "/plans/new/?programme=safety"))
    assert not re.search(chosen, page_of(client, "/plans/new/?programme=rescue"))


def test_every_plan_says_when_it_is_due_and_how_it_stands(
    client_of: SignIn, owner: User, safety_plan: Plan
) -> None:
    with time_machine.travel(MONDAY, tick=False):
        morning = services.make_plan(
            owner=owner, now=MONDAY, name="Mornings", days=[0, 4], times=[dt.time(9), dt.time(20)]
        )
        services.pause(plan=morning, until=MONDAY + dt.timedelta(days=2), by=owner, now=MONDAY)
        later = services.make_plan(
            owner=owner, now=MONDAY, days=[], every=3, starts_on=dt.date(2026, 6, 1), times=[dt.time(9)]
        )
        page = plain(page_of(client_of(owner), "/plans/"))
    assert "Every day at 8:00 pm Next due today at 8:00 pm. Not rehearsed yet." in page
    assert "Mondays and Fridays at 9:00 am and 8:00 pm" in page
    assert "Paused until Wednesday at 10:00 am" in page
    assert "Every 3 days at 9:00 am" in page
    assert "Starts June 1" in page
    assert page.index("Next due today") < page.index("Mornings")
    assert later.pk


def test_a_rest_is_called_a_rest(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    now = timezone.now()
    services.rest(owner=owner, until=now + HOUR, now=now)
    assert "Resting until" in page_of(client_of(owner), "/plans/")


def test_an_open_silence_comes_first(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    planned_first = services.make_plan(
        owner=owner, now=timezone.now(), name="First", days=[0], times=[dt.time(9)]
    )
    services.fall_due(plan=safety_plan, now=timezone.now(), wait=HOUR)
    page = page_of(client_of(owner), "/plans/")
    assert page.index("We have not heard from you") < page.index(planned_first.name)
    assert "Saving a change here ends it" in page_of(client_of(owner), f"/plans/{safety_plan.pk}/")


@pytest.mark.parametrize("count", [1, 4])
def test_the_list_of_plans_takes_the_same_queries_for_one_and_for_many(
    client_of: SignIn, owner: User, membership: Membership, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        plan = services.make_plan(
            owner=owner,
            now=timezone.now(),
            name=f"Plan {number}",
            programme="safety",
            days=[0],
            times=[dt.time(9)],
            ladder=[services.Rung(HOUR, (membership,))],
        )
        Step.objects.filter(plan=plan).update(agreed_at=timezone.now())
        services.rehearse(plan=plan, now=timezone.now())
    client = client_of(owner)
    client.get("/plans/")
    with django_assert_max_num_queries(11):
        client.get("/plans/")


# The safety net itself ----------------------------------------------------------------------------


def test_the_safety_net_says_when_it_last_ran(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    client = client_of(owner)
    assert "has not run here yet" in page_of(client, "/plans/")
    with time_machine.travel(MONDAY, tick=False):
        Heartbeat.beat("sweep_silences", now=MONDAY - dt.timedelta(seconds=20))
        page = page_of(client, "/plans/safety-net/", headers=HTMX)
    assert "Your safety net last ran 20 seconds ago." in page
    assert client.get("/plans/safety-net/")["Location"] == "/plans/"


def test_a_late_safety_net_is_honest_about_it(client_of: SignIn, owner: User) -> None:
    Heartbeat.beat("sweep_silences", now=timezone.now() - dt.timedelta(minutes=12))
    page = page_of(client_of(owner), "/plans/safety-net/", headers=HTMX)
    assert "last ran 12 minutes ago. We are late; nobody is alarmed because of that." in page


# Pause, go on, another clock, the end -------------------------------------------------------------


def test_pausing_going_on_and_ending(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    client, path = client_of(owner), f"/plans/{gentle_plan.pk}/"
    page = client.post(f"{path}pause/", {"days": "7"}, follow=True).content.decode()
    assert "Your plan is paused" in page and "Paused until" in page
    page = client.post(f"{path}resume/", follow=True).content.decode()
    assert "Your check-ins go on." in page and "Your plan is paused" not in page
    assert "No check-in of this plan is due any more." in page_of(client, f"{path}end/")
    assert "Your plan has ended." in client.post(f"{path}end/", follow=True).content.decode()
    gentle_plan.refresh_from_db()
    assert gentle_plan.ended_at is not None


def test_a_pause_may_last_until_a_day_they_choose(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    day = timezone.localdate(timezone=owner.zone) + dt.timedelta(days=40)
    client_of(owner).post(f"/plans/{gentle_plan.pk}/pause/", {"days": "until", "until": day.isoformat()})
    gentle_plan.refresh_from_db()
    assert gentle_plan.paused_until == dt.datetime.combine(day, dt.time(0), tzinfo=owner.zone)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({}, "Choose how long you would like to pause."),
        ({"days": "500"}, "500"),
        ({"days": "until"}, "from tomorrow on"),
        ({"days": "until", "until": "2020-01-01"}, "from tomorrow on"),
        ({"days": "until", "until": "2099-01-01"}, "a year at most"),
        ({"days": "until", "until": "soon"}, "Write the day like"),
    ],
)
def test_a_pause_without_an_end_is_refused(
    client_of: SignIn, owner: User, gentle_plan: Plan, bad: dict[str, str], says: str
) -> None:
    response = client_of(owner).post(f"/plans/{gentle_plan.pk}/pause/", bad)
    assert response.status_code == 422
    page = response.content.decode()
    assert "There is a problem" in page and says in page
    gentle_plan.refresh_from_db()
    assert gentle_plan.paused_until is None


def test_a_date_that_is_not_asked_cannot_be_wrong(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    sent = {"days": "3", "until": "nonsense"}
    assert client_of(owner).post(f"/plans/{gentle_plan.pk}/pause/", sent).status_code == 302


def test_a_plan_follows_its_owner_to_another_clock(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    User.objects.filter(pk=owner.pk).update(time_zone="America/New_York")
    client, path = client_of(owner), f"/plans/{gentle_plan.pk}/"
    assert "This plan follows the clock of Europe/London" in page_of(client, path)
    client.post(f"{path}zone/")
    gentle_plan.refresh_from_db()
    assert gentle_plan.time_zone == "America/New_York"


def test_ending_says_whose_word_ends(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    page = page_of(client_of(owner), f"/plans/{safety_plan.pk}/end/")
    assert "What Ana Reyes agreed to ends." in page
