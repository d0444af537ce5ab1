"""Today: one tap or more, and what happens if they go quiet."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from checkins import services
from checkins.models import CheckIn, Plan, Silence
from checkins.services import Rung
from networks import services as networks
from networks.models import Membership, Share
from tests.checkins.conftest import DUE, MONDAY, TWO_HOURS, key
from tests.checkins.pages import SignIn, page, plain, say, told
from tests.checkins.today_pages import chosen as chosen
from tests.checkins.today_pages import silence as silence


def another_plan(owner: User, **wanted: Any) -> Plan:
    every_day = {"days": list(range(7)), "times": [dt.time(20)], "grace": TWO_HOURS, "ladder": []}
    return services.make_plan(owner=owner, now=timezone.now(), **(every_day | wanted))


# Who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/today/", "/today/company/"])
def test_signed_out_people_are_asked_to_sign_in(client: Client, db: None, path: str) -> None:
    assert client.get(path)["Location"].startswith("/accounts/login/")


def test_other_methods_are_refused(client_of: SignIn, owner: User) -> None:
    assert client_of(owner).delete("/today/").status_code == 405
    assert client_of(owner).post("/today/company/").status_code == 405


def test_nobody_sees_what_belongs_to_somebody_else(
    client_of: SignIn, stranger: User, silence: Silence, chosen: Membership
) -> None:
    seen = page(client_of(stranger), "/today/")
    assert "We have not heard from you" not in seen
    assert "Ana" not in seen


# One tap, or more ---------------------------------------------------------------------------------


def test_one_tap_is_a_whole_check_in(client_of: SignIn, owner: User) -> None:
    words = say(client_of(owner), "/today/", {"okay": "1", "form_key": str(key()), "pain": "6"})
    made = CheckIn.objects.get()
    assert (made.owner, made.pain, made.answer) == (owner, None, "okay")
    assert "Thank you, Maya" in words


def test_a_full_check_in_keeps_every_part(client_of: SignIn, owner: User, membership: Membership) -> None:
    touched = [membership.tie.pk]
    answers = {
        "form_key": str(key()),
        "pain": "6",
        "mood": "low",
        "energy": "little",
        "touched": touched,
        "note": "tired",
    }
    client = client_of(owner)
    assert client.post("/today/", answers).status_code == 302
    assert client.post("/today/", answers).status_code == 302
    made = CheckIn.objects.get()
    assert (made.pain, made.mood, made.energy, made.was_in_touch, made.note) == (
        6,
        "low",
        "little",
        True,
        "tired",
    )
    assert made.answer == ""
    assert membership.tie.touches.count() == 1


@pytest.mark.parametrize(("touched", "said"), [([], None), (["none"], False), (["someone"], True)])
def test_being_in_touch_is_yes_no_or_not_said(
    client_of: SignIn, owner: User, touched: list[str], said: bool | None
) -> None:
    client_of(owner).post("/today/", {"form_key": str(key()), "touched": touched})
    assert CheckIn.objects.get().was_in_touch is said


@pytest.mark.parametrize(
    "bad",
    [
        {"pain": "11"},
        {"pain": "-1"},
        {"pain": "lots"},
        {"mood": "furious"},
        {"energy": "plenty"},
        {"touched": ["none", "someone"]},
        {"touched": ["999999"]},
        {"note": "x" * 2001},
        {"note": "nul\x00"},
    ],
)
@pytest.mark.parametrize("in_a_flare", [False, True])
def test_what_makes_no_sense_is_said_and_nothing_is_written(
    client_of: SignIn, owner: User, bad: dict[str, Any], in_a_flare: bool
) -> None:
    if in_a_flare:
        services.begin_flare(owner=owner, until=timezone.now() + TWO_HOURS, now=timezone.now())
    sent = {"form_key": str(key()), "mood": "low", "note": "kept", **bad}
    response = client_of(owner).post("/today/", sent)
    assert response.status_code == 422
    assert "There is a problem" in plain(response)
    if "note" not in bad:
        assert "kept</textarea>" in response.content.decode().replace("\n", "")
    assert not CheckIn.objects.exists()


def test_somebody_elses_tie_cannot_be_touched(
    client_of: SignIn, stranger: User, membership: Membership
) -> None:
    response = client_of(stranger).post("/today/", {"form_key": str(key()), "touched": [membership.tie.pk]})
    assert response.status_code == 422
    assert not membership.tie.touches.exists()


def test_an_ended_session_says_that_the_check_in_was_not_saved(client: Client, owner: User) -> None:
    assert "your check-in was not saved" in say(client, "/today/", {"okay": "1"})
    assert not CheckIn.objects.exists()


def test_a_check_in_sent_again_with_more_in_it_says_more(client_of: SignIn, owner: User) -> None:
    same = str(key())
    client = client_of(owner)
    client.post("/today/", {"form_key": same, "okay": "1"})
    client.post("/today/", {"form_key": same, "pain": "9", "note": "worse than I said"})
    made = CheckIn.objects.get()
    assert (made.pain, made.note) == (9, "worse than I said")
    client.post("/today/", {"form_key": same, "okay": "1"})
    assert CheckIn.objects.get().pain == 9


def test_a_body_that_is_nothing_is_a_check_in_all_the_same(client_of: SignIn, owner: User) -> None:
    client_of(owner).post("/today/", "{}", content_type="application/json")
    assert CheckIn.objects.get().answer == ""


def test_who_sees_the_pain_score_is_said(client_of: SignIn, owner: User, membership: Membership) -> None:
    assert "Only you see your pain score." in page(client_of(owner), "/today/")
    networks.change_shares(membership=membership, shares=[Share.PAIN], by=owner)
    assert "Only Ana Reyes can see your pain score." in page(client_of(owner), "/today/")


def test_who_sees_which_other_part_is_said(client_of: SignIn, owner: User, membership: Membership) -> None:
    assert "Nobody else sees your note." in page(client_of(owner), "/today/")
    networks.change_shares(membership=membership, shares=[Share.ENERGY, Share.NOTES], by=owner)
    words = page(client_of(owner), "/today/")
    assert "Ana Reyes can see your energy and your notes." in words
    assert "Nobody else sees your note." not in words
    assert "can see your mood" not in words
    networks.limit(membership=membership, by=owner, now=timezone.now())
    assert "can see" not in page(client_of(owner), "/today/")


# If you go quiet ------------------------------------------------------------------------------------


def test_today_shows_what_would_happen(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    words = page(client_of(owner), "/today/")
    assert "If you go quiet" in words
    assert "We tell Ana Reyes. They can call, or say you’re fine" in words
    assert "Your safety net" in words
    assert "other plan" not in words


def test_without_a_plan_one_is_offered(client_of: SignIn, owner: User) -> None:
    words = page(client_of(owner), "/today/")
    assert "Make a plan" in words
    assert "Rest for a while" not in words
    assert "Your safety net" not in words


def test_what_is_due_first_comes_first_and_other_plans_are_folded(
    client_of: SignIn, owner: User, safety_plan: Plan
) -> None:
    client = client_of(owner)
    with time_machine.travel(MONDAY, tick=False):
        another_plan(owner, name="Mornings", times=[dt.time(11)])
        words = page(client, "/today/")
        assert words.index("Mornings") < words.index("And your other plan") < words.index("Safety check-in")
        another_plan(owner, name="Nights", times=[dt.time(22)])
        assert "And your 2 other plans" in page(client, "/today/")


def test_another_plan_with_its_ladder_takes_no_more_queries(
    client_of: SignIn, owner: User, membership: Membership
) -> None:
    client = client_of(owner)
    counts = []
    for number in range(4):
        ladder = [Rung(TWO_HOURS), Rung(TWO_HOURS, (membership,))]
        another_plan(owner, name=f"Plan {number}", programme="safety", ladder=ladder)
        with CaptureQueriesContext(connection) as queries:
            client.get("/today/")
        counts.append(len(queries))
    assert counts[0] <= 30
    assert set(counts) == {counts[0]}


def test_a_silence_comes_first_with_what_was_done(client_of: SignIn, owner: User, silence: Silence) -> None:
    services.claim(silence=silence, membership=told(silence).membership, now=timezone.now())
    words = page(client_of(owner), "/today/")
    assert words.index("We have not heard from you") < words.index("How is today?")
    assert "Ana Reyes is on it" in words
    assert "If you go quiet" not in words


def test_two_silences_are_one_card_and_one_check_in_ends_both(
    client_of: SignIn, owner: User, silence: Silence
) -> None:
    other = another_plan(owner, name="Mornings")
    services.fall_due(plan=other, now=timezone.now() - TWO_HOURS, wait=TWO_HOURS)
    another_plan(owner, name="Nights")
    client = client_of(owner)
    words = page(client, "/today/")
    assert words.count("We have not heard from you") == 1
    assert words.index("Mornings") < words.index("If you go quiet") < words.index("Nights")
    assert "Nobody else hears about it." in words
    client.post("/today/", {"okay": "1", "form_key": str(key())})
    assert not Silence.objects.open().exists()


def test_a_rehearsal_is_named_as_practice(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    services.rehearse(plan=safety_plan, now=timezone.now())
    words = page(client_of(owner), "/today/")
    assert "A rehearsal is running" in words
    assert "We have not heard from you" not in words


def test_today_says_that_it_is_done(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    client = client_of(owner)
    with time_machine.travel(DUE - dt.timedelta(hours=1), tick=False):
        assert "Done for now" not in page(client, "/today/")
        services.check_in(owner=owner, now=timezone.now(), form_key=key())
        assert "Done for now" in page(client, "/today/")
        another_plan(owner, name="Later", times=[dt.time(23)])
        Plan.objects.filter(name="Later").update(met_due_at=None)
        assert "Done for now" not in page(client, "/today/")
    with time_machine.travel(DUE + dt.timedelta(hours=30), tick=False):
        assert "Done for now" not in page(client, "/today/")


def test_a_check_in_the_evening_before_is_done_for_the_morning(
    client_of: SignIn, owner: User, gentle_plan: Plan
) -> None:
    client = client_of(owner)
    with time_machine.travel(DUE - dt.timedelta(hours=14), tick=False):
        services.check_in(owner=owner, now=timezone.now(), form_key=key())
        assert "Done for now" in page(client, "/today/")


def test_a_plan_on_another_clock_is_said(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    Plan.objects.update(time_zone="Asia/Tokyo")
    assert "Your plan still follows the clock of Asia/Tokyo." in page(client_of(owner), "/today/")


@pytest.mark.parametrize(
    ("hour", "hello"), [(3, "Hello"), (9, "Good morning"), (15, "Good afternoon"), (21, "Good evening")]
)
def test_the_greeting_fits_the_hour(client_of: SignIn, owner: User, hour: int, hello: str) -> None:
    client = client_of(owner)
    with time_machine.travel(dt.datetime(2026, 1, 7, hour, tzinfo=dt.UTC), tick=False):
        assert f"{hello}, Maya" in page(client, "/today/")
