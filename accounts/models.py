"""People, and the record of what they agreed to."""

from __future__ import annotations

import hashlib
import unicodedata
import uuid
import zoneinfo
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _


def zone_named(name: str) -> zoneinfo.ZoneInfo:
    """The zone of that IANA name; UTC where this machine knows none."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def one_line(text: str) -> str:
    """Without control characters, line ends and runs of spaces: it may stand in a subject line."""
    plain = (" " if unicodedata.category(letter) == "Cc" else letter for letter in text)
    return " ".join("".join(plain).split())


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody with an account. The e-mail address, always in lower case, is the name to sign in with."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("what should we call you?"), max_length=60, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    joined_at = models.DateTimeField(db_default=Now(), editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(_("may curate and use the admin"), default=False)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return self.called

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    @property
    def called(self) -> str:
        """What to call them on a page or in a subject: their chosen name, else the address before the @."""
        return one_line(self.name) or self.email.partition("@")[0]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """Their time zone; UTC where the stored name is one this machine does not know."""
        return zone_named(self.time_zone)

    @property
    def place_of_clock(self) -> str:
        """The town their time zone is called after: "New York"."""
        return self.time_zone.rpartition("/")[2].replace("_", " ")


class Consent(models.Model):
    """One line of the consent record: somebody agreed to something, or took it back.

    Never changed, only added to: a withdrawal is a row of its own, and the database refuses UPDATE.
    Rows go only with the person.
    """

    class Purpose(models.TextChoices):
        STORE = "store", _("keep what I write about my health")
        SHARE = "share", _("share what I log with a supporter")
        LADDER = "ladder", _("be told when somebody I support goes quiet")

    class Act(models.TextChoices):
        GIVEN = "given", _("given")
        WITHDRAWN = "withdrawn", _("withdrawn")

    # Where it was said, for `how`.
    PAGE: ClassVar = "page"
    LINK: ClassVar = "link"

    subject = models.ForeignKey(User, models.CASCADE, related_name="consents")
    grantee = models.ForeignKey(User, models.SET_NULL, null=True, related_name="consents_received")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    act = models.CharField(max_length=10, choices=Act.choices)
    categories = models.JSONField(default=list)
    text = models.TextField(help_text=_("the exact words that were agreed to"))
    language = models.CharField(max_length=10)
    # Of the text: a fingerprint, the same for the same words, so that two yeses can be compared.
    version = models.CharField(max_length=16, default="", db_default="")
    # Where it was said: "page", or "link" for one that came in a letter; "" for rows older than this column.
    how = models.CharField(max_length=10, default="", db_default="")
    # When it ends by itself; None for one that holds until it is withdrawn.
    until_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["subject", "-recorded_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=["store", "share", "ladder"]), name="consent_purpose_known"
            ),
            models.CheckConstraint(condition=Q(act__in=["given", "withdrawn"]), name="consent_act_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.get_act_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.version = self.version or hashlib.sha256(self.text.encode()).hexdigest()[:16]
        super().save(*args, **kwargs)


class KeptConsent(models.Model):
    """What stays of the consent record of somebody who left: that there was a yes, and that it was taken back.

    No name, no words, nobody on the other side: only they have the number, in the letter that said goodbye. The
    database lets nobody change or delete a line.
    """

    number = models.UUIDField(default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=20, choices=Consent.Purpose.choices)
    act = models.CharField(max_length=10, choices=Consent.Act.choices)
    categories = models.JSONField(default=list)
    language = models.CharField(max_length=10)
    # The fingerprint of the words where they are the same for everybody; "" where a name might be guessed from it.
    version = models.CharField(max_length=16)
    how = models.CharField(max_length=10)
    until_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    kept_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["number"], name="kept_consent_number")]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.get_act_display()}"
