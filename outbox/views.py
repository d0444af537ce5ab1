from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedIn
from outbox import services


@require_POST
@login_required
def address_works(request: SignedIn) -> HttpResponse:
    """The person says that mail reaches them again."""
    services.trust_address(address=request.user.email)
    messages.success(request, _("Thank you. We will write to that address again."))
    return redirect("home")
