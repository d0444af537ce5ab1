"""The owner changes what a supporter agreed to: the old word stands with the old words until they answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Consent, User
from checkins import agreements, services, sweep
from checkins.models import Plan, SilenceStep, Step
from checkins.pages import plan_preview
from networks.models import Membership
from outbox import kinds, letters
from outbox.models import Message
from tests.checkins.conftest import MONDAY, TWO_HOURS, let_all_hours_be_awake
from tests.checkins.test_sweep import DEADLINE, sent

HOUR = dt.timedelta(hours=1)
LATER = MONDAY + HOUR


def change(plan: Plan, words: str, *, tell: dt.timedelta = TWO_HOURS, now: dt.datetime = LATER) -> Step:
    """The words of Ana's step, and how long after the nudge before."""
    membership = Membership.objects.get(owner=plan.owner)
    ladder = [services.Rung(TWO_HOURS), services.Rung(tell, (membership,), words)]
    services.change_plan(plan=plan, now=now, ladder=ladder)
    let_all_hours_be_awake()
    return plan.steps.select_related("plan__owner", "membership__tie").get(membership=membership)


def miss(hours: int = 4) -> None:
    for number in range(0, hours + 1, 2):
        now = DEADLINE + number * HOUR
        sweep.sweep(now=now)
        sent(now)


def asked() -> int:
    return Message.objects.filter(kind="checkins/ladder_request").count()


def alert() -> str:
    message = Message.objects.select_related("recipient").get(kind="checkins/alert")
    return str(letters.render(message, kinds.get(message.kind).context(message) or {}).body)


def record() -> list[tuple[str, str]]:
    rows = Consent.objects.filter(purpose=Consent.Purpose.LADDER).order_by("pk")
    return list(rows.values_list("act", "text"))


@pytest.fixture
def with_words(safety_plan: Plan, supporter: User) -> Plan:
    """She agreed to these words."""
    step = change(safety_plan, "Ring twice.", now=MONDAY)
    agreements.agree(step=step, by=supporter, now=MONDAY, terms=step.terms, may_wake=True)
    return safety_plan


# What goes on ---------------------------------------------------------------------------------------------


def test_until_she_answers_she_is_told_with_the_words_she_agreed_to(with_words: Plan) -> None:
    before = asked()
    step = change(with_words, "Ring once, please.")
    assert (step.agreed_at, step.may_wake_at, step.old_words) == (MONDAY, MONDAY, "Ring twice.")
    assert asked() == before + 1
    miss()
    assert "Ring twice." in alert()
    assert "Ring once" not in alert()


def test_who_agreed_to_no_words_gets_none(safety_plan: Plan) -> None:
    change(safety_plan, "Ring once, please.")
    miss()
    assert SilenceStep.objects.get(whom=Step.Whom.MEMBER).words == ""


def test_a_yes_to_the_new_words_counts_from_then_on(with_words: Plan, supporter: User) -> None:
    step = change(with_words, "Ring once, please.")
    old = step.old_terms
    agreements.agree(step=step, by=supporter, now=LATER, terms=step.terms, may_wake=True)
    step.refresh_from_db()
    assert (step.agreed_at, step.has_new_terms) == (LATER, False)
    assert old not in [text for _act, text in record()[-1:]]
    assert record()[-1][1].startswith(step.terms)
    miss()
    assert "Ring once, please." in alert()


def test_a_no_to_the_new_words_ends_it_and_both_see_so(with_words: Plan, supporter: User) -> None:
    step = change(with_words, "Ring once, please.")
    old = step.old_terms
    agreements.decline(step=step, by=supporter, now=LATER)
    step.refresh_from_db()
    assert (step.agreed_at, step.declined_at, step.old_terms) == (None, LATER, None)
    act, text = record()[-1]
    assert act == Consent.Act.WITHDRAWN
    assert text.startswith(str(old))
    assert Message.objects.filter(kind="checkins/ladder_lost", recipient=with_words.owner).exists()
    assert plan_preview.of_saved(with_words, now=LATER).told == [
        "Ana Reyes has said no to this. That is fine. Choose somebody else."
    ]
    miss()
    assert not Message.objects.filter(kind="checkins/alert").exists()


