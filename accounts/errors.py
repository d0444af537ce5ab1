"""The refusals a person may be shown."""

from django.utils.functional import Promise


class DomainError(Exception):
    """Something that cannot be done, in words for the person who tried.

    Subclasses say what, and what to do next.
    """


class Refused(DomainError):
    """One that always says the same: a subclass sets its `words`, put into the reader's language when read."""

    words: str | Promise = ""

    def __init__(self) -> None:
        super().__init__(self.words)

    def __str__(self) -> str:
        return str(self.words)


class NotNow(DomainError):
    """Somebody cannot go yet. `reasons` say why, and what to do first."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons
