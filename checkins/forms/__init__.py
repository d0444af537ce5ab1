from checkins.forms.check_in import CheckInForm
from checkins.forms.easing import FlareForm, RestForm
from checkins.forms.pauses import PauseForm
from checkins.forms.plans import PlanForm
from checkins.forms.wishes import CompanyForm, FlareWishForm, HelpsForm, SignsForm

__all__ = [
    "CheckInForm",
    "CompanyForm",
    "FlareForm",
    "FlareWishForm",
    "HelpsForm",
    "PauseForm",
    "PlanForm",
    "RestForm",
    "SignsForm",
]
