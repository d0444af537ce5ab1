"""For people who speak for an organisation: asking to, and then their listings with less typing."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from resources.forms.answering import OwnListingForm
from resources.forms.claiming import ClaimForm
from resources.models import Claim, Service
from resources.services import claiming
from resources.views.listing import leads_on, the_one_that_stays
from resources.views.still_right import about, proposed, said_yes


@login_required
@leads_on
@require_http_methods(["GET", "HEAD", "POST"])
def claim_listing(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    stays = the_one_that_stays(pk) if request.method == "POST" else None
    public = Service.objects.published().select_related("organization")
    service = get_object_or_404(public, pk=stays.pk if stays else pk)
    form = ClaimForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        claiming.claim(organization=service.organization, by=request.user, **form.cleaned_data)
        messages.success(request, _("Thank you. A curator makes sure and writes to you."))
        return redirect("my_listings")
    context = {"nav": "find", "service": service, "form": form}
    return render(request, "resources/claim.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
def my_listings(request: SignedIn) -> HttpResponse:
    claims = Claim.objects.filter(claimed_by=request.user).select_related("organization")
    context = {
        "nav": "find",
        "claims": claims.order_by("-asked_at", "-pk"),
        "listings": claiming.own_listings(request.user),
    }
    return render(request, "resources/my_listings.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_listing(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    service = get_object_or_404(claiming.own_listings(request.user), pk=pk)
    yes = request.POST.get("answer") == "right"
    form = OwnListingForm(request.POST if request.method == "POST" and not yes else None, service=service)
    if yes and said_yes(request, service, by=request.user):
        return redirect("my_listings")
    if form.is_bound and form.is_valid() and proposed(service, form, by=request.user):
        messages.success(request, _("Thank you. A curator looks at it and writes to you when it is done."))
        return redirect("my_listings")
    context = about(service) | {"form": form}
    wrong = request.method == "POST"
    return render(request, "resources/still_right.html", context, status=422 if wrong else 200)


@login_required
@require_POST
def end_claim(request: SignedIn, pk: int) -> HttpResponse:
    claim = get_object_or_404(Claim, pk=pk, claimed_by=request.user)
    claiming.end_claim(claim=claim, by=request.user)
    messages.success(
        request, _("Done. You do not speak for %(name)s here any more.") % {"name": claim.organization}
    )
    return redirect("my_listings")
