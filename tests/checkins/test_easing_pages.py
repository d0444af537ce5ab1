"""Rest, and flare mode: one tap, an end that is known, and a way back."""

import datetime as dt
import re
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from checkins import services, until
from checkins.models import CheckIn, Plan, Silence, Wishes
from networks.models import Membership
from outbox.models import BrokenAddress, Message
from tests.checkins.conftest import MONDAY, TWO_HOURS, key
from tests.checkins.pages import SignIn, gone_quiet, page, plain, say

LONDON = ZoneInfo("Europe/London")
HOUR = dt.timedelta(hours=1)
# 10:00 am in London.
MORNING = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
TOMORROW = dt.datetime(2026, 5, 5, 8, tzinfo=dt.UTC)


@pytest.fixture
def chosen(owner: User, membership: Membership) -> Membership:
    """Ana, who hears when a flare begins."""
    services.wish(owner=owner, flare_tells=[membership], flare_words="Back soon, all is well between us.")
    return membership


def flare_letters() -> Any:
    return Message.objects.filter(kind="checkins/flare")


# Until when ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "keys"),
    [
        (2, ["1h", "4h", "tonight", "morning"]),
        (10, ["1h", "4h", "tonight", "morning"]),
        (21, ["1h", "4h", "tonight", "morning"]),
        (23, ["1h", "4h", "morning"]),
    ],
)
def test_what_is_offered_fits_the_hour(hour: int, keys: list[str]) -> None:
    now = dt.datetime(2026, 1, 7, hour, tzinfo=dt.UTC)
    assert [key for key, _words, _at in until.rests(now, LONDON)] == keys


def test_in_the_small_hours_the_morning_is_this_morning() -> None:
    night = dt.datetime(2026, 1, 7, 2, tzinfo=dt.UTC)
    words = {key: words for key, words, _at in until.flares(night, LONDON)}
    assert words["morning"] == "Until this morning, 9:00 am"
    assert words["two_days"] == "For two days, until Friday at 9:00 am"
    assert words["week"] == "For a week, until January 14 at 9:00 am"


@given(
    st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2032, 12, 31), timezones=st.just(dt.UTC)),
    st.sampled_from(sorted(available_timezones())),
)
def test_every_end_that_is_offered_is_still_to_come_and_not_far(now: dt.datetime, name: str) -> None:
    zone = ZoneInfo(name)
    for _key, _words, at in [*until.rests(now, zone), *until.flares(now, zone)]:
        assert now < at <= now + dt.timedelta(days=8)


# Rest -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "ends_at"),
    [
        ({"until": "1h"}, MORNING + HOUR),
        ({"until": "4h"}, MORNING + 4 * HOUR),
        ({"until": "tonight"}, dt.datetime(2026, 5, 4, 21, tzinfo=dt.UTC)),
        ({"until": "morning"}, TOMORROW),
        ({"until": "time", "time": "14:30"}, dt.datetime(2026, 5, 4, 13, 30, tzinfo=dt.UTC)),
        ({"until": "time", "time": "2:30 pm"}, dt.datetime(2026, 5, 4, 13, 30, tzinfo=dt.UTC)),
    ],
)
def test_one_tap_rests_every_plan_until_then(
    client_of: SignIn, owner: User, safety_plan: Plan, sent: dict[str, str], ends_at: dt.datetime
) -> None:
    client = client_of(owner)
    with time_machine.travel(MORNING, tick=False):
        words = say(client, "/rest/", sent)
    safety_plan.refresh_from_db()
    assert (safety_plan.paused_until, safety_plan.paused_as) == (ends_at, "rest")
    assert "nothing is wrong" in words
    assert "Rest for a while" not in words


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({}, "Choose until when you would like to rest."),
        ({"until": "forever"}, "Choose until when you would like to rest."),
        ({"until": "x" * 21}, "There is a problem"),
        ({"until": "time"}, "Write a time like 10:00 or 8:30 pm."),
        ({"until": "time", "time": "soon"}, "Write a time like 10:00 or 8:30 pm."),
        ({"until": "time", "time": "09:59"}, "That time is over for today."),
        ({"until": "time", "time": "10:00"}, "That time is over for today."),
    ],
)
def test_a_rest_that_makes_no_sense_keeps_what_was_typed(
    client_of: SignIn, owner: User, safety_plan: Plan, sent: dict[str, str], problem: str
) -> None:
    client = client_of(owner)
    with time_machine.travel(MORNING, tick=False):
        response = client.post("/rest/", sent)
    assert response.status_code == 422
    assert problem in plain(response)
    assert re.search(r"<details class=\"fold\" open>\s*<summary>Rest for a while", response.content.decode())
    if "time" in sent:
        assert f'value="{sent["time"]}"' in response.content.decode()
    safety_plan.refresh_from_db()
    assert safety_plan.paused_until is None


