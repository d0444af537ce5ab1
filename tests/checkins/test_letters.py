"""Every letter about check-ins: written by the real services and sweeps, delivered to a real mail server, and read."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
import time_machine

from checkins import agreements, services
from checkins.models import Claim, Plan
from networks import services as networks
from networks.models import Share
from outbox import kinds
from tests.checkins.conftest import MONDAY
from tests.checkins.letter_stories import (
    ANA_TOLD,
    DAY,
    DEADLINE,
    HOUR,
    LUIS_TOLD,
    MINUTE,
    NOBODY,
    Letter,
    Story,
    company,
    flare,
    links_in_html,
    words_of_html,
    words_of_text,
)
from tests.checkins.letter_stories import story as story
from tests.outbox.conftest import smtp as smtp

# A story for each kind of letter ---------------------------------------------------------------------


def asked(story: Story) -> None:
    """Nothing more is needed: the plan was made, so they were asked."""


def missed(story: Story) -> None:
    story.missed_until(NOBODY)


def gentle(story: Story) -> None:
    services.change_plan(plan=story.plan, now=MONDAY, programme=Plan.Programme.KEEP_IN_TOUCH)
    story.at(DEADLINE)


def on_its_last_day(story: Story) -> None:
    Plan.objects.filter(pk=story.plan.pk).update(ends_on=MONDAY.date(), name="Walks")
    story.at(MONDAY, lambda: services.check_in(owner=story.owner, now=MONDAY, form_key=uuid.uuid4()))


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


# kind: its story, who gets it, its subject, words that must be in it.
EXPECTED: dict[str, tuple[Callable[[Story], None], str, str, str]] = {
    "nudge": (missed, "maya", "How are you, Maya?", "One tap is enough"),
    "keep_in_touch": (gentle, "maya", "How are you, Maya?", "Nobody else hears about this."),
    "last_call": (missed, "maya", "Maya, one tap before we tell Ana Reyes", "we will tell Ana Reyes"),
    "resumed": (paused, "maya", "Your check-ins go on", "Your pause is over"),
    "plan_ended": (
        on_its_last_day,
        "maya",
        "“Walks” has come to its last day",
        "nobody waits for a check-in",
    ),
    "ladder_lost": (lost, "maya", "Your plan needs somebody new", "we can no longer tell Ana Reyes"),
    "heard_from": (heard, "maya", "Ana Reyes told us that you are okay", "If that is not so"),
    "alert": (missed, "ana", "Could you check on Maya?", "This is often a false alarm"),
    "nobody_yet": (missed, "ana", "Nobody has heard from Maya yet", "We tell nobody else."),
    "on_it": (on_it, "stranger", "Somebody is looking after Maya now", "You need do nothing."),
    "open_again": (open_again, "stranger", "Could you try Maya once more?", "If you can, please try."),
    "claim_reminder": (reminded, "ana", "How did it go with Maya?", "Have you reached Maya?"),
    "all_clear": (heard, "stranger", "All clear: Maya", "Somebody has heard from Maya. All is well"),
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


def links_in_text(letter: Letter) -> list[str]:
    return re.findall(r": (https?://\S+)$", letter.text.partition("\nStop reminders")[0], re.MULTILINE)


def assert_reads_well(letter: Letter) -> None:
    """Short, whole and in the house's voice."""
    assert re.search(r"^Hello [^\n]+,\n\n[^a-z]", letter.text, re.MULTILINE)
    assert "  " not in letter.text
    assert "\n\n\n" not in letter.text
    assert "!" not in letter.text + letter.subject
    assert not re.search(r"\bNone\b", letter.text)
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
    assert "Good news: Maya has been in touch." in story.of("all_clear", story.ana)[0].text


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
        # In a link anything may be spelled, by luck.
        without_links = re.sub(r"https?://\S+|\d+:\d\d|May \d+|\d (am|pm)", "", letter.everything)
        for private in ("9", "pain", "rough", "ward", "Fibromyalgia", "London", "Europe"):
            assert private.lower() not in without_links.lower(), (letter.kind, private)
        for other in {"ana": ("Luis", "Stranger"), "stranger": ("Ana",)}[letter.to.partition("@")[0]]:
            assert other not in without_links


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
