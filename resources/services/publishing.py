"""A draft becomes public only when all a visitor relies on is there; what is public can be taken off again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now as DbNow
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from resources import listing
from resources.errors import CannotPublish
from resources.models import Change, Inclusion, Service
from resources.services import history
from resources.services.indexing import reindex
from resources.services.owning import refuse_if_own
from resources.services.refusing import refuse_if_unwanted
from resources.vocabulary import TOPIC


@dataclass(frozen=True)
class Missing:
    """One thing a listing needs before it goes public. `section` is where a curator adds it."""

    code: str
    words: str | Promise
    section: str
    button: str | Promise


NEEDED = {
    "status": Missing(
        "status",
        gettext_lazy("It is marked as not active. Set its status to active first."),
        "about",
        gettext_lazy("Set the status"),
    ),
    "reach": Missing(
        "reach",
        gettext_lazy("It has no phone, e-mail, web page or address. Add one way to get in touch."),
        "phones",
        gettext_lazy("Add a phone number"),
    ),
    "topic": Missing(
        "topic",
        gettext_lazy("It is filed under no topic, so that nobody finds it by one."),
        "topics",
        gettext_lazy("Choose topics"),
    ),
    "cost": Missing(
        "cost",
        gettext_lazy("It does not say whether it costs anything."),
        "cost",
        gettext_lazy("Choose the cost"),
    ),
    "delivery": Missing(
        "delivery",
        gettext_lazy("It does not say how it happens: in person, online, by phone, at home."),
        "about",
        gettext_lazy("Choose how"),
    ),
    "rules": Missing(
        "rules",
        gettext_lazy("Nobody has gone through the rules on who may be listed."),
        "rules",
        gettext_lazy("Go through the rules"),
    ),
    "verification": Missing(
        "verification",
        gettext_lazy("It is not verified yet."),
        "verify",
        gettext_lazy("Check it"),
    ),
}


def missing(service: Service) -> list[Missing]:
    """What it lacks to be published, in the order to add it best. Sample listings need only a check."""
    sample = bool(service.source and service.source.is_sample)
    away = service.status in (Service.Status.DEFUNCT, Service.Status.INACTIVE)
    inclusion = Inclusion.objects.filter(service=service.pk).first()
    lacks = {
        "status": away,
        "reach": not listing.can_be_reached(service),
        "topic": not sample and not service.attributes.filter(link_type=TOPIC).exists(),
        "cost": not sample and not service.cost,
        "delivery": not sample and not service.delivery,
        "rules": not sample and not (inclusion and inclusion.is_complete),
        "verification": service.verification_id is None,
    }
    return [NEEDED[code] for code, lacking in lacks.items() if lacking]


@transaction.atomic
def publish(*, service: Service, by: User) -> bool:
    """Make it public. False when it was already.

    Raises CannotPublish with what is missing, NotWanted, or OwnListing when they speak for its organisation.
    """
    row = Service.objects.select_for_update(no_key=True, of=("self",)).get(pk=service.pk)
    if row.published_at:
        return False
    refuse_if_own(row, by)
    if row.merged_into_id:
        raise CannotPublish(
            _("This was merged with another listing. Take them apart first, then publish it.")
        )
    if lacks := missing(row):
        raise CannotPublish(
            _("“%(name)s” cannot go public yet. %(what)s")
            % {"name": row, "what": " ".join(str(one.words) for one in lacks)}
        )
    refuse_if_unwanted(row)
    row.published_at, row.published_by = timezone.now(), by
    row.archived_at = row.archived_by = None
    row.save(update_fields=["published_at", "published_by", "archived_at", "archived_by", "updated_at"])
    history.note(service=row, by=by, how=Change.How.PUBLISHED)
    reindex(Service.objects.filter(pk=row.pk))
    return True


@transaction.atomic
def withdraw(*, service: Service, by: User, why: str = "") -> bool:
    """Take it off the public pages, back to a draft. False when it was not public."""
    public = Service.objects.published().filter(pk=service.pk)
    done = bool(public.update(published_at=None, published_by=None, updated_at=DbNow()))
    if done:
        history.note(service=service, by=by, how=Change.How.WITHDRAWN, why=why)
        reindex(Service.objects.filter(pk=service.pk))
    return done


@transaction.atomic
def archive(*, service: Service, by: User, why: str = "") -> bool:
    """Put it away for good: neither public nor waiting for review. False when it was already away."""
    there = Service.objects.filter(pk=service.pk, archived_at=None)
    done = bool(
        there.update(
            published_at=None,
            published_by=None,
            archived_at=timezone.now(),
            archived_by=by,
            updated_at=DbNow(),
        )
    )
    if done:
        history.note(service=service, by=by, how=Change.How.ARCHIVED, why=why)
        reindex(Service.objects.filter(pk=service.pk))
    return done


def tick_rules(*, service: Service, by: User, rules: Iterable[str], why: str = "") -> Inclusion:
    """Which of the rules on who may be listed it meets, as a curator sees it today. Raises OwnListing."""
    refuse_if_own(service, by)
    with history.noting(service=service, by=by, how=Change.How.RULED, why=why):
        kept, _created = Inclusion.objects.update_or_create(
            service=service,
            defaults={"rules": sorted(set(rules)), "checked_at": timezone.now(), "checked_by": by},
        )
    return kept
