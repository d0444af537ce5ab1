"""What one person does, once, however often they have to press the button."""

from __future__ import annotations

import time
import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import services
from supportnet.leftovers import ticks

PATIENCE = 120.0


def act(what: str, whom: str) -> None:
    """Check in, for the person of that id; or press that button behind the link of that path."""
    form_key = uuid.uuid4()
    for _press in ticks(time.monotonic() + PATIENCE):
        try:
            if what == "check_in":
                _check_in(int(whom), form_key)
            else:
                _press_button(whom, what)
        except (DatabaseError, InterfaceError):
            connection.close()
        else:
            return
    raise TimeoutError(f"{what} {whom} was not kept")


def _check_in(owner: int, form_key: uuid.UUID) -> None:
    services.check_in(owner=User.objects.get(pk=owner), now=timezone.now(), form_key=form_key)


def _press_button(path: str, answer: str) -> None:
    """The same request as a browser's, to the same views, without a port in between."""
    browser = Client(headers={"host": urlsplit(settings.SITE_URL).hostname or ""})
    page = browser.post(path, {"answer": answer})
    if page.status_code not in (200, 302):
        raise AssertionError(f"{path} answered {page.status_code} to {answer}")
