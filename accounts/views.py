"""Settings of one person, leaving for good, and the colours of the pages for anybody."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import errors, leaving, packing, services
from accounts.forms import AlongForm, LeavingForm, PreferencesForm, ThemeForm
from accounts.requests import SignedIn

YEAR = 365 * 24 * 3600


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("settings")
    status = 422 if form.errors else 200
    return render(request, "accounts/settings.html", {"form": form}, status=status)


@login_required
@reauthentication_required
@require_http_methods(["GET", "HEAD", "POST"])
def leaving_page(request: SignedIn) -> HttpResponse:
    """What is kept and what goes, the file to take along, and the way out: all behind the password, once more."""
    form, first = LeavingForm(request.POST or None), leaving.first(request.user)
    if request.method == "POST":
        form = LeavingForm(request.POST)
        if form.is_valid() and not first:
            try:
                return _gone(request)
            except errors.NotNow as refusal:
                first = refusal.reasons
    context = {"form": form, "first": first, "along": AlongForm()}
    return render(request, "accounts/leaving.html", context, status=422 if form.is_bound else 200)


def _gone(request: SignedIn) -> HttpResponse:
    """Erase, with a letter to the address there was. Raises NotNow."""
    address, name = request.user.email, request.user.called
    with transaction.atomic():
        number = services.erase(person=request.user, now=timezone.now())
        if number:
            get_adapter().send_mail("account/email/left", address, {"name": name, "number": number})
    logout(request)
    messages.success(
        request, _("Your account is gone, with all you wrote here. A letter tells you so. Take care.")
    )
    return redirect("home")


@login_required
@reauthentication_required
@require_POST
def take_along(request: SignedIn) -> HttpResponse:
    """Everything they entered, in one file. Made now, kept nowhere."""
    private = "private" in request.POST
    name = f"my-data-{timezone.localdate().isoformat()}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(
        packing.packed(request.user, private=private), content_type="application/zip", headers=headers
    )


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the colours in a cookie, so that they hold before sign-in too."""
    form = ThemeForm(request.POST)
    response = redirect(_back(request))
    if form.is_valid():
        response.set_cookie(
            "theme", form.cleaned_data["theme"], max_age=YEAR, samesite="Lax", secure=request.is_secure()
        )
    return response


def _back(request: HttpRequest) -> str:
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        there, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return there if safe else "/"
