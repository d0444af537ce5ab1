"""Every letter about check-ins: written by the real services and sweeps, delivered to a real mail server, and read."""

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
from django.db import DataError

from accounts.models import User
from checkins import agreements, services, sweep
from checkins.models import CheckIn, Claim, Plan, Silence, Step
from networks import services as networks
from networks.models import Membership, Share, Tie
from outbox import delivery, kinds
from outbox.letters import message_id
from outbox.models import ChannelPreference, Message
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


# A story for each kind of letter ---------------------------------------------------------------------


def asked(story: Story) -> None:
    """Nothing more is needed: the plan was made, so they were asked."""


def missed(story: Story) -> None:
    story.missed_until(NOBODY)


def gentle(story: Story) -> None:
    services.change_plan(plan=story.plan, now=MONDAY, programme=Plan.Programme.KEEP_IN_TOUCH)
    story.at(DEADLINE)


def paused(story: Story) -> None:
    until = MONDAY + 3 * DAY
    story.at(MONDAY, lambda: services.pause(plan=story.plan, until=until, by=story.owner, now=MONDAY))
    story.at(until)


def lost(story: Story) -> None:
    step = story.plan.steps.get(membership=story.ana)
    story.at(MONDAY, lambda: agreements.decline(step=step, by=story.ana.member, now=MONDAY))


def half_a_year_later(story: Story) -> None:
    later = MONDAY + 184 * DAY
    services.end_flare(owner=story.owner, now=later)
    with time_machine.travel(later, tick=False):
        services.check_in(owner=story.owner, now=later, form_key=uuid.uuid4())
    story.at(later, lambda: services.sweep_ladders(now=later))


def on_it(story: Story) -> None:
    story.missed_until(LUIS_TOLD)
    now = LUIS_TOLD + MINUTE
    story.at(now, story.claim(story.ana, now))


def open_again(story: Story) -> None:
    on_it(story)
    now = LUIS_TOLD + 9 * MINUTE
    story.at(now, story.report(story.ana, Claim.Report.NO_ANSWER, now))


def reminded(story: Story) -> None:
    story.missed_until(ANA_TOLD)
    now = ANA_TOLD + MINUTE
    story.at(now, story.claim(story.ana, now))
    story.at(now + 90 * MINUTE)


def heard(story: Story) -> None:
    story.missed_until(LUIS_TOLD)
    now = LUIS_TOLD + MINUTE
    story.at(now, story.report(story.ana, Claim.Report.OKAY, now))


def company(story: Story) -> None:
    services.wish(owner=story.owner, company_from=story.ana, company_words="Come and sit with me.")
    said = {"answer": CheckIn.Answer.COMPANY, "form_key": uuid.uuid4()}
    story.at(MONDAY, lambda: services.check_in(owner=story.owner, now=MONDAY, **said))


def flare(story: Story) -> None:
    services.wish(owner=story.owner, flare_tells=[story.ana], flare_words="I am slow. Not you.")
    until = MONDAY + DAY
    story.at(MONDAY, lambda: services.begin_flare(owner=story.owner, until=until, now=MONDAY))
    story.at(MONDAY + MINUTE)


# kind: its story, who gets it, its subject, words that must be in it.
EXPECTED: dict[str, tuple[Callable[[Story], None], str, str, str]] = {
    "nudge": (missed, "maya", "How are you, Maya?", "One tap is enough"),
    "keep_in_touch": (gentle, "maya", "How are you, Maya?", "Nobody else hears about this."),
    "last_call": (missed, "maya", "Maya, one tap before we tell Ana Reyes", "we will tell Ana Reyes"),
    "resumed": (paused, "maya", "Your check-ins go on", "your pause is over"),
    "ladder_lost": (lost, "maya", "Your plan needs somebody new", "we can no longer tell Ana Reyes"),
    "heard_from": (heard, "maya", "Ana Reyes told us that you are okay", "If that is not so"),
    "alert": (missed, "ana", "Could you check on Maya?", "This is often a false alarm"),
    "nobody_yet": (missed, "ana", "Nobody has heard from Maya yet", "We tell nobody else."),
    "on_it": (on_it, "stranger", "Somebody is looking after Maya now", "You need do nothing."),
    "open_again": (open_again, "stranger", "Could you try Maya once more?", "If you can, please try."),
    "claim_reminder": (reminded, "ana", "How did it go with Maya?", "Have you reached Maya?"),
    "all_clear": (heard, "stranger", "All clear: Maya", "somebody has heard from Maya. All is well"),
    "ladder_request": (
        asked,
        "ana",
        "Maya asks you: would you be told?",
        "Nothing happens unless you agree.",
    ),
    "reconfirm": (half_a_year_later, "ana", "Does it still stand? About Maya", "it ends by itself"),
    "company": (company, "ana", "Maya would like some company", "> Come and sit with me."),
    "flare": (flare, "ana", "A word from Maya", "> I am slow. Not you."),
}
KINDS = sorted(EXPECTED)
# What goes to supporters while something is open, and may say nothing private.
ALERTS = ["alert", "nobody_yet", "on_it", "open_again", "claim_reminder", "all_clear"]


