"""What holds for every page: whose time and language it is in, that it is private, and what a refusal says."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.errors import DomainError


class PreferencesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self._lead_on(request)
        person = request.user  # kept, because signing out puts nobody in their place
        with timezone.override(person.zone), translation.override(person.language):
            response = self._lead_on(request)
        response.setdefault("Content-Language", person.language)
        # The back button after "leave quickly" must find nothing.
        add_never_cache_headers(response)
        return response

    def _lead_on(self, request: HttpRequest) -> HttpResponse:
        """No button ends on an empty page: neither pressed after being signed out, nor its address typed."""
        response = self.get_response(request)
        if request.method == "POST" and asks_to_sign_in(response, then=request.get_full_path()):
            return to_the_door(request, response)
        if response.status_code == 405 and request.method == "GET" and not response.content:
            response.content = render_to_string("405.html", request=request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal that no view expected: two tabs, a double tap. Its words, on the page they came from."""
        if not isinstance(exception, DomainError):
            return None
        there = safe_page(request)
        if there == request.get_full_path() and request.method in ("GET", "HEAD"):
            return None  # it would be refused again, for ever
        messages.info(request, str(exception))
        if not request.headers.get("HX-Request"):
            return HttpResponseRedirect(there)
        return HttpResponse(
            str(exception), status=409, content_type="text/plain", headers={"HX-Redirect": there}
        )

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> SimpleTemplateResponse:
        """A form that was refused answers 422, as our own views do; allauth's answer 200."""
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None):
            response.status_code = 422
        return response


def asks_to_sign_in(response: HttpResponse, *, then: str) -> bool:
    """Whether it leads to the door and from there to `then`."""
    door = urlsplit(response.headers.get("Location", ""))
    return door.path == resolve_url(settings.LOGIN_URL) and QueryDict(door.query).get("next") == then


def to_the_door(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """From there back to the page with the button: its own address may have nothing to show."""
    messages.info(request, _("Nothing has happened yet. Sign in, then press the button once more."))
    there = safe_page(request)
    response = response if there == "/" else redirect_to_login(there)
    if not request.headers.get("HX-Request"):
        return response
    return HttpResponse(status=401, headers={"HX-Redirect": response["Location"]})


def safe_page(request: HttpRequest) -> str:
    """The page of ours somebody came from; the start page where there is none or it is this very one."""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}):
        return "/"
    came_from = urlsplit(referer)
    path = came_from._replace(scheme="", netloc="", fragment="").geturl()
    again = request.method in ("GET", "HEAD") and came_from.path == request.path
    # Once more: "//elsewhere" as a path of ours would be another site.
    safe = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if safe and not again else "/"
