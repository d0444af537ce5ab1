"""What an owner asks for, who said yes, what is offered, what the owner gives, and the calendars of it."""

from asks.models.around import CalendarFeed, Gift, Offer
from asks.models.asks import Ask, AskQuerySet, Energy, Need, Softer
from asks.models.occurrences import Occurrence, OccurrenceQuerySet, Taking, TakingQuerySet

__all__ = [
    "Ask",
    "AskQuerySet",
    "CalendarFeed",
    "Energy",
    "Gift",
    "Need",
    "Occurrence",
    "OccurrenceQuerySet",
    "Offer",
    "Softer",
    "Taking",
    "TakingQuerySet",
]