def test_every_kind_there_is_has_its_story() -> None:
    registered = {name.removeprefix("checkins/") for name in kinds._kinds if name.startswith("checkins/")}
    assert registered == set(KINDS)


def test_the_list_of_what_was_sent_has_a_name_of_its_own_for_each() -> None:
    names = {str(kinds.of(f"checkins/{kind}").about) for kind in KINDS}
    assert len(names) == len(KINDS)
    assert "" not in names


@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_arrives_says_what_it_is_and_says_it_twice_the_same(story: Story, kind: str) -> None:
    tell, who, subject, words = EXPECTED[kind]
    tell(story)
    (letter,) = [one for one in story.of(kind) if one.to.startswith(who)]
    assert letter.subject == subject
    assert words in letter.text
    name = {"maya": "Maya", "ana": "Ana", "stranger": "Stranger"}[who]
    assert letter.text.startswith(f"Hello {name},\n\n")
    assert words_of_text(letter) == words_of_html(letter)
    assert links_in_text(letter) == links_in_html(letter)
    assert_reads_well(letter)


def words_of_text(letter: Letter) -> list[str]:
    lines = letter.text.partition("\nStop reminders like this:")[0].splitlines()
    return " ".join(line[1:] if line.startswith(">") else _ours(line) for line in lines).split()


def _ours(line: str) -> str:
    """A line of ours without the mark of a list, or the address of a button."""
    return re.sub(r": https?://\S+$", "", line).removeprefix("- ")


def words_of_html(letter: Letter) -> list[str]:
    return unescape(re.sub(r"<[^>]+>", " ", letter.html)).split()


def links_in_text(letter: Letter) -> list[str]:
    return re.findall(r": (https?://\S+)$", letter.text.partition("\nStop reminders")[0], re.MULTILINE)


def links_in_html(letter: Letter) -> list[str]:
    return [unescape(found) for found in re.findall(r'href="([^"]+)"', letter.html)]


def assert_reads_well(letter: Letter) -> None:
    """Short, whole and in the house's voice."""
    assert "  " not in letter.text
    assert "\n\n\n" not in letter.text
    assert "!" not in letter.text + letter.subject
    assert "None" not in letter.text
    assert len(letter.subject) <= 60
    assert not re.search(r"\b(patient|suffer\w*|users?)\b", letter.everything, re.IGNORECASE)
    assert max(len(sentence.split()) for sentence in re.split(r"[.?:]\s", letter.text)) <= 30


def test_everybody_gets_the_letters_of_a_whole_night_in_their_order_and_each_once(story: Story) -> None:
    story.missed_until(LUIS_TOLD)
    now = LUIS_TOLD + MINUTE
    story.at(now, story.claim(story.luis, now))
    story.at(now + 90 * MINUTE)
    story.at(now + 2 * HOUR)
    later = now + 2 * HOUR + MINUTE
    story.at(later, lambda: services.check_in(owner=story.owner, now=later, form_key=uuid.uuid4()))

    def got(who: str) -> list[str]:
        return [letter.kind for letter in story.letters if letter.to.startswith(who)]

    assert got("maya") == ["nudge", "last_call"]
    assert got("ana") == ["ladder_request", "alert", "on_it", "open_again", "nobody_yet", "all_clear"]
    assert got("stranger") == ["ladder_request", "alert", "claim_reminder", "nobody_yet", "all_clear"]
    assert "good news: Maya has been in touch." in story.of("all_clear", story.ana)[0].text


