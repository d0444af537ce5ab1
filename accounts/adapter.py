"""Where allauth is told how this house speaks."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from allauth.core import ratelimit
from allauth.core.internal.ratelimit import get_ip
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SLOW_DOWN = _(
    "That was a lot of tries. Please wait a few minutes, or come in the other way: "
    "with a code by e-mail, or with your password."
)


class AccountAdapter(DefaultAccountAdapter):
    """Errors that say what to do next, and subjects without a prefix: mail from us is discreet."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed. Write to us if that is a mistake."),
        "duplicate_email": _("This is already your address."),
        "email_password_mismatch": _(
            "This address and this password do not belong together. Try again, or ask for a code by e-mail."
        ),
        "email_taken": _("There is already an account with this address. You can sign in with it."),
        "enter_current_password": _("That is not the password you have now. Try again."),
        "incorrect_code": _("That is not the code we sent. Look at the newest e-mail and try again."),
        "incorrect_password": _("That is not your password. Try again."),
        "invalid_login": _("We could not sign you in with that. Check your e-mail address."),
        "rate_limited": _("That was a lot of tries. Please wait a few minutes, then try again."),
        "same_as_current": _("That is what it is already. Choose something new."),
        "too_many_login_attempts": SLOW_DOWN,
        "unknown_email": _("We know no account with this address. Check how it is spelled, or sign up."),
    }

    def format_email_subject(self, subject: str) -> str:
        return subject

    def reaches(self, address: str) -> bool:
        """Whether a letter to that address can come. What is known of it is known above."""
        del address
        return True

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """A code was typed where somebody signs up, or has signed in with the password: it may stay theirs.

        Somebody outside cannot give an address to an account whose mailbox is known: the sign-up that this
        code belongs to has been overtaken.
        """
        if not request.user.is_authenticated and _has_another(email_address):
            return False
        email_address.typed_with_password = True
        return bool(super().confirm_email(request, email_address))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Few wrong passwords from one place; many more from everywhere, so that nobody is kept out by others."""
        super().pre_authenticate(request, **credentials)
        address = credentials.get("email", "").lower()
        if not ratelimit.consume(request, action="login_anywhere", key=address):
            raise self.validation_error("too_many_login_attempts")

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """allauth counts per site and address; the name of the site is whatever the browser said it was."""
        return from_here(request, credentials.get("email", ""))


def from_here(request: HttpRequest, address: str) -> str:
    """An address as tried from one place, for counting tries."""
    return f"{get_ip(request)} {address.lower()}"


@receiver(email_confirmed)
def forget_unproven_password(request: HttpRequest, email_address: EmailAddress, **_signal: Any) -> None:
    """A password chosen before anybody proved the mailbox may be a stranger's, waiting for its owner to come.

    It ends, and every session that began with it, when the mailbox is proven by anything but that sign-up
    itself: a code to sign in, a code to choose a new password.
    """
    user = email_address.user
    if getattr(email_address, "typed_with_password", False) or not user.has_usable_password():
        return
    user.set_unusable_password()
    # Counts as having been here: allauth lets a sign-up move an account to another address until then.
    user.last_login = timezone.now()
    user.save(update_fields=["password", "last_login"])
    words = _("To be safe, we forgot the password from before we knew it is you. You can choose a new one.")
    messages.info(request, words)


def _has_another(email_address: EmailAddress) -> bool:
    """Whether the account has a proven address beside this one."""
    others = EmailAddress.objects.filter(user=email_address.user, verified=True)
    return bool(others.exclude(email=email_address.email).exists())