def test_words_changed_twice_still_stand_on_the_first_yes(with_words: Plan) -> None:
    change(with_words, "Ring once, please.")
    step = change(with_words, "Come by.")
    assert step.old_words == "Ring twice."
    assert "Come by." in step.terms


def test_words_changed_back_ask_nothing_more(with_words: Plan) -> None:
    change(with_words, "Ring once, please.")
    before = asked()
    step = change(with_words, "Ring twice.")
    assert (step.has_new_terms, step.agreed_at, asked()) == (False, MONDAY, before)
    for question in Message.objects.filter(kind="checkins/ladder_request"):
        assert kinds.get(question.kind).context(question) is None


def test_saving_again_asks_nothing_more(with_words: Plan) -> None:
    change(with_words, "Ring once, please.")
    before = asked()
    step = change(with_words, "Ring once, please.")
    assert (step.old_words, asked()) == ("Ring twice.", before)


# Hours ----------------------------------------------------------------------------------------------------


def test_who_would_be_told_later_still_is_and_is_asked(with_words: Plan) -> None:
    step = change(with_words, "Ring twice.", tell=TWO_HOURS + HOUR)
    assert (step.agreed_at, step.has_new_terms) == (MONDAY, True)
    assert (
        agreements.place_in_words(step)
        == "You agreed to get an e-mail about 6 hours after a missed check-in."
    )


def test_who_would_be_told_sooner_is_not_told_until_they_agree(with_words: Plan) -> None:
    step = change(with_words, "Ring twice.", tell=HOUR)
    assert (step.agreed_at, step.may_wake_at, step.has_new_terms) == (None, None, False)
    assert record()[-1][0] == Consent.Act.WITHDRAWN


def test_later_and_then_a_little_less_late_is_still_later(with_words: Plan) -> None:
    change(with_words, "Ring twice.", tell=5 * HOUR)
    step = change(with_words, "Ring twice.", tell=4 * HOUR)
    assert (step.agreed_at, step.old_after) == (MONDAY, 6 * HOUR)
    step = change(with_words, "Ring twice.", tell=HOUR)
    assert step.agreed_at is None


# What pages and letters say ----------------------------------------------------------------------------------


def test_the_owner_sees_that_the_old_words_count(with_words: Plan) -> None:
    change(with_words, "Ring once, please.")
    said = "Ana Reyes has not answered the new words yet. Until then they are told with the old ones."
    preview = plan_preview.of_saved(with_words, now=LATER)
    assert preview.told == [said]


def test_the_supporter_reads_both_and_can_answer(
    with_words: Plan, supporter: User, client_of: Callable[[User], Client]
) -> None:
    step = change(with_words, "Ring once, please.")
    client = client_of(supporter)
    assert "That stands until you answer." in client.get("/support/").content.decode()
    path = reverse("ladder_request", args=[step.pk])
    page = client.get(path).content.decode()
    assert "Ring once, please." in page
    assert "Ring twice." in page
    client.post(path, {"answer": "agree", "terms": step.terms})
    step.refresh_from_db()
    assert not step.has_new_terms


def test_the_question_says_that_the_words_have_changed(with_words: Plan) -> None:
    change(with_words, "Ring once, please.")
    question = Message.objects.select_related("recipient").filter(kind="checkins/ladder_request").last()
    assert question is not None
    letter = letters.render(question, kinds.get(question.kind).context(question) or {})
    assert letter.subject == "Maya has changed what you agreed to"
    assert "Your yes stands for the old ones until you answer." in letter.body.replace("\n", " ")


# Its end -----------------------------------------------------------------------------------------------------


def test_who_leaves_meanwhile_has_no_word_left(with_words: Plan, supporter: User) -> None:
    step = change(with_words, "Ring once, please.")
    Membership.objects.update(ended_at=LATER)
    services.sweep_ladders(now=LATER)
    step.refresh_from_db()
    assert (step.agreed_at, step.has_new_terms) == (None, False)


@pytest.mark.parametrize("half", [{"old_terms": "x"}, {"agreed_at": None, "may_wake_at": None}])
def test_the_database_knows_no_half_of_an_old_word(with_words: Plan, half: dict[str, Any]) -> None:
    if "agreed_at" in half:
        change(with_words, "Ring once, please.")
    with pytest.raises(IntegrityError, match="step_old_word_is_whole"), transaction.atomic():
        Step.objects.filter(membership__isnull=False).update(**half)
