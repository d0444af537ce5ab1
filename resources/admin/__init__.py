"""The directory in Django’s admin: listings and what hangs on them, and the words people find them by."""

from resources.admin import listings, words

__all__ = ["listings", "words"]
