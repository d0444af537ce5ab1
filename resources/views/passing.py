"""A listing passed on: to somebody, in one's own app, or into one's own network. What is sent is not kept."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.requests import SignedIn
from networks import services as networks
from networks import words
from resources import listing
from resources.forms.passing import PassOnForm, PlaceTieForm
from resources.models import Service
from resources.views.listing import leads_on, visible


@leads_on
@require_http_methods(["GET", "HEAD", "POST"])
def pass_on(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A POST only puts changed words into the links, for whoever has no script."""
    service = visible(request, pk)
    text = _opener(service, request.build_absolute_uri(service.get_absolute_url()))
    form = PassOnForm(request.POST) if request.method == "POST" else PassOnForm(initial={"text": text})
    if form.is_bound and form.is_valid():
        text = form.cleaned_data["text"]
    mail = f"mailto:?subject={quote(service.name, safe='')}&body="
    context = {
        "service": service,
        "form": form,
        "nav": "find",
        "mail_prefix": mail,
        "text_prefix": words.text_prefix(None),
        "mail": mail + words.encoded(text, turn="\r\n"),
        "phone": words.text_prefix(None) + words.encoded(text, turn="\n"),
    }
    return render(request, "resources/pass_on.html", context, status=422 if form.errors else 200)


@login_required
@leads_on
@require_http_methods(["GET", "HEAD", "POST"])
def to_network(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    """A group or a place of one's own network, with how to reach it and where its page is."""
    service = visible(request, pk)
    form = PlaceTieForm(request.POST) if request.method == "POST" else PlaceTieForm(initial=_known(service))
    if form.is_bound and form.is_valid():
        link = request.build_absolute_uri(service.get_absolute_url())
        details = form.details() | _reached(service) | {"helps": _("Its page: %(link)s") % {"link": link}}
        tie = networks.add_tie(by=request.user, form_key=form.cleaned_data["form_key"], **details)
        messages.success(request, _("%(name)s is in your network now.") % {"name": tie.name})
        return redirect("network")
    context = {"service": service, "form": form, "nav": "find"}
    return render(request, "resources/to_network.html", context, status=422 if form.errors else 200)


def _opener(service: Service, link: str) -> str:
    return "\n".join([_("This may be something for you:"), service.name, link])


def _known(service: Service) -> dict[str, str]:
    gathers = service.kind in (Service.Kind.GROUP, Service.Kind.CLASS, Service.Kind.EVENT)
    return {"name": service.name[:80], "kind": "group" if gathers else "place"}


def _reached(service: Service) -> dict[str, str]:
    """Its first number and its address, where they are such as a tie can have."""
    contact = listing.contact(service)
    number = next((phone.number for phone in contact.phones if len(phone.number) <= 40), "")
    return {"phone": number, "email": contact.email}
