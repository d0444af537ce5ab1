"""Promises that a hostile reader broke: with accounts gone, with several plans, after an outage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from checkins import agreements, services, sweep
from checkins.models import Claim, Plan, Silence, Step
from networks.models import Membership, Tie
from outbox.models import ChannelPreference, Message
from tests.checkins.conftest import DUE, MONDAY, TWO_HOURS
from tests.checkins.test_letters import ANA_TOLD, DAY, DEADLINE, HOUR, LUIS_TOLD, MINUTE, NOBODY, WEEK, Story
from tests.checkins.test_letters import smtp as smtp
from tests.checkins.test_letters import story as story


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


def claimed(owner: User, supporter: User) -> None:
    """A silence that its supporter is on; the reminder to tell us is due in an hour."""
    tie = Tie.objects.create(owner=owner, name="Ana")
    member = Membership.objects.create(tie=tie, owner=owner, member=supporter)
    wanted = {"programme": "safety", "days": WEEK, "times": [dt.time(20)], "grace": TWO_HOURS}
    plan = services.make_plan(owner=owner, now=MONDAY, ladder=[services.Rung(HOUR, (member,))], **wanted)
    Plan.objects.filter(pk=plan.pk).update(next_due_at=None, deadline_at=None)
    silence = plan.silences.create(due_at=DUE, opened_at=DEADLINE, next_step_at=DEADLINE + HOUR)
    silence.steps.create(
        position=1, wait=HOUR, whom=Step.Whom.MEMBER, membership=member, agreed_at=MONDAY, taken_at=DEADLINE
    )
    Claim.objects.create(
        silence=silence, membership=member, claimed_at=DEADLINE, lapses_at=DEADLINE + 90 * MINUTE
    )


def test_reminding_many_takes_the_queries_of_reminding_one(owner: User, supporter: User) -> None:
    counts = []
    for group in ([owner], [User.objects.create_user(f"more{n}@example.org") for n in range(5)]):
        for person in group:
            claimed(person, supporter)
        with CaptureQueriesContext(connection) as captured:
            sweep.sweep(now=DEADLINE + HOUR)
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
