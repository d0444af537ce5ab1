"""Who may sit at the desk. To everybody else it is not there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse

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
