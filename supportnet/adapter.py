"""Where sign-in meets the outbox. It lives up here because accounts, below the outbox, cannot know of it."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.core import context as current
from django.urls import reverse

from accounts.adapter import AccountAdapter
from outbox import services as outbox
from outbox.links import absolute

LINKS = {"signup_url": "account_signup", "password_reset_url": "account_reset_password"}


class HouseAdapter(AccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write codes and notices down like every other message: they wait while the mail server is away."""
        # allauth makes links with the host the browser named, and that may be anybody's.
        links = {name: absolute(reverse(LINKS[name])) for name in LINKS.keys() & context.keys()}
        written = self.render_mail(
            template_prefix, email, {"request": current.request, "email": email, **context, **links}
        )
        outbox.queue(
            kind="accounts/letter",
            dedupe_key=f"letter:{uuid.uuid4()}",
            address=email,
            params={"subject": written.subject, "text": written.body, "code": context.get("code", "")},
        )
