"""The watchdog finds nothing where all is well, however a silence goes and ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from accounts.models import User
from checkins import services
from checkins.models import Claim, Plan, Silence
from networks.models import Membership
from outbox.models import Message
from tests.checkins.conftest import MONDAY, key
from tests.checkins.test_answers import TOLD
from tests.checkins.test_sweep import sent
from tests.checkins.watching import DAY, HOUR, MINUTE, every_minute_of, found
from tests.checkins.watching import told as told


@pytest.fixture
def beside(safety_plan: Plan) -> Plan:
    """A plan of "keep in touch" beside the other one."""
    evenings = {"days": list(range(7)), "times": [dt.time(19)], "grace": HOUR}
    return services.make_plan(owner=safety_plan.owner, now=MONDAY, **evenings)


def test_nothing_is_found_in_a_whole_story(safety_plan: Plan, beside: Plan) -> None:
    for now in every_minute_of(MONDAY, 4 * DAY, step=dt.timedelta(minutes=30)):
        assert found(now) == {}
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert kinds >= {f"checkins/{kind}" for kind in ("keep_in_touch", "last_call", "alert", "nobody_yet")}


@pytest.mark.parametrize(
    "ending", ["okay", "no_answer", "cannot", "check_in", "pause", "rest", "change", "end"]
)
def test_nothing_is_found_however_it_ends(
    told: Silence, membership: Membership, owner: User, ending: str
) -> None:
    now = TOLD + MINUTE
    services.claim(silence=told, membership=membership, now=now)
    sent(now)
    assert found(now) == {}
    plan = told.plan
    endings: dict[str, Callable[[], object]] = {
        "check_in": lambda: services.check_in(owner=owner, now=now, form_key=key()),
        "pause": lambda: services.pause(plan=plan, until=now + DAY, by=owner, now=now),
        "rest": lambda: services.rest(owner=owner, until=now + HOUR, now=now),
        "change": lambda: services.change_plan(plan=plan, now=now, grace=HOUR),
        "end": lambda: services.end_plan(plan=plan, by=owner, now=now),
    }
    report = lambda: services.report(silence=told, membership=membership, outcome=ending, now=now)  # noqa: E731
    endings.get(ending, report)()
    for later in every_minute_of(now, 5 * HOUR, step=HOUR):
        assert found(later) == {}


def test_nothing_is_found_while_a_claim_lapses(told: Silence, membership: Membership) -> None:
    services.claim(silence=told, membership=membership, now=TOLD)
    for now in every_minute_of(TOLD, 6 * HOUR, step=10 * MINUTE):
        assert found(now) == {}
    assert Claim.objects.get().lapsed_at is not None


def test_nothing_is_found_in_a_rehearsal_and_whoever_was_told_hears_that_it_is_over(
    safety_plan: Plan, supporter: User
) -> None:
    silence = services.rehearse(plan=safety_plan, now=MONDAY)
    for now in every_minute_of(MONDAY, 3 * HOUR, step=MINUTE):
        assert found(now) == {}
    silence.refresh_from_db()
    assert silence.ending == Silence.Ending.RAN_THROUGH
    assert Message.objects.get(kind="checkins/all_clear").recipient == supporter


def test_a_plan_that_rests_or_has_ended_is_not_forgotten(
    safety_plan: Plan, beside: Plan, owner: User
) -> None:
    sent(MONDAY)
    services.pause(plan=safety_plan, until=MONDAY + 9 * DAY, by=owner, now=MONDAY)
    services.end_plan(plan=beside, by=owner, now=MONDAY)
    assert found(MONDAY + DAY) == {}


def test_who_ended_it_themselves_is_told_nothing_and_that_is_right(
    told: Silence, membership: Membership
) -> None:
    services.report(silence=told, membership=membership, outcome="okay", now=TOLD)
    sent(TOLD)
    assert not Message.objects.filter(kind="checkins/all_clear").exists()
    assert found(TOLD) == {}
