"""What holds for every answer of the API: nobody is known, any page may ask, nobody may ask too often."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from resources.api import streaming
from resources.api.streaming import Stream

PREFIX, PAGES = "/api/hsds/", ("/docs",)
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After",
}
PREFLIGHT = {
    **OPEN,
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match, Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}


class DirectoryApiMiddleware:
    """Stands before the session, so that a cookie somebody's browser sends along changes nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(PREFIX) or request.path.endswith(PAGES):
            return self.get_response(request)
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=PREFLIGHT)
        request.COOKIES = {}
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD", "OPTIONS"], headers=OPEN)
        response = self.limited(request) or self.answered(request)
        for name, value in OPEN.items():
            response[name] = value
        return response

    def answered(self, request: HttpRequest) -> HttpResponseBase:
        """To HEAD as to GET; whoever serves us leaves the words out."""
        asked, request.method = request.method, "GET"
        response = self.streamed(request) if is_stream(request) else self.get_response(request)
        request.method = asked
        # Nobody is known, so neither a cookie nor a language makes a difference.
        response["Vary"] = "Accept-Encoding"
        if asked == "HEAD" and isinstance(response, Stream):
            response.give_back()
            return HttpResponse(headers=response.headers)
        return marked(request, response) if isinstance(response, HttpResponse) else response

    def streamed(self, request: HttpRequest) -> HttpResponseBase:
        places = streaming.enter(get_ip(request))
        if places is None:
            return refused("Others are reading everything at this moment.", wait=60, status=503)
        if not places:
            return refused("You are reading everything already. Please read it to its end.", wait=60)
        response = self.get_response(request)
        if isinstance(response, Stream):
            response.places = places
        else:
            streaming.leave(places)
        return response

    def limited(self, request: HttpRequest) -> HttpResponse | None:
        stream = is_stream(request)
        amount, seconds = settings.DIRECTORY_API_STREAMS if stream else settings.DIRECTORY_API_RATE
        wait = over(f"{get_ip(request)} {stream}", amount, seconds)
        if wait is None:
            return None
        return refused("You have asked very often.", wait=wait)


def is_stream(request: HttpRequest) -> bool:
    return request.GET.get("format") == "ndjson"


def marked(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """With an ETag; without its words when the client has them."""
    if response.status_code != 200:
        return response
    # Of the whole answer: a phone that changes changes its listing, though the row of the listing stays.
    mark = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    response["ETag"] = mark
    response.setdefault("Cache-Control", "public, max-age=60")
    return get_conditional_response(request, etag=mark, response=response) or response


def refused(why: str, *, wait: int, status: int = 429) -> HttpResponse:
    words = f"{why} Please wait {wait} seconds, then go on."
    return JsonResponse({"detail": words}, status=status, headers={"Retry-After": str(wait)})


def over(who: str, amount: int, seconds: int) -> int | None:
    """Seconds to wait when `who` asked more than `amount` times in this window, counted where tries to sign in
    are. The address itself is not kept."""
    window, past = divmod(int(time.time()), seconds)
    key = f"hsds:{hashlib.sha256(f'{settings.SECRET_KEY}{who}'.encode()).hexdigest()[:32]}:{window}"
    asked = int(cache.get(key, 0)) + 1
    # Not `incr`: that would let it be forgotten after the cache's own few minutes, however long the window is.
    cache.set(key, asked, timeout=seconds)
    return seconds - past if asked > amount else None
