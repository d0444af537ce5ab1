"""The refusals a person may be shown."""


class DomainError(Exception):
    """Something that cannot be done, in words for the person who tried.

    Subclasses say what, and what to do next.
    """


class NotNow(DomainError):
    """Somebody cannot go yet. `reasons` say why, and what to do first."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons
