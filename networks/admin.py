"""For staff who help somebody: whether and when, never what was written. All of it read-only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.desk import Watched
from networks.models import Invitation, Look, Membership, Tie


class ReadOnly(Watched):
    """A list to look at: no page of its own for a row, whose title would be somebody's name."""

    what = Look.DESK
    list_display_links = None
    actions = None

    def owners(self, row: Any) -> Iterable[int]:
        return [row.owner_id]

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

    def owners(self, row: Any) -> Iterable[int]:
        return [row.tie.owner_id]

    @admin.display(ordering="tie__owner")
    def owner(self, invitation: Invitation) -> str:
        return str(invitation.tie.owner)


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    list_display = ["id", "owner", "member", "shown", "created_at", "ended_at"]
    list_select_related = ["owner", "member"]