def test_an_alert_carries_the_owners_words_and_help_for_the_helper(story: Story) -> None:
    services.wish(owner=story.owner, helps="Tea.", does_not_help="Advice.")
    story.missed_until(LUIS_TOLD)
    first, second = story.of("alert", story.ana)[0], story.of("alert", story.luis)[0]
    assert "What Maya wrote for you beforehand:\n> Ring twice." in first.text
    assert "wrote for you" not in second.text
    for letter in (first, second):
        assert "What helps:\n> Tea." in letter.text
        assert "What does not help:\n> Advice." in letter.text
        assert "- “I was thinking of you, and just wanted to hear your voice.”" in letter.text
        assert "call your local emergency number. We never call it for you." in letter.text
        assert "/s/" in links_in_text(letter)[0]


def test_nothing_private_goes_to_a_supporter_even_when_check_ins_hold_it(story: Story) -> None:
    Plan.objects.update(name="Fibromyalgia days")
    for membership in (story.ana, story.luis):
        networks.change_shares(membership=membership, shares=list(Share), by=story.owner)
    services.check_in(
        owner=story.owner,
        now=MONDAY - DAY,
        form_key=uuid.uuid4(),
        pain=9,
        mood="rough",
        note="ward seven",
        touched=[story.ana.tie],
    )
    reminded(story)
    now = ANA_TOLD + 3 * HOUR
    story.at(now)
    story.at(now + MINUTE, story.claim(story.luis, now + MINUTE))
    story.at(now + 2 * MINUTE, story.report(story.luis, Claim.Report.NO_ANSWER, now + 2 * MINUTE))
    story.at(now + 2 * HOUR)
    story.at(now + 3 * HOUR, lambda: services.end_plan(plan=story.plan, by=story.owner, now=now + 3 * HOUR))
    told = [letter for letter in story.letters if letter.kind in ALERTS]
    assert {letter.kind for letter in told} == set(ALERTS)
    for letter in told:
        for private in ("9", "pain", "rough", "ward", "Fibromyalgia", "London", "Europe"):
            without_links = re.sub(r"https?://\S+|\d+:\d\d|May \d+|\d (am|pm)", "", letter.everything)
            assert private.lower() not in without_links.lower(), (letter.kind, private)
        for other in {"ana": ("Luis", "Stranger"), "stranger": ("Ana",)}[letter.to.partition("@")[0]]:
            assert other not in letter.everything


# Practice -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ends", ["heard", "stopped", "ran through"])
def test_every_letter_of_a_rehearsal_says_practice_in_subject_and_first_line(story: Story, ends: str) -> None:
    story.letters.clear()
    silence = story.rehearse()
    now = MONDAY + 13 * MINUTE
    if ends == "heard":
        story.at(now, story.claim(story.ana, now))
        story.at(now + 90 * MINUTE)
        story.at(now + 91 * MINUTE, story.report(story.luis, Claim.Report.OKAY, now + 91 * MINUTE))
        more = {"claim_reminder", "on_it", "all_clear", "heard_from"}
    elif ends == "stopped":
        story.at(now, lambda: services.end_rehearsal(plan=story.plan, now=now))
        more = {"all_clear"}
    else:
        story.at(MONDAY + 12 * MINUTE + HOUR)
        more = {"all_clear"}
    assert {letter.kind for letter in story.letters} >= {"alert", *more}
    silence.refresh_from_db()
    assert silence.closed_at is not None
    for letter in story.letters:
        assert letter.subject.startswith("Practice: "), letter.kind
        assert letter.text.startswith("This is practice"), letter.kind
        assert words_of_text(letter) == words_of_html(letter)
        assert_reads_well(letter)


def test_what_is_real_never_says_practice(story: Story) -> None:
    story.missed_until(NOBODY)
    now = NOBODY + MINUTE
    story.at(now, story.report(story.ana, Claim.Report.OKAY, now))
    assert len(story.letters) >= 9
    assert not [letter for letter in story.letters if "practice" in letter.everything.lower()]


# Somebody's own words -------------------------------------------------------------------------------

NASTY = [
    '<b>bold</b> <script>alert(1)</script> <a href="https://elsewhere.example/">tap</a>',
    "https://elsewhere.example/",
    "http://localhost:8000/c/fake/",
    "- one thing\n- another thing",
    "Subject: something else\n\nHello Ana,\n\nAll is well.\n\n\n> quoted",
    "{{ owner.email }} {% button 'https://elsewhere.example' %}",
    "bOpen this: https://elsewhere.example/",
    "🫖 \u202eright to left\u202c é ü 漢字",
    "x" * 600,
    "word " * 119 + "end.",
]


