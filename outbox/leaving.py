"""What of the outbox somebody takes along who leaves, and what is forgotten of their letters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from django.db.models import Q

from accounts import leaving
from accounts.models import User
from outbox.models import BrokenAddress, ChannelPreference, Message


@leaving.packs
def wishes(person: User, private: bool) -> dict[str, Iterable[leaving.Row]]:
    del private
    theirs = ChannelPreference.objects.filter(person=person)
    return {"how-you-hear-from-us": list(theirs.values(*leaving.columns(ChannelPreference)))}


@leaving.says
def forget_addresses(person: User, now: dt.datetime) -> None:
    """Letters to their account go with it; those to an address, theirs or one they wrote to, go here."""
    del now
    theirs = {person.email, *EmailAddress.objects.filter(user=person).values_list("email", flat=True)}
    Message.objects.filter(Q(owner=person) | Q(address__in=theirs), recipient=None).delete()
    BrokenAddress.objects.filter(address__in=[address.lower() for address in theirs]).delete()
