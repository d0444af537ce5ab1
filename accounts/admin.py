"""Accounts for staff: who there is, not what they wrote."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from allauth.account import admin as addresses
from allauth.usersessions import admin as sessions
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import leaving, services
from accounts.desk import Watched
from accounts.models import Consent, KeptConsent, User

# Lists that come along with the sign-in, of addresses and of where everybody is signed in: nobody's work needs them.
admin.site.unregister([addresses.EmailAddress, sessions.UserSession])


@admin.register(User)
class UserAdmin(Watched):
    """Passwords are the person's own business: they reset them by e-mail."""

    what = "account"
    list_display = ("email", "name", "is_active", "is_staff", "joined_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "time_zone", "language", "is_active", "is_staff", "groups", "user_permissions")
    readonly_fields = ("email", "name", "time_zone", "language")
    filter_horizontal = ("groups", "user_permissions")

    def owners(self, row: User) -> Iterable[int]:
        return [row.pk]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves; nobody makes an account for somebody else."""
        del request
        return False

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, list[str]]:
        """Who goes, and the reasons why somebody cannot yet: where there is one, the desk deletes nobody.

        All that is theirs goes along, whoever may look at it; what it is, is not listed here.
        """
        del request
        people = list(objs)
        return [str(one) for one in people], {_("people"): len(people)}, set(), leaving.why_not(people)

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """As when they go themselves."""
        services.erase(person=obj, now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for person in queryset:
            self.delete_model(request, person)


class RecordAdmin(admin.ModelAdmin):
    """To read only."""

    list_filter: ClassVar = ["purpose", "act"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        del request
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        del request, obj
        return False


@admin.register(Consent)
class ConsentAdmin(Watched, RecordAdmin):
    """Without the words, which say what somebody calls another."""

    what = "consents"
    exclude = ("text",)
    list_display = ("recorded_at", "subject", "purpose", "act", "grantee")
    list_select_related = ("subject", "grantee")

    def owners(self, row: Consent) -> Iterable[int | None]:
        return [row.subject_id, row.grantee_id]


@admin.register(KeptConsent)
class KeptConsentAdmin(RecordAdmin):
    """Of those who left. Found by the number in the letter that they have."""

    list_display = ("recorded_at", "number", "purpose", "act", "kept_at")
    search_fields = ("number",)