def test_tonight_is_over_when_the_evening_is(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    client = client_of(owner)
    with time_machine.travel(MORNING + 12 * HOUR, tick=False):
        assert "Until tonight" not in page(client, "/today/")
        assert client.post("/rest/", {"until": "tonight"}).status_code == 422


def test_resting_ends_an_open_silence(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    silence = gone_quiet(safety_plan)
    client_of(owner).post("/rest/", {"until": "1h"})
    silence.refresh_from_db()
    assert silence.ending == Silence.Ending.SET_ASIDE
    assert Message.objects.filter(kind="checkins/all_clear").exists()


def test_going_on_ends_the_rest_of_every_plan_but_no_pause(
    client_of: SignIn, owner: User, safety_plan: Plan
) -> None:
    client = client_of(owner)
    with time_machine.travel(MORNING, tick=False):
        wanted = {"days": [0], "times": [dt.time(20)], "grace": TWO_HOURS, "ladder": []}
        rests, pauses = (
            services.make_plan(owner=owner, now=MORNING, name=name, **wanted) for name in ("A", "B")
        )
        services.pause(plan=pauses, until=MORNING + dt.timedelta(days=3), by=owner, now=MORNING)
        client.post("/rest/", {"until": "4h"})
        words = page(client, "/today/")
        assert "Resting until 2:00 pm, nothing is wrong" in words
        assert "You are resting until Thursday at 10:00 am. Nothing is due before." in words
        assert "Your check-ins go on." in say(client, "/rest/end/")
    for plan in (safety_plan, rests):
        plan.refresh_from_db()
        assert plan.paused_until is None
    pauses.refresh_from_db()
    assert pauses.paused_until == MORNING + dt.timedelta(days=3)


def test_nobody_ends_somebody_else_s_rest(
    client_of: SignIn, owner: User, stranger: User, safety_plan: Plan
) -> None:
    client_of(owner).post("/rest/", {"until": "1h"})
    client_of(stranger).post("/rest/end/")
    client_of(stranger).post("/rest/", {"until": "morning"})
    safety_plan.refresh_from_db()
    assert safety_plan.is_resting(timezone.now())


# Flare mode -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/rest/", "/rest/end/", "/flare/undo/", "/flare/end/"])
def test_what_changes_something_wants_a_post(client_of: SignIn, owner: User, path: str) -> None:
    assert client_of(owner).get(path).status_code == 405


@pytest.mark.parametrize("path", ["/rest/", "/rest/end/", "/flare/", "/flare/undo/", "/flare/end/"])
def test_signed_out_people_are_asked_to_sign_in(client: Client, db: None, path: str) -> None:
    assert client.post(path)["Location"].startswith("/accounts/login/")


def test_who_hears_and_in_what_words_is_said_before(
    client_of: SignIn, owner: User, safety_plan: Plan, chosen: Membership
) -> None:
    for path in ("/today/", "/flare/"):
        words = page(client_of(owner), path)
        assert "Ana Reyes will hear." in words
        assert "Back soon, all is well between us." in words


def test_with_nobody_chosen_nobody_is_told(client_of: SignIn, owner: User) -> None:
    assert "Nobody is told." in page(client_of(owner), "/flare/")
    client_of(owner).post("/flare/", {"until": "morning"})
    assert not Message.objects.exists()


def test_somebody_who_cannot_hear_is_named(client_of: SignIn, owner: User, chosen: Membership) -> None:
    BrokenAddress.objects.create(address=chosen.member.email, reason="550 5.1.1")
    words = page(client_of(owner), "/flare/")
    assert "Our e-mail does not reach Ana Reyes, so they will not hear." in words
    assert "What they get" not in words


@pytest.mark.parametrize(
    ("choice", "ends_at"),
    [
        ("tonight", dt.datetime(2026, 5, 4, 21, tzinfo=dt.UTC)),
        ("morning", TOMORROW),
        ("two_days", TOMORROW + dt.timedelta(days=1)),
        ("week", TOMORROW + dt.timedelta(days=6)),
    ],
)
def test_it_ends_when_they_choose(
    client_of: SignIn, owner: User, safety_plan: Plan, choice: str, ends_at: dt.datetime
) -> None:
    client = client_of(owner)
    with time_machine.travel(MORNING, tick=False):
        client.post("/flare/", {"until": choice})
        wishes = Wishes.objects.get(owner=owner)
        assert (wishes.flare_began_at, wishes.flare_until) == (MORNING, ends_at)
    safety_plan.refresh_from_db()
    assert safety_plan.softened_until == ends_at
    with time_machine.travel(ends_at, tick=False):
        assert "Having a flare?" in page(client, "/flare/")


@pytest.mark.parametrize("sent", [{}, {"until": ""}, {"until": "never"}])
def test_an_end_that_makes_no_sense_begins_nothing(
    client_of: SignIn, owner: User, sent: dict[str, str]
) -> None:
    response = client_of(owner).post("/flare/", sent)
    assert response.status_code == 422
    assert "Choose when it should end." in plain(response)
    assert not Wishes.objects.filter(flare_until__isnull=False).exists()


def test_the_one_tap_on_today_ends_it_tomorrow_evening(client_of: SignIn, owner: User) -> None:
    html = client_of(owner).get("/today/").content.decode()
    form = html[html.index('action="/flare/"') :]
    assert re.search(r'value="tomorrow"[^>]*checked', form[: form.index("</form>")])


def test_for_ten_seconds_it_can_be_undone_without_a_trace(
    client_of: SignIn, owner: User, safety_plan: Plan, chosen: Membership
) -> None:
    client = client_of(owner)
    before = Plan.objects.values().get()
    with time_machine.travel(MORNING, tick=False) as clock:
        words = say(client, "/flare/", {"until": "morning"})
        assert "You can undo this until 10:00:10. Nobody is written to before." in words
        assert "Ana Reyes will hear." in words
        assert "End the flare" not in words
        assert flare_letters().count() == 1
        clock.shift(9)
        assert "Undone. There is no flare" in say(client, "/flare/undo/")
    wishes = Wishes.objects.get(owner=owner)
    assert (wishes.flare_began_at, wishes.flare_until) == (None, None)
    assert not flare_letters().exists()
    assert Plan.objects.values().get() == before


def test_after_ten_seconds_it_can_only_be_ended(
    client_of: SignIn, owner: User, safety_plan: Plan, chosen: Membership
) -> None:
    client = client_of(owner)
    with time_machine.travel(MORNING, tick=False) as clock:
        client.post("/flare/", {"until": "morning"})
        clock.shift(11)
        soon = timezone.now() + dt.timedelta(seconds=10)
        assert flare_letters().get(next_attempt_at__lte=soon).recipient == chosen.member
        response = client.post("/flare/undo/", follow=True, headers={"referer": "http://testserver/flare/"})
        assert "It has begun. You can end it whenever you like." in plain(response)
        assert "End the flare" in plain(response)
        assert "You can undo this" not in plain(response)
        assert "The flare is over here." in say(client, "/flare/end/")
        assert not Wishes.objects.get(owner=owner).in_a_flare(timezone.now())


def test_the_end_can_be_moved_and_nobody_is_told_again(
    client_of: SignIn, owner: User, safety_plan: Plan, chosen: Membership
) -> None:
    client = client_of(owner)
    with time_machine.travel(MORNING, tick=False) as clock:
        client.post("/flare/", {"until": "morning"})
        clock.shift(HOUR)
        words = say(client, "/flare/", {"until": "week"})
        assert "Everything is softer until May 11 at 9:00 am." in words
        assert re.search(r'value="week"[^>]*checked', client.get("/flare/").content.decode())
        assert client.post("/flare/", {"until": "never"}).status_code == 422
        clock.shift(24 * HOUR)
        assert "checked" not in client.get("/flare/").content.decode()
    assert flare_letters().count() == 1


def test_in_a_flare_today_is_one_button(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    client = client_of(owner)
    with time_machine.travel(MONDAY, tick=False):
        services.begin_flare(owner=owner, until=TOMORROW, now=MONDAY)
        html = client.get("/today/").content.decode()
        shown = re.sub(r"<details.*?</details>", "", html, flags=re.S)
        main = shown[shown.index("<main") : shown.index("</main>")]
        assert re.findall(r"<button[^>]*>([^<]*)", main) == ["I’m here"]
        assert "until tomorrow at 9:00 am" in main
        assert "Not okay, I’d like company" in html
        assert "If you go quiet" in html
        client.post("/today/", {"okay": "1", "form_key": str(key())})
    assert CheckIn.objects.get().answer == "okay"


def test_a_silence_in_a_flare_is_still_said(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    services.begin_flare(owner=owner, until=timezone.now() + dt.timedelta(days=1), now=timezone.now())
    gone_quiet(safety_plan)
    words = page(client_of(owner), "/today/")
    assert "Go gently" in words
    assert "We have not heard from you" in words


def test_nobody_ends_somebody_else_s_flare(client_of: SignIn, owner: User, stranger: User) -> None:
    services.begin_flare(owner=owner, until=timezone.now() + HOUR, now=timezone.now())
    client_of(stranger).post("/flare/undo/")
    client_of(stranger).post("/flare/end/")
    assert Wishes.objects.get(owner=owner).in_a_flare(timezone.now())
