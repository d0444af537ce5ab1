"""A draft becomes public only after somebody checked it; what is public can be taken off again."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now as DbNow
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from resources import listing
from resources.errors import CannotPublish
from resources.models import Service


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
