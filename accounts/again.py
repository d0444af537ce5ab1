"""Who it is, asked once more before something important: with the password, else with a code by letter.

allauth asks for the password, and lets those pass who have none. They came in with a code, so they type one again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows import login, reauthentication
from allauth.account.internal.flows.code_verification import AbstractCodeVerificationProcess
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.models import User
from accounts.requests import SignedIn

STATE = "again_code"
P = ParamSpec("P")
View = Callable[Concatenate[Any, P], HttpResponse]


def asked_again(view: View[P]) -> View[P]:
    """Behind `login_required`: only for whoever said lately once more who they are. What was sent counts after it."""
    return code_asked(reauthentication_required(view))


def code_asked(view: View[P]) -> View[P]:
    """The half of it for whoever has no password, around a view of allauth’s, which asks all others itself."""

    @wraps(view)
    def ask(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not _has_only_a_mailbox(request.user) or said_so(request):
            return view(request, *args, **kwargs)
        asking: HttpResponse = reauthentication.suspend_request(request, reverse("account_again"))
        return asking

    return ask


def _has_only_a_mailbox(user: object) -> bool:
    """No password, and an address that takes letters. Where it takes none, they have to be able to mend that."""
    return isinstance(user, User) and not user.has_usable_password() and get_adapter().reaches(user.email)


def said_so(request: HttpRequest) -> bool:
    """Whether they typed a code for this in the last minutes; having come in with one is not enough."""
    records = login.get_authentication_records(request, request.user)
    said = [one["at"] for one in records if one.get("reauthenticated")]
    return bool(said) and time.time() - said[-1] < app_settings.REAUTHENTICATION_TIMEOUT


def go_on(request: HttpRequest) -> HttpResponse | None:
    """The code was right: back to what they were about to do."""
    login.record_authentication(request, request.user, method="code", reauthenticated=True)
    gone_on: HttpResponse | None = reauthentication.resume_request(request)
    return gone_on


class Code(AbstractCodeVerificationProcess):
    """A code on its way to the mailbox of whoever is signed in: good for a quarter of an hour, and for few tries."""

    def __init__(self, request: SignedIn, state: dict[str, Any]) -> None:
        super().__init__(
            app_settings.LOGIN_BY_CODE_MAX_ATTEMPTS, app_settings.LOGIN_BY_CODE_TIMEOUT, state, request.user
        )
        self.request = request

    @classmethod
    def sent(cls, request: SignedIn) -> Code | None:
        """The one that was sent and still counts, to the address they have now."""
        state = request.session.get(STATE)
        if not state or state.get("email") != request.user.email:
            return None
        found: Code | None = cls(request, state).abort_if_invalid()
        return found

    @classmethod
    def begin(cls, request: SignedIn) -> None:
        """Any sent before counts no more."""
        code = cls(request, cls.initial_state(request.user, request.user.email))
        code.send()
        code.persist()

    def send(self) -> None:
        self.state["code"] = get_adapter().generate_login_code()
        get_adapter().send_mail("account/email/again_code", self.state["email"], {"code": self.code})

    def persist(self) -> None:
        self.request.session[STATE] = self.state

    def abort(self) -> None:
        self.request.session.pop(STATE, None)
