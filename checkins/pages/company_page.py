"""The page after asking for company: what became of it, and whom else to call."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from accounts.models import User
from checkins.models import CheckIn
from networks.models import Membership, Tie
from outbox import states
from outbox.models import Message

# How long it is news.
LATELY = dt.timedelta(hours=12)
MOST_TO_CALL = 3
# Check-ins in which somebody says something; the others are signs of life.
SAID = [CheckIn.Via.PAGE, CheckIn.Via.LINK]


@dataclass(frozen=True)
class Told:
    """A check-in that asked for company; whom we wrote to, if anybody, and how the letter fares."""

    check_in: CheckIn
    membership: Membership | None = None
    state: states.State | None = None

    @property
    def came_to_nothing(self) -> bool:
        """Nobody hears of it: nobody was chosen, or the letter did not reach them."""
        return self.state is None or self.state.code in ("refused", "given_up", "taken_back")


def lately(owner: User, now: dt.datetime, newest: CheckIn | None = None) -> CheckIn | None:
    """The check-in that asked for company, if that is not long ago and nothing was said since.

    `newest`: their newest of any kind, where it is known.
    """
    last = newest if newest and newest.via in SAID else CheckIn.objects.of(owner).filter(via__in=SAID).first()
    if last is None or last.answer != CheckIn.Answer.COMPANY:
        return None
    return last if last.made_at > now - LATELY else None


def latest(owner: User, now: dt.datetime) -> Told | None:
    """What became of asking `lately`."""
    check_in = lately(owner, now)
    if check_in is None:
        return None
    message = Message.objects.filter(dedupe_key=f"company:{check_in.pk}").first()
    if message is None:
        return Told(check_in)
    membership = Membership.objects.select_related("tie").filter(pk=message.params["membership"]).first()
    return Told(check_in, membership, states.of(message, now=now, looker_id=owner.pk))


def could_call(owner: User, told: Told) -> list[Tie]:
    """A few people with a number, the closest first; whoever we wrote to before all."""
    first = told.membership.tie_id if told.membership else None
    with_number = Tie.objects.of(owner).exclude(phone="").in_order()
    return sorted(with_number, key=lambda tie: tie.pk != first)[:MOST_TO_CALL]
