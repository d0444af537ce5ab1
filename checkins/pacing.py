"""One supporter at a time, also where letters leave late: what may be said next depends on what has really arrived.

The sweep writes each step when its time has come. While our mail server is away those letters pile up; here they are
kept apart as they were meant to be. And one pace of gentle nudges, however many plans wait for an answer.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from checkins.models import Claim, Plan, Silence, SilenceStep, Step
from checkins.stepping import LATE
from outbox.kinds import NotYet
from outbox.models import Message

# Put off no longer than this at a time, so that nobody takes it for forgotten.
LONGEST = dt.timedelta(hours=2)
A_DAY = dt.timedelta(days=1)
# Longer than a gentle nudge waits before it leaves: so far back one counts, and no year of letters is read for that.
A_WEEK = dt.timedelta(days=7)


@dataclass
class Pace:
    """Who was told in these silences, how their alerts fare, and who has answered. Three queries."""

    now: dt.datetime
    told: dict[int, list[SilenceStep]]
    alerts: dict[str, Message]
    answered: set[tuple[int, int]]

    @classmethod
    def of(cls, steps: Iterable[SilenceStep]) -> Pace:
        silences = {step.silence_id for step in steps}
        told: defaultdict[int, list[SilenceStep]] = defaultdict(list)
        rows = SilenceStep.objects.filter(silence__in=silences, whom=Step.Whom.MEMBER, taken_at__isnull=False)
        for step in rows:
            told[step.silence_id].append(step)
        keys = [step.message_key for steps in told.values() for step in steps]
        alerts = {alert.dedupe_key: alert for alert in Message.objects.filter(dedupe_key__in=keys)}
        ended = Claim.objects.filter(silence__in=silences).exclude(reported_at=None, lapsed_at=None)
        return cls(timezone.now(), told, alerts, set(ended.values_list("silence", "membership")))

    def alert(self, step: SilenceStep) -> NotYet | None:
        """Whether this alert has to wait for whoever was written to before."""
        others = [one for one in self.told[step.silence_id] if one.position != step.position]
        if any(self._goes_before(one, step) for one in others):
            return NotYet()
        return self._after(others, step.taken_at)

    def last_word(self, step: SilenceStep) -> NotYet | None:
        """Whether it is too early to say that everybody was told and nobody has answered."""
        told = self.told[step.silence_id]
        return (
            NotYet() if any(self._waits(one) for one in told) else self._after(told, step.silence.ran_out_at)
        )

    def _after(self, others: list[SilenceStep], planned: dt.datetime | None) -> NotYet | None:
        """As long after the latest alert that left as it was meant to be, unless that one has been answered."""
        left = [(at, one) for one in others if (at := self._left_at(one))]
        if not left or planned is None:
            return None
        at, latest = max(left, key=lambda pair: pair[0])
        gap = abs(planned - (latest.taken_at or planned))
        until = at + gap
        if (latest.silence_id, latest.membership_id) in self.answered or until - min(
            LATE, gap / 2
        ) <= self.now:
            return None
        return NotYet(min(until, self.now + LONGEST))

    def _alert(self, step: SilenceStep) -> Message | None:
        return self.alerts.get(step.message_key)

    def _left_at(self, step: SilenceStep) -> dt.datetime | None:
        alert = self._alert(step)
        return alert.sent_at if alert else None

    def _goes_before(self, other: SilenceStep, step: SilenceStep) -> bool:
        """Whether that alert is being given away right now, or a worker has both in hand and it comes first."""
        alert = self._alert(other)
        if alert is not None and alert.is_on_its_way(self.now):
            return True
        waits = self._waits(other)
        return waits is not None and waits.is_leased(self.now) and other.position < step.position

    def _waits(self, step: SilenceStep) -> Message | None:
        """Its alert, if that has yet to leave. Not one whose own mail server says no: nobody waits for that."""
        alert = self._alert(step)
        if alert is None or alert.may_have_arrived or alert.cancelled_at or alert.failed_at:
            return None
        return alert if alert.refused_at is None else None


@dataclass
class GentlePace:
    """What else the owners of these silences are, and were, nudged about without hurry. Two queries."""

    # By owner: the silence whose nudges are repeated, and when the latest gentle nudge left.
    first: dict[int, int]
    nudged_at: dict[int, dt.datetime]

    @classmethod
    def of(cls, silences: Collection[Silence]) -> GentlePace:
        owners = {silence.plan.owner_id for silence in silences}
        gentle = (
            Silence.objects.open()
            .real()
            .filter(plan__owner__in=owners, plan__programme=Plan.Programme.KEEP_IN_TOUCH)
        )
        oldest = gentle.order_by("plan__owner", "opened_at", "pk").distinct("plan__owner")
        oldest_of_these = min((silence.opened_at for silence in silences), default=timezone.now())
        left = Message.objects.filter(
            kind="checkins/keep_in_touch",
            recipient__in=owners,
            created_at__gt=oldest_of_these - A_WEEK,
            sent_at__isnull=False,
        )
        return cls(
            dict(oldest.values_list("plan__owner", "pk")),
            dict(left.order_by().values_list("recipient").annotate(Max("sent_at"))),
        )

    def says_enough(self, silence: Silence, *, repeats: bool) -> bool:
        """Whether another plan's nudge speaks for this one. A check-in answers them all.

        The first nudge of a plan goes unless they were nudged since it went quiet, or less than a day before in vain.
        """
        beside_another = self.first.get(silence.plan.owner_id, silence.pk) != silence.pk
        if repeats:
            return beside_another
        nudged_at = self.nudged_at.get(silence.plan.owner_id)
        since = silence.opened_at - (A_DAY if beside_another else dt.timedelta(0))
        return nudged_at is not None and nudged_at >= since
