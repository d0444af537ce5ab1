"""Words about asks: titles, the text made from what was chosen, what is offered instead."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import times
from asks.models import Ask, Need, Occurrence, Softer


def opening(need: str) -> str:
    """The first sentence of the letter, as the owner would say it."""
    return {
        Need.LIFT: _("Could you give me a lift?"),
        Need.ERRAND: _("Could you do an errand for me?"),
        Need.MEAL: _("Could you bring me something to eat?"),
        Need.COMPANY: _("Would you keep me company for a while?"),
        Need.CALL: _("Would you give me a call?"),
        Need.PAPERWORK: _("Could you help me with some papers?"),
        Need.CHILDCARE: _("Could you be with the children for a while?"),
        Need.PETS: _("Could you look after my pet for a while?"),
        Need.OTHER: _("Could you help me with something?"),
    }[Need(need)]


def made_from(*, need: str, flexible: bool, softer: str) -> str:
    """A short text from what was chosen, with an easy no in it. The owner may change every word."""
    parts = [opening(need)]
    if flexible:
        parts.append(_("I say yes, if my body agrees: it may change on the day."))
    parts.append(instead_of(softer))
    parts.append(_("If it does not suit you, that is completely fine. No reason needed."))
    return " ".join(part for part in parts if part)


def instead_of(softer: str) -> str:
    return {
        Softer.CALL: _("If I cannot manage it, a call would be lovely instead."),
        Softer.TEN_MINUTES: _("If I cannot manage it, ten minutes would be lovely instead."),
        Softer.MESSAGE: _("If I cannot manage it, a message would be lovely instead."),
    }.get(Softer(softer), "")


def offered_instead(softer: str) -> str:
    """Said to whoever said yes, on the day it has to be less."""
    return {
        Softer.CALL: _("A call would be lovely instead."),
        Softer.TEN_MINUTES: _("Ten minutes would be lovely instead."),
        Softer.MESSAGE: _("A message would be lovely instead."),
    }.get(Softer(softer), _("There is nothing you need to do instead."))


def made_less(softer: str) -> str:
    """What would do, said to whoever said yes; nothing may have been agreed beforehand."""
    return offered_if_any(softer) or _("A part of it is enough.")


def offered_if_any(softer: str) -> str:
    """The same for those who might still say yes; empty where nothing was agreed."""
    return "" if softer == Softer.NONE else offered_instead(softer)


def title(ask: Ask, *, name: str) -> str:
    """What it is in a list or a calendar: "A lift for Maya"."""
    return _("%(need)s for %(name)s") % {"need": ask.get_need_display(), "name": name}


def when(occurrence: Occurrence, *, now: dt.datetime) -> str:
    """When it is, on the clock of whoever reads."""
    zone = timezone.get_current_timezone()
    if occurrence.starts_at:
        return times.moment(occurrence.starts_at, now=now, zone=zone)
    if occurrence.ask.by_on:
        said = times.day(occurrence.ask.by_on, today=now.astimezone(zone).date())
        return _("any time until %(day)s") % {"day": said}
    return _("any time that suits you")


def lasts(minutes: int | None) -> str:
    """How long, as people say it; empty where there is no time."""
    if not minutes:
        return ""
    if minutes < 60:
        return ngettext("about %(n)s minute", "about %(n)s minutes", minutes) % {"n": minutes}
    hours = round(minutes / 60)
    return ngettext("about %(n)s hour", "about %(n)s hours", hours) % {"n": hours}


def rhythm(ask: Ask) -> str:
    """How it repeats; empty for one that is made once."""
    if not ask.repeats:
        return ""
    weeks = ask.weeks_apart
    return (
        _("every week")
        if weeks == 1
        else ngettext("every %(n)s week", "every %(n)s weeks", weeks) % {"n": weeks}
    )


def for_owner(ask: Ask) -> str:
    """Who asks: the owner, or an organiser in their name."""
    if ask.made_by_id in (None, ask.owner_id) or ask.made_by is None:
        return ask.owner.called
    names = {"organiser": ask.made_by.called, "owner": ask.owner.called}
    return _("%(organiser)s, for %(owner)s") % names
