"""What is spelled twice is spelled alike: message keys in Python and SQL. And in whose language terms are written."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import Consent, User
from checkins import agreements, errors, keys, services, sweep
from checkins.models import Plan, Silence, SilenceStep
from networks.models import Membership
from outbox.models import Message
from tests.checkins.conftest import DUE, MONDAY, TWO_HOURS, key
from tests.checkins.test_sweep import DEADLINE, run_ladder

HOUR = dt.timedelta(hours=1)


# Keys ------------------------------------------------------------------------------------------------------


def test_sql_spells_the_keys_of_steps_and_all_clears_as_python_does(safety_plan: Plan, owner: User) -> None:
    silence = run_ladder(safety_plan)
    services.check_in(owner=owner, now=DUE + 8 * HOUR, form_key=key())
    steps = SilenceStep.objects.annotate(key=keys.of_each_step(), end=keys.all_clear_of_each())
    assert {step.key for step in steps} == {step.message_key for step in steps}
    (told,) = [step for step in steps if step.told_a_supporter]
    assert told.end == keys.all_clear(silence.pk, told.membership_id)
    written = set(
        Message.objects.exclude(kind="checkins/ladder_request").values_list("dedupe_key", flat=True)
    )
    assert written == {step.message_key for step in steps} | {told.end}


def test_the_statement_that_opens_a_silence_spells_the_first_key_alike(gentle_plan: Plan) -> None:
    sweep.sweep(now=DEADLINE)
    step = SilenceStep.objects.get(position=0)
    assert Message.objects.get().dedupe_key == step.message_key
    assert step.message_key.startswith(Silence.objects.get().key)


# The least grace ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grace", [dt.timedelta(0), dt.timedelta(minutes=29)])
def test_nobody_is_nudged_sooner_than_half_an_hour(gentle_plan: Plan, grace: dt.timedelta) -> None:
    with pytest.raises(errors.TooSoon, match="half an hour"):
        services.change_plan(plan=gentle_plan, now=MONDAY, grace=grace)
    with pytest.raises(IntegrityError, match="plan_grace_gives_time"), transaction.atomic():
        Plan.objects.filter(pk=gentle_plan.pk).update(grace=grace)
    services.change_plan(plan=gentle_plan, now=MONDAY, grace=dt.timedelta(minutes=30))


# Terms -------------------------------------------------------------------------------------------------------


def test_terms_are_written_in_the_language_of_whoever_agrees(
    safety_plan: Plan, membership: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def marked(text: str) -> str:
        return f"[{translation.get_language()}] {text}"

    monkeypatch.setattr(agreements, "_", marked)
    User.objects.filter(pk=membership.member_id).update(language="en-gb")
    member = User.objects.get(pk=membership.member_id)
    membership = Membership.objects.get(pk=membership.pk)
    ladder: list[Any] = [services.Rung(TWO_HOURS), services.Rung(TWO_HOURS, (membership,), "Ring twice.")]
    with translation.override("en"):
        services.change_plan(plan=safety_plan, now=MONDAY, ladder=ladder)
        step = safety_plan.steps.get(membership=membership)
        agreements.agree(step=step, by=member, now=MONDAY, terms=step.terms)
    assert step.terms.startswith("[en-gb] ")
    record = Consent.objects.filter(purpose=Consent.Purpose.LADDER).order_by("pk").last()
    assert record is not None
    assert (record.language, record.text) == ("en-gb", step.terms)


def test_a_name_never_breaks_a_subject() -> None:
    assert User(name="Ma\x07ya\r\nBcc: x\u2028y", email="maya@example.org").called == "Ma ya Bcc: x y"
    assert User(name="\x07\n", email="maya@example.org").called == "maya"
