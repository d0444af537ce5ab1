"""Plans, check-ins, and what happens when one does not come."""

from checkins.models.check_ins import CheckIn, Energy, Mood
from checkins.models.plans import Plan, Step
from checkins.models.silences import Claim, Silence, SilenceStep
from checkins.models.wishes import Wishes

__all__ = ["CheckIn", "Claim", "Energy", "Mood", "Plan", "Silence", "SilenceStep", "Step", "Wishes"]
