"""What leaves, for staff to look at: never the words."""

from collections.abc import Iterable

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.desk import Watched
from accounts.models import User
from outbox.models import BrokenAddress, Heartbeat, Message


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Message)
class MessageAdmin(Watched, ReadOnly):
    """What waits, went out or failed. Never the words: those are between the people."""

    what = "letters"
    list_display = ["kind", "not_before", "attempts", "sent_at", "cancelled_at", "failed_at"]
    list_filter = ["kind", "channel"]
    date_hierarchy = "created_at"
    fields = readonly_fields = (
        "kind",
        "channel",
        "not_before",
        "next_attempt_at",
        "attempts",
        "sent_at",
        "cancelled_at",
        "failed_at",
        "last_error",
    )

    def owners(self, row: Message) -> Iterable[int | None]:
        return [row.owner_id, row.recipient_id]


@admin.register(BrokenAddress)
class BrokenAddressAdmin(Watched, ReadOnly):
    what = "account"
    list_display = ["address", "found_at", "reason"]

    def owners(self, row: BrokenAddress) -> Iterable[int]:
        return User.objects.filter(email=row.address).values_list("pk", flat=True)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnly):
    """What runs by itself: when it last did, and what the watchdog found."""

    list_display = ["name", "beat_at", "found"]
    fields = readonly_fields = ("name", "beat_at", "found", "findings")

    @admin.display(description=_("what it found"))
    def found(self, heartbeat: Heartbeat) -> str:
        return heartbeat.words or str(_("nothing: all is well"))
