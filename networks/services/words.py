"""Words of the owner's own, kept for the next time."""

from __future__ import annotations

import uuid

from django.db import transaction

from accounts.models import User
from networks import errors
from networks.models import OwnWords
from networks.services import locks

MOST_WORDS = 50


@transaction.atomic
def keep_words(*, by: User, occasion: str, text: str, form_key: uuid.UUID) -> OwnWords:
    """Keep a favourite. The same form sent twice is one. Raises KeptEnough."""
    locks.hold(by.pk)
    kept = OwnWords.objects.filter(owner=by)
    again = kept.filter(form_key=form_key).first()
    if again is None and kept.count() >= MOST_WORDS:
        raise errors.KeptEnough
    return again or OwnWords.objects.create(owner=by, occasion=occasion, text=text, form_key=form_key)


def forget_words(*, words: OwnWords, by: User) -> None:
    """Delete a favourite. Twice is once."""
    OwnWords.objects.filter(pk=words.pk, owner=by).delete()
