"""The watchdog: finds nothing where all is well, and names each thing that is not."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from checkins import services, stepping, sweep, tasks, watchdog
from checkins.models import Claim, Plan, Silence, SilenceStep, Step
from networks.models import Membership
from outbox import delivery
from outbox.models import LEASE, Heartbeat, Message
from tests.checkins.conftest import MONDAY, TWO_HOURS, key
from tests.checkins.test_answers import TOLD, second_supporter
from tests.checkins.test_sweep import DEADLINE, run_ladder, sent
from tests.outbox.conftest import smtp

__all__ = ["smtp"]

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
LATE = watchdog.slack()


def found(now: dt.datetime) -> dict[str, list[int]]:
    """What it finds, each with its examples."""
    return {one.what: one.examples for one in watchdog.look(now=now)}


@pytest.fixture
def told(safety_plan: Plan) -> Silence:
    """A silence in which the supporter has just been told."""
    return run_ladder(safety_plan)


# Nothing is found where all is well ------------------------------------------------------------------


def every_minute_of(start: dt.datetime, span: dt.timedelta, *, step: dt.timedelta) -> Iterator[dt.datetime]:
    """Sweep, deliver, look."""
    for turn in range(span // step + 1):
        now = start + turn * step
        sweep.sweep(now=now)
        sent(now)
        yield now


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


# Plans ---------------------------------------------------------------------------------------------------


def test_a_due_plan_without_its_silence(safety_plan: Plan) -> None:
    sent(MONDAY)
    assert found(DEADLINE + LATE - MINUTE) == {}
    assert found(DEADLINE + LATE) == {"overdue_plan": [safety_plan.pk]}


def test_a_plan_that_nobody_watches(safety_plan: Plan) -> None:
    sent(MONDAY)
    Plan.objects.filter(pk=safety_plan.pk).update(next_due_at=None, deadline_at=None)
    assert found(MONDAY) == {"forgotten_plan": [safety_plan.pk]}


def test_a_rehearsal_does_not_watch_over_a_plan(safety_plan: Plan) -> None:
    services.rehearse(plan=safety_plan, now=MONDAY)
    sent(MONDAY)
    Plan.objects.filter(pk=safety_plan.pk).update(next_due_at=None, deadline_at=None)
    assert found(MONDAY) == {"forgotten_plan": [safety_plan.pk]}


@pytest.mark.parametrize(
    "change", [{"next_due_at": TOLD + DAY, "deadline_at": TOLD + DAY}, {"ended_at": TOLD}]
)
def test_a_silence_beside_a_plan_that_says_otherwise(told: Silence, change: dict[str, Any]) -> None:
    Plan.objects.filter(pk=told.plan_id).update(**change)
    assert found(TOLD) == {"watched_twice": [told.pk]}


def test_a_plan_whose_silence_cannot_be_opened_is_named_until_it_is_mended(safety_plan: Plan) -> None:
    sent(MONDAY)
    step = safety_plan.steps.get(position=1)
    Step.objects.filter(pk=step.pk).update(wait=dt.timedelta(days=999_999_999))
    for minutes in (0, 5, 10):
        now = DEADLINE + minutes * MINUTE
        sweep.sweep(now=now)
        assert found(now) == {"failing_plan": [safety_plan.pk]}
    Step.objects.filter(pk=step.pk).update(wait=step.wait)
    for now in every_minute_of(DEADLINE + 15 * MINUTE, 15 * MINUTE, step=MINUTE):
        last = found(now)
    assert last == {}


# Silences --------------------------------------------------------------------------------------------------


def test_a_step_that_nobody_took(told: Silence) -> None:
    Silence.objects.filter(pk=told.pk).update(next_step_at=TOLD)
    assert found(TOLD + LATE - MINUTE) == {}
    assert found(TOLD + LATE) == {"overdue_step": [told.pk]}


def test_a_silence_whose_step_cannot_be_taken_is_named(told: Silence) -> None:
    SilenceStep.objects.filter(silence=told, position__gte=1).update(
        taken_at=None, wait=dt.timedelta(days=999_999_999)
    )
    Silence.objects.filter(pk=told.pk).update(next_step_at=TOLD)
    for minutes in (0, 5, 10):
        sweep.sweep(now=TOLD + minutes * MINUTE)
        assert found(TOLD + minutes * MINUTE) == {"failing_silence": [told.pk]}


def test_a_silence_in_which_nothing_happens_though_a_step_is_left(
    safety_plan: Plan, owner: User, stranger: User
) -> None:
    second_supporter(owner, stranger, safety_plan)
    silence = run_ladder(safety_plan)
    assert found(TOLD) == {}
    Silence.objects.filter(pk=silence.pk).update(next_step_at=None)
    assert found(TOLD) == {"stuck_silence": [silence.pk]}


def test_a_silence_whose_claim_will_never_lapse(told: Silence, membership: Membership) -> None:
    services.claim(silence=told, membership=membership, now=TOLD)
    Silence.objects.filter(pk=told.pk).update(next_step_at=None)
    assert found(TOLD) == {"stuck_silence": [told.pk]}


@pytest.mark.parametrize("whom", ["owner", "member"])
def test_a_step_that_wrote_no_message(told: Silence, whom: str) -> None:
    step = told.steps.filter(whom=whom).last()
    assert step is not None
    assert Message.objects.filter(dedupe_key=step.message_key).delete()[0] == 1
    assert found(TOLD) == {"step_without_message": [step.pk]}
    Silence.objects.filter(pk=told.pk).update(next_step_at=None)
    assert found(TOLD + watchdog.RECENT) == {}, "letters may be cleared away later"


def test_letters_that_went_with_an_account_are_not_missed(told: Silence, supporter: User) -> None:
    supporter.delete()
    assert found(TOLD) == {}


def test_a_supporter_who_was_told_and_not_that_it_is_over(told: Silence, owner: User) -> None:
    services.check_in(owner=owner, now=TOLD, form_key=key())
    sent(TOLD)
    assert found(TOLD) == {}
    Message.objects.filter(kind="checkins/all_clear").delete()
    assert found(TOLD) == {"no_all_clear": [told.steps.get(whom="member").pk]}


# Messages ---------------------------------------------------------------------------------------------------


def test_a_message_that_nobody_takes(safety_plan: Plan) -> None:
    sent(MONDAY)
    sweep.sweep(now=DEADLINE)
    nudge = Message.objects.get(kind="checkins/nudge")
    assert found(DEADLINE + LATE - MINUTE) == {}
    assert found(DEADLINE + LATE) == {"late_message": [nudge.pk]}


def test_a_message_whose_worker_died_is_late_when_its_lease_ends(safety_plan: Plan) -> None:
    sent(MONDAY)
    sweep.sweep(now=DEADLINE)
    (taken,) = Message.objects.take(now=DEADLINE, limit=1)
    assert found(DEADLINE + LEASE) == {}
    assert found(DEADLINE + LEASE + LATE) == {"late_message": [taken.pk]}


def test_a_message_that_kills_whoever_takes_it(safety_plan: Plan) -> None:
    sent(MONDAY)
    sweep.sweep(now=DEADLINE)
    for turn in range(watchdog.MOST_ATTEMPTS):
        assert found(DEADLINE + turn * LEASE) == {}
        (taken,) = Message.objects.take(now=DEADLINE + turn * LEASE, limit=1)
        Message.objects.update(leased_until=None)  # its lease ends, and nobody came back
    assert found(DEADLINE + turn * LEASE) == {"lost_outcome": [taken.pk]}


def test_a_message_that_no_mail_server_takes_from_us(safety_plan: Plan, settings: Any) -> None:
    sent(MONDAY)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    sweep.sweep(now=DEADLINE)
    now = DEADLINE
    for _turn in range(watchdog.MOST_ATTEMPTS):
        assert found(now) == {}
        with time_machine.travel(now, tick=False):
            delivery.deliver_due()
        now = Message.objects.get(kind="checkins/nudge").next_attempt_at
    assert found(now) == {"failing_message": [Message.objects.get(kind="checkins/nudge").pk]}


@pytest.mark.parametrize("reply", ["450 4.2.1 try again later", "550 5.1.1 no such mailbox"])
def test_a_mailbox_that_says_no_explains_itself(
    safety_plan: Plan, smtp: Any, owner: User, reply: str
) -> None:
    sent(MONDAY)
    smtp.refuse[owner.email] = reply
    sweep.sweep(now=DEADLINE)
    now = DEADLINE
    for _turn in range(watchdog.MOST_ATTEMPTS + 1):
        with time_machine.travel(now, tick=False):
            delivery.deliver_due()
        now = max(now, Message.objects.get(kind="checkins/nudge").next_attempt_at)
        assert found(now) == {}


def test_quiet_hours_explain_why_a_message_waits(safety_plan: Plan, smtp: Any, owner: User) -> None:
    sent(MONDAY)
    owner.channel_preferences.update(quiet_from=dt.time(21), quiet_until=dt.time(9))
    sweep.sweep(now=DEADLINE)
    with time_machine.travel(DEADLINE, tick=False):
        delivery.deliver_due()
    assert Message.objects.get(kind="checkins/nudge").held_for == "quiet_hours"
    assert found(DEADLINE + 8 * HOUR) == {"overdue_step": [Silence.objects.get().pk]}


@pytest.mark.parametrize(
    "until",
    [{"next_attempt_at": DEADLINE + 4 * HOUR}, {"next_attempt_at": TOLD + 3 * DAY, "held_for": "one_a_day"}],
)
def test_a_message_put_off_for_no_reason(safety_plan: Plan, until: dict[str, Any]) -> None:
    sent(MONDAY)
    sweep.sweep(now=DEADLINE)
    Message.objects.waiting().update(**until)
    assert found(DEADLINE) == {"put_off_message": [Message.objects.get(kind="checkins/nudge").pk]}


def test_a_letter_for_the_end_of_a_pause_may_wait(safety_plan: Plan, owner: User) -> None:
    sent(MONDAY)
    services.pause(plan=safety_plan, until=MONDAY + 9 * DAY, by=owner, now=MONDAY)
    assert Message.objects.waiting().filter(kind="checkins/resumed").exists()
    assert found(MONDAY) == {}


# What becomes of it -----------------------------------------------------------------------------------------


def test_what_is_found_is_logged_kept_and_shown_to_staff_and_gone_when_mended(
    safety_plan: Plan, curator: User, client_of: Callable[[User], Client], caplog: pytest.LogCaptureFixture
) -> None:
    sent(MONDAY)
    User.objects.filter(pk=curator.pk).update(is_superuser=True)
    with caplog.at_level(logging.ERROR):
        watchdog.watch(now=DEADLINE + HOUR)
    assert (
        f"overdue_plan (plans whose grace is over without a silence): 1, such as [{safety_plan.pk}]"
        in caplog.text
    )
    row = Heartbeat.objects.get(name="watchdog")
    assert row.beat_at == DEADLINE + HOUR
    assert row.findings[0] | {"words": ""} == {
        "what": "overdue_plan",
        "words": "",
        "count": 1,
        "examples": [safety_plan.pk],
    }
    page = client_of(curator).get("/admin/outbox/heartbeat/").content.decode()
    assert "plans whose grace is over without a silence: 1" in page

    caplog.clear()
    sweep.sweep(now=DEADLINE + HOUR)
    sent(DEADLINE + HOUR)
    watchdog.watch(now=DEADLINE + HOUR)
    assert caplog.text == ""
    assert Heartbeat.objects.get(name="watchdog").findings == []
    assert "nothing: all is well" in client_of(curator).get("/admin/outbox/heartbeat/").content.decode()


def test_many_of_a_kind_are_counted_up_to_a_point_and_five_are_named(
    safety_plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    Plan.objects.bulk_create(
        Plan(owner=safety_plan.owner, days=[0], times=[dt.time(8)], time_zone="UTC") for _n in range(12)
    )
    monkeypatch.setattr(watchdog, "MOST", 10)
    (forgotten,) = [one for one in watchdog.look(now=MONDAY) if one.what == "forgotten_plan"]
    assert forgotten.count == 10
    assert len(forgotten.examples) == 5


def test_the_task_looks_with_the_clock_of_today(safety_plan: Plan) -> None:
    with time_machine.travel(DEADLINE + HOUR, tick=False):
        assert tasks.watch() == 2  # the plan, and the question to the supporter that nobody sent
    assert Heartbeat.objects.get(name="watchdog").beat_at == DEADLINE + HOUR


def test_beat_asks_for_it_every_five_minutes(settings: Any) -> None:
    assert settings.CELERY_BEAT_SCHEDULE["checkins.tasks.watch"]["schedule"] == 300.0


def test_it_costs_the_same_number_of_queries_however_much_there_is(
    told: Silence, owner: User, stranger: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            watchdog.look(now=TOLD)
        return len(caught)

    before = queries()
    for _n in range(3):
        services.make_plan(owner=stranger, now=MONDAY, days=[0], times=[dt.time(8)], grace=TWO_HOURS)
    sweep.sweep(now=TOLD + 7 * DAY)
    assert queries() == before <= len(watchdog.LOOKS) + 3


def test_a_sweep_may_miss_some_turns_before_anything_is_late(settings: Any) -> None:
    settings.SWEEP_SECONDS = 60.0
    assert watchdog.slack() == 5 * MINUTE
    settings.SWEEP_SECONDS = 1.0
    assert watchdog.slack() == 2 * MINUTE
    assert stepping.LATE >= 2 * MINUTE


# The address that hears after each clean round ---------------------------------------------------------------


class Listener(BaseHTTPRequestHandler):
    heard: list[str] = []

    def do_GET(self) -> None:
        self.heard.append(self.path)
        self.send_response(500 if self.path == "/ill" else 200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[str]:
    Listener.heard = []
    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_heartbeat_is_told_after_a_clean_round_and_only_then(
    safety_plan: Plan, listener: str, settings: Any
) -> None:
    sent(MONDAY)
    settings.HEARTBEAT_URL = f"{listener}/well"
    watchdog.watch(now=MONDAY)
    assert Listener.heard == ["/well"]
    watchdog.watch(now=DEADLINE + HOUR)
    assert Listener.heard == ["/well"]


def test_without_an_address_nobody_is_told(safety_plan: Plan, listener: str, settings: Any) -> None:
    sent(MONDAY)
    assert settings.HEARTBEAT_URL == ""
    watchdog.watch(now=MONDAY)
    assert Listener.heard == []


@pytest.mark.parametrize("address", ["{}/ill", "http://127.0.0.1:1/", "no address"])
def test_an_address_that_does_not_answer_is_no_deviation(
    safety_plan: Plan, listener: str, settings: Any, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    sent(MONDAY)
    settings.HEARTBEAT_URL = address.format(listener)
    assert watchdog.watch(now=MONDAY) == []
    assert "The heartbeat's address did not answer" in caplog.text
    assert Heartbeat.objects.get(name="watchdog").findings == []
