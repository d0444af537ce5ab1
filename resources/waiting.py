"""What waits for a curator, the oldest first. Which rows; reads, changes nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q, QuerySet

from resources.models import ChangeRequest, CheckedLink, Claim, Feedback, Organization, Phone, Service
from resources.models.listings import DRAFT, UNSURE

# A link counts as dead only when several tries over days all failed.
DEAD_AFTER = 3
DEAD_FOR = dt.timedelta(days=3)
# Fewer digits are no number anybody looks for.
FEW_DIGITS = 3


# More than so many are not counted: nobody plans by the difference.
MANY = 1000


def counted(rows: QuerySet[Any]) -> int:
    """How many they are; one more than MANY stands for all that is more."""
    return rows.order_by().values("pk")[: MANY + 1].count()


def named(rows: QuerySet[Service], words: str) -> QuerySet[Service]:
    """Those of them with these words in their name or their organisation's, or with this number."""
    if not words:
        return rows
    where = Q(name__icontains=words)
    where |= Q(organization__in=Organization.objects.filter(name__icontains=words).values("pk"))
    if sum(letter.isdigit() for letter in words) >= FEW_DIGITS:
        numbers = Phone.objects.filter(number__icontains=words, service__isnull=False)
        where |= Q(pk__in=numbers.values("service"))
    return rows.filter(where)


def requests() -> QuerySet[ChangeRequest]:
    """Proposals nobody has decided. Conflicts of imports come after what people wrote."""
    found = ChangeRequest.objects.filter(decided_at=None).exclude(kind=ChangeRequest.Kind.CONFLICT)
    return found.select_related("service", "sent_by", "on_behalf_of", "leased_by").order_by(
        "created_at", "pk"
    )


def conflicts() -> QuerySet[ChangeRequest]:
    found = ChangeRequest.objects.filter(decided_at=None, kind=ChangeRequest.Kind.CONFLICT)
    return found.select_related("service", "source", "leased_by").order_by("created_at", "pk")


def due(now: dt.datetime) -> QuerySet[Service]:
    """Public listings whose check has run out, the longest first; an event that is over needs none."""
    found = Service.objects.published().filter(due_at__lte=now).exclude(kind=Service.Kind.EVENT)
    return found.select_related("organization", "verification", "leased_by").order_by("due_at", "pk")


def due_soon(now: dt.datetime, *, within: dt.timedelta = dt.timedelta(days=31)) -> QuerySet[Service]:
    """The same with those that run out within a month."""
    found = Service.objects.published().filter(due_at__lte=now + within).exclude(kind=Service.Kind.EVENT)
    return found.select_related("organization", "verification", "leased_by").order_by("due_at", "pk")


def unsure() -> QuerySet[Service]:
    """Public listings of which the name or the ways to get in touch were changed after the check."""
    return (
        Service.objects.filter(UNSURE)
        .select_related("organization", "verification")
        .order_by("updated_at", "pk")
    )


def drafts() -> QuerySet[Service]:
    return (
        Service.objects.filter(DRAFT)
        .select_related("organization", "source", "verification")
        .order_by("created_at", "pk")
    )


def claims() -> QuerySet[Claim]:
    found = Claim.objects.filter(state=Claim.State.ASKED)
    return found.select_related("organization", "claimed_by").order_by("asked_at", "pk")


def dead_links(now: dt.datetime) -> QuerySet[CheckedLink]:
    return CheckedLink.objects.filter(
        failures__gte=DEAD_AFTER, failing_since_at__lte=now - DEAD_FOR
    ).order_by("failing_since_at", "pk")


def feedback() -> QuerySet[Feedback]:
    return Feedback.objects.to_read().select_related("service")
