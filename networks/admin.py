"""For staff who help somebody: whether and when, never what was written. All of it read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import User
from networks.models import Invitation, Membership, Tie
from networks.services import looks


class ReadOnly(admin.ModelAdmin):
    """A list to look at: no page of its own for a row, whose title would be somebody's name.

    Whoever is in it reads in their list of who looked that it was opened.
    """

    list_display_links = None
    actions = None

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        shown = getattr(response, "context_data", {}).get("cl")
        if isinstance(shown, ChangeList) and isinstance(request.user, User):
            owners = [self.owner_id(row) for row in shown.result_list]
            looks.note_at_desk(viewer=request.user, owners=owners, now=timezone.now())
        return response

    def owner_id(self, row: Any) -> int:
        return int(row.owner_id)

    def has_add_permission(self, request: HttpRequest) -> bool:
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        del request, obj
        return False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return obj is None and super().has_view_permission(request)


@admin.register(Tie)
class TieAdmin(ReadOnly):
    """Without the name: whom somebody knows is theirs."""

    list_display = ["id", "owner", "circle", "created_at", "removed_at"]
    list_select_related = ["owner"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnly):
    """Without address, words and link."""

    list_display = [
        "id",
        "owner",
        "sent_count",
        "last_sent_at",
        "expires_at",
        "accepted_at",
        "declined_at",
        "withdrawn_at",
    ]
    list_select_related = ["tie__owner"]

    def owner_id(self, row: Any) -> int:
        return int(row.tie.owner_id)

    @admin.display(ordering="tie__owner")
    def owner(self, invitation: Invitation) -> str:
        return str(invitation.tie.owner)


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    list_display = ["id", "owner", "member", "shares", "created_at", "ended_at"]
    list_select_related = ["owner", "member"]
