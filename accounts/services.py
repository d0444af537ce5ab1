"""What changes a person and the record of what they agreed to."""

from __future__ import annotations

import datetime as dt
import uuid

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts import errors, leaving
from accounts.models import Consent, KeptConsent, User

STORE_CONSENT = _(
    "I agree that Supportnet keeps what I choose to write about my health, such as pain and mood, "
    "to show it to me and to the people I pick"
)


@transaction.atomic
def welcome(*, user: User, name: str, time_zone: str, language: str) -> None:
    """Complete a new account, and record that its owner agreed to what the sign-up page said."""
    user.name, user.time_zone, user.language = name, time_zone, language
    user.save(update_fields=["name", "time_zone", "language"])
    _record_storing(user, Consent.Act.GIVEN)


@transaction.atomic
def erase(*, person: User, now: dt.datetime) -> uuid.UUID | None:
    """They take back that we keep anything: all of it goes, at once and for good. Twice is once.

    Of what they agreed to, a record without any name stays, under a number that only they are told; None when
    they were gone already. Raises NotNow while somebody waits for them.
    """
    held = leaving.held(person)
    if held is None:
        return None
    leaving.hold(held)
    first = leaving.first(held)
    if first:
        raise errors.NotNow(first)
    leaving.say_goodbye(held, now=now)
    _record_storing(held, Consent.Act.WITHDRAWN)
    number = _keep_without_name(held)
    for session in UserSession.objects.filter(user=held):
        session.end()
    # From here on nobody can write anything more of theirs; whoever was just doing so is waited for.
    User.objects.select_for_update().get(pk=held.pk).delete()
    return number


def _record_storing(user: User, act: Consent.Act) -> None:
    with override(user.language):
        words = str(STORE_CONSENT)
    Consent.objects.create(
        subject=user,
        purpose=Consent.Purpose.STORE,
        act=act,
        categories=["health"],
        text=words,
        language=user.language,
        how=Consent.PAGE,
    )


def _keep_without_name(user: User) -> uuid.UUID:
    """That there was a yes, to which version of the words, and when: not to whom, nor words that may hold a name."""
    number = uuid.uuid4()
    kept = ("purpose", "act", "categories", "language", "version", "how", "until_at", "recorded_at")
    rows = list(Consent.objects.filter(subject=user).order_by("pk").values(*kept))
    for row in rows:
        row["version"] = row["version"] if row["purpose"] == Consent.Purpose.STORE else ""
    KeptConsent.objects.bulk_create(KeptConsent(number=number, **row) for row in rows)
    return number
