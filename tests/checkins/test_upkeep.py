"""Between silences: old words are asked for again, lost ones are noticed, and the owner hears of it."""

from __future__ import annotations

import datetime as dt
import logging

import pytest
from django.db import connection

from accounts.models import Consent, User
from checkins import agreements, services, tasks
from checkins.models import Plan, Step
from checkins.services import upkeep
from networks import services as networks
from networks.models import Membership, Tie
from outbox import kinds
from outbox.models import Message
from supportnet.celery import app
from tests.checkins.conftest import MONDAY, TWO_HOURS, at_once

DAY = dt.timedelta(days=1)
LATER = MONDAY + upkeep.RECONFIRM
TOO_LATE = LATER + upkeep.ANSWER_WITHIN


@pytest.fixture
def place(safety_plan: Plan) -> Step:
    """Ana's place on the ladder, which she agreed to on that Monday."""
    return safety_plan.steps.get(membership__isnull=False)


def letters(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=f"checkins/{kind}").select_related("recipient").order_by("pk"))


def more_places(place: Step, count: int) -> list[Step]:
    """More supporters on that ladder who agreed on the same day, one step each."""
    made = []
    for number in range(count):
        member = User.objects.create_user(f"friend{number}@example.org", name=f"Friend {number}")
        tie = Tie.objects.create(owner=place.plan.owner, name=f"Friend {number}", circle="close")
        membership = Membership.objects.create(tie=tie, owner=place.plan.owner, member=member)
        rung = {"position": 10 + number, "wait": TWO_HOURS, "whom": "member", "membership": membership}
        said = {"asked_at": MONDAY, "agreed_at": MONDAY, "terms": "I will try."}
        made.append(Step.objects.create(plan=place.plan, **rung, **said))
    return made


def spoil(place: Step) -> None:
    """The database takes no letter to this supporter: a row that fails."""
    assert place.membership is not None
    with connection.cursor() as cursor:
        member = place.membership.member_id
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            f"ALTER TABLE outbox_message ADD CONSTRAINT spoilt CHECK (recipient_id <> {member}) NOT VALID"
        )


# Asked again ----------------------------------------------------------------------------------------


def test_after_half_a_year_they_are_asked_once_whether_it_still_stands(place: Step, supporter: User) -> None:
    assert services.sweep_ladders(now=LATER - DAY) == 0
    assert services.sweep_ladders(now=LATER) == 1
    assert services.sweep_ladders(now=LATER) == 0
    assert services.sweep_ladders(now=LATER + DAY) == 0
    (question,) = letters("reconfirm")
    assert question.recipient == supporter
    assert question.owner == place.plan.owner
    place.refresh_from_db()
    assert place.reconfirm_asked_at == LATER
    # Until they say no, or say nothing for a month, it stands.
    assert place.agreed_at == MONDAY


def test_who_stands_by_it_is_asked_again_half_a_year_later(place: Step, supporter: User) -> None:
    services.sweep_ladders(now=LATER)
    agreements.agree(step=place, by=supporter, now=LATER + DAY, terms=place.terms)
    assert kinds.get("checkins/reconfirm").context(letters("reconfirm")[0]) is None
    assert services.sweep_ladders(now=TOO_LATE) == 0
    assert services.sweep_ladders(now=LATER + DAY + upkeep.RECONFIRM) == 1
    assert len(letters("reconfirm")) == 2


def test_a_word_not_given_again_within_a_month_ends_and_the_owner_hears_it(
    place: Step, owner: User, supporter: User
) -> None:
    services.sweep_ladders(now=LATER)
    assert services.sweep_ladders(now=TOO_LATE - DAY) == 0
    assert services.sweep_ladders(now=TOO_LATE) == 1
    assert services.sweep_ladders(now=TOO_LATE) == 0
    place.refresh_from_db()
    assert (place.agreed_at, place.reconfirm_asked_at, place.declined_at) == (None, None, None)
    assert place.plan.tells_nobody()
    (letter,) = letters("ladder_lost")
    assert letter.recipient == owner
    assert kinds.get("checkins/ladder_lost").context(letter) is not None
    record = list(Consent.objects.filter(subject=supporter).order_by("pk").values_list("act", flat=True))
    assert record == ["given", "withdrawn"]


