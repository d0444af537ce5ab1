"""A supporter's word that they may be told: asked for, given, declined, taken back.

Where the owner changes the words, or lets them be told later, the old word stands with the old words until they answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Consent, User
from checkins import errors, messages
from checkins.models import Plan, Step
from checkins.wording import in_words


def terms_of(step: Step, *, after: dt.timedelta) -> str:
    """What a supporter agrees to, in their language; `after` is the time from due to being told, at the earliest."""
    with translation.override(step.membership.member.language if step.membership else None):
        return _terms(step, after)


def _terms(step: Step, after: dt.timedelta) -> str:
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


def place_in_words(step: Step, *, waits: Iterable[dt.timedelta] | None = None) -> str:
    """What they agreed to, in one line. Not the name of the plan: it may say what nobody else should know.

    `waits`: of the ladder up to there, where they are loaded.
    """
    after = in_words(told_after(step, waits=waits))
    return _("You agreed to get an e-mail about %(hours)s after a missed check-in.") % {"hours": after}


@dataclass(frozen=True)
class Promise:
    """What a supporter agreed to: these words, and to be told that long after a check-in was due, not sooner."""

    terms: str
    words: str
    after: dt.timedelta

    def covers(self, terms: str, after: dt.timedelta) -> bool:
        """Whether it goes on under those terms: they may be told later than they agreed to, never sooner."""
        return terms == self.terms or after >= self.after


def promises(plan: Plan) -> dict[int | None, Promise]:
    """What everybody who agreed to be told in this plan, as it stands, agreed to; by membership."""
    agreed = [step for step in plan.steps.all() if step.agreed_at and step.membership_id]
    return {step.membership_id: _promise(step) for step in agreed}


def _promise(step: Step) -> Promise:
    words = step.words if step.old_words is None else step.old_words
    return Promise(step.agreed_terms, words, told_after(step))


def told_after(step: Step, *, waits: Iterable[dt.timedelta] | None = None) -> dt.timedelta:
    """How long after a check-in was due they agreed to be told, or would be."""
    if step.old_after is not None:
        return step.old_after
    if waits is None:
        rungs = step.plan.steps.all()
        waits = {rung.position: rung.wait for rung in rungs if rung.position <= step.position}.values()
    return sum(waits, step.plan.grace)


def renew(step: Step, *, terms: str, promise: Promise | None, now: dt.datetime | None) -> bool:
    """Put terms before a supporter; says whether they have to be asked (`now` is when). Does not save.

    `promise` is what goes on until they answer; without one their word ends.
    """
    asks = step.declined_at is None and terms not in (step.terms, promise.terms if promise else None)
    if promise is None:
        step.end_word()
    elif terms == promise.terms:
        step.keep_as_agreed(None, None, None)
    else:
        step.keep_as_agreed(promise.terms, promise.words, promise.after)
    if asks:
        step.asked_at, step.reconfirm_asked_at = now, None
    step.terms = terms
    return asks


@transaction.atomic
def agree(*, step: Step, by: User, now: dt.datetime, terms: str, may_wake: bool = False) -> None:
    """They agree to exactly the words they were shown, or stand by them once more.

    `may_wake`: the alert may come in their quiet hours. Raises TermsHaveChanged when those are no longer the words.
    """
    step = _locked(step)
    if step.is_newer_than_they_see and step.has_new_terms:
        _keep_the_old(step, terms, now if may_wake else None)
        return
    if step.terms.splitlines() != terms.splitlines():  # a form may come back with other line ends
        raise errors.TermsHaveChanged(_("What you would be asked has just changed. Please read it again."))
    asked = step.reconfirm_asked_at is not None or step.has_new_terms
    if step.agreed_at and not asked and bool(step.may_wake_at) == may_wake:
        return
    step.end_word()
    step.agreed_at, step.declined_at, step.may_wake_at = now, None, now if may_wake else None
    step.save(update_fields=Step.WORD)
    record(step, by, Consent.Act.GIVEN)


def _keep_the_old(step: Step, terms: str, may_wake_at: dt.datetime | None) -> None:
    """Whoever is limited quietly knows nothing of the new words: their yes is to the old ones, as before."""
    if step.agreed_terms.splitlines() != terms.splitlines():
        raise errors.TermsHaveChanged(_("What you would be asked has just changed. Please read it again."))
    step.may_wake_at = may_wake_at
    step.save(update_fields=["may_wake_at"])


@transaction.atomic
def decline(*, step: Step, by: User, now: dt.datetime) -> None:
    """They say no, also to new terms, or take back their word. It holds at once, at the next step and letter.

    Who counted on them hears so.
    """
    step = _locked(step)
    had_agreed = step.agreed_at is not None
    if had_agreed:
        record(step, by, Consent.Act.WITHDRAWN)
        messages.ladder_lost(step, now=now)
    step.end_word()
    step.declined_at = step.declined_at or now
    step.save(update_fields=Step.WORD)


def lapse(step: Step) -> None:
    """What they agreed to is not asked any more: their word ends, and the record says so.

    To whoever is limited quietly their word stands; it is recorded when the limit ends (`kept`).
    """
    if step.agreed_at and step.membership and step.membership.limited_at is None:
        record(step, step.membership.member, Consent.Act.WITHDRAWN, how="")


def _locked(step: Step) -> Step:
    rows = Step.objects.select_for_update(of=("self",), no_key=True).select_related("plan__owner")
    found = rows.filter(pk=step.pk, plan__ended_at=None).first()
    if found is None:
        raise errors.TermsHaveChanged(_("You are no longer asked to be told. There is nothing more to do."))
    return found


def record(step: Step, by: User, act: Consent.Act, *, how: str = Consent.PAGE) -> None:
    """With exactly the words of this step. `how` is "" for what ended without their saying so."""
    Consent.objects.create(
        subject=by,
        grantee=step.plan.owner,
        purpose=Consent.Purpose.LADDER,
        act=act,
        categories=["ladder"],
        text=f"{step.agreed_terms}\n\n{waking_words()}" if step.may_wake_at else step.agreed_terms,
        language=by.language,
        how=how,
    )
