"""What somebody keeps: listings, searches, and what gets in their way."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.middleware import safe_page
from accounts.requests import SignedIn
from resources import newly, services
from resources.forms.saving import InTheWayForm, SearchNameForm
from resources.models import FindingWishes, SavedListing, SavedSearch, Service
from resources.views.listing import visible


@login_required
@require_POST
def save(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    service = visible(request, pk)
    services.save_listing(service=service, by=request.user)
    return _saved_or_not(request, service, saved=True)


@login_required
@require_POST
def drop(request: SignedIn, pk: uuid.UUID) -> HttpResponse:
    """Whether or not it is public still."""
    mine = SavedListing.objects.filter(owner=request.user, service=pk).select_related("service").first()
    service = mine.service if mine else visible(request, pk)
    services.drop_listing(service=service, by=request.user)
    return _saved_or_not(request, service, saved=False)


def _saved_or_not(request: SignedIn, service: Service, *, saved: bool) -> HttpResponse:
    if request.htmx:
        context = {"service": service, "is_saved": saved, "just_now": True}
        return render(request, "resources/_save.html", context)
    words = _("“%(name)s” is saved.") if saved else _("“%(name)s” is no longer saved.")
    messages.success(request, words % {"name": service.name})
    came_from = safe_page(request)
    return redirect(came_from if came_from != "/" else "saved")


@login_required
@require_safe
def saved(request: SignedIn) -> HttpResponse:
    rows = SavedListing.objects.filter(owner=request.user)
    rows = rows.select_related("service__organization", "service__source", "service__verification")
    context = {
        "rows": rows,
        "searches": SavedSearch.objects.of(request.user),
        "letters_off": services.wants_no_letters(request.user.pk),
        "nav": "find",
    }
    return render(request, "resources/saved.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def search_save(request: SignedIn) -> HttpResponse:
    """The search itself stands in this page's own address, as it stood in that of the results."""
    query = newly.with_place(request.GET.urlencode())
    placed = bool(request.GET.get("place"))
    data = request.POST if request.method == "POST" else None
    form = SearchNameForm(data, with_place=placed, initial={"name": request.GET.get("q", "")[:200]})
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        services.save_search(
            by=request.user,
            query=query if said.get("keep_place") else newly.without_place(query),
            name=said["name"],
            form_key=said["form_key"],
            now=timezone.now(),
        )
        messages.success(
            request, _("Saved. Once a week at most we write to you, only when there is something new.")
        )
        return redirect("saved")
    context = {"form": form, "nav": "find"}
    return render(request, "resources/search_save.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def search_drop(request: SignedIn, pk: int) -> HttpResponse:
    search = get_object_or_404(SavedSearch.objects.of(request.user), pk=pk)
    services.drop_search(search=search, by=request.user)
    messages.success(request, _("Removed."))
    return redirect("saved")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def in_the_way(request: SignedIn) -> HttpResponse:
    wishes = FindingWishes.objects.filter(owner=request.user).first()
    known = {"what": wishes.in_the_way if wishes else []}
    form = InTheWayForm(request.POST) if request.method == "POST" else InTheWayForm(initial=known)
    if form.is_bound and form.is_valid():
        services.say_what_is_in_the_way(by=request.user, what=form.cleaned_data["what"], now=timezone.now())
        messages.success(request, _("Kept for you alone. You can change or erase it any time."))
        return redirect("resources")
    context = {"form": form, "wishes": wishes, "nav": "find"}
    return render(request, "resources/in_the_way.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def in_the_way_erase(request: SignedIn) -> HttpResponse:
    services.erase_what_is_in_the_way(by=request.user)
    messages.success(request, _("Erased."))
    return redirect("in_the_way")


@login_required
@require_POST
def picks_wish(request: SignedIn) -> HttpResponse:
    """Pick something for me, or do not."""
    services.wish_for_picks(by=request.user, wanted="on" in request.POST, now=timezone.now())
    return redirect("in_the_way")
