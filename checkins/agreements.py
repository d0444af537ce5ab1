"""A supporter's word that they may be told: asked for, given, declined, taken back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Consent, User
from checkins import errors, messages
from checkins.models import Step
from checkins.wording import in_words


def terms_of(step: Step, *, after: dt.timedelta) -> str:
    """What a supporter agrees to, in words; `after` is the time from due to being told, at the earliest."""
    terms = _(
        "If %(name)s misses a check-in and does not answer our nudges, I get an e-mail, about %(hours)s "
        "after it was due. It may be later, or sooner if others before me cannot. More e-mails tell me how it "
        "goes on, until it is over. I will try to reach them, or say that I cannot. Now and then %(name)s may "
        "practise this; those e-mails say so. I am not an emergency service. I can stop at any time."
    ) % {"name": step.plan.owner.called, "hours": in_words(after)}
    if not step.words:
        return terms
    own = _("The e-mail says in %(name)s’s words: “%(words)s”")
    return f"{terms}\n\n{own % {'name': step.plan.owner.called, 'words': step.words}}"


def waking_words() -> str:
    """What they add to the terms with the tick."""
    return _("You may wake me: this e-mail may come in my quiet hours.")


def place_in_words(step: Step) -> str:
    """What they agreed to, in one line. Not the name of the plan: it may say what nobody else should know."""
    rungs = {rung.position: rung.wait for rung in step.plan.steps.all() if rung.position <= step.position}
    after = in_words(sum(rungs.values(), step.plan.grace))
    return _("You agreed to get an e-mail about %(hours)s after a missed check-in.") % {"hours": after}


@transaction.atomic
def agree(*, step: Step, by: User, now: dt.datetime, terms: str, may_wake: bool = False) -> None:
    """They agree to exactly the words they were shown, or stand by them once more.

    `may_wake`: the alert may come in their quiet hours. Raises TermsHaveChanged when those are no longer the words.
    """
    step = _locked(step)
    if step.terms.splitlines() != terms.splitlines():  # a form may come back with other line ends
        raise errors.TermsHaveChanged(_("What you would be asked has just changed. Please read it again."))
    wakes = now if may_wake else None
    if step.agreed_at and step.reconfirm_asked_at is None and bool(step.may_wake_at) == may_wake:
        return
    step.agreed_at, step.declined_at, step.may_wake_at, step.reconfirm_asked_at = now, None, wakes, None
    step.save(update_fields=["agreed_at", "declined_at", "may_wake_at", "reconfirm_asked_at"])
    _record(step, by, Consent.Act.GIVEN)


@transaction.atomic
def decline(*, step: Step, by: User, now: dt.datetime) -> None:
    """They say no, or take back their word. It holds at once, at the next step and at the next letter.

    Who counted on them hears so.
    """
    step = _locked(step)
    had_agreed = step.agreed_at is not None
    step.agreed_at, step.may_wake_at, step.reconfirm_asked_at = None, None, None
    step.declined_at = step.declined_at or now
    step.save(update_fields=["agreed_at", "declined_at", "may_wake_at", "reconfirm_asked_at"])
    if had_agreed:
        _record(step, by, Consent.Act.WITHDRAWN)
        messages.ladder_lost(step, now=now)


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
        text=f"{step.terms}\n\n{waking_words()}" if step.may_wake_at else step.terms,
        language=get_language() or "en",
    )
