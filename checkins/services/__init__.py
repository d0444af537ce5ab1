"""What people do: check in, plan, rest, agree, claim, report, rehearse. Each is one transaction.

Locks are taken in one order everywhere (`locks.py`): person, plan, silence.
"""

from checkins.services.answering import CLAIM_HOLDS, claim, report
from checkins.services.checking_in import DOUBLE_TAP, Said, check_in, sign_of_life
from checkins.services.flares import UNDO, begin_flare, end_flare, undo_flare
from checkins.services.planning import (
    Rung,
    Wanted,
    change_plan,
    end_plan,
    make_plan,
    move_to_zone,
    pause,
    rest,
    resume,
)
from checkins.services.rehearsing import end_rehearsal, fall_due, rehearse
from checkins.services.upkeep import sweep_ladders
from checkins.services.wishing import wish

__all__ = [
    "CLAIM_HOLDS",
    "DOUBLE_TAP",
    "UNDO",
    "Rung",
    "Said",
    "Wanted",
    "begin_flare",
    "change_plan",
    "check_in",
    "claim",
    "end_flare",
    "end_plan",
    "end_rehearsal",
    "fall_due",
    "make_plan",
    "move_to_zone",
    "pause",
    "rehearse",
    "report",
    "rest",
    "resume",
    "sign_of_life",
    "sweep_ladders",
    "undo_flare",
    "wish",
]
