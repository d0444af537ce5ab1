"""A plan that is saved starts with what matters; what is rarely changed is folded away, and opens when it has to."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import services
from checkins.models import Plan, Step
from networks.models import Membership
from tests.checkins.conftest import let_all_hours_be_awake
from tests.checkins.plan_forms import HTMX, gentle, page_of, plain, typed

SignIn = Callable[[User], Client]


@pytest.fixture
def plan(client_of: SignIn, owner: User, membership: Membership) -> Plan:
    """Exactly what `typed` says, with Ana’s yes."""
    let_all_hours_be_awake()
    client_of(owner).post("/plans/new/", typed(membership.pk))
    Step.objects.filter(membership=membership).update(agreed_at=timezone.now())
    return Plan.objects.get()


def folds(page: str) -> dict[str, bool]:
    """Each part of the form by its heading: whether it stands open."""
    found = re.findall(r'<details class="card fold"( open)?>\s*<summary><h2>([^<]+)</h2>', page)
    return {heading: bool(is_open) for is_open, heading in found}


def opened(page: str) -> list[str]:
    return [heading for heading, is_open in folds(page).items() if is_open]


KIND, WHEN, THEN = "What it is for", "When", "If a check-in does not come"


def test_a_new_plan_is_all_open(client_of: SignIn, owner: User) -> None:
    assert opened(page_of(client_of(owner), "/plans/new/")) == [KIND, WHEN, THEN]


def test_a_saved_plan_is_folded_and_each_part_says_what_is_set(
    client_of: SignIn, owner: User, plan: Plan
) -> None:
    page = page_of(client_of(owner), f"/plans/{plan.pk}/")
    assert folds(page) == {KIND: False, WHEN: False, THEN: False}
    words = plain(page)
    for said in (
        f"{KIND} Safety check-in",
        f"{WHEN} Every day at 10:00 am",
        f"{THEN} A nudge after 2 hours, then another nudge, then Ana Reyes",
    ):
        assert said in words
    places = [words.index(one) for one in ("If you go quiet", "Who is told", "Pause for a while", KIND)]
    assert places == sorted(places)
    assert "Who is told Ana Reyes agreed to this." in words


@pytest.mark.parametrize(
    ("changed", "stands_open"),
    [
        ({"time_1": "late"}, [WHEN]),
        ({"grace": "1"}, [THEN]),
        ({"rung_0_whom": []}, [THEN]),
        ({"programme": "rescue"}, [KIND]),
        ({"time_1": "11:30", "rung_1_wait": ""}, [WHEN, THEN]),
    ],
)
def test_what_is_wrong_stands_open(
    client_of: SignIn,
    owner: User,
    membership: Membership,
    plan: Plan,
    changed: dict[str, object],
    stands_open: list[str],
) -> None:
    response = client_of(owner).post(f"/plans/{plan.pk}/", typed(membership.pk) | changed)
    assert response.status_code == 422
    assert opened(response.content.decode()) == stands_open


def test_without_javascript_what_was_changed_and_not_saved_stands_open(
    client_of: SignIn, owner: User, membership: Membership, plan: Plan
) -> None:
    client, path = client_of(owner), f"/plans/{plan.pk}/"
    same = client.post(path, typed(membership.pk) | {"do": "look"}).content.decode()
    assert opened(same) == []
    later = client.post(path, typed(membership.pk, time_1="11:00", do="look")).content.decode()
    assert opened(later) == [WHEN]
    longer = client.post(path, typed(membership.pk, do="add")).content.decode()
    assert opened(longer) == [THEN]
    assert "A nudge after 2 hours, then another nudge, then Ana Reyes, then somebody" in plain(longer)


def test_the_lines_follow_what_is_typed(
    client_of: SignIn, owner: User, membership: Membership, plan: Plan
) -> None:
    client, path = client_of(owner), f"/plans/{plan.pk}/preview/"
    drawn = client.post(path, gentle(days=["0"], grace="60"), headers=HTMX).content.decode()
    assert re.search(r'id="fold_when_says" hx-swap-oob="true">Mondays at 10:00 am<', drawn)
    assert re.search(r'id="fold_then_says"[^>]*>A nudge after 1 hour, then more and more rarely<', drawn)
    assert re.search(r'id="fold_kind_says"[^>]*>Keep in touch<', drawn)
    unclear = client.post(path, typed(membership.pk, time_1=""), headers=HTMX).content.decode()
    assert re.search(r'id="fold_when_says"[^>]*>Not clear yet<', unclear)


def test_who_is_told_names_all_who_agreed_and_then_what_else_is_to_be_known(
    client_of: SignIn, owner: User, membership: Membership, plan: Plan
) -> None:
    client, path = client_of(owner), f"/plans/{plan.pk}/"
    Membership.objects.update(paused_at=timezone.now())
    page = plain(page_of(client, path))
    assert "Ana Reyes agreed to this." not in page.split("Pause for a while")[0]
    assert "Who is told Ana Reyes is taking a break and would be passed over." in page


def test_during_a_silence_the_timeline_is_shown_once(client_of: SignIn, owner: User, plan: Plan) -> None:
    services.fall_due(plan=plan, now=timezone.now(), wait=dt.timedelta(hours=1))
    client = client_of(owner)
    page = page_of(client, f"/plans/{plan.pk}/")
    assert "If you go quiet" not in page and "Who is told" in page
    Step.objects.update(agreed_at=None)
    assert re.search(r'id="timeline"[^>]* hidden>', page_of(client, f"/plans/{plan.pk}/"))


def test_a_refused_pause_stands_open(client_of: SignIn, owner: User, plan: Plan) -> None:
    client = client_of(owner)
    assert re.search(r'id="pause">', page_of(client, f"/plans/{plan.pk}/"))
    page = client.post(f"/plans/{plan.pk}/pause/", {}).content.decode()
    assert re.search(r'id="pause" open>', page)
    assert opened(page) == []
