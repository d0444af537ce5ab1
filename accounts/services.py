"""What changes a person and the record of what they agreed to."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import Consent, User

STORE_CONSENT = _(
    "I agree that Supportnet keeps what I choose to write about my health, such as pain and mood, "
    "to show it to me and to the people I pick"
)


@transaction.atomic
def welcome(*, user: User, name: str, time_zone: str, language: str) -> None:
    """Complete a new account, and record that its owner agreed to what the sign-up page said."""
    user.name, user.time_zone, user.language = name, time_zone, language
    user.save(update_fields=["name", "time_zone", "language"])
    with override(language):
        words = str(STORE_CONSENT)
    Consent.objects.create(
        subject=user,
        purpose=Consent.Purpose.STORE,
        act=Consent.Act.GIVEN,
        categories=["health"],
        text=words,
        language=language,
        how=Consent.PAGE,
    )
