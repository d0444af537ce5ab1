"""The side of whoever opens a share link: read what it would mean, ask, take it back.

As with an invitation the token becomes an id in the session at once. Asking needs an account; signing in or up comes
back to this page.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import DomainError
from accounts.models import User
from accounts.requests import SignedIn
from networks import services
from networks.joining_forms import JoinForm
from networks.models import JoinRequest, Membership, ShareLink

LINK = "share_link_id"


@never_cache
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    link = ShareLink.objects.for_token(token)
    if link is None:
        return _unknown(request)
    request.session[LINK] = link.pk
    response = redirect("join_page")
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_page(request: HttpRequest) -> HttpResponse:
    link = _from_session(request)
    if link is None:
        return _unknown(request)
    form = JoinForm(request.POST if request.method == "POST" else None)
    if isinstance(request.user, User) and form.is_bound and form.is_valid():
        try:
            services.ask_to_join(link=link, by=request.user, now=timezone.now(), **form.cleaned_data)
        except DomainError as refusal:
            messages.info(request, str(refusal))
        return redirect("join_page")
    return _page(request, link, form)


@never_cache
@login_required
@require_POST
def take_back(request: SignedIn) -> HttpResponse:
    link = _from_session(request)
    if link is None:
        return _unknown(request)
    services.take_back(owner=link.owner, by=request.user, now=timezone.now())
    messages.success(request, _("Done. You do not ask any more."))
    return redirect("join_page")


def _page(request: HttpRequest, link: ShareLink, form: JoinForm) -> HttpResponse:
    """What fits whoever looks: the link's owner, somebody who joined, who asked, or who may ask."""
    user = request.user if isinstance(request.user, User) else None
    context = {"owner": link.owner.called, "form": form}
    if user == link.owner:
        return redirect("share_link")
    if user and Membership.objects.of(link.owner).supported_by(user).exists():
        return render(request, "networks/invited_joined.html", context)
    asked = _asked(link.owner, user) if user else None
    if asked:
        return render(request, "networks/join_asked.html", context | {"asked": asked})
    if not ShareLink.objects.live(timezone.now()).filter(pk=link.pk).exists():
        return render(request, "networks/join_ended.html", context, status=410)
    return render(request, "networks/join.html", context, status=422 if form.errors else 200)


def _asked(owner: User, user: User) -> JoinRequest | None:
    """What they asked and was not said yes to. Whether it was declined makes no difference to be seen."""
    asked = JoinRequest.objects.to(owner).by(user)
    return asked.filter(approved_at=None, taken_back_at=None).order_by("-pk").first()


def _from_session(request: HttpRequest) -> ShareLink | None:
    pk = request.session.get(LINK)
    return ShareLink.objects.select_related("owner").filter(pk=pk).first() if pk else None


def _unknown(request: HttpRequest) -> HttpResponse:
    return render(request, "networks/join_unknown.html", status=404)
