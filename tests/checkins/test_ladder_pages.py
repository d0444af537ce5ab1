"""Working on a ladder without saving it, and what would happen if one did."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Consent, User
from checkins import agreements, services
from checkins.models import Plan, Step
from networks.models import Circle, Membership, Tie
from outbox.models import BrokenAddress, ChannelPreference, Message
from tests.checkins.conftest import MONDAY
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


# Working on the ladder without saving -------------------------------------------------------------


def rungs_of(page: str) -> list[str]:
    return re.findall(r'id="rung_\d_says"[^>]*>([^<]+)<', page)


@pytest.mark.parametrize(
    ("do", "after"),
    [
        ("up-1", ["tell Ana Reyes", "nudge me once more", "tell Luis Reyes"]),
        ("down-1", ["nudge me once more", "tell Luis Reyes", "tell Ana Reyes"]),
        ("remove-0", ["tell Ana Reyes", "tell Luis Reyes"]),
        ("remove-2", ["nudge me once more", "tell Ana Reyes"]),
        ("add", ["nudge me once more", "tell Ana Reyes", "tell Luis Reyes", "choose who hears"]),
        *((do, ["nudge me once more", "tell Ana Reyes", "tell Luis Reyes"]) for do in ("up-0", "down-2")),
        *((do, ["nudge me once more", "tell Ana Reyes", "tell Luis Reyes"]) for do in ("look", "remove-77")),
        *((do, ["nudge me once more", "tell Ana Reyes", "tell Luis Reyes"]) for do in ("up-", "up-99999")),
    ],
)
def test_rungs_are_added_moved_and_taken_away_with_everything_kept(
    client_of: SignIn, owner: User, membership: Membership, second: Membership, do: str, after: list[str]
) -> None:
    sent = typed(membership.pk, second.pk, name="Kept", time_1="nonsense", rung_1_words="To Ana", do=do)
    client = client_of(owner)
    whole = client.post("/plans/new/", sent)
    assert whole.status_code == 200
    page = whole.content.decode()
    assert rungs_of(page) == after
    assert 'value="Kept"' in page and "To Ana" in page and 'value="nonsense"' in page
    assert sent["form_key"] in page
    assert "There is a problem" not in page
    fragment = client.post("/plans/new/", sent, headers=HTMX).content.decode()
    assert rungs_of(fragment) == after
    assert "<html" not in fragment and 'id="timeline"' in fragment
    assert not Plan.objects.exists()


def test_a_ladder_has_eight_steps_after_the_first_nudge_at_most(client_of: SignIn, owner: User) -> None:
    data = typed(rungs="8", do="add")
    page = client_of(owner).post("/plans/new/", data).content.decode()
    assert len(rungs_of(page)) == 8
    assert "That is as many steps as there can be" in page


def test_the_last_rung_can_be_taken_away_too(client_of: SignIn, owner: User) -> None:
    page = client_of(owner).post("/plans/new/", typed(do="remove-0")).content.decode()
    assert "There is only the first nudge so far." in page


# What would happen --------------------------------------------------------------------------------


def seen(client: Client, sent: dict[str, Any], path: str = "/plans/preview/") -> str:
    response = client.post(path, sent, headers=HTMX)
    assert response.status_code == 200
    return plain(response.content.decode())


@time_machine.travel(MONDAY, tick=False)
def test_the_whole_timeline_is_drawn_from_what_is_typed_and_nothing_is_saved(
    client_of: SignIn, owner: User, membership: Membership, second: Membership
) -> None:
    page = seen(client_of(owner), typed(membership.pk, second.pk, time_1="12:00", rung_2_wait="60"))
    assert "Today at 12:00 pm Your check-in is due" in page
    assert "Today at 2:00 pm We nudge you by e-mail" in page
    assert "Today at 4:00 pm We nudge you once more, and say who hears next" in page
    assert "We pass over Ana Reyes, who has not agreed so far" in page
    assert "We ask Luis Reyes when you save. Until they say yes to this, they are not told." in page
    assert not Plan.objects.exists() and not Message.objects.exists() and not Consent.objects.exists()


@time_machine.travel(MONDAY, tick=False)
def test_keeping_in_touch_shows_its_gentle_steps(client_of: SignIn, owner: User) -> None:
    page = seen(client_of(owner), gentle(time_1="20:00"))
    assert "Today at 8:00 pm Your check-in is due" in page
    assert "Our last nudge, until you check in again" in page
    assert "Nobody else hears about it." in page
    assert "We tell" not in page


def test_quiet_hours_are_told_for_both_sides(
    client_of: SignIn, owner: User, safety_plan: Plan, membership: Membership
) -> None:
    ChannelPreference.objects.all().delete()  # nine to nine is quiet for everybody
    client, path = client_of(owner), f"/plans/{safety_plan.pk}/"
    with time_machine.travel(MONDAY, tick=False):
        page = plain(page_of(client, path))
    assert "Today at 8:00 pm Your check-in is due" in page
    assert "Tomorrow at 9:00 am We nudge you by e-mail It waits for the end of your quiet hours" in page
    assert "Ana Reyes agreed to this" in page
    services.change_plan(plan=safety_plan, now=MONDAY, times=[dt.time(14)], ladder=safety_rungs(membership))
    ChannelPreference.objects.create(person=owner, quiet_from=dt.time(0), quiet_until=dt.time(0))
    old = {"old_terms": None, "old_words": None, "old_after": None}
    safety_plan.steps.filter(membership=membership).update(agreed_at=MONDAY, may_wake_at=None, **old)
    with time_machine.travel(MONDAY, tick=False):
        page = plain(page_of(client, path))
    assert "Tomorrow at 9:00 am We tell Ana Reyes" in page
    assert "It waits for the end of their quiet hours" in page
    assert "Ana Reyes has quiet hours then" in page


def safety_rungs(membership: Membership) -> list[services.Rung]:
    return [services.Rung(dt.timedelta(hours=4)), services.Rung(dt.timedelta(hours=4), (membership,))]


@pytest.mark.parametrize(
    ("happens", "line", "note"),
    [
        ("agrees", "We tell Ana Reyes", "Ana Reyes agreed to this (today)."),
        ("declines", "who has said no", "Ana Reyes has said no to this. That is fine."),
        ("takes a break", "who is taking a break", "Have somebody else, too."),
        ("bounces", "our e-mail does not reach them", "Our e-mail does not reach Ana Reyes"),
        ("waits", "who has not agreed so far", "We asked Ana Reyes (today) and wait for an answer."),
        ("leaves", "who is no longer here", "Ana Reyes is no longer here. Choose somebody else."),
    ],
)
@time_machine.travel(MONDAY + HOUR, tick=False)
def test_each_rung_says_how_its_supporter_stands(
    client_of: SignIn, owner: User, safety_plan: Plan, happens: str, line: str, note: str
) -> None:
    step = safety_plan.steps.get(membership__isnull=False)
    match happens:
        case "declines":
            agreements.decline(step=step, by=step.membership.member, now=timezone.now())
        case "takes a break":
            Membership.objects.update(paused_at=timezone.now())
        case "bounces":
            BrokenAddress.objects.create(address=step.membership.member.email, reason="550 5.1.1")
        case "waits":
            Step.objects.update(agreed_at=None)
        case "leaves":
            Membership.objects.update(ended_at=timezone.now())
    page = plain(page_of(client_of(owner), f"/plans/{safety_plan.pk}/"))
    assert line in page and note in page
    assert ("Nobody is told yet" in page) is (happens in ("declines", "waits", "leaves"))


@time_machine.travel(MONDAY, tick=False)
def test_a_word_stands_while_the_terms_do_and_is_asked_anew_when_they_change(
    client_of: SignIn, owner: User, safety_plan: Plan, membership: Membership
) -> None:
    client, path = client_of(owner), f"/plans/{safety_plan.pk}/preview/"
    assert "Ana Reyes agreed to this" in seen(client, typed(membership.pk, time_1="15:00"), path)
    asked = "We ask Ana Reyes about the new words when you save. Until they answer, the old ones count."
    assert asked in seen(client, typed(membership.pk, rung_1_wait="480"), path)
    assert "We ask Ana Reyes when you save." in seen(client, typed(membership.pk, rung_1_wait="60"), path)
    safety_plan.steps.filter(membership=membership).update(agreed_at=None, declined_at=MONDAY)
    assert "has said no to this" in seen(client, typed(membership.pk, rung_1_wait="480"), path)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"days": []}, "Choose at least one day."),
        ({"time_1": ""}, "Choose a time of day."),
        ({"starts_on": "soon"}, "Write the day like"),
        ({"ends_on": "2025-01-01"}, "No check-in would be due before this plan ends."),
        ({"rung_0_whom": []}, "Step 2: choose who hears"),
    ],
)
def test_what_is_missing_is_said_and_the_rest_is_drawn(
    client_of: SignIn, owner: User, membership: Membership, bad: dict[str, Any], says: str
) -> None:
    page = seen(client_of(owner), typed(membership.pk) | bad)
    assert "we still need something from you" in page and says in page
    assert ("Your check-in is due" in page) is ("rung_0_whom" in bad)
    assert "There is a problem" not in page


def test_a_pause_counts_for_what_would_happen(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    with time_machine.travel(MONDAY, tick=False):
        services.pause(plan=gentle_plan, until=MONDAY + dt.timedelta(days=3), by=owner, now=MONDAY)
        page = seen(client_of(owner), gentle(time_1="20:00"), f"/plans/{gentle_plan.pk}/preview/")
    assert "Thursday at 8:00 pm Your check-in is due" in page


def test_the_preview_without_javascript_is_the_whole_page(
    client_of: SignIn, owner: User, safety_plan: Plan
) -> None:
    client = client_of(owner)
    for path in ("/plans/preview/", f"/plans/{safety_plan.pk}/preview/"):
        page = client.post(path, typed(name="Typed")).content.decode()
        assert "<html" in page and 'value="Typed"' in page
