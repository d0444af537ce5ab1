"""Signs of life: whoever wished it is checked in by what they do here anyway."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User
from checkins import links, services
from checkins.models import Wishes

logger = logging.getLogger(__name__)

# What shows that somebody is there, by the name of the page it was sent to: pages of other rooms know nothing of
# check-ins. A test holds that each name exists, and that it is decided of every page. Signing in has no page of its
# own; the adapter in `supportnet` tells of it.
SIGNS: dict[str, Wishes.Sign] = {
    "tie_log": Wishes.Sign.TOUCH,
    "silence": Wishes.Sign.ANSWER,
    "alert_by_mail": Wishes.Sign.ANSWER,
    "ladder_request": Wishes.Sign.ANSWER,
}


class SignsOfLifeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        sign = _sign(request)
        # A refused form says that somebody is there, but not that they did what they wished to count.
        if sign and response.status_code < 400:
            notice(sign, lambda: _who(request))
        return response


def _sign(request: HttpRequest) -> Wishes.Sign | None:
    match = request.resolver_match
    return SIGNS.get(match.view_name) if match and request.method == "POST" else None


def _who(request: HttpRequest) -> User | None:
    """Whoever is signed in, or whom the link in an alert was sent to."""
    match = request.resolver_match
    if match and "token" in match.kwargs:
        step = links.step_from(match.kwargs["token"])
        return step.membership.member if step and step.membership else None
    return request.user if request.user.is_authenticated else None


def notice(sign: Wishes.Sign, who: Callable[[], User | None]) -> None:
    """Count it if they wished so: one query if not. What goes wrong here never spoils what they did."""
    try:
        person = who()
        if person is not None:
            services.sign_of_life(owner=person, sign=sign.value, now=timezone.now())
    except Exception:
        logger.exception("A sign of life could not be counted.")
