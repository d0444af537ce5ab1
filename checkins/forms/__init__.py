from checkins.forms.check_in import CheckInForm
from checkins.forms.plans import PauseForm, PlanForm

__all__ = ["CheckInForm", "PauseForm", "PlanForm"]
