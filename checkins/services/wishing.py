"""What an owner wishes for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from checkins import errors
from checkins.models import Wishes
from checkins.services import locks
from networks.models import Membership


class Wished(TypedDict, total=False):
    signs_of_life: list[str]  # Wishes.Sign
    company_from: Membership | None
    company_words: str
    helps: str
    does_not_help: str
    flare_words: str


@transaction.atomic
def wish(*, owner: User, flare_tells: Iterable[Membership] | None = None, **wished: Unpack[Wished]) -> Wishes:
    """Write down what is given; the rest stays. Raises NotASupporter."""
    locks.person(owner)
    chosen = list(flare_tells or ())
    company = wished.get("company_from")
    wanted = {one.pk for one in [*chosen, *([company] if company else [])]}
    if Membership.objects.of(owner).filter(pk__in=wanted).count() != len(wanted):
        raise errors.NotASupporter(_("Choose people who have joined your network."))
    wishes, _made = Wishes.objects.update_or_create(owner=owner, defaults=dict(wished))
    if flare_tells is not None:
        wishes.flare_tells.set(chosen)
    return wishes
