"""Why an account cannot be deleted right now. The apps above know their reasons; they are only collected here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from accounts.models import User

# Gives a sentence for each of these people who cannot go yet, for staff.
Reasons = Callable[[list[User]], Iterable[str]]
_reasons: list[Reasons] = []


def asks(reasons: Reasons) -> Reasons:
    """Register one more that is asked before anybody is deleted at the desk."""
    _reasons.append(reasons)
    return reasons


def why_not(people: Iterable[User]) -> list[str]:
    """All that speaks against deleting these people now."""
    leaving = list(people)
    return [sentence for reasons in _reasons for sentence in reasons(leaving)]
