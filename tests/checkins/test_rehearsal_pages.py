"""Letters shown beforehand, and rehearsals."""

import datetime as dt
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import services, sweep
from checkins.models import Plan, Silence, Step, Wishes
from checkins.pages import letter_previews
from networks.models import Membership
from outbox import delivery
from outbox.models import ChannelPreference, Message
from tests.checkins.conftest import DUE, MONDAY
from tests.checkins.plan_forms import HTMX, page_of, plain
from tests.outbox.conftest import Server
from tests.outbox.conftest import smtp as smtp

SignIn = Callable[[User], Client]
HOUR = dt.timedelta(hours=1)


# Letters beforehand -------------------------------------------------------------------------------

LINK = re.compile(r"\(a link for [^)]*\)|http\S+")


def without_links(text: str) -> list[str]:
    return LINK.sub("…", text).split()


def sent_by(server: Server) -> list[tuple[str, list[str]]]:
    """What arrived, in order; a letter's own footer, how to stop reminders, is not part of what it says."""
    said = []
    while not server.letters.empty():
        letter = server.letters.get_nowait()
        part = letter.get_body(("plain",))
        assert part is not None
        said.append(
            (str(letter["Subject"]), without_links(part.get_content().partition("Stop reminders")[0]))
        )
    return said


@pytest.mark.parametrize("programme", ["safety", "keep_in_touch"])
def test_the_letters_shown_beforehand_are_the_letters_that_go(
    owner: User, safety_plan: Plan, programme: str, smtp: Server
) -> None:
    """Word for word, when the check-in really does not come."""
    Wishes.objects.create(owner=owner, helps="A short call.\n- tea", does_not_help="Advice")
    if programme == "keep_in_touch":
        services.change_plan(plan=safety_plan, now=MONDAY, programme=programme)
    safety_plan.refresh_from_db()
    with time_machine.travel(MONDAY, tick=False):
        Message.objects.all().delete()
        shown = letter_previews.of_plan(safety_plan)
    for letter in shown:
        assert letter.at is not None
        with time_machine.travel(letter.at, tick=False):
            sweep.sweep(now=letter.at)
            delivery.deliver_due()
    assert sent_by(smtp) == [(letter.subject, without_links(letter.text)) for letter in shown]


def test_the_page_of_letters_shows_who_reads_what_and_no_working_link(
    client_of: SignIn, owner: User, safety_plan: Plan, supporter: User
) -> None:
    ChannelPreference.objects.filter(person=supporter).update(discreet_at=MONDAY)
    with time_machine.travel(MONDAY, tick=False):
        page = page_of(client_of(owner), f"/plans/{safety_plan.pk}/letters/")
    assert "Today at 10:00 pm, to you" in page
    assert "Could you check on Maya?" in page
    assert "A note for you" not in page  # how supporters like to hear from us is theirs to know
    assert "(a link for Ana Reyes alone)" in page
    assert "/c/" not in page and "/s/" not in page
    assert safety_plan.steps.get(position=2).terms.splitlines()[0][:40] in unescape(page)
    assert "All clear: Maya" in page


def test_their_own_letters_are_shown_as_discreet_as_they_wish(
    client_of: SignIn, owner: User, gentle_plan: Plan
) -> None:
    ChannelPreference.objects.filter(person=owner).update(discreet_at=MONDAY)
    assert "A note for you" in page_of(client_of(owner), f"/plans/{gentle_plan.pk}/letters/")


def test_who_would_be_passed_over_is_said_with_their_letter(
    client_of: SignIn, owner: User, safety_plan: Plan
) -> None:
    Membership.objects.update(paused_at=MONDAY)
    page = page_of(client_of(owner), f"/plans/{safety_plan.pk}/letters/")
    assert "We pass over Ana Reyes, who is taking a break." in page


def test_while_a_check_in_is_missed_no_letter_is_foretold(
    client_of: SignIn, owner: User, safety_plan: Plan
) -> None:
    services.fall_due(plan=safety_plan, now=timezone.now(), wait=HOUR)
    page = page_of(client_of(owner), f"/plans/{safety_plan.pk}/letters/")
    assert "Nothing is due right now" in page and "A check-in is being missed" in page


# Rehearsals ---------------------------------------------------------------------------------------


