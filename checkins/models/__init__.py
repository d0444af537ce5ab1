"""Plans, check-ins, and what happens when one does not come."""

from checkins.models.check_ins import CheckIn, CheckInQuerySet, Energy, Mood
from checkins.models.plans import Plan, PlanQuerySet, Step
from checkins.models.silences import Claim, Silence, SilenceStep
from checkins.models.wishes import Wishes

__all__ = [
    "CheckIn",
    "CheckInQuerySet",
    "Claim",
    "Energy",
    "Mood",
    "Plan",
    "PlanQuerySet",
    "Silence",
    "SilenceStep",
    "Step",
    "Wishes",
]
