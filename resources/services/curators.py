"""Who curates, and what they may do."""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from accounts.models import User

CURATORS = "Curators"
# What a curator may do: everything in the directory, except remove what was verified or make up a check.
CURATED = (
    *("organization", "service", "location", "serviceatlocation", "address", "phone", "schedule"),
    *("language", "costoption", "servicearea", "accessibility", "helpline"),
    *("openingexception", "requireddocument", "url", "attribute", "taxonomyterm", "synonym", "donotlist"),
)
# They stay, whatever becomes of them.
KEPT = ("organization", "service", "taxonomyterm")
MORE = (
    *("verify_service", "publish_service", "view_verification", "view_source", "view_taxonomy"),
    *("view_changerequest", "change_changerequest", "view_change", "view_claim", "change_claim"),
    *("view_feedback", "change_feedback"),
)


def wanted() -> list[str]:
    """The names of a curator's permissions. The migrations write the same ones; a test compares."""
    own = [f"{act}_{model}" for model in CURATED for act in ("add", "change", "view")]
    return [*own, *(f"delete_{model}" for model in CURATED if model not in KEPT), *MORE]


def curators() -> Group:
    """The group of curators with just the permissions they need."""
    group, created = Group.objects.get_or_create(name=CURATORS)
    if created or not group.permissions.exists():
        group.permissions.set(
            Permission.objects.filter(Q(content_type__app_label="resources"), codename__in=wanted())
        )
    return group


@transaction.atomic
def appoint_curator(*, user: User) -> None:
    """Let somebody curate: into the admin, and the directory's part of it only."""
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.add(curators())
