"""What the tests of plans and ladders share: a plan of every day, who joined, who agreed, who was told."""

import datetime as dt

from accounts.models import User
from checkins import agreements, services, sweep
from checkins.models import Plan, Silence
from checkins.services import Rung
from networks.models import Membership, Tie
from tests.checkins.conftest import TWO_HOURS
from tests.checkins.test_sweep import sent

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


# A Monday, noon in London; nobody's night.
NOON = dt.datetime(2026, 5, 4, 11, tzinfo=dt.UTC)


DAILY: services.Wanted = {
    "programme": Plan.Programme.SAFETY,
    "days": list(range(7)),
    "times": [dt.time(10)],
    "grace": TWO_HOURS,
}


def joined(owner: User, member: User, name: str = "Luis") -> Membership:
    tie = Tie.objects.create(owner=owner, name=name)
    return Membership.objects.create(tie=tie, owner=owner, member=member)


def agreed(plan: Plan, *, may_wake: bool = False) -> Plan:
    """Everybody on its ladder says yes."""
    for step in plan.steps.exclude(membership=None):
        agreements.agree(step=step, by=step.membership.member, now=NOON, terms=step.terms, may_wake=may_wake)
    return plan


def goes_quiet(plan: Plan, *, until: dt.timedelta, every: dt.timedelta = dt.timedelta(minutes=30)) -> Silence:
    """Nobody hears from them for so long after the deadline; sweeps and deliveries run on time."""
    plan.refresh_from_db()
    for turn in range(until // every + 1):
        now = plan.deadline_at + turn * every
        sweep.sweep(now=now)
        sent(now)
    return plan.silences.real().latest("pk")


def told(silence: Silence) -> dict[str, dt.timedelta]:
    """Who was told, and how long after it was due."""
    steps = (
        silence.steps.filter(taken_at__isnull=False)
        .exclude(membership=None)
        .select_related("membership__tie")
    )
    return {step.membership.tie.name: step.taken_at - silence.due_at for step in steps}


def two_supporters(owner: User, supporter: User, stranger: User, **more: object) -> Plan:
    """The issue's own times: nudges at two and four hours, Ana at six, Luis an hour later."""
    ana, luis = joined(owner, supporter, "Ana"), joined(owner, stranger, "Luis")
    ladder = [Rung(TWO_HOURS), Rung(TWO_HOURS, (ana,)), Rung(HOUR, (luis,), words="Ring twice")]
    return agreed(services.make_plan(owner=owner, now=NOON, ladder=ladder, **{**DAILY, **more}))
