"""The page with the mail that was caught. In local mode only: it shows everybody's."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, MIMEPart
from email.parser import BytesParser
from functools import wraps
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

KEY = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
# How many the list shows. Older ones stay on disk and keep their page.
SHOWN = 100
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Mail:
    """One caught message. Its key is the name of its file, which starts with when it came."""

    key: str
    to: str
    sender: str
    subject: str
    came_at: dt.datetime
    text: str

    @classmethod
    def read(cls, file: Path) -> Mail:
        with file.open("rb") as stream:
            # The default policy makes EmailMessage; its stubs only promise the older class.
            parsed = BytesParser(policy=policy.default).parse(stream)
        assert isinstance(parsed, EmailMessage)  # noqa: S101 (for the type checker)
        came_at = dt.datetime.fromtimestamp(int(file.stem[:20]) / 1e9, tz=dt.UTC)
        body = parsed.get_body(("plain", "html"))
        return cls(
            key=file.stem,
            to=str(parsed["To"] or ""),
            sender=str(parsed["From"] or ""),
            subject=str(parsed["Subject"] or ""),
            came_at=came_at,
            text=_text(body) if body else "",
        )


def _text(body: MIMEPart) -> str:
    try:
        return str(body.get_content())
    except LookupError:  # an alphabet nobody knows: what can be read is better than no page
        raw = body.get_payload(decode=True)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""


def caught() -> list[Mail]:
    """The last messages, newest first."""
    files = sorted((f for f in settings.MAIL_DIR.glob("*.eml") if KEY.fullmatch(f.stem)), reverse=True)
    return [Mail.read(file) for file in files[:SHOWN]]


def local_only(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: str) -> HttpResponse:
        if not settings.LOCAL:
            raise Http404
        return view(request, **kwargs)

    return guarded


@require_safe
@local_only
def inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "mailbox/inbox.html", {"mails": caught()})


@require_safe
@local_only
def message(request: HttpRequest, key: str) -> HttpResponse:
    file = settings.MAIL_DIR / f"{key}.eml"
    if not KEY.fullmatch(key) or not file.is_file():
        raise Http404
    return render(request, "mailbox/message.html", {"mail": Mail.read(file)})
