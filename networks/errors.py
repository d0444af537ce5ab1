"""What a person may be refused here, in words for them."""

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refused


class OwnAddress(Refused):
    words = _("That is your own address. Type the address of the person you want to invite.")


class OnlyPeople(Refused):
    words = _("A group or a place cannot join. Add the person there whom you would like to invite.")


class AlreadyInvited(Refused):
    words = _(
        "You already invited somebody at this address. You can send that invitation again or withdraw it."
    )


class AlreadyJoined(Refused):
    words = _("This person has already joined. You can change what they see on the sharing page.")


class AskedEnough(Refused):
    words = _("You have written to this address as often as we allow in a month. Perhaps call or talk first.")


class SaidNo(Refused):
    words = _("This person said no a short while ago. Leave it for a month, then you can ask again.")


class TooManyToday(Refused):
    words = _("You sent a lot of invitations today. Please send the next one tomorrow.")


class NotOpen(Refused):
    words = _("This invitation cannot be used any more. Ask the person who sent it for a new one.")


class OwnInvitation(Refused):
    words = _("This invitation is from you. Only somebody else can accept it.")


class NotYours(Refused):
    words = _("Only the two people it is about can change this.")


class NoLongerJoined(Refused):
    words = _("You no longer share anything with this person, so there is nothing to change.")


class TooManyLinks(Refused):
    words = _("You made a lot of links today. Please make the next one tomorrow.")


class OwnLink(Refused):
    words = _("This link is yours. Give it to somebody else, and they can ask to join.")


class LinkHasEnded(Refused):
    words = _("This link does not work any more. Ask the person who gave it to you for a new one.")


class AskedLately(Refused):
    words = _("You asked this person a short while ago. Leave it for a month, or talk to them.")


class TooManyAsked(Refused):
    words = _("This cannot be asked just now. Please try again tomorrow, or talk to them.")


class RequestHasEnded(Refused):
    words = _("This was answered already, or they do not ask any more.")


class NotAskedAnyMore(Refused):
    words = _("You are not asked this any more. There is nothing more to do.")


class LimitedQuietly(Refused):
    words = _(
        "You limited this quietly, so a word from you does not reach them. Let them see things again first."
    )


class GoneTie(Refused):
    words = _("This person is no longer in your network.")


class GoneTouch(Refused):
    words = _("This was taken back or changed meanwhile. If you were in touch, log it once more.")


class GoneNow(Refused):
    words = _("This is not here any more. There is nothing more to do.")


class AlreadySupporting(Refused):
    words = _("You already support this person with this account. You will find them under People I support.")


class KeptEnough(Refused):
    words = _("You have kept as many words of your own as fit here. Remove some you no longer need first.")


class StillOrganises(Refused):
    words = _(
        "This person organises for you, and nobody can organise and see less. "
        "Press “End organising, and limit” for both."
    )


class LimitedNow(Refused):
    words = _("You limited this person quietly. Press “Show again” first, then you can ask them.")
