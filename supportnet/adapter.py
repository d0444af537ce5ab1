"""Where sign-in meets the outbox and the check-ins. It lives up here because accounts, below both, cannot know of
them.
"""

from __future__ import annotations

import uuid
from typing import Any

from allauth.core import context as current
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.adapter import AccountAdapter
from accounts.models import User
from checkins import middleware as signs
from checkins.models import Wishes
from outbox import services as outbox
from outbox.links import absolute
from outbox.models import BrokenAddress

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

    def reaches(self, address: str) -> bool:
        return not BrokenAddress.objects.filter(address=address).exists()

    def post_login(self, request: HttpRequest, user: User, **login: Any) -> HttpResponse:
        """Whichever way they came in, with a password or a code: for who wishes so it counts as a check-in."""
        response: HttpResponse = super().post_login(request, user, **login)
        signs.notice(Wishes.Sign.SIGN_IN, lambda: user)
        return response
