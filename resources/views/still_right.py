"""Where an organisation looks at its own listing, by the link in our letter. The GET shows; only a POST acts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from resources import clock, links, listing, services
from resources.errors import CannotPropose
from resources.forms.answering import OwnListingForm
from resources.forms.checking import ReadForm
from resources.models import ChangeRequest, Service
from resources.services import answering, clockwork, holding


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def still_right(request: HttpRequest, token: str) -> HttpResponse:
    service = links.read(token)
    if service is None:
        return render(request, "resources/link_unknown.html", status=404)
    if request.method != "POST":
        return _page(request, service, OwnListingForm(service=service))
    if request.POST.get("answer") == "right":
        if said_yes(request, service):
            return redirect(request.path)
        return _page(request, service, OwnListingForm(service=service), status=422)
    form = OwnListingForm(request.POST, service=service)
    if not form.is_valid():
        return _page(request, service, form, status=422)
    return _take(request, service, form)


def said_yes(request: HttpRequest, service: Service, *, by: User | None = None) -> bool:
    """To what they were shown. Of what was changed meanwhile they read first."""
    with transaction.atomic():
        holding.hold(service.pk)
        if ReadForm(request.POST, service=service).overtaken():
            said = _("This was changed while you had it open. Read what it says now, then say yes.")
            messages.warning(request, said)
            return False
        answering.still_right(service=service, by=by)
    messages.success(request, _("Thank you. Your page now says that it was checked today."))
    return True


def _take(request: HttpRequest, service: Service, form: OwnListingForm) -> HttpResponse:
    if not proposed(service, form, email=clockwork.address_of(service)):
        return _page(request, service, form, status=422)
    messages.success(request, _("Thank you. A curator looks at it and writes to you when it is done."))
    return redirect(request.path)


def proposed(service: Service, form: OwnListingForm, *, by: User | None = None, email: str = "") -> bool:
    """Hand it to the curators; what stands in the way is said in the form."""
    try:
        services.propose(
            kind=ChangeRequest.Kind.CORRECTION,
            service=service,
            changes=form.changes(),
            by=by,
            email=email,
            on_behalf_of=service.organization,
            form_key=form.key,
            note=form.cleaned_data["note"].strip(),
        )
    except CannotPropose as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def _page(request: HttpRequest, service: Service, form: OwnListingForm, status: int = 200) -> HttpResponse:
    return render(request, "resources/still_right.html", about(service) | {"form": form}, status=status)


def about(service: Service) -> dict[str, Any]:
    """What the page shows of the listing: just what visitors see."""
    today, whole = timezone.localdate(), Service.objects.for_page().get(pk=service.pk)
    return {
        "nav": "find",
        "service": whole,
        "read": ReadForm(None, service=service),
        "contact": listing.contact(whole),
        "places": listing.places(whole, today=today),
        "times": listing.own_times(whole, today=today),
        "prices": listing.prices(whole, today=today),
        "just_said": answering.just_said(whole),
        "check_first": clock.check_first(whole, now=timezone.now()),
        "waiting": whole.change_requests.filter(decided_at=None, on_behalf_of=whole.organization).count(),
    }
