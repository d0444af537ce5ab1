"""Signs of life."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import TypedDict, Unpack

from django.db import transaction

from accounts.models import User
from checkins import closing, messages, schedule
from checkins.models import CheckIn, Plan, Silence, Wishes
from checkins.services import locks
from networks import services as networks
from networks.models import Tie

# A form that comes again sooner than this was sent twice.
DOUBLE_TAP = dt.timedelta(minutes=10)


class Said(TypedDict, total=False):
    """What a check-in may say beside "I am here"."""

    pain: int | None  # 0 to 10
    mood: str
    energy: str
    note: str
    was_in_touch: bool | None
    answer: str  # CheckIn.Answer
    via: str  # CheckIn.Via


@transaction.atomic
def check_in(
    *,
    owner: User,
    now: dt.datetime,
    form_key: uuid.UUID,
    touched: Iterable[Tie] = (),
    **said: Unpack[Said],
) -> CheckIn:
    """Write down a sign of life; it counts for every plan of theirs and ends every silence.

    The same key twice within minutes is one check-in, which then says what was said last.
    Two check-ins within minutes count for one occurrence, not for the next one too.
    """
    locks.person(owner)  # two taps at once wait for each other here
    plans = locks.plans(owner)
    made = CheckIn.objects.filter(owner=owner, form_key=form_key).first()
    repeat = made is not None and _is_a_repeat(made, now)
    if made is not None and not repeat:
        made, form_key = None, uuid.uuid4()
    just_now = CheckIn.objects.filter(owner=owner, made_at__gt=now - DOUBLE_TAP).exists()
    if made is None:
        made = CheckIn.objects.create(owner=owner, form_key=form_key, made_at=now, **said)
    else:
        _say_more(made, said)
    for tie in sorted(touched, key=lambda one: one.pk):  # in everybody’s order: no deadlock
        networks.log_touch(tie=tie, by=owner, at=now, form_key=form_key)
    if not repeat:
        for plan in plans:
            _count(plan, now, again=just_now)
        closing.close_all(owner=owner, by=owner, now=now, ending=Silence.Ending.CHECKED_IN)
    if made.answer == CheckIn.Answer.COMPANY:
        _ask_for_company(made, now)
    return made


def sign_of_life(*, owner: User, sign: str, now: dt.datetime) -> CheckIn | None:
    """They did something else that shows they are there. Counts if they wanted it to (`Wishes.Sign`)."""
    wishes = Wishes.objects.filter(owner=owner, signs_of_life__contains=[sign])
    if not wishes.exists():
        return None
    return check_in(owner=owner, now=now, form_key=uuid.uuid4(), via=sign)


def _ask_for_company(made: CheckIn, now: dt.datetime) -> None:
    """Tell the one they chose beforehand. Whoever chose nobody tells nobody."""
    chosen = Wishes.of(made.owner).company_from
    if chosen is not None and chosen.ended_at is None and chosen.limited_at is None:
        messages.company(made, chosen, now=now)


def _say_more(made: CheckIn, said: Said) -> None:
    """The form came again with something in it: that is what they mean."""
    given = {name: value for name, value in said.items() if value not in (None, "")}
    for name, value in given.items():
        setattr(made, name, value)
    if given:
        made.save(update_fields=list(given))


def _is_a_repeat(made: CheckIn, now: dt.datetime) -> bool:
    """Whether a form sent twice is a double tap. A phone that sends an old page again means it: they are there."""
    open_ones = Silence.objects.open().real().filter(plan__owner=made.owner)
    return now - made.made_at < DOUBLE_TAP and not open_ones.filter(opened_at__gt=made.made_at).exists()


def _count(plan: Plan, now: dt.datetime, *, again: bool) -> None:
    """Let a check-in at `now` count for its occurrence. An open silence starts the plan afresh.

    `again`: they checked in minutes ago. Who taps twice to be sure does not mean tomorrow as well.
    """
    if plan.next_due_at is None or (again and plan.next_due_at > now):
        return
    following = schedule.due_after_check_in(plan.rhythm, plan.next_due_at, now)
    if following == plan.next_due_at:
        return
    plan.met_due_at = plan.next_due_at
    plan.follow(following, now=now)
    closing.save_times(plan, now=now)
