"""What curators do with a listing. A draft becomes public only after somebody checked it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.db.models.functions import Now as DbNow
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from resources import listing
from resources.errors import CannotPublish
from resources.models import Address, Organization, Service, Verification

CURATORS = "Curators"
# What a curator may do: everything in the directory, except remove what was verified or make up a check.
CURATED = (
    *("organization", "service", "location", "serviceatlocation", "address", "phone", "schedule"),
    *("language", "costoption", "servicearea", "accessibility", "helpline"),
)


@transaction.atomic
def verify(
    *,
    service: Service,
    by: User,
    how: str,
    parts: Iterable[str],
    note: str = "",
    form_key: uuid.UUID | None = None,
) -> Verification:
    """Note that `by` checked these parts of the listing now. The same form sent twice is one check."""
    # Whoever comes second waits here, and then finds the first one's check.
    Service.objects.select_for_update().get(pk=service.pk)
    sent = Verification.objects.filter(form_key=form_key).first() if form_key else None
    if sent and (sent.service_id, sent.verified_by_id) == (service.pk, by.pk):
        return sent
    checked = Verification.objects.create(
        form_key=uuid.uuid4() if sent or not form_key else form_key,
        service=service,
        verified_at=timezone.now(),
        verified_by=by,
        how=how,
        parts=list(parts),
        note=note,
    )
    service.verification = checked
    service.save(update_fields=["verification", "updated_at"])
    return checked


@transaction.atomic
def publish(*, service: Service, by: User) -> bool:
    """Make it public. False when it was already. Raises CannotPublish with what is missing."""
    row = Service.objects.select_for_update().get(pk=service.pk)
    if row.published_at:
        return False
    if row.verification_id is None:
        raise CannotPublish(
            _("“%(name)s” is not verified yet. Choose “Mark as verified” first, then publish it.")
            % {"name": row}
        )
    if row.status in (Service.Status.DEFUNCT, Service.Status.INACTIVE):
        raise CannotPublish(
            _("“%(name)s” is marked as not active. Set its status to active first, then publish it.")
            % {"name": row}
        )
    if not listing.can_be_reached(row):
        raise CannotPublish(
            _("“%(name)s” has no phone, e-mail, web page or address. Add one, then publish it.")
            % {"name": row}
        )
    row.published_at, row.published_by = timezone.now(), by
    row.archived_at = row.archived_by = None
    row.save(update_fields=["published_at", "published_by", "archived_at", "archived_by", "updated_at"])
    return True


@transaction.atomic
def withdraw(*, service: Service, by: User) -> bool:
    """Take it off the public pages, back to a draft. False when it was not public."""
    public = Service.objects.published().filter(pk=service.pk)
    return bool(public.update(published_at=None, published_by=None, updated_at=DbNow()))


@transaction.atomic
def archive(*, service: Service, by: User) -> bool:
    """Put it away for good: neither public nor waiting for review. False when it was already away."""
    there = Service.objects.filter(pk=service.pk, archived_at=None)
    return bool(
        there.update(
            published_at=None,
            published_by=None,
            archived_at=timezone.now(),
            archived_by=by,
            updated_at=DbNow(),
        )
    )


def reindex(services: QuerySet[Service]) -> int:
    """Let the search find these by their organisation and by a town they are in. Returns how many changed."""
    names = Organization.objects.filter(pk=OuterRef("organization_id")).annotate(
        names=Concat("name", Value(" "), "alternate_name")
    )
    towns = Address.objects.filter(location__at_services__service=OuterRef("pk")).exclude(city="")
    town = Coalesce(Subquery(towns.order_by("city").values("city")[:1]), Value(""))
    words = Concat(Subquery(names.values("names")[:1]), Value(" "), town)
    stale = services.annotate(words=words).exclude(found_by=F("words"))
    return Service.objects.filter(pk__in=list(stale.order_by().values_list("pk", flat=True))).update(
        found_by=words
    )


def curators() -> Group:
    """The group of curators with just the permissions they need."""
    group, created = Group.objects.get_or_create(name=CURATORS)
    if created or not group.permissions.exists():
        wanted = [f"{act}_{model}" for model in CURATED for act in ("add", "change", "view")]
        wanted += [f"delete_{model}" for model in CURATED if model not in ("organization", "service")]
        wanted += ["verify_service", "publish_service", "view_verification", "view_source"]
        group.permissions.set(
            Permission.objects.filter(Q(content_type__app_label="resources"), codename__in=wanted)
        )
    return group


@transaction.atomic
def appoint_curator(*, user: User) -> None:
    """Let somebody curate: into the admin, and the directory's part of it only."""
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.add(curators())
