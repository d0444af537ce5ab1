"""The plan pages: who may, the list, making and changing one, pauses, the end."""

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
from networks.models import Circle, Membership, Tie
from outbox.models import ChannelPreference, Heartbeat, Message
from tests.checkins.conftest import MONDAY, TWO_HOURS, planned
from tests.checkins.plan_forms import HTMX, gentle, page_of, plain, typed
from tests.conftest import person
from tests.outbox.conftest import smtp as smtp

SignIn = Callable[[User], Client]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def second(owner: User) -> Membership:
    """Luis has joined, too."""
    tie = Tie.objects.create(owner=owner, name="Luis Reyes", circle=Circle.CLOSEST)
    return Membership.objects.create(tie=tie, owner=owner, member=person("luis@example.org", "Luis"))


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
    Heartbeat.beat("sweep_silences", now=timezone.now() - dt.timedelta(seconds=20))
    assert "Your safety net last ran 20 seconds ago." in page_of(client, "/plans/safety-net/", headers=HTMX)
    assert client.get("/plans/safety-net/")["Location"] == "/plans/"


def test_a_late_safety_net_is_honest_about_it(client_of: SignIn, owner: User) -> None:
    Heartbeat.beat("sweep_silences", now=timezone.now() - dt.timedelta(minutes=12))
    page = page_of(client_of(owner), "/plans/safety-net/", headers=HTMX)
    assert "last ran 12 minutes ago. We are late; nobody is alarmed because of that." in page


# Making and changing ------------------------------------------------------------------------------


def test_a_plan_is_made_once_however_often_it_is_sent(
    client_of: SignIn, owner: User, membership: Membership
) -> None:
    client = client_of(owner)
    sent = typed(membership.pk, name="Mornings", rung_1_words="The key is with Jo.")
    first, again = client.post("/plans/new/", sent), client.post("/plans/new/", sent)
    plan = Plan.objects.get()
    assert first["Location"] == again["Location"] == f"/plans/{plan.pk}/"
    assert (plan.name, plan.programme, plan.grace, plan.times) == (
        "Mornings",
        "safety",
        TWO_HOURS,
        [dt.time(10)],
    )
    steps = [(step.whom, step.membership, step.wait, step.words) for step in plan.steps.all()]
    assert steps == [
        ("owner", None, TWO_HOURS, ""),
        ("member", membership, TWO_HOURS, "The key is with Jo."),
    ]
    assert "We ask whoever is new on your ladder" in page_of(client, f"/plans/{plan.pk}/")


