"""Signed links in letters to organisations: one listing, one address. A GET shows a page; only a POST acts."""

from __future__ import annotations

import datetime as dt

from django.core import signing
from django.db.models import Q
from django.urls import reverse
from django.utils.crypto import salted_hmac

from outbox.links import absolute
from resources.models import Service
from resources.services import clockwork

_SALT = "resources.still-right"
GOOD_FOR = dt.timedelta(days=400)


def token_for(service: Service) -> str:
    return signing.dumps([str(service.pk), _mark(service)], salt=_SALT)


def _mark(service: Service) -> str:
    """Of the address it went to, without showing it: links travel through other people's machines."""
    return salted_hmac(_SALT, clockwork.address_of(service)).hexdigest()[:16]


def still_right(service: Service) -> str:
    """Where the organisation says that all is still right, or what is not, without an account."""
    return absolute(reverse("still_right", args=[token_for(service)]))


def read(token: str) -> Service | None:
    """Which listing a link is for; None for one we did not make, that is old, or whose address is no longer theirs.

    Of one that was made one with another: the one that stays, where that would be asked at the same address.
    """
    try:
        pk, mark = signing.loads(token, salt=_SALT, max_age=GOOD_FOR)
        public = Service.objects.published().select_related("organization", "source")
        merged = Service.objects.filter(pk=pk, merged_into__isnull=False).values("merged_into")
        service = public.filter(Q(pk=pk) | Q(pk__in=merged)).first()
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return service if service and _mark(service) == mark else None
