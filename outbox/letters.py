"""From a message and its context to a letter with its headers."""

from __future__ import annotations

import hashlib
from email.utils import formataddr, parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from outbox import links, words
from outbox.models import ChannelPreference, Message


class Letter(EmailMultiAlternatives):
    """A letter whose headers stay on one line each, however long a link in them is: some servers sign a folded
    List-Unsubscribe wrongly. RFC 5322 §2.1.1 allows 998 characters.
    """

    def message(self, **given: Any) -> Any:
        made = super().message(**given)
        made.policy = made.policy.clone(max_line_length=998)
        return made


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
        letter = Letter(
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
    body = mark_safe(said.html(site=settings.SITE_URL))  # noqa: S308 - escaped line by line
    return get_template("mail/base.html").render({"body": body, "language": language, "stop_url": stop})


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
