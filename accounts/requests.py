"""Requests as views behind a sign-in get them; for the type checker only."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class SignedIn(HttpRequest):
    """Behind `login_required`."""

    user: User
    htmx: HtmxDetails
