"""What the directory refuses, in words for whoever tried."""

from accounts.errors import DomainError


class CannotPublish(DomainError):
    """Something is missing that a visitor relies on."""


class InOtherHands(DomainError):
    """Another curator is at it."""


class CannotDecide(DomainError):
    """A proposal cannot be decided like that, or not by them."""


class OwnListing(DomainError):
    """They speak for its organisation themselves."""


class ChangedSince(DomainError):
    """What would be undone or taken over is not what it was."""


class NotWanted(DomainError):
    """They asked not to be listed."""


class MergedAway(DomainError):
    """The listing was made one with another while somebody was at it."""


class CannotMerge(DomainError):
    """These two cannot become one."""


class CannotClaim(DomainError):
    """Somebody cannot speak for this organisation, or not yet."""


class CannotPropose(DomainError):
    """There is nothing in it yet that a curator could decide."""


class CannotSave(DomainError):
    """There is no room for it any more."""


class CannotImport(DomainError):
    """The file of an import is gone, or was never one."""