def test_a_rehearsal_is_explained_run_watched_and_kept(
    client_of: SignIn, owner: User, safety_plan: Plan, membership: Membership, smtp: Server
) -> None:
    client, path = client_of(owner), f"/plans/{safety_plan.pk}/rehearse/"
    start = MONDAY
    with time_machine.travel(start, tick=False):
        page = plain(page_of(client, path))
        assert "Today at 10:02 am We tell Ana Reyes" in page
        page = client.post(path, {"answer": "start"}, follow=True).content.decode()
        assert "It is running" in page and 'hx-trigger="every 5s"' in page
        assert "Start the rehearsal" not in page
    silence = Silence.objects.get()
    told_at = start + dt.timedelta(minutes=2)
    for minute in (0, 1, 2):
        with time_machine.travel(start + dt.timedelta(minutes=minute), tick=False):
            sweep.sweep(now=timezone.now())
            delivery.deliver_due()
    services.claim(silence=silence, membership=membership, now=told_at + dt.timedelta(minutes=4))
    with time_machine.travel(told_at + dt.timedelta(minutes=5), tick=False):
        fragment = page_of(client, path, headers=HTMX)
        assert "<html" not in fragment and "Ana Reyes is on it" in fragment
        client.post(path, {"answer": "stop"})
        fragment = page_of(client, path, headers=HTMX)
        assert "every 5s" not in fragment
        assert "Rehearsed today, answered in 4 minutes." in fragment
        assert "Rehearsed today, answered in 4 minutes." in page_of(client, f"/plans/{safety_plan.pk}/")
        assert "Rehearsed today, answered in 4 minutes." in page_of(client, "/plans/")
        assert "Rehearsed today, answered in 4 minutes." in page_of(client, "/plans/history/")
    with time_machine.travel(start + dt.timedelta(days=9), tick=False):
        assert "Rehearsed on May 4, answered in 4 minutes." in page_of(client, path)


def test_at_night_nobody_is_woken_for_practice_and_the_page_says_so(
    client_of: SignIn, owner: User, safety_plan: Plan
) -> None:
    ChannelPreference.objects.all().delete()
    with time_machine.travel(DUE + dt.timedelta(hours=3), tick=False):
        page = plain(page_of(client_of(owner), f"/plans/{safety_plan.pk}/rehearse/"))
    assert "Tomorrow at 9:00 am We nudge you by e-mail It waits for the end of your quiet hours" in page


def test_there_is_nothing_to_rehearse_where_nobody_is_told(
    client_of: SignIn, owner: User, gentle_plan: Plan
) -> None:
    assert client_of(owner).get(f"/plans/{gentle_plan.pk}/rehearse/").status_code == 404
    assert client_of(owner).post(f"/plans/{gentle_plan.pk}/rehearse/").status_code == 404


def test_a_rehearsal_needs_somebody_who_agreed_and_no_open_silence(
    client_of: SignIn, owner: User, safety_plan: Plan
) -> None:
    client, path = client_of(owner), f"/plans/{safety_plan.pk}/rehearse/"
    Step.objects.update(agreed_at=None)
    assert "Nobody is told yet" in page_of(client, path)
    page = client.post(
        path, {"answer": "start"}, headers={"referer": "/plans/"}, follow=True
    ).content.decode()
    assert "Nobody has agreed to be told yet" in page
    Step.objects.filter(whom="member").update(agreed_at=timezone.now())
    services.fall_due(plan=safety_plan, now=timezone.now(), wait=HOUR)
    assert "Check in first; then you can rehearse." in page_of(client, path)
    assert not Silence.objects.rehearsals().exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_what_was_sent_says_which_was_practice(
    client_of: SignIn, owner: User, safety_plan: Plan, count: int, django_assert_num_queries: Any
) -> None:
    for _turn in range(count):
        services.rehearse(plan=safety_plan, now=timezone.now())
        services.end_rehearsal(plan=safety_plan, now=timezone.now())
    services.fall_due(plan=safety_plan, now=timezone.now(), wait=dt.timedelta(hours=1))
    client = client_of(owner)
    page = page_of(client, "/messages/")
    assert page.count("A reminder to check in") == count + 1
    assert page.count("Practice") == count
    with django_assert_num_queries(6):
        client.get("/messages/")
