"""What of their asks somebody takes along who leaves, and what those who said yes to one hear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import leaving
from accounts.leaving import Reason
from accounts.models import User
from asks import messages
from asks.models import Ask, Gift, Occurrence, Offer, Taking

Rows = Iterable[leaving.Row]


@leaving.asks
def promised(people: list[User]) -> list[Reason]:
    """Who said yes to something still to come: the owner would wait in vain."""
    coming = Occurrence.objects.standing().ahead(timezone.now())
    rows = (
        Taking.objects.standing().still_shown().filter(membership__member__in=people, occurrence__in=coming)
    )
    for_staff = _(
        "%(name)s said yes to something still to come. It has to be handed back or cancelled first."
    )
    for_them = _(
        "You said yes to something that is still to come. Hand it back first, so that others can help."
    )
    names = {taking.membership.member.called for taking in rows.select_related("membership__member")}
    return [Reason(for_staff % {"name": name}, for_them) for name in sorted(names)]


@leaving.holds
def hold(person: User) -> None:
    """Who says yes at this moment was earlier, or waits until it is too late."""
    list(Ask.objects.of(person).order_by("pk").select_for_update(of=("self",)))


@leaving.packs
def packed(person: User, private: bool) -> dict[str, Rows]:
    del private
    asks = Ask.objects.of(person).order_by("pk")
    dates = Occurrence.objects.filter(ask__owner=person).order_by("pk")
    gifts = Gift.objects.filter(owner=person).order_by("pk")
    mine = Taking.objects.by(person).order_by("pk")
    offers = Offer.objects.filter(membership__member=person).order_by("pk")
    return {
        "asks": list(asks.values(*leaving.columns(Ask, "form_key"), number=F("pk"))),
        "dates-of-asks": list(dates.values(*leaving.columns(Occurrence, "number"), ask_number=F("ask"))),
        "what-you-gave": list(gifts.values(*leaving.columns(Gift, "form_key"), name=F("tie__name"))),
        "you-said-yes": list(
            mine.values(
                *leaving.columns(Taking),
                need=F("occurrence__ask__need"),
                name=F("occurrence__ask__owner__name"),
            )
        ),
        "what-you-offer": list(offers.values(*leaving.columns(Offer), name=F("membership__owner__name"))),
    }


@leaving.says
def tell_helpers(person: User, now: dt.datetime) -> None:
    """Nobody turns up at a closed door: whoever said yes hears that it is not needed any more."""
    coming = Occurrence.objects.ahead(now).filter(ask__owner=person)
    standing = Taking.objects.standing().filter(occurrence__in=coming)
    rows = standing.select_related("occurrence__ask__owner", "occurrence__ask__made_by", "membership__member")
    for taking in rows.order_by("pk"):
        if not taking.occurrence.is_cancelled or messages.is_changing(taking):
            messages.not_needed(taking, now=now)
