"""A plan is made and changed: what makes sense, what is refused and why, who stands on the ladder."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import services
from checkins.models import Plan, Step
from networks.models import Circle, Membership, Tie
from outbox.models import ChannelPreference, Message
from tests.checkins.conftest import TWO_HOURS, planned
from tests.checkins.plan_cast import HOUR
from tests.checkins.plan_forms import gentle, page_of, typed
from tests.conftest import person

SignIn = Callable[[User], Client]


@pytest.fixture
def second(owner: User) -> Membership:
    """Luis has joined, too."""
    tie = Tie.objects.create(owner=owner, name="Luis Reyes", circle=Circle.CLOSEST)
    return Membership.objects.create(tie=tie, owner=owner, member=person("luis@example.org", "Luis"))


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
