"""From a message and its context to a letter with its headers."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from outbox.models import Message

Letter = EmailMultiAlternatives


def message_id(dedupe_key: str) -> str:
    """The Message-ID of whatever is sent under that key, so that a repeat is the same message (RFC 5322 §3.6.4)."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(dedupe_key.encode()).hexdigest()[:40]}@{host}>"


def render(message: Message, context: dict[str, Any]) -> Letter:
    """Write the letter in its reader's language, with times in their zone."""
    reader = message.recipient
    language = reader.language if reader else settings.LANGUAGE_CODE
    zone = reader.zone if reader else timezone.get_default_timezone()
    with translation.override(language), timezone.override(zone):
        context = {**context, "reader": reader, "site_url": settings.SITE_URL, "language": language}
        subject = render_to_string(f"mail/{message.kind}/subject.txt", context)
        text = render_to_string(f"mail/{message.kind}/text.txt", context)
        html = render_to_string(f"mail/{message.kind}/html.html", context)
    letter = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text.strip() + "\n",
        to=[message.to_address],
        headers={
            "Message-ID": message_id(message.dedupe_key),
            # RFC 3834: nobody's out-of-office reply should answer this.
            "Auto-Submitted": "auto-generated",
        },
    )
    letter.attach_alternative(html, "text/html")
    return letter