@pytest.mark.parametrize("words", NASTY)
def test_what_an_owner_writes_stays_their_words(story: Story, words: str) -> None:
    services.wish(owner=story.owner, helps=words, does_not_help=words)
    story.plan.steps.filter(membership=story.ana).update(words=words)
    story.missed_until(ANA_TOLD)
    (letter,) = story.of("alert", story.ana)
    assert letter.subject == "Could you check on Maya?"
    quoted = "\n".join(f"> {line.strip()}".rstrip() for line in words.strip().splitlines())
    assert letter.text.count(f":\n{quoted}\n") == 3
    assert words_of_text(letter) == words_of_html(letter)
    assert letter.html.count("<blockquote>") == 3
    assert letter.html.count("<li>") == 2
    assert len(links_in_html(letter)) == 1
    assert "/s/" in links_in_html(letter)[0]
    assert "<script>" not in letter.html
    assert "<b>" not in letter.html


@pytest.mark.parametrize("kind", ["company", "flare"])
@pytest.mark.parametrize("words", NASTY[:6])
def test_so_it_does_where_an_owner_asks_for_company_or_tells_of_a_flare(
    story: Story, kind: str, words: str
) -> None:
    services.wish(owner=story.owner, company_from=story.ana, company_words=words)
    services.wish(owner=story.owner, flare_tells=[story.ana], flare_words=words)
    said = {"answer": CheckIn.Answer.COMPANY, "form_key": uuid.uuid4()}
    if kind == "company":
        story.at(MONDAY, lambda: services.check_in(owner=story.owner, now=MONDAY, **said))
    else:
        story.at(MONDAY, lambda: services.begin_flare(owner=story.owner, until=MONDAY + DAY, now=MONDAY))
        story.at(MONDAY + MINUTE)
    (letter,) = story.of(kind)
    assert letter.html.count("<blockquote>") == 1
    assert "<li>" not in letter.html
    assert links_in_html(letter) == []


def test_the_sign_that_makes_our_buttons_cannot_be_stored(owner: User) -> None:
    with pytest.raises((DataError, ValueError)):
        services.wish(owner=owner, helps="\0bhttps://elsewhere.example\0Tap")


# When there is nothing to say ------------------------------------------------------------------------


def test_a_supporter_on_a_break_gets_no_alert_yet_hears_the_end_of_what_they_were_told(story: Story) -> None:
    story.missed_until(ANA_TOLD)
    for member in (story.ana.member, story.luis.member):
        networks.take_break(by=member, now=ANA_TOLD)
    story.at(LUIS_TOLD)
    story.at(NOBODY)
    assert story.of("alert", story.luis) == []
    assert story.of("nobody_yet", story.ana) == []
    now = NOBODY + MINUTE
    story.at(now, lambda: services.check_in(owner=story.owner, now=now, form_key=uuid.uuid4()))
    assert len(story.of("all_clear", story.ana)) == 1
    assert story.of("all_clear", story.luis) == []


def test_an_alert_waits_for_the_morning_unless_they_said_you_may_wake_me(story: Story) -> None:
    ChannelPreference.objects.filter(person=story.ana.member).update(
        quiet_from=dt.time(21), quiet_until=dt.time(9)
    )
    Step.objects.filter(membership=story.luis).update(agreed_at=None)
    story.missed_until(ANA_TOLD)
    assert story.of("alert") == []
    step = story.plan.steps.get(membership=story.ana)
    agreements.agree(step=step, by=story.ana.member, now=ANA_TOLD, terms=step.terms, may_wake=True)
    now = ANA_TOLD + MINUTE
    story.at(now, lambda: services.check_in(owner=story.owner, now=now, form_key=uuid.uuid4()))
    for hours in (0, 2, 4):
        story.at(DEADLINE + DAY + hours * HOUR)
    (letter,) = story.of("alert")
    assert letter.to == "ana@example.org"


def test_a_flare_that_was_undone_is_told_to_nobody(story: Story) -> None:
    services.wish(owner=story.owner, flare_tells=[story.ana], flare_words="Slow.")
    story.at(MONDAY, lambda: services.begin_flare(owner=story.owner, until=MONDAY + DAY, now=MONDAY))
    now = MONDAY + dt.timedelta(seconds=9)
    story.at(now, lambda: services.undo_flare(owner=story.owner, now=now))
    story.at(MONDAY + MINUTE)
    assert story.of("flare") == []
    assert not Message.objects.filter(kind="checkins/flare").exists()
