"""Accounts for staff: who there is, not what they wrote."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from accounts import leaving
from accounts.models import Consent, User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Passwords are the person's own business: they reset them by e-mail."""

    list_display = ("email", "name", "is_active", "is_staff", "joined_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "time_zone", "language", "is_active", "is_staff", "groups", "user_permissions")
    readonly_fields = ("email", "name", "time_zone", "language")
    filter_horizontal = ("groups", "user_permissions")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves; nobody makes an account for somebody else."""
        del request
        return False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, list[str]]:
        """With the reasons why somebody cannot go yet; where there is one, the desk deletes nobody."""
        deleted, counts, forbidden, protected = super().get_deleted_objects(objs, request)
        return deleted, counts, forbidden, [*protected, *leaving.why_not(objs)]


@admin.register(Consent)
class ConsentAdmin(admin.ModelAdmin):
    """The record, to read only."""

    list_display = ("recorded_at", "subject", "purpose", "act", "grantee")
    list_filter: ClassVar = ["purpose", "act"]
    list_select_related = ("subject", "grantee")

    def has_add_permission(self, request: HttpRequest) -> bool:
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: Consent | None = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Consent | None = None) -> bool:
        del request, obj
        return False
