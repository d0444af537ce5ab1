"""The refusals a person may be shown."""


class DomainError(Exception):
    """Something that cannot be done, in words for the person who tried.

    Subclasses say what, and what to do next.
    """
