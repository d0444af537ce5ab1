"""How the network looked three and twelve months ago."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Prefetch, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import SignedIn
from networks import history
from networks.models import Tie, TieMove, Touch


@login_required
@require_safe
def then(request: SignedIn) -> HttpResponse:
    months = 12 if request.GET.get("months") == "12" else 3
    day = history.months_before(timezone.localtime(), months)
    found = _seen(request.user, day)
    groups = history.groups(found)
    context = {
        "nav": "network",
        "months": months,
        "title": _("Your network a year ago") if months == 12 else _("Your network three months ago"),
        "day": day,
        "groups": groups,
        "pictures": history.pictures(groups),
        "anybody": any(group.rows for group in groups),
        "changes": history.changes(found),
    }
    return render(request, "networks/history.html", context)


def _seen(user: User, day: dt.datetime) -> list[history.Seen]:
    latest = Touch.objects.filter(tie=OuterRef("pk"), happened_at__lte=day).order_by("-happened_at")
    moves = Prefetch("moves", TieMove.objects.order_by("moved_at", "pk"), to_attr="all_moves")
    ties = Tie.objects.kept_by(user).in_order().prefetch_related(moves)
    ties = ties.annotate(last_then=Subquery(latest.values("happened_at")[:1]))
    return [history.seen(tie, tie.all_moves, tie.last_then, then=day) for tie in ties]
