"""The curators’ words change: what listings are filed under, and what people type for the same thing."""

from __future__ import annotations

import uuid

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from resources.models import Attribute, Change, Service, Synonym, TaxonomyTerm
from resources.services import catching_up, history
from resources.services.indexing import reindex_in_order
from resources.vocabulary import TOPIC

# More of them a worker tells the search of, some seconds later; nobody waits at a form for that.
AT_ONCE = 200


@transaction.atomic
def keep(*, row: TaxonomyTerm | Synonym, by: User, said: str, before: str = "", why: str = "") -> None:
    """Save a topic or words that mean the same. `said`: what changed, and why, for their history.

    `before`: what a topic was called, where its listings are found by other words from now on.
    """
    act = ADDITION if row._state.adding else CHANGE
    row.save()
    _note(row, by, act, said)
    if before and isinstance(row, TaxonomyTerm):
        reworded(term=row, by=by, before=before, why=why)


@transaction.atomic
def remove(*, row: Synonym, by: User) -> None:
    """These words mean the same no longer."""
    _note(row, by, DELETION, str(row))
    row.delete()


def told(row: TaxonomyTerm | Synonym) -> QuerySet[LogEntry]:
    """Its history, newest first; of a new one nothing."""
    kind = ContentType.objects.get_for_model(row)
    lines = LogEntry.objects.filter(content_type=kind, object_id=str(row.pk))
    return lines.select_related("user").order_by("-action_time", "-pk")


def _note(row: TaxonomyTerm | Synonym, by: User, act: int, said: str) -> None:
    LogEntry.objects.log_actions(by.pk, [row], act, change_message=said, single_object=True)


@transaction.atomic
def reworded(*, term: TaxonomyTerm, by: User, before: str, why: str = "") -> int:
    """Say so in the history of each listing that is filed there, and let the search find it by the new name.

    Returns how many there are.
    """
    keys = filed_under(term)
    said = _("The topic “%(before)s” is “%(now)s” now.") % {"before": before, "now": term.name}
    if before == term.name:
        said = _("The topic “%(name)s” belongs to “%(above)s” now.") % {"name": before, "above": term.parent}
    history.note_many(services=keys, how=Change.How.REWORDED, by=by, why=f"{said} {why}".strip())
    if len(keys) <= AT_ONCE:
        reindex_in_order(Service.objects.filter(pk__in=keys))
    else:
        catching_up.mark(keys)
    return len(keys)


def filed_under(term: TaxonomyTerm) -> list[uuid.UUID]:
    """Listings filed under it or under what belongs to it; they are found by its name, too."""
    below, last = {term.pk}, {term.pk}
    while last:
        last = set(TaxonomyTerm.objects.filter(parent__in=last).values_list("pk", flat=True)) - below
        below |= last
    filed = Attribute.objects.filter(taxonomy_term__in=below, link_type=TOPIC, service__isnull=False)
    return list(filed.order_by("service").values_list("service", flat=True).distinct())
