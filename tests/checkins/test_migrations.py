"""The migrations of this room: there and back with rows in place, nobody forgotten, and no lock that takes long."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from checkins import ladder, services, sweep, watchdog
from checkins.models import Plan, Silence, SilenceStep
from networks.models import Membership
from outbox import kinds
from outbox.models import Message
from tests.checkins.conftest import DUE, TWO_HOURS, key, let_all_hours_be_awake
from tests.conftest import person

FIRST = "0001_initial"
NAMES = sorted(
    name for app, name in MigrationLoader(None).disk_migrations if app == "checkins" and name != FIRST
)
DEADLINE, DAY = DUE + TWO_HOURS, dt.timedelta(days=1)
AGREED = DUE - DAY


def go_to(name: str) -> Any:
    MigrationExecutor(connection).migrate([("checkins", name)])
    return MigrationExecutor(connection).loader.project_state([("checkins", name)]).apps


@pytest.fixture
def before() -> Iterator[Callable[[str], Any]]:
    """The models as they were first; the latest migrations are there again afterwards."""
    yield go_to(FIRST).get_model
    go_to(NAMES[-1])


class Rows:
    """A network, a gentle plan, and a safety plan whose silence is open: its second supporter comes next."""

    def __init__(self, model: Callable[[str, str], Any]) -> None:
        self.owner = person("maya@example.org", "Maya").pk
        self.ana, self.luis = (self.join(model, name) for name in ("ana", "luis"))
        times = {"times": [dt.time(20)], "time_zone": "Europe/London", "grace": TWO_HOURS}
        watched = {"next_due_at": DUE + DAY, "deadline_at": DEADLINE + DAY}
        gentle = {"programme": "keep_in_touch", "days": [0, 3], **times, **watched}
        weekly = {"programme": "keep_in_touch", "days": [2], **times, **watched}
        plans = model("checkins", "Plan").objects
        self.gentle = plans.create(owner_id=self.owner, **gentle).pk
        self.weekly = plans.create(owner_id=self.owner, **weekly).pk
        self.safety = plans.create(owner_id=self.owner, programme="safety", days=list(range(7)), **times).pk
        self.silence = self.open(model)

    def join(self, model: Callable[[str, str], Any], name: str) -> int:
        member = person(f"{name}@example.org", name.title())
        tie = model("networks", "Tie").objects.create(owner_id=self.owner, name=name.title())
        joined = model("networks", "Membership").objects
        return joined.create(tie=tie, owner_id=self.owner, member_id=member.pk).pk

    def open(self, model: Callable[[str, str], Any]) -> int:
        ladder = [("owner", None), ("member", self.ana), ("member", self.luis)]
        for position, (whom, membership) in enumerate(ladder, 1):
            step = {"plan_id": self.safety, "position": position, "wait": TWO_HOURS, "whom": whom}
            agreed = AGREED if membership else None
            model("checkins", "Step").objects.create(**step, membership_id=membership, agreed_at=agreed)
        opened = {"due_at": DUE, "opened_at": DEADLINE, "next_step_at": DEADLINE + 3 * TWO_HOURS}
        silence = model("checkins", "Silence").objects.create(plan_id=self.safety, **opened).pk
        for position, (whom, membership) in enumerate([("owner", None), *ladder]):
            step = {"silence_id": silence, "position": position, "wait": TWO_HOURS, "whom": whom}
            at = DEADLINE + position * TWO_HOURS if position < 3 else None
            frozen = model("checkins", "SilenceStep").objects
            frozen.create(**step, membership_id=membership, taken_at=at)
            if at:
                self.tell(silence, position, membership or None, at)
        return silence

    def tell(self, silence: int, position: int, membership: int | None, at: dt.datetime) -> None:
        told = Membership.objects.filter(pk=membership).values_list("member", flat=True).first()
        step = SilenceStep.objects.filter(silence=silence, position=position).values_list("pk", flat=True)
        Message.objects.create(
            kind="checkins/alert" if membership else "checkins/nudge",
            dedupe_key=f"silence:{silence}:{position}",
            recipient_id=told or self.owner,
            params={"step": step.get()} if membership else {"silence": silence},
            not_before=at,
            next_attempt_at=at,
            sent_at=at,
        )


@pytest.mark.django_db(transaction=True)
def test_plans_and_open_silences_of_before_go_on_and_nobody_is_forgotten(
    before: Callable[[str, str], Any],
) -> None:
    rows = Rows(before)
    go_to(NAMES[-1])
    let_all_hours_be_awake()

    gentle, weekly = Plan.objects.get(pk=rows.gentle), Plan.objects.get(pk=rows.weekly)
    for plan in (gentle, weekly):
        waits = list(plan.steps.values_list("wait", flat=True))
        assert waits == ladder.gentle_waits(plan.rhythm.days_apart)
    now = DEADLINE + 3 * TWO_HOURS
    assert watchdog.look(now=now) == []

    sweep.sweep(now=now)
    alert = Message.objects.get(kind="checkins/alert", sent_at=None)
    assert alert.recipient.name == "Luis", "who had agreed before is told"

    silence = Silence.objects.get(pk=rows.silence)
    services.check_in(owner=silence.owner, now=now, form_key=key())
    told = Message.objects.get(kind="checkins/all_clear", recipient__name="Ana")
    assert kinds.of("checkins/all_clear").context(told) is not None, "who was told before hears the end"


@pytest.mark.django_db(transaction=True)
def test_back_again_with_rows_in_place(before: Callable[[str, str], Any]) -> None:
    rows = Rows(before)
    keys = set(Message.objects.values_list("dedupe_key", flat=True))
    go_to(NAMES[-1])
    assert set(Message.objects.values_list("dedupe_key", flat=True)) != keys
    model = go_to(FIRST).get_model
    assert set(Message.objects.values_list("dedupe_key", flat=True)) == keys
    assert model("checkins", "Plan").objects.count() == 3
    assert not model("checkins", "Step").objects.filter(plan=rows.gentle).exists()
    assert model("checkins", "Silence").objects.get(pk=rows.silence).closed_at is None
    assert model("checkins", "SilenceStep").objects.filter(silence=rows.silence).count() == 4


# Locks -------------------------------------------------------------------------------------------------


def statements(name: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    call_command("sqlmigrate", "checkins", name, no_color=True)
    sql = "\n".join(line for line in capsys.readouterr().out.splitlines() if not line.startswith("--"))
    return [" ".join(statement.split()) for statement in sql.split(";") if statement.strip()]


def old_tables() -> str:
    tables = "plan|step|silence|silencestep|claim|checkin"
    return rf'"?checkins_({tables})"?(?![a-z_])'


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_no_statement_keeps_a_large_table_locked(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = [one for one in statements(name, capsys) if re.search(old_tables(), one)]
    for one in found:
        if re.match(r"CREATE (UNIQUE )?INDEX", one):
            assert " INDEX CONCURRENTLY " in one, one
        if " ADD CONSTRAINT " in one:
            assert one.endswith("NOT VALID"), one
        if " ADD COLUMN " in one:
            # A column with a check of its own makes PostgreSQL read the whole table; so does a foreign key.
            assert " CHECK " not in one, one
            assert " REFERENCES " not in one, one
            assert one.endswith(" NULL") and (" NOT NULL" not in one or " DEFAULT '" in one), one
        assert not re.search(r"ALTER COLUMN \S+ (TYPE|SET NOT NULL)", one), one


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_validated_under_the_lock_that_added_it(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = statements(name, capsys)
    whole = found[:1] == ["BEGIN"]
    added = {match[1] for one in found if (match := re.search(r'ADD CONSTRAINT "(\w+)".* NOT VALID$', one))}
    validated = {match[1] for one in found if (match := re.search(r'VALIDATE CONSTRAINT "(\w+)"', one))}
    assert not (whole and added & validated)
