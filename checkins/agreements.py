"""A supporter's word that they may be told: asked for, given, declined, taken back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import Consent, User
from checkins import errors
from checkins.models import Plan, Step


def terms_of(plan: Plan, *, after: dt.timedelta) -> str:
    """What a supporter agrees to, in words; `after` is the time from due to being told."""
    return _(
        "If %(name)s misses a check-in and does not answer our nudges, I get one e-mail, about %(hours)s "
        "after it was due. I will try to reach them, or say that I cannot. I am not an emergency service. "
        "I can stop at any time."
    ) % {"name": plan.owner.called, "hours": in_words(after)}


def in_words(span: dt.timedelta) -> str:
    """A length of time to the minute: "45 minutes", "6 hours", "2 hours 30 minutes"."""
    hours, minutes = divmod(round(span.total_seconds() / 60), 60)
    parts = []
    if hours:
        parts.append(ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours})
    if minutes or not hours:
        parts.append(ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes})
    return " ".join(parts)


@transaction.atomic
def agree(*, step: Step, by: User, now: dt.datetime, terms: str) -> None:
    """They agree to exactly the words they were shown.

    Raises TermsHaveChanged when those are no longer the words.
    """
    step = _locked(step)
    if step.terms != terms:
        raise errors.TermsHaveChanged(_("What you would be asked has just changed. Please read it again."))
    if step.agreed_at:
        return
    step.agreed_at, step.declined_at = now, None
    step.save(update_fields=["agreed_at", "declined_at"])
    _record(step, by, Consent.Act.GIVEN)


@transaction.atomic
def decline(*, step: Step, by: User, now: dt.datetime) -> None:
    """They say no, or take back their word. It holds at once, at the next step and at the next letter."""
    step = _locked(step)
    had_agreed = step.agreed_at is not None
    step.agreed_at, step.declined_at = None, step.declined_at or now
    step.save(update_fields=["agreed_at", "declined_at"])
    if had_agreed:
        _record(step, by, Consent.Act.WITHDRAWN)


def lapse(step: Step) -> None:
    """What they agreed to is not asked any more: their word ends, and the record says so."""
    if step.agreed_at and step.membership:
        _record(step, step.membership.member, Consent.Act.WITHDRAWN)


def _locked(step: Step) -> Step:
    rows = Step.objects.select_for_update(of=("self",), no_key=True).select_related("plan__owner")
    found = rows.filter(pk=step.pk, plan__ended_at=None).first()
    if found is None:
        raise errors.TermsHaveChanged(_("You are no longer asked to be told. There is nothing more to do."))
    return found


def _record(step: Step, by: User, act: Consent.Act) -> None:
    Consent.objects.create(
        subject=by,
        grantee=step.plan.owner,
        purpose=Consent.Purpose.LADDER,
        act=act,
        categories=["ladder"],
        text=step.terms,
        language=get_language() or "en",
    )