def test_who_let_the_question_rest_may_still_agree_and_the_letter_to_the_owner_is_not_sent(
    place: Step, supporter: User
) -> None:
    services.sweep_ladders(now=LATER)
    services.sweep_ladders(now=TOO_LATE)
    agreements.agree(step=place, by=supporter, now=TOO_LATE, terms=place.terms)
    assert kinds.get("checkins/ladder_lost").context(letters("ladder_lost")[0]) is None


def test_who_takes_a_break_is_asked_when_they_go_on(place: Step, supporter: User) -> None:
    networks.take_break(by=supporter, now=MONDAY)
    assert services.sweep_ladders(now=LATER + DAY) == 0
    networks.end_break(by=supporter)
    assert services.sweep_ladders(now=LATER + DAY) == 1


# Left, ended, declined ------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["supporter", "owner"])
def test_a_supporter_who_is_no_longer_in_the_network_is_noticed_and_told_to_the_owner(
    place: Step, owner: User, supporter: User, by: str
) -> None:
    networks.end_membership(membership=place.membership, by={"owner": owner, "supporter": supporter}[by])
    assert services.sweep_ladders(now=MONDAY + DAY) == 1
    assert services.sweep_ladders(now=MONDAY + DAY) == 0
    place.refresh_from_db()
    assert (place.agreed_at, place.declined_at) == (None, MONDAY + DAY)
    (letter,) = letters("ladder_lost")
    assert letter.recipient == owner
    context = kinds.get("checkins/ladder_lost").context(letter)
    assert context is not None
    assert context["name"] == "Ana Reyes"
    assert Consent.objects.filter(subject=supporter).latest("pk").act == Consent.Act.WITHDRAWN


def test_whoever_said_no_or_was_never_asked_is_left_alone(place: Step, supporter: User) -> None:
    agreements.decline(step=place, by=supporter, now=MONDAY)
    before = Message.objects.count()
    networks.end_membership(membership=place.membership, by=supporter)
    assert services.sweep_ladders(now=TOO_LATE) == 0
    assert Message.objects.count() == before


def test_the_ladders_of_plans_that_have_ended_rest(place: Step, owner: User, supporter: User) -> None:
    services.end_plan(plan=place.plan, by=owner, now=MONDAY)
    networks.end_membership(membership=place.membership, by=supporter)
    assert services.sweep_ladders(now=TOO_LATE) == 0


# The sweep itself -----------------------------------------------------------------------------------


def test_one_row_that_fails_is_reported_and_does_not_stop_the_others(
    place: Step, caplog: pytest.LogCaptureFixture
) -> None:
    others = more_places(place, 3)
    spoil(place)
    with caplog.at_level(logging.ERROR):
        assert services.sweep_ladders(now=LATER) == 3
    assert f"Step {place.pk} of a ladder failed." in caplog.text
    place.refresh_from_db()
    assert place.reconfirm_asked_at is None
    assert {message.recipient for message in letters("reconfirm")} == {
        step.membership.member for step in others if step.membership
    }
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE outbox_message DROP CONSTRAINT spoilt")
    assert services.sweep_ladders(now=LATER) == 1


def test_more_than_a_batch_is_done_in_one_go_also_behind_rows_that_fail(
    place: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 1)
    more_places(place, 3)
    spoil(place)
    assert services.sweep_ladders(now=LATER) == 3


@pytest.mark.django_db(transaction=True)
def test_two_at_once_ask_each_supporter_once(place: Step) -> None:
    more_places(place, 20)
    assert at_once(*[lambda: services.sweep_ladders(now=LATER)] * 2) == []
    asked = [message.recipient for message in letters("reconfirm")]
    assert len(asked) == len(set(asked)) == 21


@pytest.mark.django_db(transaction=True)
def test_an_answer_at_the_same_moment_is_not_lost(place: Step, supporter: User) -> None:
    services.sweep_ladders(now=LATER)

    def answer() -> None:
        agreements.agree(step=place, by=supporter, now=TOO_LATE, terms=place.terms)

    assert at_once(answer, lambda: services.sweep_ladders(now=TOO_LATE)) == []
    place.refresh_from_db()
    assert place.agreed_at == TOO_LATE


def test_it_runs_every_hour(place: Step) -> None:
    assert app.conf.beat_schedule["checkins.tasks.sweep_ladders"]["schedule"] == 3600
    Step.objects.filter(pk=place.pk).update(agreed_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert tasks.sweep_ladders() == 1
    assert len(letters("reconfirm")) == 1
