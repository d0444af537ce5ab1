"""Why a listing cannot go public yet, in words for the curator."""

from accounts.errors import DomainError


class CannotPublish(DomainError):
    """Something is missing that a visitor relies on."""
