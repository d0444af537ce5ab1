"""Links in mail: a task has no request to ask for its host."""

from django.conf import settings


def absolute(path: str) -> str:
    """The full address of a path on this site."""
    return f"{settings.SITE_URL}{path}"
