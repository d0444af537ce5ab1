"""Promises that a hostile reader broke: with the mail server away, with accounts gone, with several plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from checkins import agreements, services, sweep
from checkins.models import Claim, Plan, Silence, Step
from networks.models import Membership, Tie
from outbox import delivery
from outbox.models import ChannelPreference, Message
from outbox.recording import Recorder
from tests.checkins.conftest import DUE, MONDAY, TWO_HOURS, let_all_hours_be_awake
from tests.checkins.letter_stories import (
    ANA_TOLD,
    DAY,
    DEADLINE,
    HOUR,
    LUIS_TOLD,
    MINUTE,
    NOBODY,
    WEEK,
    Story,
)
from tests.checkins.letter_stories import story as story
from tests.conftest import person
from tests.outbox.conftest import smtp as smtp

# Nobody listens there.
NO_SERVER = 1
NUDGES = ("nudge", "last_call")
TELLINGS = ("alert", "on_it", "open_again", "nobody_yet")


def went(story: Story, kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    """What of these kinds arrived, in order, and with whom."""
    return [(one.kind, one.to.partition("@")[0]) for one in story.letters if one.kind in kinds]


# Accounts that are gone ------------------------------------------------------------------------------


def test_who_is_left_hears_that_nobody_confirmed_when_another_supporters_account_is_gone(
    story: Story,
) -> None:
    story.missed_until(LUIS_TOLD)
    story.ana.member.delete()
    story.at(NOBODY)
    assert went(story, ("nobody_yet",)) == [("nobody_yet", "stranger")]


def test_could_not_reach_can_be_said_when_another_supporters_account_is_gone(story: Story) -> None:
    story.missed_until(LUIS_TOLD)
    now = LUIS_TOLD + MINUTE
    story.at(now, story.claim(story.luis, now))
    story.ana.member.delete()
    story.at(now, story.report(story.luis, Claim.Report.NO_ANSWER, now))
    assert Silence.objects.get().ran_out_at == now


# Once, and the right thing ---------------------------------------------------------------------------


def test_nudges_that_waited_for_the_morning_are_one_letter(story: Story) -> None:
    asleep = {"quiet_from": dt.time(21), "quiet_until": dt.time(9)}
    ChannelPreference.objects.filter(person=story.owner).update(**asleep)
    for minutes in range(0, 11 * 60, 30):
        story.at(DEADLINE + minutes * MINUTE)
    assert went(story, NUDGES) == []
    morning = DEADLINE + 11 * HOUR
    for minutes in range(0, 115, 4):
        story.at(morning + minutes * MINUTE)
    assert went(story, ("alert",)) == []
    story.at(morning + TWO_HOURS)
    assert went(story, NUDGES) == [("last_call", "maya")]
    assert went(story, ("alert",)) == [("alert", "ana")]


def test_after_a_day_without_mail_or_sweeps_the_owner_gets_one_letter(story: Story, settings: Any) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, NO_SERVER
    story.at(DEADLINE)
    story.at(DEADLINE + TWO_HOURS)
    late = DEADLINE + DAY
    story.at(late)
    settings.EMAIL_PORT = port
    for minutes in range(1, 60):
        story.at(late + minutes * MINUTE)
    assert went(story, NUDGES) == [("last_call", "maya")]
    assert went(story, ("alert",)) == []


# One supporter at a time -----------------------------------------------------------------------------


def down_while_supporters_are_told(story: Story, settings: Any) -> dt.datetime:
    """The mail server goes when the first supporter should hear; gives when it is back."""
    story.missed_until(DEADLINE + TWO_HOURS)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, NO_SERVER
    for hours in (4, 5, 6, 7, 8):
        story.at(DEADLINE + hours * HOUR)
    settings.EMAIL_PORT = port
    return DEADLINE + 9 * HOUR


def test_alerts_that_piled_up_go_one_at_a_time(story: Story, settings: Any) -> None:
    back = down_while_supporters_are_told(story, settings)
    for minutes in range(50):
        story.at(back + minutes * MINUTE)
    assert went(story, TELLINGS) == [("alert", "ana")]
    for minutes in range(50, 100):
        story.at(back + minutes * MINUTE)
    assert went(story, TELLINGS) == [("alert", "ana"), ("alert", "stranger")]
    for minutes in range(100, 180):
        story.at(back + minutes * MINUTE)
    assert went(story, TELLINGS)[2:] == [("nobody_yet", "ana"), ("nobody_yet", "stranger")]


def test_the_second_of_two_that_piled_up_hears_nothing_when_the_first_has_answered(
    story: Story, settings: Any
) -> None:
    back = down_while_supporters_are_told(story, settings)
    story.at(back)
    story.at(back + MINUTE, story.report(story.ana, Claim.Report.OKAY, back + MINUTE))
    story.at(back + HOUR)
    assert went(story, (*TELLINGS, "all_clear")) == [("alert", "ana")]


def test_the_second_of_two_that_piled_up_is_told_at_once_when_the_first_cannot(
    story: Story, settings: Any
) -> None:
    back = down_while_supporters_are_told(story, settings)
    story.at(back)
    story.at(back + MINUTE, story.report(story.ana, Claim.Report.CANNOT, back + MINUTE))
    assert went(story, ("alert",)) == [("alert", "ana"), ("alert", "stranger")]


def test_who_has_not_had_the_alert_hears_nothing_of_what_follows_from_it(story: Story, settings: Any) -> None:
    story.missed_until(ANA_TOLD)
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, NO_SERVER
    story.at(LUIS_TOLD)
    settings.EMAIL_PORT = port
    now = LUIS_TOLD + MINUTE
    story.at(now, story.claim(story.ana, now))
    assert went(story, TELLINGS) == [("alert", "ana")]
    later = now + 10 * MINUTE
    story.at(later, story.report(story.ana, Claim.Report.NO_ANSWER, later))
    assert went(story, TELLINGS) == [("alert", "ana"), ("alert", "stranger")]


def test_an_alert_whose_mailbox_says_no_does_not_hold_up_the_next(story: Story) -> None:
    story.server.refuse["ana@example.org"] = "452 4.2.2 mailbox full"
    story.missed_until(NOBODY)
    assert went(story, TELLINGS) == [("alert", "stranger"), ("nobody_yet", "stranger")]


def test_an_alert_that_breaks_the_line_each_time_does_not_hold_up_the_next(story: Story) -> None:
    story.missed_until(ANA_TOLD)
    alert = Message.objects.filter(kind="checkins/alert")
    broke = {"handed_over_at": LUIS_TOLD - MINUTE, "last_error": "the line broke"}
    alert.update(sent_at=None, leased_until=None, next_attempt_at=NOBODY, **broke)
    story.letters.clear()
    story.at(LUIS_TOLD)
    assert went(story, TELLINGS) == [("alert", "stranger")]


def test_an_alert_waits_while_the_one_before_it_is_being_given_away(story: Story) -> None:
    story.missed_until(ANA_TOLD)
    alert = Message.objects.filter(kind="checkins/alert")
    alert.update(sent_at=None, handed_over_at=LUIS_TOLD, leased_until=DUE + 3650 * DAY)
    story.at(LUIS_TOLD)
    assert went(story, TELLINGS) == [("alert", "ana")]
    alert.filter(recipient=story.ana.member).update(sent_at=LUIS_TOLD)
    story.at(LUIS_TOLD + 30 * MINUTE)
    assert went(story, TELLINGS) == [("alert", "ana")]
    story.at(LUIS_TOLD + HOUR)
    assert went(story, TELLINGS) == [("alert", "ana"), ("alert", "stranger")]


# Nobody is alarmed for nothing -----------------------------------------------------------------------


def test_a_claim_does_not_lapse_unasked_because_we_were_down(story: Story) -> None:
    story.missed_until(ANA_TOLD)
    now = ANA_TOLD + MINUTE
    story.at(now, story.claim(story.ana, now))
    back = now + 5 * HOUR
    story.at(back)
    assert went(story, ("alert", "claim_reminder")) == [("alert", "ana"), ("claim_reminder", "ana")]
    assert "by today at 7:31 am" in story.of("claim_reminder")[0].text
    story.at(back + 30 * MINUTE)
    assert went(story, ("alert",)) == [("alert", "ana"), ("alert", "stranger")]


def test_whoever_is_okay_is_so_in_all_of_their_plans(story: Story) -> None:
    ladder = [services.Rung(TWO_HOURS), services.Rung(3 * HOUR, (story.luis,))]
    wanted = {"programme": "safety", "days": WEEK, "times": [dt.time(20)], "grace": TWO_HOURS}
    other = services.make_plan(owner=story.owner, now=MONDAY, ladder=ladder, **wanted)
    step = other.steps.get(membership=story.luis)
    agreements.agree(step=step, by=story.luis.member, now=MONDAY, terms=step.terms)
    for hours in (0, 2, 4):
        story.at(DEADLINE + hours * HOUR)
    now = ANA_TOLD + MINUTE
    story.at(now, story.report(story.ana, Claim.Report.OKAY, now))
    story.at(LUIS_TOLD)
    assert went(story, ("alert", "heard_from")) == [("alert", "ana"), ("heard_from", "maya")]
    other.refresh_from_db()
    assert other.next_due_at == DUE + DAY


def test_okay_in_practice_ends_nothing_real(story: Story) -> None:
    story.at(MONDAY, lambda: services.rehearse(plan=story.plan, now=MONDAY))
    for minutes in (1, 2):
        story.at(MONDAY + minutes * MINUTE)
    practice = story.plan.silences.get()
    Plan.objects.update(next_due_at=MONDAY - TWO_HOURS, deadline_at=MONDAY)
    now = MONDAY + 3 * MINUTE
    story.at(now)
    services.report(silence=practice, membership=story.ana, outcome=Claim.Report.OKAY, now=now)
    assert Silence.objects.open().real().count() == 1


# As it would be, and no dearer -----------------------------------------------------------------------


def test_practice_shows_what_helps_as_a_real_alert_would(story: Story) -> None:
    services.wish(owner=story.owner, helps="Bring soup.", does_not_help="Long calls.")
    story.rehearse()
    (alert, *_others) = story.of("alert", story.ana)
    assert "> Bring soup." in alert.text
    assert "> Long calls." in alert.text


def claimed(owner: User, supporter: User) -> None:
    """A silence that its supporter is on; the question how it went is due in an hour and a half."""
    tie = Tie.objects.create(owner=owner, name="Ana")
    member = Membership.objects.create(tie=tie, owner=owner, member=supporter)
    wanted = {"programme": "safety", "days": WEEK, "times": [dt.time(20)], "grace": TWO_HOURS}
    plan = services.make_plan(owner=owner, now=MONDAY, ladder=[services.Rung(HOUR, (member,))], **wanted)
    plan.steps.update(agreed_at=MONDAY)
    Plan.objects.filter(pk=plan.pk).update(next_due_at=None, deadline_at=None)
    silence = plan.silences.create(due_at=DUE, opened_at=DEADLINE, next_step_at=DEADLINE + 90 * MINUTE)
    silence.steps.create(
        position=1, wait=HOUR, whom=Step.Whom.MEMBER, membership=member, agreed_at=MONDAY, taken_at=DEADLINE
    )
    Claim.objects.create(
        silence=silence, membership=member, claimed_at=DEADLINE, lapses_at=DEADLINE + TWO_HOURS
    )


def test_reminding_many_takes_the_queries_of_reminding_one(owner: User, supporter: User) -> None:
    counts = []
    for group in ([owner], [User.objects.create_user(f"more{n}@example.org") for n in range(5)]):
        for one in group:
            claimed(one, supporter)
        with CaptureQueriesContext(connection) as captured:
            sweep.sweep(now=DEADLINE + 90 * MINUTE)
        counts.append(len(captured))
    assert Message.objects.filter(kind="checkins/claim_reminder").count() == 6
    assert counts[0] == counts[1]


def test_less_than_an_hour_a_day_to_write_in_is_refused(
    owner: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(owner)
    narrow = client.post("/settings/messages/", {"quiet_from": "09:30", "quiet_until": "09:00"})
    assert narrow.status_code == 422
    assert "at least one hour" in narrow.content.decode()
    hour = client.post("/settings/messages/", {"quiet_from": "00:30", "quiet_until": "23:30"})
    assert hour.status_code == 302
    assert ChannelPreference.objects.get().quiet_until == dt.time(23, 30)


def test_what_was_sent_was_sent_whatever_another_worker_wrote_meanwhile(story: Story) -> None:
    message = Message.objects.earliest("pk")
    Message.objects.filter(pk=message.pk).update(sent_at=None, failed_at=MONDAY)
    delivery._sent(Recorder(), message)
    message.refresh_from_db()
    assert message.sent_at is not None
    assert message.failed_at is None


# An alert that no mailbox took ------------------------------------------------------------------------

GONE = "550 5.1.1 no such mailbox"


def test_when_the_alert_comes_back_for_good_the_next_one_is_told_at_once(story: Story) -> None:
    story.server.refuse["ana@example.org"] = GONE
    story.missed_until(ANA_TOLD)
    story.at(ANA_TOLD + MINUTE)
    assert went(story, TELLINGS) == [("alert", "stranger")]
    story.at(ANA_TOLD + 2 * MINUTE)
    assert story.plan.silences.get().next_step_at == ANA_TOLD + MINUTE + HOUR


def test_a_full_mailbox_may_pass_and_the_next_one_waits_as_planned(story: Story) -> None:
    story.server.refuse["ana@example.org"] = "452 4.2.2 mailbox full"
    story.missed_until(ANA_TOLD)
    story.at(ANA_TOLD + MINUTE)
    assert story.plan.silences.get().next_step_at == LUIS_TOLD


def test_nobody_is_hurried_while_one_of_those_on_the_step_was_reached(story: Story) -> None:
    Step.objects.filter(plan=story.plan, membership=story.luis).update(
        position=Step.objects.get(plan=story.plan, membership=story.ana).position
    )
    third = joins(story, "Cas")
    story.server.refuse["ana@example.org"] = GONE
    story.missed_until(ANA_TOLD)
    story.at(ANA_TOLD + MINUTE)
    assert went(story, ("alert",)) == [("alert", "stranger")]
    assert story.plan.silences.get().steps.get(membership=third).is_waiting


def test_the_owner_who_is_asked_once_more_has_the_whole_wait_to_answer(story: Story) -> None:
    Step.objects.filter(plan=story.plan, membership=story.luis).update(position=4)
    Step.objects.create(plan=story.plan, position=3, wait=HOUR, whom=Step.Whom.OWNER)
    story.server.refuse["ana@example.org"] = GONE
    story.missed_until(ANA_TOLD)
    story.at(ANA_TOLD + MINUTE)
    assert went(story, NUDGES)[-1] == ("last_call", "maya")
    story.at(ANA_TOLD + 2 * MINUTE)
    assert went(story, ("alert",)) == []
    story.at(ANA_TOLD + MINUTE + HOUR)
    assert went(story, ("alert",)) == [("alert", "stranger")]


def test_one_who_knows_from_another_plan_has_the_whole_wait_to_answer(story: Story) -> None:
    third = joins(story, "Cas")
    with time_machine.travel(MONDAY, tick=False):
        ladder = [services.Rung(TWO_HOURS), services.Rung(TWO_HOURS, (story.luis,))]
        wanted = {"programme": Plan.Programme.SAFETY, "days": WEEK, "times": [dt.time(20)]}
        other = services.make_plan(owner=story.owner, now=MONDAY, grace=TWO_HOURS, ladder=ladder, **wanted)
        (step,) = other.steps.exclude(membership=None)
        agreements.agree(step=step, by=story.luis.member, now=MONDAY, terms=step.terms)
    story.server.refuse["ana@example.org"] = GONE
    story.missed_until(ANA_TOLD)
    for minutes in range(1, 4):
        story.at(ANA_TOLD + minutes * MINUTE)
    assert went(story, ("alert",)) == [("alert", "stranger")]
    assert story.plan.silences.get().steps.get(membership=third).is_waiting


def test_when_the_next_one_sleeps_they_are_let_sleep(story: Story) -> None:
    story.server.refuse["ana@example.org"] = GONE
    asleep = {"quiet_from": dt.time(0), "quiet_until": dt.time(9)}
    ChannelPreference.objects.filter(person=story.luis.member).update(**asleep)
    story.missed_until(ANA_TOLD)
    before = story.plan.silences.get().next_step_at
    story.at(ANA_TOLD + MINUTE)
    assert story.plan.silences.get().next_step_at == before
    assert went(story, ("alert",)) == []


def test_a_claim_still_holds_when_her_own_alert_came_back(story: Story) -> None:
    story.server.refuse["ana@example.org"] = GONE
    story.missed_until(ANA_TOLD)
    story.claim(story.ana, ANA_TOLD)()
    story.at(ANA_TOLD + MINUTE)
    assert went(story, ("alert",)) == []


def joins(story: Story, name: str) -> Membership:
    """A third supporter, at the end of the ladder."""
    tie = Tie.objects.create(owner=story.owner, name=name)
    member = person(f"{name.lower()}@example.org", name)
    membership = Membership.objects.create(tie=tie, owner=story.owner, member=member)
    told = {"whom": Step.Whom.MEMBER, "membership": membership, "asked_at": MONDAY, "agreed_at": MONDAY}
    Step.objects.create(plan=story.plan, position=9, wait=HOUR, **told)
    let_all_hours_be_awake()
    return membership
