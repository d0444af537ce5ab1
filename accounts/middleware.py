"""What a page must know of the person before it is drawn: their time, their language, that it is private."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers


class PreferencesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        person = request.user  # kept, because signing out puts nobody in their place
        with timezone.override(person.zone), translation.override(person.language):
            response = self.get_response(request)
        response.setdefault("Content-Language", person.language)
        # The back button after "leave quickly" must find nothing.
        add_never_cache_headers(response)
        return response

    def process_template_response(
        self, request: HttpRequest, response: SimpleTemplateResponse
    ) -> SimpleTemplateResponse:
        """A form that was refused answers 422, as our own views do; allauth's answer 200."""
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None):
            response.status_code = 422
        return response
