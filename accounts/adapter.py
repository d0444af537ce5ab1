"""Where allauth is told how this house speaks."""

from __future__ import annotations

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import gettext_lazy as _


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
        "too_many_login_attempts": _("That was a lot of tries. Please wait a few minutes, then try again."),
        "unknown_email": _("We know no account with this address. Check how it is spelled, or sign up."),
    }

    def format_email_subject(self, subject: str) -> str:
        return subject
