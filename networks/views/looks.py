"""Who looked: for the owner alone, by day, newest first."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import SignedIn
from networks import looked
from networks.models import Look

A_PAGE = 50


@login_required
@require_safe
def who_looked(request: SignedIn) -> HttpResponse:
    rows = Look.objects.at(request.user).select_related("membership__tie", "viewer")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {"nav": "network", "page": page, "days": looked.by_day(page.object_list)}
    return render(request, "networks/who_looked.html", context)
