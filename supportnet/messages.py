"""The letters sign-in writes: codes, and notices that something about the account has changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox import kinds
from outbox.models import Message

# No code is good for longer.
TOO_OLD = dt.timedelta(hours=1)


# Somebody sits in front of a form and waits for the code: send at once. And forget it afterwards.
@kinds.register("accounts/letter", at_once=True, secret=True, about=_("A letter about signing in"))
def letter(message: Message) -> dict[str, Any] | None:
    """The words were written when they were asked for; the paragraphs are for the HTML part."""
    params = message.params
    if "text" not in params or (params.get("code") and timezone.now() - message.created_at > TOO_OLD):
        return None
    paragraphs = [p.strip() for p in params["text"].split("\n\n") if p.strip()]
    return {**params, "paragraphs": paragraphs}
