"""What a plan form is filled with: a new plan, one they have, or what was typed with its rungs moved about."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field

from django.http import QueryDict

from accounts.models import User
from checkins.models import Plan, Step
from networks.models import Membership

ME = "me"
MOST_RUNGS, MOST_TIMES = 8, 4
# Minutes: two hours to each nudge and to the first supporter, then one from each to the next.
CALM, SWIFT = "120", "60"


@dataclass(frozen=True)
class Typed:
    """One rung exactly as it stands in the form, right or wrong."""

    wait: str = CALM
    whom: list[str] = field(default_factory=list)
    words: str = ""


def blank(owner: User, *, programme: str = Plan.Programme.KEEP_IN_TOUCH) -> QueryDict:
    """Mornings at ten, every day; a ladder with a second nudge and, if anybody has joined, room for them."""
    data = QueryDict(mutable=True)
    data.update({"form_key": str(uuid.uuid4()), "programme": programme, "rhythm": "week", "every": "3"})
    data.setlist("days", [str(day) for day in range(7)])
    data.update({"time_1": "10:00", "grace": CALM})
    _write(data, _first_ladder(owner))
    return data


def _first_ladder(owner: User) -> list[Typed]:
    nudge = Typed(CALM, [ME])
    return [nudge, Typed(CALM)] if Membership.objects.of(owner).exists() else [nudge]


def filled(plan: Plan) -> QueryDict:
    """The plan as it is. One that tells nobody shows the ladder it would begin with."""
    data = blank(plan.owner, programme=plan.programme)
    data["name"], data["rhythm"] = plan.name, "every" if plan.every else "week"
    if plan.every:
        data["every"] = str(plan.every)
    else:
        data.setlist("days", [str(day) for day in plan.days])
    for number, time in enumerate(plan.times[:MOST_TIMES], 1):
        data[f"time_{number}"] = f"{time:%H:%M}"
    data["starts_on"] = plan.starts_on.isoformat() if plan.starts_on else ""
    data["ends_on"] = plan.ends_on.isoformat() if plan.ends_on else ""
    data["grace"] = _in_minutes(plan.grace.total_seconds())
    if plan.programme == Plan.Programme.SAFETY:
        _write(data, _ladder_of(plan))
    return data


def _in_minutes(seconds: float) -> str:
    return str(max(1, round(seconds / 60)))


def _ladder_of(plan: Plan) -> list[Typed]:
    rungs = []
    for _position, group in itertools.groupby(plan.steps.all(), lambda step: step.position):
        steps = list(group)
        whom = [ME if step.whom == Step.Whom.OWNER else str(step.membership_id) for step in steps]
        rungs.append(Typed(_in_minutes(steps[0].wait.total_seconds()), whom, steps[0].words))
    return rungs


# Working on the ladder ----------------------------------------------------------------------------


def rearranged(data: QueryDict, do: str, *, count: int) -> tuple[QueryDict, int | None]:
    """What was typed, with a rung added, moved or taken away; and which rung (from 0) to look at next.

    `do` is what the pressed button says: "add", "up-2", "down-0", "remove-1". Anything else changes nothing.
    """
    rungs = _read(data, count)
    word, _dash, number = do.partition("-")
    at = int(number) if number.isdecimal() and len(number) < 4 else -1
    look_at: int | None = None
    if word == "add" and count < MOST_RUNGS:
        rungs.append(Typed(SWIFT if _tells(rungs) else CALM))
        look_at = len(rungs) - 1
    elif (
        word in ("up", "down") and 0 <= (to := at + (1 if word == "down" else -1)) < count and 0 <= at < count
    ):
        rungs[at], rungs[to] = rungs[to], rungs[at]
        look_at = to
    elif word == "remove" and 0 <= at < count:
        del rungs[at]
        look_at = min(at, len(rungs) - 1) if rungs else None
    changed = data.copy()
    _write(changed, rungs)
    return changed, look_at


def _tells(rungs: list[Typed]) -> bool:
    return any(whom != ME for rung in rungs for whom in rung.whom)


def _read(data: QueryDict, count: int) -> list[Typed]:
    return [
        Typed(data.get(f"rung_{n}_wait", ""), data.getlist(f"rung_{n}_whom"), data.get(f"rung_{n}_words", ""))
        for n in range(count)
    ]


def _write(data: QueryDict, rungs: list[Typed]) -> None:
    for name in [name for name in data if name.startswith("rung_")]:
        del data[name]
    data["rungs"] = str(len(rungs))
    for number, rung in enumerate(rungs):
        data[f"rung_{number}_wait"], data[f"rung_{number}_words"] = rung.wait, rung.words
        data.setlist(f"rung_{number}_whom", rung.whom)
