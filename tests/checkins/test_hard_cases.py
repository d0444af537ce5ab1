"""What a careful reader of the code found: each of these once told nobody, told somebody wrongly, or told twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Consent, User
from checkins import agreements, links, services, stepping, sweep
from checkins.errors import PlanHasEnded, TermsHaveChanged
from checkins.models import CheckIn, Claim, Plan, Silence, SilenceStep, Step
from checkins.pages import timeline
from networks.models import Membership, Tie
from outbox import kinds
from outbox.models import BrokenAddress, Message
from tests.checkins.conftest import DUE, MONDAY, TWO_HOURS, at_once, key, planned
from tests.checkins.test_answers import TOLD, says, second_supporter
from tests.checkins.test_sweep import DEADLINE, run_ladder, sent
from tests.checkins.test_sweep import kinds as kinds_sent

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DAILY = {"days": list(range(7)), "times": [dt.time(20)], "grace": TWO_HOURS}


def run_for(span: dt.timedelta, *, every: dt.timedelta = HOUR, start: dt.datetime = DEADLINE) -> None:
    """Sweep and deliver for that long."""
    now = start
    while now < start + span:
        sweep.sweep(now=now)
        sent(now)
        now += every


# Nobody is forgotten ---------------------------------------------------------------------------------


def test_a_safety_plan_made_during_a_gentle_silence_is_watched(
    gentle_plan: Plan, owner: User, membership: Membership
) -> None:
    sweep.sweep(now=DEADLINE)
    plan = planned(owner=owner, now=DEADLINE, programme="safety", supporter=membership, **DAILY)
    step = plan.steps.get(membership=membership)
    agreements.agree(step=step, by=membership.member, now=DEADLINE, terms=step.terms)
    run_for(3 * DAY)
    assert "alert" in kinds_sent()


def test_a_supporter_who_agrees_after_the_silence_opened_is_told_from_the_next_one_on(
    safety_plan: Plan, membership: Membership
) -> None:
    Step.objects.filter(membership=membership).update(agreed_at=None)
    sweep.sweep(now=DEADLINE)
    sent(DEADLINE)
    step = safety_plan.steps.get(membership=membership)
    agreements.agree(step=step, by=membership.member, now=DEADLINE, terms=step.terms)
    run_for(DAY)
    assert "alert" not in kinds_sent()
    services.check_in(owner=safety_plan.owner, now=DEADLINE + DAY, form_key=key())
    run_for(2 * DAY, start=DEADLINE + DAY)
    assert "alert" in kinds_sent()


def test_an_owner_whose_mailbox_is_full_is_not_left_alone(safety_plan: Plan) -> None:
    sweep.sweep(now=DEADLINE)
    sweep.sweep(now=DEADLINE + TWO_HOURS)
    Message.objects.waiting().update(refused_at=DEADLINE + TWO_HOURS, last_error="452 4.2.2 mailbox full")
    sweep.sweep(now=DEADLINE + 2 * TWO_HOURS - dt.timedelta(minutes=1))
    assert "alert" not in kinds_sent()
    sweep.sweep(now=DEADLINE + 2 * TWO_HOURS)
    assert "alert" in kinds_sent()


def test_a_system_that_is_always_late_still_tells_somebody_after_one_more_nudge(safety_plan: Plan) -> None:
    run_for(DAY, every=dt.timedelta(minutes=6))
    assert kinds_sent().count("alert") == 1
    assert kinds_sent().count("nudge") <= 3


def test_a_safety_plan_without_a_supporter_still_nudges_twice(owner: User) -> None:
    planned(owner=owner, now=MONDAY, programme="safety", **DAILY)
    run_for(DAY)
    assert kinds_sent() == ["nudge", "nudge"]


def test_a_zone_nobody_knows_does_not_keep_anybody_from_checking_in(safety_plan: Plan, owner: User) -> None:
    sweep.sweep(now=DEADLINE)
    Plan.objects.update(time_zone="Nowhere/Atall")
    services.check_in(owner=owner, now=DEADLINE + HOUR, form_key=key())
    assert not Silence.objects.open().exists()


def test_a_page_sent_again_a_day_later_is_a_sign_of_life_too(safety_plan: Plan, owner: User) -> None:
    same = key()
    services.check_in(owner=owner, now=MONDAY, form_key=same)
    sweep.sweep(now=DEADLINE + DAY)
    assert Silence.objects.open().exists()
    services.check_in(owner=owner, now=DEADLINE + DAY + HOUR, form_key=same)
    assert not Silence.objects.open().exists()


def test_one_tap_counts_whatever_else_stands_in_the_form(
    client_of: Callable[[User], Client], owner: User
) -> None:
    answers = {"okay": "1", "form_key": str(key()), "touched": ["none", "someone"], "pain": "99"}
    assert client_of(owner).post("/today/", answers).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_the_same_moment_are_one_check_in(owner: User) -> None:
    same = key()
    assert at_once(*[lambda: services.check_in(owner=owner, now=MONDAY, form_key=same)] * 4) == []
    assert CheckIn.objects.count() == 1


def test_a_late_check_in_sent_twice_does_not_count_for_the_next_one(safety_plan: Plan, owner: User) -> None:
    same = key()
    for _tap in range(2):
        services.check_in(owner=owner, now=DUE + HOUR, form_key=same)
    safety_plan.refresh_from_db()
    assert safety_plan.next_due_at == DUE + DAY


@pytest.mark.parametrize("first", [DUE - dt.timedelta(minutes=5), DUE + HOUR])
def test_tapping_again_to_be_sure_does_not_count_for_the_next_day(
    safety_plan: Plan, owner: User, first: dt.datetime
) -> None:
    for tap in range(3):
        services.check_in(owner=owner, now=first + tap * dt.timedelta(minutes=4), form_key=key())
    safety_plan.refresh_from_db()
    assert safety_plan.next_due_at == DUE + DAY


def test_a_supporter_is_told_even_if_the_nudges_were_cleared_away(safety_plan: Plan) -> None:
    for step in range(2):
        sweep.sweep(now=DEADLINE + step * TWO_HOURS)
    Message.objects.all().delete()
    sweep.sweep(now=DEADLINE + 2 * TWO_HOURS)
    assert kinds_sent() == ["alert"]


# Nobody is alarmed for nothing -------------------------------------------------------------------------


def test_a_check_in_made_before_the_plan_was_changed_still_counts(
    safety_plan: Plan, owner: User, membership: Membership
) -> None:
    services.check_in(owner=owner, now=MONDAY + HOUR, form_key=key())
    planned(owner=owner, now=MONDAY + 2 * HOUR, programme="safety", supporter=membership, **DAILY)
    safety_plan.refresh_from_db()
    assert safety_plan.next_due_at == DUE + DAY


def test_a_late_check_in_does_not_count_again_when_the_plan_is_changed(
    safety_plan: Plan, owner: User, membership: Membership
) -> None:
    services.check_in(owner=owner, now=DUE + HOUR, form_key=key())
    planned(owner=owner, now=DUE + 2 * HOUR, programme="safety", supporter=membership, **DAILY)
    safety_plan.refresh_from_db()
    assert safety_plan.next_due_at == DUE + DAY


def test_no_all_clear_for_somebody_who_took_their_word_back_before_the_alert_left(
    safety_plan: Plan, owner: User, membership: Membership
) -> None:
    run_ladder(safety_plan)
    Message.objects.filter(kind="checkins/alert").update(sent_at=None, attempts=1, cancelled_at=TOLD)
    services.check_in(owner=owner, now=TOLD, form_key=key())
    assert says(Message.objects.get(kind="checkins/all_clear")) is None


def test_the_all_clear_waits_for_an_alert_that_is_on_its_way(safety_plan: Plan, owner: User) -> None:
    run_ladder(safety_plan)
    now = timezone.now()
    alert = Message.objects.filter(kind="checkins/alert")
    alert.update(sent_at=None, attempts=1, handed_over_at=now, leased_until=now + HOUR)
    services.check_in(owner=owner, now=TOLD, form_key=key())
    clear = Message.objects.get(kind="checkins/all_clear")
    with pytest.raises(kinds.NotYet):
        says(clear)
    alert.update(sent_at=now, cancelled_at=None)
    assert says(clear) is not None


def test_could_not_reach_said_twice_is_said_once(
    safety_plan: Plan, membership: Membership, owner: User, stranger: User
) -> None:
    second_supporter(owner, stranger, safety_plan)
    silence = run_ladder(safety_plan)
    for _tap in range(2):
        services.report(silence=silence, membership=membership, outcome=Claim.Report.NO_ANSWER, now=TOLD)
        sweep.sweep(now=TOLD)
    assert silence.claims.count() == 1


def test_a_claim_never_brings_the_next_step_forward(safety_plan: Plan, membership: Membership) -> None:
    silence = run_ladder(safety_plan)
    Silence.objects.filter(pk=silence.pk).update(next_step_at=TOLD + DAY)
    claim = services.claim(silence=silence, membership=membership, now=TOLD)
    sweep.sweep(now=claim.lapses_at - stepping.REMIND)
    sweep.sweep(now=claim.lapses_at)
    silence.refresh_from_db()
    assert silence.next_step_at == TOLD + DAY


# What is said is so --------------------------------------------------------------------------------------


def test_a_nudge_does_not_name_somebody_who_has_said_no(safety_plan: Plan, membership: Membership) -> None:
    sweep.sweep(now=DEADLINE)
    sweep.sweep(now=DEADLINE + TWO_HOURS)
    agreements.decline(step=safety_plan.steps.get(membership=membership), by=membership.member, now=DEADLINE)
    context = says(Message.objects.get(kind="checkins/last_call"))
    assert context is not None
    assert context["next_name"] == ""
    words = [line.words for line in timeline.of_silence(Silence.objects.get())]
    assert "We pass over Ana Reyes, who has taken back their word" in words


def test_a_nudge_that_leaves_late_names_the_whole_wait(safety_plan: Plan) -> None:
    sweep.sweep(now=DEADLINE)
    sweep.sweep(now=DEADLINE + TWO_HOURS)
    nudge = Message.objects.get(kind="checkins/last_call")
    with time_machine.travel(DEADLINE + 5 * HOUR, tick=False):
        context = says(nudge)
    assert context is not None
    assert context["next_at"] == DEADLINE + 5 * HOUR + TWO_HOURS


def test_the_timeline_tells_whether_the_alert_arrived(safety_plan: Plan, supporter: User) -> None:
    silence = run_ladder(safety_plan)
    alert = Message.objects.filter(kind="checkins/alert")

    def state() -> str:
        lines = {line.words: line.state for line in timeline.of_silence(silence)}
        return lines["We wrote to Ana Reyes by e-mail"]

    alert.update(sent_at=TOLD)
    sent = state()
    alert.update(sent_at=None, failed_at=TOLD, refused_at=TOLD)
    assert state() not in ("", sent)
    supporter.delete()
    words = [line.words for line in timeline.of_silence(silence)]
    assert words.count("We wrote to a supporter who has left by e-mail") == 1


def test_the_plan_says_that_mail_does_not_reach_a_supporter(safety_plan: Plan, supporter: User) -> None:
    BrokenAddress.objects.create(address=supporter.email, reason="550 5.1.1")
    assert any("does not reach them" in line.words for line in timeline.of_plan(safety_plan))


def test_keep_in_touch_shows_all_its_nudges(gentle_plan: Plan) -> None:
    lines = timeline.of_plan(gentle_plan)
    days = [(line.at - DEADLINE).days for line in lines[1:]]
    assert days == [0, 1, 2, 5, 12]


def test_a_closed_silence_does_not_say_when_they_checked_in(
    client: Client, safety_plan: Plan, owner: User
) -> None:
    run_ladder(safety_plan)
    services.check_in(owner=owner, now=TOLD, form_key=key())
    step = SilenceStep.objects.select_related("silence").get(whom="member")
    page = client.get("/" + links.alert_link(step).split("/", 3)[3]).content.decode()
    assert "They have been in touch." in page
    assert "am." not in page


def test_a_plan_keeps_its_clock_until_its_owner_says_otherwise(
    client_of: Callable[[User], Client], safety_plan: Plan, owner: User
) -> None:
    User.objects.filter(pk=owner.pk).update(time_zone="America/New_York")
    client = client_of(owner)
    assert "follows the clock of Europe/London" in client.get("/plans/", follow=True).content.decode()
    assert "still follows the clock of Europe/London" in client.get("/today/").content.decode()
    client.post(f"/plans/{safety_plan.pk}/zone/")
    safety_plan.refresh_from_db()
    assert safety_plan.time_zone == "America/New_York"
    assert safety_plan.rhythm.zone.key == "America/New_York"
    page = client.get(f"/plans/{safety_plan.pk}/").content.decode()
    assert "All times are yours: America/New_York" in page


# Asking --------------------------------------------------------------------------------------------------


def test_a_no_is_not_asked_again_by_changing_the_plan(
    safety_plan: Plan, owner: User, membership: Membership
) -> None:
    agreements.decline(step=safety_plan.steps.get(membership=membership), by=membership.member, now=MONDAY)
    for hours in range(1, 6):
        daily = {**DAILY, "grace": hours * HOUR}
        planned(owner=owner, now=MONDAY, programme="safety", supporter=membership, **daily)
    assert Message.objects.filter(kind="checkins/ladder_request").count() == 1
    assert safety_plan.steps.get(membership=membership).declined_at is not None


def test_nobody_gets_more_than_three_questions_a_day(
    safety_plan: Plan, owner: User, membership: Membership
) -> None:
    for hours in range(1, 9):
        now = MONDAY + hours * dt.timedelta(minutes=1)
        daily = {**DAILY, "grace": hours * HOUR}
        planned(owner=owner, now=now, programme="safety", supporter=membership, **daily)
    assert Message.objects.filter(kind="checkins/ladder_request").count() == 3


def test_an_agreement_that_ends_with_its_terms_is_in_the_record(
    safety_plan: Plan, owner: User, membership: Membership
) -> None:
    daily = {**DAILY, "grace": HOUR}
    planned(owner=owner, now=MONDAY + HOUR, programme="safety", supporter=membership, **daily)
    acts = Consent.objects.filter(purpose="ladder").order_by("pk").values_list("act", flat=True)
    assert list(acts) == [Consent.Act.GIVEN, Consent.Act.WITHDRAWN]


def test_a_question_about_an_ended_plan_is_not_asked_and_cannot_be_answered(
    client_of: Callable[[User], Client], safety_plan: Plan, owner: User, supporter: User
) -> None:
    Step.objects.update(agreed_at=None)
    step = safety_plan.steps.get(membership__isnull=False)
    services.end_plan(plan=safety_plan, by=owner, now=MONDAY)
    assert says(Message.objects.get(kind="checkins/ladder_request")) is None
    assert "I agree" not in client_of(supporter).get(f"/safety/{step.pk}/").content.decode()
    with pytest.raises(TermsHaveChanged):
        agreements.agree(step=step, by=supporter, now=MONDAY, terms=step.terms)


def test_a_plan_that_has_just_ended_cannot_be_paused(safety_plan: Plan, owner: User) -> None:
    services.end_plan(plan=safety_plan, by=owner, now=MONDAY)
    with pytest.raises(PlanHasEnded):
        services.pause(plan=safety_plan, until=MONDAY + DAY, by=owner, now=MONDAY)


def test_a_supporter_whose_mail_bounces_is_told_on_their_page(
    client_of: Callable[[User], Client], supporter: User
) -> None:
    BrokenAddress.objects.create(address=supporter.email, reason="550 5.1.1")
    assert "Our e-mail does not reach you" in client_of(supporter).get("/support/").content.decode()


# Cost ----------------------------------------------------------------------------------------------------


def queries_of_the_ladder() -> list[int]:
    counts = []
    for step in range(2):
        now = DEADLINE + step * TWO_HOURS
        with CaptureQueriesContext(connection) as captured:
            sweep.sweep(now=now)
        counts.append(len(captured))
        sent(now)
    return counts


def test_nudging_many_takes_the_queries_of_nudging_one(owner: User, stranger: User, supporter: User) -> None:
    def plan_for(person: User) -> None:
        tie = Tie.objects.create(owner=person, name="Ana")
        member = Membership.objects.create(tie=tie, owner=person, member=supporter)
        planned(owner=person, now=MONDAY, programme="safety", supporter=member, **DAILY)

    sweep.sweep(now=MONDAY)
    plan_for(owner)
    alone = queries_of_the_ladder()
    Silence.objects.all().delete()
    Message.objects.all().delete()
    Plan.objects.update(next_due_at=DUE, deadline_at=DEADLINE)
    for number in range(4):
        plan_for(User.objects.create_user(f"more{number}@example.org", time_zone="Europe/London"))
    assert queries_of_the_ladder() == alone
