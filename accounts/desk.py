"""Somebody at the desk is shown what is a person's: told to whoever keeps the list of who looked.

That list is known above; it says in `notes` that it wants to hear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse

from accounts.models import User

# Who looked, at what is whose (their ids), and what it was: a word of `Watched.what`.
Notes = Callable[[User, Iterable[int], str], None]
_notes: list[Notes] = []


def notes(note: Notes) -> Notes:
    """Register who writes it down."""
    _notes.append(note)
    return note


def looked(request: HttpRequest, owners: Iterable[int | None], what: str) -> None:
    found = sorted({pk for pk in owners if pk is not None})
    if isinstance(request.user, User) and found:
        for note in _notes:
            note(request.user, found, what)


class Watched(admin.ModelAdmin):
    """Whoever is in the list, or on the page of one row, reads in their list of who looked that it was opened.

    It can be narrowed by what is offered to narrow it by, and by nothing that somebody types into the address.
    """

    what: ClassVar[str]

    def owners(self, row: Any) -> Iterable[int | None]:
        """Whose it is."""
        raise NotImplementedError

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        offered = {name for name in self.list_filter if isinstance(name, str)}
        narrowed_by = {lookup.split("__")[0]} & {*offered, self.date_hierarchy}
        return bool(narrowed_by) and super().lookup_allowed(lookup, value, request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", {}).get("cl")
        if isinstance(shown, ChangeList):
            looked(request, (pk for row in shown.result_list for pk in self.owners(row)), self.what)
        return response

    def get_object(self, request: HttpRequest, *given: Any) -> Any:
        """What a page of one row begins with: to look, to change, to delete, its history."""
        row = super().get_object(request, *given)
        if row is not None and self.has_view_or_change_permission(request, row):
            looked(request, self.owners(row), self.what)
        return row
