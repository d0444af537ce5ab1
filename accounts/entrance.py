"""allauth's forms in our words: a label instead of a placeholder that vanishes, and hints that help."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context, ratelimit
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.adapter import from_here
from accounts.models import User

LABELS = {
    "login": _("Your e-mail address"),
    "email": _("Your e-mail address"),
    "password": _("Password"),
    "password1": _("Choose a password"),
    "password2": _("The new password once more"),
    "oldpassword": _("The password you have now"),
    "code": _("The code from the e-mail"),
}
LONGEST_ADDRESS = 254
PASSWORD_HINT = _("At least 10 characters. A few words in a row are easy to remember and hard to guess.")
REQUIRED = {
    "login": _("Write your e-mail address."),
    "email": _("Write your e-mail address."),
    "password": _("Write your password."),
    "password1": _("Choose a password."),
    "password2": _("Write the new password once more."),
    "oldpassword": _("Write the password you have now."),
    "code": _("Write the code from the e-mail."),
}


class Plain(forms.Form):
    """Mixed into each of allauth's forms."""

    labels: ClassVar = LABELS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LABELS.keys() & self.fields.keys():
            field = self.fields[name]
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels[name]
            field.error_messages["required"] = REQUIRED[name]
        for name in {"login", "email"} & self.fields.keys():
            # allauth would cut a longer address short, and make an account for somebody else's.
            self.fields[name].validators.append(MaxLengthValidator(LONGEST_ADDRESS))
        if "password" in self.fields:
            self.fields["password"].help_text = ""
        if "password1" in self.fields:
            self.fields["password1"].help_text = PASSWORD_HINT


class LoginForm(Plain, allauth_forms.LoginForm):
    pass


class SignupForm(Plain, allauth_forms.SignupForm):
    account_already_exists: bool

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Whether there is an account shows neither in the answer, nor in how long it takes."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        try:
            saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        except IntegrityError:
            saved = self._overtaken(request)
        return saved

    def _overtaken(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Another was a moment quicker. With the same password it is the same person, who pressed twice."""
        twin = User.objects.filter(email=self.cleaned_data["email"]).first()
        if twin and twin.check_password(self.cleaned_data["password1"]):
            return twin, None
        self.account_already_exists = True
        overtaken: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return overtaken

    def save(self, request: HttpRequest) -> User:
        """The account, its address and the consent are written together or not at all."""
        with transaction.atomic():
            return super().save(request)


class FewFromHere(forms.Form):
    """A few codes from one place come before the many for one address: nobody can use up another's."""

    action: ClassVar[str]

    def clean_email(self) -> str:
        here = from_here(context.request, self.cleaned_data["email"])
        if not ratelimit.consume(context.request, action=self.action, key=here):
            raise get_adapter().validation_error("too_many_login_attempts")
        return str(super().clean_email())  # type: ignore[misc]


class RequestLoginCodeForm(FewFromHere, Plain, allauth_forms.RequestLoginCodeForm):
    action = "request_login_code_here"


class ConfirmLoginCodeForm(Plain, allauth_forms.ConfirmLoginCodeForm):
    pass


class ConfirmEmailVerificationCodeForm(Plain, allauth_forms.ConfirmEmailVerificationCodeForm):
    pass


class ConfirmPasswordResetCodeForm(Plain, allauth_forms.ConfirmPasswordResetCodeForm):
    pass


class ResetPasswordForm(FewFromHere, Plain, allauth_forms.ResetPasswordForm):
    action = "reset_password_here"


class ResetPasswordKeyForm(Plain, allauth_forms.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(Plain, allauth_forms.ChangePasswordForm):
    pass


class SetPasswordForm(Plain, allauth_forms.SetPasswordForm):
    pass


class ReauthenticateForm(Plain, allauth_forms.ReauthenticateForm):
    pass


class AddEmailForm(Plain, allauth_forms.AddEmailForm):
    labels: ClassVar = {**LABELS, "email": _("Your new e-mail address")}


class ChangeEmailForm(Plain, allauth_forms.ChangeEmailForm):
    labels: ClassVar = {**LABELS, "email": _("The right e-mail address")}
