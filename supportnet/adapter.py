"""Where sign-in meets the outbox. It lives up here because accounts, below the outbox, cannot know of it."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.core import context as current

from accounts.adapter import AccountAdapter
from outbox import services as outbox


class HouseAdapter(AccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write codes and notices down like every other message: they wait while the mail server is away."""
        written = self.render_mail(
            template_prefix, email, {"request": current.request, "email": email, **context}
        )
        outbox.queue(
            kind="accounts/letter",
            dedupe_key=f"letter:{uuid.uuid4()}",
            address=email,
            params={"subject": written.subject, "text": written.body, "code": context.get("code", "")},
        )
