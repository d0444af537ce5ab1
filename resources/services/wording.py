"""A topic got another name, or belongs to something else: whatever is filed under it is found by the new words."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from resources.models import Attribute, Change, Service, TaxonomyTerm, Unindexed
from resources.services import history
from resources.services.indexing import reindex
from resources.vocabulary import TOPIC

# More of them a worker tells the search of, some seconds later; nobody waits at a form for that.
AT_ONCE = 200


@transaction.atomic
def reworded(*, term: TaxonomyTerm, by: User, before: str, why: str = "") -> int:
    """Say so in the history of each listing that is filed there, and let the search find it by the new name.

    Returns how many there are.
    """
    keys = filed_under(term)
    said = _("The topic “%(before)s” is “%(now)s” now.") % {"before": before, "now": term.name}
    history.note_many(services=keys, how=Change.How.REWORDED, by=by, why=f"{said} {why}".strip())
    if len(keys) <= AT_ONCE:
        reindex(Service.objects.filter(pk__in=keys))
    else:
        Unindexed.objects.bulk_create((Unindexed(service_id=key) for key in keys), ignore_conflicts=True)
    return len(keys)


def filed_under(term: TaxonomyTerm) -> list[uuid.UUID]:
    """Listings filed under it or under what belongs to it; they are found by its name, too."""
    below, last = {term.pk}, {term.pk}
    while last:
        last = set(TaxonomyTerm.objects.filter(parent__in=last).values_list("pk", flat=True)) - below
        below |= last
    filed = Attribute.objects.filter(taxonomy_term__in=below, link_type=TOPIC, service__isnull=False)
    return list(filed.order_by("service").values_list("service", flat=True).distinct())
