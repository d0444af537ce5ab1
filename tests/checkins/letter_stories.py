"""A story for each kind of letter: written by the real services and sweeps, delivered to a real mail server."""

from __future__ import annotations

import datetime as dt
import queue
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from html import unescape

import pytest
import time_machine

from accounts.models import User
from checkins import agreements, services, sweep
from checkins.models import CheckIn, Plan, Silence
from networks.models import Membership, Tie
from outbox import delivery
from outbox.letters import message_id
from outbox.models import Message
from tests.checkins.conftest import DUE, MONDAY, TWO_HOURS, let_all_hours_be_awake
from tests.outbox.conftest import Server
from tests.outbox.conftest import smtp as smtp

HOUR, MINUTE, DAY = dt.timedelta(hours=1), dt.timedelta(minutes=1), dt.timedelta(days=1)


DEADLINE = DUE + TWO_HOURS


# When the first supporter is told, the second, and when both hear that nobody has confirmed.
ANA_TOLD, LUIS_TOLD, NOBODY = DEADLINE + 4 * HOUR, DEADLINE + 5 * HOUR, DEADLINE + 6 * HOUR


WEEK = list(range(7))


@dataclass(frozen=True)
class Letter:
    kind: str
    mail: EmailMessage

    @property
    def to(self) -> str:
        return str(self.mail["To"])

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def text(self) -> str:
        return self._part("plain").replace("\r\n", "\n")

    @property
    def html(self) -> str:
        whole = self._part("html")
        return whole.partition('<div class="sheet">')[2].partition('<p class="soft">')[0]

    def _part(self, kind: str) -> str:
        body = self.mail.get_body((kind,))
        assert body is not None
        return str(body.get_content())

    @property
    def everything(self) -> str:
        return "\n".join([self.subject, self.text, unescape(self.html)])


@dataclass
class Story:
    """Maya with Ana and then Luis on her ladder; time is what the story says."""

    server: Server
    owner: User
    ana: Membership
    luis: Membership
    plan: Plan
    letters: list[Letter] = field(default_factory=list)

    def at(self, now: dt.datetime, *happens: Callable[[], object]) -> None:
        """Let that happen at `now`, then sweep and deliver as the worker would."""
        with time_machine.travel(now, tick=False):
            for one in happens:
                one()
            sweep.sweep(now=now)
            delivery.deliver_due()
        sent = {message_id(message.dedupe_key): message.kind for message in Message.objects.all()}
        while True:
            try:
                mail = self.server.letters.get_nowait()
            except queue.Empty:
                return
            self.letters.append(Letter(sent[mail["Message-ID"]].removeprefix("checkins/"), mail))

    def missed_until(self, end: dt.datetime) -> Silence:
        """A check-in is missed, and nobody answers up to and including that moment."""
        for hours in (0, 2, 4, 5, 6):
            if DEADLINE + hours * HOUR <= end:
                self.at(DEADLINE + hours * HOUR)
        return self.plan.silences.get()

    def rehearse(self) -> Silence:
        """Practice from now to where both were told. Gives the rehearsal, which is still open."""
        self.at(MONDAY, lambda: services.rehearse(plan=self.plan, now=MONDAY))
        for minutes in (1, 2, 12):
            self.at(MONDAY + minutes * MINUTE)
        return self.plan.silences.get()

    def of(self, kind: str, to: Membership | User | None = None) -> list[Letter]:
        person = to.member if isinstance(to, Membership) else to
        return [
            letter
            for letter in self.letters
            if letter.kind == kind and (person is None or letter.to == person.email)
        ]

    def claim(self, who: Membership, now: dt.datetime) -> Callable[[], object]:
        return lambda: services.claim(silence=self.plan.silences.get(), membership=who, now=now)

    def report(self, who: Membership, outcome: str, now: dt.datetime) -> Callable[[], object]:
        return lambda: services.report(
            silence=self.plan.silences.get(), membership=who, outcome=outcome, now=now
        )


@pytest.fixture
def story(owner: User, supporter: User, stranger: User, membership: Membership, smtp: Server) -> Story:
    tie = Tie.objects.create(owner=owner, name="Luis Reyes", circle="close")
    luis = Membership.objects.create(tie=tie, owner=owner, member=stranger)
    let_all_hours_be_awake()
    ladder = [
        services.Rung(TWO_HOURS),
        services.Rung(TWO_HOURS, (membership,), "Ring twice."),
        services.Rung(HOUR, (luis,)),
    ]
    wanted = {"programme": Plan.Programme.SAFETY, "days": WEEK, "times": [dt.time(20)], "grace": TWO_HOURS}
    plan = services.make_plan(owner=owner, now=MONDAY, ladder=ladder, **wanted)
    told = Story(smtp, owner, membership, luis, plan)
    told.at(MONDAY)
    for step in plan.steps.exclude(membership=None).select_related("membership__member"):
        agreements.agree(step=step, by=step.membership.member, now=MONDAY, terms=step.terms)
    return told


def company(story: Story) -> None:
    services.wish(owner=story.owner, company_from=story.ana, company_words="Come and sit with me.")
    said = {"answer": CheckIn.Answer.COMPANY, "form_key": uuid.uuid4()}
    story.at(MONDAY, lambda: services.check_in(owner=story.owner, now=MONDAY, **said))


def flare(story: Story) -> None:
    services.wish(owner=story.owner, flare_tells=[story.ana], flare_words="I am slow. Not you.")
    until = MONDAY + DAY
    story.at(MONDAY, lambda: services.begin_flare(owner=story.owner, until=until, now=MONDAY))
    story.at(MONDAY + MINUTE)


def words_of_text(letter: Letter) -> list[str]:
    lines = letter.text.partition("\nStop reminders like this:")[0].splitlines()
    return " ".join(line[1:] if line.startswith(">") else _ours(line) for line in lines).split()


def _ours(line: str) -> str:
    """A line of ours without the mark of a list, or the address of a button."""
    return re.sub(r": https?://\S+$", "", line).removeprefix("- ")


def words_of_html(letter: Letter) -> list[str]:
    return unescape(re.sub(r"<[^>]+>", " ", letter.html)).split()


def links_in_html(letter: Letter) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="([^"]+)"', letter.html)]
