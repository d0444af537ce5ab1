"""My network: the picture, the list, each person's page, and who was let go for now."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from networks import offering, pages, seeing, services, wished
from networks.forms import TieForm, TouchForm
from networks.models import Circle, Tie


@login_required
@require_safe
def network(request: SignedIn) -> HttpResponse:
    context = pages.network(request.user, request.GET)
    if request.htmx and not request.htmx.history_restore_request:
        return render(request, "networks/_network.html", context)
    user, now, wishes = request.user, timezone.localtime(), wished.by(request.user)
    ties, off = [row.tie for row in context["everybody"]], wishes.suggestions_off_at is not None
    context["heard"] = pages.heard(ties, user, now)
    context["offer"] = offering.to(user, ties, now=now, off=off)
    context["wants_a_look"] = seeing.wants_a_look(user, wishes, now=now)
    context["somebody_asks"] = wishes.asked
    context["gap"] = pages.gap(context, not_now_at=wishes.gap_not_now_at)
    context["logged"] = pages.just_logged(request.user, request.GET.get("logged", ""))
    return render(request, "networks/network.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tie_add(request: SignedIn) -> HttpResponse:
    if request.method != "POST":
        circle = request.GET.get("circle", "")
        form = TieForm(initial={"circle": circle if circle in Circle.values else None})
        return render(request, "networks/tie_add.html", {"form": form, "nav": "network"})
    form = TieForm(request.POST)
    if not form.is_valid():
        return render(request, "networks/tie_add.html", {"form": form, "nav": "network"}, status=422)
    added = services.add_tie(by=request.user, form_key=form.cleaned_data["form_key"], **form.details())
    messages.success(request, _("%(name)s is in your network now.") % {"name": added.name})
    return redirect("network")


@login_required
@require_safe
def tie(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(Tie.objects.kept_by(request.user).with_standing(), pk=pk)
    if found.archived_at:
        return redirect("archived")
    return render(request, "networks/tie.html", pages.of_tie(found, TouchForm()))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tie_edit(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(Tie.objects.visible_to(request.user), pk=pk)
    form = TieForm(request.POST) if request.method == "POST" else TieForm.of(found)
    if form.is_bound and form.is_valid():
        services.edit_tie(tie=found, by=request.user, **form.details())
        messages.success(request, _("Saved."))
        return redirect("tie", pk=pk)
    context = {"form": form, "tie": found, "nav": "network"}
    return render(request, "networks/tie_edit.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tie_remove(request: SignedIn, pk: int) -> HttpResponse:
    if request.method != "POST":
        found = get_object_or_404(Tie.objects.kept_by(request.user).with_standing(), pk=pk)
        return render(request, "networks/tie_remove.html", {"tie": found, "nav": "network"})
    found = get_object_or_404(Tie.objects.ever_of(request.user), pk=pk)
    services.remove_tie(tie=found, by=request.user)
    messages.success(request, _("%(name)s is no longer in your network.") % {"name": found.name})
    return redirect("network")


@login_required
@require_safe
def quiet(request: SignedIn) -> HttpResponse:
    """Whom one has not been in touch with for longer than one wished."""
    context = {"rows": pages.quiet(request.user), "off": services.wants_no_suggestions(owner=request.user)}
    return render(request, "networks/quiet.html", context | {"nav": "network"})


@login_required
@require_safe
def archived(request: SignedIn) -> HttpResponse:
    """Who was let go for now, each with a way back."""
    ties = Tie.objects.archived_by(request.user).order_by("name", "pk")
    return render(request, "networks/archived.html", {"ties": ties, "nav": "network"})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tie_archive(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(Tie.objects.kept_by(request.user).with_standing(), pk=pk)
    if request.method != "POST":
        return render(request, "networks/tie_archive.html", {"tie": found, "nav": "network"})
    services.archive_tie(tie=found, by=request.user)
    words = _("You let %(name)s go for now. You can bring them back at any time.")
    messages.success(request, words % {"name": found.name})
    return redirect("archived")


@login_required
@require_POST
def tie_restore(request: SignedIn, pk: int) -> HttpResponse:
    found = get_object_or_404(Tie.objects.kept_by(request.user), pk=pk)
    services.restore_tie(tie=found, by=request.user)
    messages.success(request, _("%(name)s is back in your network.") % {"name": found.name})
    return redirect("network")
