"""What cannot be done with a check-in, a plan or a silence, in words for the person who tried."""

from accounts.errors import DomainError


class SilenceIsOver(DomainError):
    """The silence ended before the answer came."""


class SomebodyElseIsOnIt(DomainError):
    """Another supporter's claim stands."""


class NotOnThisLadder(DomainError):
    """Whoever answers was not told of this silence."""


class NotASupporter(DomainError):
    """The chosen member is not, or no longer, a supporter of this owner."""


class PlanHasEnded(DomainError):
    """The plan was ended in the meantime."""


class TermsHaveChanged(DomainError):
    """The owner changed the plan while the supporter was reading it."""


class NeverDue(DomainError):
    """The plan would end before anything is due."""


class TooSoon(DomainError):
    """The grace would leave no time to check in late."""


class TooLateToUndo(DomainError):
    """The ten seconds are over."""


class NobodyAgreed(DomainError):
    """There is no supporter who agreed, so no ladder to rehearse."""


class NotDuringASilence(DomainError):
    """A real silence is open."""


class AlreadyRehearsing(DomainError):
    """One rehearsal of a plan at a time."""
