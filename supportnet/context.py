"""What every page's frame needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from networks.models import Membership

THEMES = ("auto", "light", "dim")


def supports_someone(user: User | AnonymousUser) -> bool:
    return isinstance(user, User) and Membership.objects.supported_by(user).exists()


def site(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "auto")
    return {
        "theme": theme if theme in THEMES else "auto",
        "local_mode": settings.LOCAL,
        # Asked only by the bar of somebody signed in, not by fragments.
        "supports_someone": SimpleLazyObject(lambda: supports_someone(request.user)),
    }
