"""The directory in Django’s admin: listings and what hangs on them."""

from resources.admin import listings

__all__ = ["listings"]
