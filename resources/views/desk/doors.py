"""Who may sit at the desk, and at what. To everybody else it is not there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from resources.models import Service
from resources.services import holding

View = Callable[..., HttpResponse]


def curators_only(permission: str = "change_service") -> Callable[[View], View]:
    """Signed in, staff, and allowed this; otherwise 404, as for any page that is not theirs."""

    def around(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not (user.is_staff and user.has_perm(f"resources.{permission}")):
                raise Http404
            return view(request, *args, **kwargs)

        return login_required(guarded)

    return around


def stays_only(view: View) -> View:
    """Of a listing that was merged into another nothing changes: its page leads to the one that stays.

    Whoever sends something holds the listing from here on, so that the view reads what the change begins with.
    """

    @wraps(view)
    def guarded(request: HttpRequest, pk: uuid.UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return _gone(request, pk) or view(request, pk, *args, **kwargs)
        with transaction.atomic():
            holding.hold(pk)
            back = None if kwargs.get("act") == "unmerge" else _gone(request, pk)
            return back or view(request, pk, *args, **kwargs)

    return guarded


def _gone(request: HttpRequest, pk: uuid.UUID) -> HttpResponse | None:
    gone = Service.objects.select_related("merged_into").filter(pk=pk, merged_into__isnull=False).first()
    if gone is None or gone.merged_into is None:
        return None
    said = _("“%(old)s” was made one with “%(name)s”. Nothing was changed. Here is the one that stays.")
    messages.info(request, said % {"old": gone.name, "name": gone.merged_into.name})
    return redirect("desk_listing", pk=gone.merged_into.pk)