def test_a_plan_is_changed_in_place(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    client = client_of(owner)
    changed = gentle(rhythm="every", every="3", time_1="9:30 pm", time_2="8 am", starts_on="2026-11-01")
    response = client.post(f"/plans/{safety_plan.pk}/", changed, follow=True)
    assert "Your plan is saved." in response.content.decode()
    plan = Plan.objects.get()
    assert (plan.every, plan.days, plan.times) == (3, [], [dt.time(8), dt.time(21, 30)])
    assert plan.starts_on == dt.date(2026, 11, 1)
    assert not plan.steps.filter(whom=Step.Whom.MEMBER).exists()
    page = page_of(client, f"/plans/{plan.pk}/")
    assert 'value="08:00"' in page and 'value="2026-11-01"' in page


def test_every_few_days_counts_from_today_unless_said(client_of: SignIn, owner: User) -> None:
    client_of(owner).post("/plans/new/", gentle(rhythm="every", days=[]))
    assert Plan.objects.get().starts_on == timezone.localdate(timezone=owner.zone)


def test_the_form_of_a_plan_shows_it_as_it_is(
    client_of: SignIn, owner: User, membership: Membership, second: Membership
) -> None:
    ladder = [
        services.Rung(dt.timedelta(minutes=45)),
        services.Rung(HOUR, (membership, second), "Please phone first."),
    ]
    plan = planned(owner=owner, now=timezone.now(), programme="safety", days=[1], times=[dt.time(20)])
    services.change_plan(plan=plan, now=timezone.now(), ladder=ladder)
    client = client_of(owner)
    page = page_of(client, f"/plans/{plan.pk}/")
    assert "tell Ana Reyes and Luis Reyes" in page
    assert "Please phone first." in page
    assert re.search(r'value="45"\s+selected', page)  # an odd wait may stay, and only there
    odd = typed(membership.pk, rung_0_wait="45")
    assert client.post(f"/plans/{plan.pk}/", odd).status_code == 302
    assert client.post("/plans/new/", odd).status_code == 422


def test_a_grace_is_never_under_half_an_hour(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    client, path = client_of(owner), f"/plans/{gentle_plan.pk}/"
    assert client.post(path, gentle(grace="5")).status_code == 422
    assert client.post(path, gentle(grace="30")).status_code == 302


def test_what_is_hidden_for_keeping_in_touch_cannot_be_wrong(client_of: SignIn, owner: User) -> None:
    sent = gentle(rung_0_whom=["99"], rung_0_wait="-5", rungs="10000", every="nonsense")
    assert client_of(owner).post("/plans/new/", sent).status_code == 302
    assert Plan.objects.get().steps.filter(whom=Step.Whom.MEMBER).count() == 0


BAD = [
    ({"programme": "rescue"}, "programme"),
    ({"rhythm": "moon"}, "rhythm"),
    ({"days": []}, "Choose at least one day."),
    ({"days": ["7"]}, "days"),
    ({"rhythm": "every", "every": "0"}, "every"),
    ({"time_1": ""}, "Choose a time of day."),
    ({"time_1": "late"}, "Write a time like 10:00 or 8:30 pm."),
    ({"grace": "1"}, "grace"),
    ({"grace": "-120"}, "grace"),
    ({"rungs": "10000"}, "at most eight steps"),
    ({"rung_0_wait": "-60"}, "wait"),
    ({"rung_0_wait": ""}, "wait"),
    ({"rung_0_whom": []}, "Step 2: choose who hears, or take this step away."),
    ({"rung_0_whom": ["999"]}, "Step 2: choose people who have joined your network."),
    ({"rung_0_words": "nul\0"}, "id_rung_0_words"),
    ({"rung_1_words": "x" * 601}, "600"),
    ({"name": "x" * 61}, "60"),
    ({"starts_on": "2026-05-05", "ends_on": "2026-05-04"}, "The last day is before the first."),
    ({"ends_on": "2020-01-01"}, "too far away"),
    ({"ends_on": "soon"}, "Write the day like"),
    ({"starts_on": "9999-12-31"}, "too far away"),
]


@pytest.mark.parametrize(("bad", "says"), BAD)
def test_a_plan_that_makes_no_sense_is_not_saved_and_nothing_typed_is_lost(
    client_of: SignIn, owner: User, membership: Membership, bad: dict[str, Any], says: str
) -> None:
    sent = typed(membership.pk, rung_1_words="Ring twice.", name="Evenings") | bad
    response = client_of(owner).post("/plans/new/", sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert "There is a problem" in page and says in page
    assert "Error:" in page
    assert bad.get("name", "Evenings") in page
    assert bad.get("rung_1_words", "Ring twice.") in page
    assert not Plan.objects.exists()


def test_a_supporter_stands_once_and_never_with_me_on_one_step(
    client_of: SignIn, owner: User, membership: Membership, second: Membership
) -> None:
    client = client_of(owner)
    twice = client.post("/plans/new/", typed(membership.pk, membership.pk)).content.decode()
    assert "Step 4: Ana Reyes already hears in step 3. Once is enough." in twice
    both = client.post("/plans/new/", typed(rung_0_whom=["me", second.pk])).content.decode()
    assert "choose yourself, or the people we tell, but not both" in both
    assert not Plan.objects.exists()


def test_somebody_elses_supporter_cannot_be_named(
    client_of: SignIn, stranger: User, membership: Membership
) -> None:
    response = client_of(stranger).post("/plans/new/", typed(membership.pk))
    assert response.status_code == 422
    assert "Ana Reyes" not in response.content.decode()
    assert not Message.objects.exists()


def test_a_plan_that_ends_before_anything_is_due_is_refused(client_of: SignIn, owner: User) -> None:
    yesterday = timezone.localdate(timezone=owner.zone) - dt.timedelta(days=1)
    response = client_of(owner).post("/plans/new/", gentle(ends_on=yesterday.isoformat()))
    assert response.status_code == 422
    assert "Choose a later last day." in response.content.decode()


def test_a_supporter_who_leaves_while_the_form_is_sent_is_refused_kindly(
    client_of: SignIn, owner: User, membership: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form has checked; a moment later they are gone."""
    really = services.make_plan

    def too_late(**wanted: Any) -> Plan:
        Membership.objects.update(ended_at=timezone.now())
        return really(**wanted)

    monkeypatch.setattr(services, "make_plan", too_late)
    response = client_of(owner).post("/plans/new/", typed(membership.pk))
    assert response.status_code == 422
    assert "Choose people who have joined your network" in response.content.decode()


def test_a_body_that_is_nothing_gets_an_answer_too(client_of: SignIn, owner: User) -> None:
    response = client_of(owner).post("/plans/new/", "{}", content_type="application/json")
    assert response.status_code == 422


def test_nobody_on_the_ladder_is_said_with_what_one_can_do(
    client_of: SignIn, owner: User, membership: Membership
) -> None:
    client = client_of(owner)
    client.post("/plans/new/", typed())
    page = page_of(client, f"/plans/{Plan.objects.get().pk}/")
    assert "Nobody is told yet" in page
    assert "/find/?q=telephone+reassurance" in page
    assert "Nobody is told yet" in page_of(client, "/plans/")


def test_who_was_asked_is_waited_for_and_nobody_is_alarmed(
    client_of: SignIn, owner: User, safety_plan: Plan
) -> None:
    client = client_of(owner)
    Step.objects.update(agreed_at=None)
    for path in (f"/plans/{safety_plan.pk}/", f"/plans/{safety_plan.pk}/rehearse/"):
        assert "We asked Ana Reyes, and wait for an answer." in page_of(client, path)
    today = page_of(client, "/today/")
    assert "We asked Ana Reyes whether they would be told when you go quiet." in today
    assert "Nobody will be told" not in today
    Step.objects.update(declined_at=timezone.now())
    assert "We asked Ana Reyes" not in page_of(client, f"/plans/{safety_plan.pk}/")
    assert "Nobody will be told" in page_of(client, "/today/")


def test_a_timeline_owns_up_to_nudges_that_do_not_come(
    client_of: SignIn, owner: User, safety_plan: Plan
) -> None:
    client = client_of(owner)
    paths = ("/today/", f"/plans/{safety_plan.pk}/", f"/plans/{safety_plan.pk}/rehearse/")
    assert all("You have stopped reminders" not in page_of(client, path) for path in paths)
    ChannelPreference.objects.update_or_create(
        person=owner, channel="email", defaults={"nudges_stopped_at": timezone.now()}
    )
    for path in paths:
        page = page_of(client, path)
        assert page.count("You have stopped reminders, so this one is not sent.") == 1
        assert '<a class="small" href="/settings/messages/">' in page
        assert "We nudge you by e-mail</span>" not in page
        assert "We nudge you once more, and say who hears next" in page  # the last call always goes


def test_who_has_no_network_is_invited_to_begin_one(client_of: SignIn, owner: User) -> None:
    assert "Nobody has joined your network yet" in page_of(client_of(owner), "/plans/new/?programme=safety")


# Pause, go on, another clock, the end -------------------------------------------------------------


def test_pausing_going_on_and_ending(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    client, path = client_of(owner), f"/plans/{gentle_plan.pk}/"
    page = client.post(f"{path}pause/", {"days": "7"}, follow=True).content.decode()
    assert "You are resting" in page and "Paused until" in page
    page = client.post(f"{path}resume/", follow=True).content.decode()
    assert "Your check-ins go on." in page and "You are resting" not in page
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
