"""Every page, with people in it: on a phone, on a desk, dim; nobody shut out, nothing beside the screen."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from asks import services as asks
from asks.models import Occurrence
from checkins import services as checkins
from checkins.models import Plan
from networks import services as networks
from networks.models import Membership, Share, Suggestion, Tie
from resources.models import Service
from supportnet import demo
from tests.journeys import desk_at_work
from tests.journeys.conftest import DESK, PHONE, Someone

pytestmark = pytest.mark.django_db(transaction=True)
SMALLEST = {"width": 320, "height": 640}
Sizes = tuple[dict[str, int], ...]
OPEN = [
    "/",
    "/find/",
    "/find/?q=nothing-has-this-name",
    "/find/?q=fibromialgia&place=00100&within=25&access=step_free&kind=group",
    "/find/help-now/",
    "/api/hsds/v3/docs",
    "/find/suggest/",
    "/accounts/signup/",
    "/accounts/login/",
]
OPEN += [
    "/accounts/password/reset/",
    "/accounts/login/code/",
    "/network/invited/nonsense/",
    "/c/nonsense/",
    "/nowhere/",
    # The address of a button.
    "/rest/end/",
]


@pytest.fixture
def people(sample: None) -> dict[str, User]:
    return {user.email: user for user in User.objects.all()}


def something_said_and_offered(owner: User) -> None:
    """A word of a member, and a hello that is suggested: cards that are not there on every day."""
    now, membership = timezone.now(), Membership.objects.of(owner).get()
    networks.send_signal(membership=membership, by=membership.member, kind="thinking", now=now)
    networks.sweep_suggestions(now=now)
    assert Suggestion.objects.of(owner).exists()


def asks_in_each_state(owner: User) -> dict[str, Occurrence]:
    """One that comes near, one that passed, one somebody said yes to, one they did; little energy, and a carrier."""
    now, membership = timezone.now(), Membership.objects.of(owner).get()
    seen = {*membership.shares, Share.ASKS}
    ends = {Share.MOOD.value: now + dt.timedelta(days=20)}
    networks.change_shares(membership=membership, by=owner, shares={*seen, Share.MOOD}, ends=ends)
    said = {"owner": owner, "by": owner, "now": now, "text": "Could you?", "softer": "call", "minutes": 60}
    found = {
        state: asks.ask(need="meal", starts_at=now + dt.timedelta(hours=5), **said).occurrences.get()
        for state in ("near", "passed", "taken", *(f"done {number}" for number in range(4)))
    }
    for state, occurrence in found.items():
        if state not in ("near", "passed"):
            asks.take(occurrence=occurrence, membership=membership, now=now)
        if state not in ("near", "taken"):
            begun = now - dt.timedelta(days=2)
            moved = {"made_at": begun, "starts_at": begun, "ends_at": begun + dt.timedelta(hours=1)}
            Occurrence.objects.filter(pk=occurrence.pk).update(**moved)
    asks.offer(membership=membership, by=membership.member, needs=["lift"], when="Evenings", now=now)
    checkins.check_in(owner=owner, now=now, form_key=uuid.uuid4(), energy="little")
    return found


def sign_in(person: Someone, email: str) -> None:
    person.go("/accounts/login/")
    person.page.locator("[name=login]").fill(email)
    person.page.locator("[name=password]").fill(demo.PASSWORD)
    person.press("Sign in")
    person.page.wait_for_url(lambda address: "login" not in address)


def plan_pages(owner: User) -> list[str]:
    plan = Plan.objects.get(owner=owner)
    pages = ["", "letters/", "rehearse/", "end/"]
    return [
        *("/plans/", "/plans/new/", "/plans/new/?programme=safety", "/plans/history/"),
        *(f"/plans/{plan.pk}/{page}" for page in pages),
    ]


def owners_pages(owner: User) -> list[str]:
    tie, membership = Tie.objects.of(owner).last(), Membership.objects.of(owner).get()
    assert tie is not None
    invited = Tie.objects.get(owner=owner, name="Luis Reyes")
    return [
        *(
            "/today/",
            *plan_pages(owner),
            *("/wishes/", "/wishes/company/", "/wishes/flare/", "/wishes/helps/", "/wishes/signs/"),
            *("/flare/", "/today/company/", "/messages/", "/settings/messages/"),
            "/support/",
            "/network/",
            "/network/add/",
            *("/network/import/", "/network/then/", "/network/then/?months=12"),
            *("/accounts/settings/", "/accounts/leaving/", "/accounts/again/"),
        ),
        *("/asks/", "/asks/new/", "/asks/new/?need=lift", "/asks/new/?need=lift&words=1"),
        *("/asks/gave/", "/asks/calendar/", "/asks/a/nonsense/"),
        *(f"/network/{tie.pk}/", f"/network/{tie.pk}/edit/", f"/network/{tie.pk}/remove/"),
        *(f"/network/{one.tie_id}/log/{one.pk}/" for one in invited.touches.all()),
        *(f"/network/{tie.pk}/invite/", f"/network/{invited.pk}/", f"/network/{tie.pk}/archive/"),
        *("/network/?q=choir", "/network/quiet/", "/network/archive/", f"/network/words/?tie={tie.pk}"),
        *(f"/network/sharing/{membership.pk}/{page}" for page in ("", "preview/", "end/")),
        *("/network/who-sees/", "/network/consents/", "/network/who-looked/", "/network/link/"),
        f"/find/{Service.objects.published().first().pk}/to-network/",
        *("/find/told/", "/find/saved/", "/find/saved/search/?q=tea&place=02139", "/find/in-the-way/"),
        f"/find/{Service.objects.published().first().pk}/how-it-was/",
        *("/accounts/sessions/", "/accounts/email/", "/accounts/password/change/", "/accounts/logout/"),
    ]


@pytest.mark.parametrize(("size", "theme"), [(SMALLEST, "dim"), (DESK, "light")])
def test_asks_near_passed_taken_and_done_on_a_day_of_little_energy(
    someone: Callable[..., Someone], people: dict[str, User], size: dict[str, int], theme: str
) -> None:
    found = asks_in_each_state(people[demo.OWNER])
    membership = Membership.objects.of(people[demo.OWNER]).get()
    shown = [found[state] for state in ("near", "passed", "taken", "done 0")]
    maya = someone(size, theme=theme)
    sign_in(maya, demo.OWNER)
    for path in [
        *(
            "/asks/",
            "/asks/new/",
            "/asks/new/?need=lift",
            "/asks/gave/",
            "/network/",
            "/network/words/",
            "/today/",
        ),
        *(f"/network/sharing/{membership.pk}/", "/network/who-sees/", "/network/consents/"),
        *(f"/asks/{one.ask_id}/" for one in shown),
    ]:
        maya.go(path)
        for fold in maya.page.locator("details").all():
            fold.evaluate("fold => fold.open = true")
        maya.looks()
    ana = someone(size, theme=theme)
    sign_in(ana, demo.SUPPORTER)
    for path in [
        *("/support/", "/asks/open/", f"/asks/offer/{membership.pk}/"),
        *(f"/asks/open/{one.pk}/" for one in shown),
    ]:
        ana.go(path)
        ana.looks()


@pytest.mark.parametrize(("sizes", "theme"), [((PHONE, DESK), "light"), ((SMALLEST, DESK), "dim")])
def test_nobody_is_shut_out_of_any_page(
    someone: Callable[..., Someone], people: dict[str, User], sizes: Sizes, theme: str
) -> None:
    visitor = someone(theme=theme)
    service = Service.objects.filter(published_at__isnull=False).first()
    assert service is not None
    for path in [
        *OPEN,
        *(f"/find/{service.pk}/{page}" for page in ("", "paper/", "pass-on/", "problem/", "correct/")),
    ]:
        visitor.go(path)
        visitor.looks(*sizes)
    maya = someone(theme=theme)
    sign_in(maya, demo.OWNER)
    something_said_and_offered(people[demo.OWNER])
    for path in owners_pages(people[demo.OWNER]):
        maya.go(path)
        maya.looks(*sizes)
    ana = someone(theme=theme)
    sign_in(ana, demo.SUPPORTER)
    membership = Membership.objects.get(member=people[demo.SUPPORTER])
    for path in [
        "/support/",
        "/asks/open/",
        f"/asks/offer/{membership.pk}/",
        f"/safety/{membership.steps.get().pk}/",
        *(f"/network/support/{membership.pk}/{page}/" for page in ("leave", "organise")),
    ]:
        ana.go(path)
        ana.looks(*sizes)


@pytest.mark.parametrize("theme", ["light", "dim"])
def test_no_page_of_the_desk_shuts_a_curator_out(
    someone: Callable[..., Someone], people: dict[str, User], theme: str
) -> None:
    """Empty, and with something of everything on it."""
    cora = someone(theme=theme)
    sign_in(cora, demo.CURATOR)
    for path in (f"{desk_at_work.DESK}{page}" for page in desk_at_work.EMPTY):
        cora.go(path)
        cora.looks(PHONE, DESK)
    for path in desk_at_work.desk_pages(people[demo.CURATOR], people[demo.OWNER]):
        cora.go(path)
        cora.looks(PHONE, DESK)


def test_a_check_in_with_the_keyboard_alone(someone: Callable[..., Someone], people: dict[str, User]) -> None:
    maya = someone()
    sign_in(maya, demo.OWNER)
    page = maya.page
    maya.go("/today/")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Just say I’m okay")).to_be_focused()
    page.keyboard.press("Enter")
    maya.sees("Thank you, Maya. You are checked in.")


def test_leaving_quickly_by_keyboard_signs_out(
    someone: Callable[..., Someone], people: dict[str, User], settings: Any
) -> None:
    settings.LEAVE_URL = "/healthz"  # elsewhere: the browser of a test reaches no other site
    maya = someone()
    sign_in(maya, demo.OWNER)
    page = maya.page
    for _press in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**/healthz")
    maya.go("/today/")
    page.wait_for_url("**/accounts/login/**")


def test_without_a_script_everything_still_works(
    someone: Callable[..., Someone], people: dict[str, User]
) -> None:
    maya = someone(PHONE, script=False)
    sign_in(maya, demo.OWNER)
    maya.go("/network/")
    maya.page.locator("[id^=log-]").last.click()
    maya.page.wait_for_url("**/network/**")
    maya.go("/find/?q=warm")
    maya.page.get_by_role("link").filter(has_text="arm").first.wait_for()
