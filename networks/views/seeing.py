"""Who can see what, all on one page and changed in place; and the record of what was agreed to."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedIn
from networks import seeing, services
from networks.models import Membership
from networks.sharing_forms import OUTDATED, SharesForm

A_PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def who_sees(request: SignedIn) -> HttpResponse:
    """Each member's ticks are a form of their own; saving one leaves the others as they are."""
    bound = of = None
    if request.method == "POST":
        typed = request.POST.get("of", "")
        mine = Membership.objects.of(request.user).select_related("tie")
        of = get_object_or_404(mine, pk=typed if typed.isdecimal() and len(typed) < 19 else 0)
        bound = SharesForm(request.POST, membership=of, auto_id=f"id_{of.pk}_%s")
        if bound.is_valid():
            saved = services.change_shares(
                membership=of, by=request.user, shares=bound.ticked, seen=bound.seen_before
            )
            words = _("Saved for %(name)s. It counts from now on.") % {"name": of.tie.name}
            messages.success(request, OUTDATED if bound.is_outdated_by(saved) else words)
            return redirect(f"{reverse('who_sees')}#seer-{of.pk}")
    context = {"nav": "network", "seers": seeing.seers(request.user, bound=bound, of=of)}
    return render(request, "networks/who_sees.html", context, status=422 if bound else 200)


@login_required
@require_POST
def looks_right(request: SignedIn) -> HttpResponse:
    """They went through it; in three months it is offered again."""
    seeing.note_review(request.user, now=timezone.now())
    messages.success(request, _("Thank you. We ask again in three months."))
    return redirect("network")


@login_required
@require_safe
def consents(request: SignedIn) -> HttpResponse:
    page = Paginator(seeing.record(request.user), A_PAGE).get_page(request.GET.get("page"))
    context = {"nav": "network", "page": page, "entries": seeing.entries(request.user, page.object_list)}
    return render(request, "networks/consents.html", context)
