"""The page of the people one supports, by keyboard alone: an answer in a silence, the month, and paper."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.utils import timezone

from checkins import agreements
from checkins import services as checkins
from checkins.models import CheckIn, Claim, Plan
from networks.models import Membership, Share
from tests.conftest import person as account
from tests.journeys.conftest import DESK, PHONE, Someone
from tests.journeys.test_network import joined, sign_in

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def ana(live_site: str) -> Membership:
    """Told of a silence of Maya's, who has a month behind her."""
    maya, now = account("maya@example.org", "Maya"), timezone.now()
    membership = joined(maya, account("ana@example.org", "Ana"), Share.CHECKINS, Share.PAIN)
    Membership.objects.update(created_at=now - 40 * DAY)
    for ago, pain in enumerate((4, 6, 5, 7), start=1):
        CheckIn.objects.create(owner=maya, made_at=now - ago * DAY, pain=pain, form_key=uuid.uuid4())
    plan = checkins.make_plan(
        owner=maya,
        now=now,
        programme=Plan.Programme.SAFETY,
        days=list(range(7)),
        times=[dt.time(20)],
        grace=2 * HOUR,
        ladder=[checkins.Rung(HOUR), checkins.Rung(HOUR, (membership,))],
    )
    step = plan.steps.get(membership=membership)
    agreements.agree(step=step, by=membership.member, now=now, terms=step.terms)
    checkins.fall_due(plan=plan, now=now, wait=HOUR).steps.update(taken_at=now)
    return membership


def reached(person: Someone, wanted: str) -> None:
    """Tab until it has the focus."""
    for _press in range(60):
        person.page.keyboard.press("Tab")
        if wanted in person.page.evaluate("document.activeElement.innerText || ''"):
            return
    raise AssertionError(f"{wanted} cannot be reached by keyboard")


@pytest.mark.parametrize(("size", "theme"), [(PHONE, "dim"), (DESK, "light")])
def test_everything_on_it_works_by_keyboard(
    someone: Callable[..., Someone], ana: Membership, size: dict[str, int], theme: str
) -> None:
    her = someone(size, theme=theme)
    sign_in(her, ana.member)
    her.go("/support/")
    her.looks()
    for words in ("I’ve heard from them", "See what you can do", "We talked today", "A word to Maya"):
        reached(her, words)
    her.page.keyboard.press("Enter")
    reached(her, "Thinking of you")
    reached(her, "How much is enough for you")
    reached(her, "The same in words")
    her.page.keyboard.press("Enter")
    her.sees("checked in, pain 7 of 10")
    her.looks()
    her.go("/support/")
    reached(her, "I’m on it")
    her.page.keyboard.press("Enter")
    her.sees("You are on it. Thank you.")
    assert Claim.objects.standing().get().membership == ana


def test_the_month_is_there_on_paper_and_without_a_script(
    someone: Callable[..., Someone], ana: Membership
) -> None:
    her = someone(DESK, theme="dim", script=False)
    sign_in(her, ana.member)
    her.go("/support/")
    her.page.emulate_media(media="print")
    assert her.page.locator(".month-picture").is_visible()
    line = her.page.locator(".month-picture .pain").evaluate("one => getComputedStyle(one).stroke")
    assert line == "rgb(23, 99, 92)"  # as on light paper: dim is for the screen
