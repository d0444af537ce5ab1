"""From a message and its context to a letter with its headers."""

from __future__ import annotations

import functools
import hashlib
from email.utils import formataddr, parseaddr
from html import escape
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from outbox import links, words
from outbox.models import ChannelPreference, Message

Letter = EmailMultiAlternatives
# Stand for the body and a link in the frame. No words of anybody's can hold them: they have a NUL each.
_BODY, _STOP = "\0body", "\0stop"


def message_id(dedupe_key: str) -> str:
    """The Message-ID of whatever is sent under that key, so that a repeat is the same message (RFC 5322 §3.6.4)."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(dedupe_key.encode()).hexdigest()[:40]}@{host}>"


def render(message: Message, context: dict[str, Any], preference: ChannelPreference | None = None) -> Letter:
    """Write the letter in its reader's language, with times in their zone, discreetly if they wish."""
    reader = message.recipient
    language = reader.language if reader else settings.LANGUAGE_CODE
    zone = reader.zone if reader else timezone.get_default_timezone()
    discreet = preference is not None and preference.discreet_at is not None
    stop = links.unsubscribe(message)
    with translation.override(language), timezone.override(zone):
        said = words.read(_render(f"mail/{message.kind}.txt", {**context, "reader": reader}))
        letter = EmailMultiAlternatives(
            subject=_("A note for you") if discreet else said.subject,
            body=said.text() + (f"\n{_('Stop reminders like this')}: {stop}\n" if stop else ""),
            from_email=_discreet_sender() if discreet else None,
            to=[message.to_address],
            headers=_headers(message, stop),
        )
        letter.attach_alternative(_framed(said, language, stop), "text/html")
    return letter


def _render(name: str, context: dict[str, Any]) -> str:
    # Nothing is escaped here: plain text needs no escaping, and HTML is escaped where it is made.
    template: Any = get_template(name)
    text: str = template.template.render(Context(context, autoescape=False))
    return text


def _framed(said: words.Words, language: str, stop: str) -> str:
    return (
        _frame(language, bool(stop))
        .replace(_STOP, escape(stop))
        .replace(_BODY, said.html(site=settings.SITE_URL))
    )


@functools.cache
def _frame(language: str, stoppable: bool) -> str:
    """The frame in that language, rendered once, with two marks in it for what differs."""
    context = {"body": _BODY, "language": language, "stop_url": _STOP if stoppable else ""}
    return get_template("mail/base.html").render(context)


def _discreet_sender() -> str:
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((settings.DISCREET_FROM_NAME, address))


def _headers(message: Message, stop: str) -> dict[str, str]:
    headers = {
        "Message-ID": message_id(message.dedupe_key),
        # RFC 3834: nobody's out-of-office reply should answer this.
        "Auto-Submitted": "auto-generated",
    }
    if stop:  # RFC 8058
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return headers
