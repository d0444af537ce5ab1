"""What an owner writes stays their words; and what is not written when there is nothing to say."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import DataError

from accounts.models import User
from checkins import agreements, services
from checkins.models import CheckIn, Step
from networks import services as networks
from outbox.models import ChannelPreference, Message
from tests.checkins.conftest import MONDAY
from tests.checkins.letter_stories import (
    ANA_TOLD,
    DAY,
    DEADLINE,
    HOUR,
    LUIS_TOLD,
    MINUTE,
    NOBODY,
    Story,
    links_in_html,
    words_of_html,
    words_of_text,
)
from tests.checkins.letter_stories import story as story
from tests.outbox.conftest import smtp as smtp

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
