"""What a person may be refused here, in words for them."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused


class TakenAlready(Refused):
    words = _("Somebody else has just said yes. Thank you for wanting to help. You need do nothing.")


class NoLongerAsked(Refused):
    words = _("This is no longer needed. Thank you for looking. You need do nothing.")


class MovedMeanwhile(Refused):
    words = _(
        "It has moved to another time since you opened this. Look whether that suits you, then say yes."
    )


class NotForYou(Refused):
    words = _("This page is not open to you any more. You need do nothing.")


class NobodyTook(Refused):
    words = _("Nobody has said yes to this one, so there is nobody to thank yet.")


class NotOrganiser(Refused):
    words = _("You cannot change what they ask for any more. You need do nothing.")


class OverAlready(Refused):
    words = _("This is over already. You can make a new ask for another day.")


class NoSuchTime(Refused):
    words = _("Choose a day and a time that are still to come.")
