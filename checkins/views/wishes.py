"""What helps you: what an owner wishes for, one thing at a time, each shown as others would read it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedIn
from checkins import services, until
from checkins.forms import CompanyForm, FlareWishForm, HelpsForm, SignsForm
from checkins.forms.wishes import WishForm
from checkins.models import Wishes
from checkins.pages import easing
from checkins.views.today import posted
from networks.models import Membership

FORMS: dict[str, type[WishForm]] = {
    "helps": HelpsForm,
    "signs": SignsForm,
    "company": CompanyForm,
    "flare": FlareWishForm,
}


@require_safe
@login_required
def wishes(request: SignedIn) -> HttpResponse:
    """All of them, each in a sentence."""
    found = easing.wishes_of(request.user)
    context = {
        "nav": "today",
        "wishes": found,
        "signs": _signs(found),
        "flare_tells": list(easing.flare_tells(found)),
        "anybody": Membership.objects.of(request.user).exists(),
    }
    return render(request, "checkins/wishes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def wish(request: SignedIn, part: str) -> HttpResponse:
    """One of them: look how it reads as often as wanted, save it when it is right."""
    form = _form(request, part)
    only_looks = "look" in request.POST or bool(request.htmx)
    if form.is_bound and form.is_valid() and not only_looks:
        services.wish(owner=request.user, **form.wished())
        messages.success(request, _("Saved."))
        return redirect("wishes")
    context = {"nav": "today", "part": part, "form": form, **_reads(request, form)}
    name = "_wish_reads.html" if request.htmx else f"wishes_{part}.html"
    return render(request, f"checkins/{name}", context, status=422 if form.errors else 200)


def _form(request: SignedIn, part: str) -> WishForm:
    if part not in FORMS:
        raise Http404
    return FORMS[part](posted(request), wishes=easing.wishes_of(request.user))


def _reads(request: SignedIn, form: WishForm) -> dict[str, Any]:
    """How it reads as it stands in the form now, or as it was saved."""
    found, typed = easing.wishes_of(request.user), form.typed()
    tells = list(typed.pop("flare_tells", easing.flare_tells(found)))
    for name, value in typed.items():
        setattr(found, name, value)
    return {
        "wishes": found,
        "signs": _signs(found),
        "anybody": Membership.objects.of(request.user).exists(),
        **_letter(form, found, tells),
    }


def _letter(form: WishForm, wishes: Wishes, tells: list[Membership]) -> dict[str, Any]:
    """Who would be written to, and what."""
    if isinstance(form, FlareWishForm) and tells:
        usual = until.tomorrow_morning(timezone.now(), wishes.owner.zone)
        return {"told": tells, "letter": easing.flare_letter(wishes, tells[0], until=usual)}
    if isinstance(form, CompanyForm) and wishes.company_from:
        letter = easing.company_letter(wishes, wishes.company_from)
        return {"told": [wishes.company_from], "letter": letter}
    return {}


def _signs(wishes: Wishes) -> list[str]:
    return [str(Wishes.Sign(sign).label) for sign in wishes.signs_of_life]
