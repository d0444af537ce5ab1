"""Rhythms and spans in words."""

import datetime as dt
from typing import Any

import pytest

from accounts.models import User
from checkins import wording
from checkins.schedule import Rhythm
from tests.checkins.conftest import MONDAY


@pytest.mark.parametrize(
    ("rhythm", "words"),
    [
        ({"days": frozenset(range(5))}, "Monday to Friday at 9:00 am"),
        ({"days": frozenset({2})}, "Wednesdays at 9:00 am"),
        ({"days": frozenset(), "every": 1, "first": MONDAY.date()}, "every day at 9:00 am"),
        ({"days": frozenset(), "every": 14, "first": MONDAY.date()}, "every 14 days at 9:00 am"),
    ],
)
def test_a_rhythm_in_words(owner: User, rhythm: dict[str, Any], words: str) -> None:
    assert wording.rhythm(Rhythm(times=(dt.time(9),), zone=owner.zone, **rhythm)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "just now"),
        (4, "just now"),
        (40, "40 seconds ago"),
        (130, "2 minutes ago"),
        (7300, "2 hours ago"),
    ],
)
def test_how_lately_something_ran(seconds: int, words: str) -> None:
    assert wording.lately(dt.timedelta(seconds=seconds)) == words


def test_an_answer_within_seconds_counts_no_seconds() -> None:
    assert wording.took(dt.timedelta(seconds=20)) == "less than a minute"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (dt.timedelta(minutes=30), "30 minutes"),
        (dt.timedelta(hours=1), "1 hour"),
        (dt.timedelta(hours=2, minutes=30), "2 hours 30 minutes"),
        (dt.timedelta(0), "0 minutes"),
    ],
)
def test_a_length_of_time_in_words(span: dt.timedelta, words: str) -> None:
    assert wording.in_words(span) == words
