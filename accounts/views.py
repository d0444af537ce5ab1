"""Settings of one person, leaving for good, and the colours of the pages for anybody."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import errors, leaving, packing, services
from accounts.again import Code, asked_again, go_on
from accounts.entrance import ConfirmLoginCodeForm, RequestLoginCodeForm
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
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: SignedIn) -> HttpResponse:
    """“Is it you?”, for whoever has no password: first a code is sent, then it is typed."""
    if "send" in request.POST:
        return _code_sent(request)
    code = Code.sent(request)
    if code is None:
        return _ask_again(request, RequestLoginCodeForm())
    form = ConfirmLoginCodeForm(request.POST if "code" in request.POST else None, code=code.code)
    if form.is_valid():
        code.abort()
        return go_on(request) or redirect("settings")
    if form.is_bound and not code.record_invalid_attempt():
        messages.error(request, _("That was not the code, three times. We can send you a new one."))
        return redirect(request.get_full_path())
    return _ask_again(request, form, sent=True)


def _code_sent(request: SignedIn) -> HttpResponse:
    """As for the door: few codes for one address, and fewer from one place."""
    asking = RequestLoginCodeForm({"email": request.user.email})
    if not asking.is_valid():
        return _ask_again(request, asking)
    Code.begin(request)
    return redirect(request.get_full_path())


def _ask_again(request: SignedIn, form: Form, *, sent: bool = False) -> HttpResponse:
    context = {"form": form, "sent": sent, "next": get_next_redirect_url(request) or ""}
    return render(request, "accounts/again.html", context, status=422 if form.is_bound else 200)


@login_required
@asked_again
@require_http_methods(["GET", "HEAD", "POST"])
def leaving_page(request: SignedIn) -> HttpResponse:
    """What is kept and what goes, the file to take along, and the way out: behind a password or code, once more."""
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
@asked_again
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
