"""Today, the plan, the pages behind links in mail: who may, who may not, what goes wrong."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import agreements, links, services
from checkins.models import CheckIn, Plan, Silence, SilenceStep, Step
from networks import services as networks
from networks.models import Membership, Share
from outbox.models import BrokenAddress, Message
from tests.checkins.conftest import TWO_HOURS, key

SignIn = Callable[[User], Client]


@pytest.fixture
def silence(safety_plan: Plan) -> Silence:
    """Open, and the supporter has been told."""
    opened = services.fall_due(plan=safety_plan, now=timezone.now() - TWO_HOURS, wait=dt.timedelta(minutes=1))
    opened.steps.filter(taken_at=None).update(taken_at=timezone.now())
    Message.objects.update(attempts=1)
    return opened


def told(silence: Silence) -> SilenceStep:
    return silence.steps.select_related("silence", "membership").get(whom=Step.Whom.MEMBER)


@pytest.mark.parametrize("path", ["/today/"])
def test_signed_out_people_are_asked_to_sign_in(client: Client, db: None, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["/messages/address-works/"])
def test_what_changes_something_wants_a_post(client_of: SignIn, owner: User, path: str) -> None:
    assert client_of(owner).get(path).status_code == 405


@pytest.mark.parametrize("path", ["/today/"])
def test_other_methods_are_refused(client_of: SignIn, owner: User, path: str) -> None:
    assert client_of(owner).delete(path).status_code == 405


def test_one_tap_is_a_whole_check_in(client_of: SignIn, owner: User) -> None:
    response = client_of(owner).post(
        "/today/", {"okay": "1", "form_key": str(key()), "pain": "6"}, follow=True
    )
    made = CheckIn.objects.get()
    assert (made.owner, made.pain) == (owner, None)
    assert "Thank you, Maya" in response.content.decode()


def test_a_full_check_in_keeps_every_part(client_of: SignIn, owner: User, membership: Membership) -> None:
    answers = {
        "form_key": str(key()),
        "pain": "6",
        "mood": "low",
        "touched": [membership.tie.pk],
        "note": "tired",
    }
    client = client_of(owner)
    assert client.post("/today/", answers).status_code == 302
    assert client.post("/today/", answers).status_code == 302
    made = CheckIn.objects.get()
    assert (made.pain, made.mood, made.was_in_touch, made.note) == (6, "low", True, "tired")
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
        {"touched": ["none", "someone"]},
        {"touched": ["999999"]},
        {"note": "x" * 2001},
        {"note": "nul\x00"},
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_is_written(
    client_of: SignIn, owner: User, bad: dict[str, Any]
) -> None:
    response = client_of(owner).post(
        "/today/", {"form_key": str(key()), "mood": "low", "note": "kept", **bad}
    )
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    assert not CheckIn.objects.exists()


def test_somebody_elses_tie_cannot_be_touched(
    client_of: SignIn, stranger: User, membership: Membership
) -> None:
    response = client_of(stranger).post("/today/", {"form_key": str(key()), "touched": [membership.tie.pk]})
    assert response.status_code == 422
    assert not membership.tie.touches.exists()


def test_today_shows_what_would_happen(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    page = client_of(owner).get("/today/").content.decode()
    assert "If you go quiet" in page
    assert "We tell Ana Reyes. They can call, or say you’re fine" in page
    assert "Only you see your pain score." in page


def test_today_says_who_sees_the_pain_score(client_of: SignIn, owner: User, membership: Membership) -> None:
    networks.change_shares(membership=membership, shares=[Share.PAIN], by=owner)
    assert "Only Ana Reyes can see your pain score." in client_of(owner).get("/today/").content.decode()


def test_today_says_when_mail_does_not_arrive_and_takes_their_word_for_it(
    client_of: SignIn, owner: User
) -> None:
    BrokenAddress.objects.create(address=owner.email, reason="550 5.1.1")
    client = client_of(owner)
    assert "Our e-mail does not reach you" in client.get("/today/").content.decode()
    client.post("/messages/address-works/")
    assert not BrokenAddress.objects.exists()


def test_today_says_that_a_silence_is_open(client_of: SignIn, owner: User, silence: Silence) -> None:
    services.claim(silence=silence, membership=told(silence).membership, now=timezone.now())
    page = client_of(owner).get("/today/").content.decode()
    assert "We have not heard from you" in page
    assert "We told Ana Reyes" in page
    assert "Ana Reyes is on it" in page


# Links in mail -----------------------------------------------------------------------------------


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def test_the_link_in_a_nudge_shows_first_and_acts_on_a_post(client: Client, silence: Silence) -> None:
    path = path_of(links.check_in_link(silence))
    assert "One tap is enough." in client.get(path).content.decode()
    assert not CheckIn.objects.exists()
    assert "You are checked in" in client.post(path).content.decode()
    assert "You have already checked in" in client.post(path).content.decode()
    assert "You have already checked in" in client.get(path).content.decode()
    silence.refresh_from_db()
    assert silence.ending == Silence.Ending.CHECKED_IN
    assert CheckIn.objects.count() == 1


def test_the_link_is_good_until_the_next_check_in_only(client: Client, owner: User, silence: Silence) -> None:
    services.check_in(owner=owner, now=timezone.now(), form_key=key())
    client.post(path_of(links.check_in_link(silence)))
    assert CheckIn.objects.count() == 1


@pytest.mark.parametrize("path", ["/c/nonsense/", "/c/MQ:1abc:xyz/"])
def test_a_link_we_did_not_make_is_a_kind_404(client: Client, db: None, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "This link does not work" in response.content.decode()


def test_a_link_for_one_thing_is_no_good_for_another(client: Client, silence: Silence) -> None:
    path = path_of(links.check_in_link(silence)).replace("/c/", "/s/")
    assert client.get(path).status_code == 404


# What a tester on a phone found missing -------------------------------------------------------------


def test_an_ended_session_says_that_the_check_in_was_not_saved(client: Client, owner: User) -> None:
    page = client.post("/today/", {"okay": "1"}, follow=True).content.decode()
    assert "your check-in was not saved" in page
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


def test_mail_scanners_may_ask_for_the_head(client: Client, silence: Silence) -> None:
    assert client.head(path_of(links.check_in_link(silence))).status_code == 200
    assert not CheckIn.objects.exists()


def test_today_says_that_it_is_done(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    client = client_of(owner)
    now = timezone.now()
    gentle_plan.watch_from(now, heard_at=None)
    gentle_plan.save()
    with time_machine.travel(gentle_plan.next_due_at - dt.timedelta(hours=1), tick=False):  # type: ignore[operator]
        assert "Done for now" not in client.get("/today/").content.decode()
        services.check_in(owner=owner, now=timezone.now(), form_key=key())
        assert "Done for now" in client.get("/today/").content.decode()
    with time_machine.travel(gentle_plan.next_due_at + dt.timedelta(hours=30), tick=False):  # type: ignore[operator]
        assert "Done for now" not in client.get("/today/").content.decode()


def test_a_check_in_the_evening_before_is_done_for_the_morning(
    client_of: SignIn, owner: User, gentle_plan: Plan
) -> None:
    client = client_of(owner)
    gentle_plan.watch_from(timezone.now(), heard_at=None)
    gentle_plan.save()
    with time_machine.travel(gentle_plan.next_due_at - dt.timedelta(hours=16), tick=False):  # type: ignore[operator]
        services.check_in(owner=owner, now=timezone.now(), form_key=key())
        assert "Done for now" in client.get("/today/").content.decode()


@pytest.mark.parametrize("gone", ["declined", "left"])
def test_the_owner_is_told_that_nobody_will_be(
    client_of: SignIn, owner: User, safety_plan: Plan, supporter: User, gone: str
) -> None:
    client = client_of(owner)
    assert "Nobody will be told" not in client.get("/today/").content.decode()
    step = safety_plan.steps.get(membership__isnull=False)
    if gone == "declined":
        agreements.decline(step=step, by=supporter, now=timezone.now())
    else:
        networks.end_membership(membership=step.membership, by=supporter)
    page = client.get("/today/").content.decode()
    assert "Nobody will be told if you go quiet" in page
    assert ("has said no" if gone == "declined" else "is no longer here") in page


def test_the_owner_sees_what_a_supporter_said_until_they_check_in(
    client_of: SignIn, owner: User, silence: Silence
) -> None:
    client = client_of(owner)
    membership = told(silence).membership
    services.report(silence=silence, membership=membership, outcome="okay", now=timezone.now())
    assert "Ana was told, and said" in client.get("/today/").content.decode()
    services.check_in(owner=owner, now=timezone.now(), form_key=key())
    assert "Ana was told, and said" not in client.get("/today/").content.decode()


def test_the_page_behind_a_nudge_says_who_was_told(client: Client, silence: Silence) -> None:
    page = client.get(path_of(links.check_in_link(silence))).content.decode()
    assert "Ana Reyes was told" in page
    assert "I’m here, and it is a hard day" in page
