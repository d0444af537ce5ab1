"""The judge of the faults, where supporters are told: tried with a story in which all is well, and one crime each."""

from __future__ import annotations

from typing import Any

import pytest

from bench.chaos.evidence import Acceptance, Evidence, Expected, Held, Kill, Note, Row, Silence
from bench.chaos.judge import judge
from bench.chaos.verdict import Verdict

MAYA, ANA, SAM = "maya@example.org", "ana@example.org", "sam@example.org"
# What was sent under which key, of what kind, to whom, and when it began.
NUDGE = ("silence:1:0", "checkins/last_call", MAYA, 10.0)
TO_ANA = ("silence:1:1:5", "checkins/alert", ANA, 20.0)
TO_SAM = ("silence:1:2:6", "checkins/alert", SAM, 30.0)
ANA_CLEAR = ("all-clear:1:5", "checkins/all_clear", ANA, 101.0)
SAM_CLEAR = ("all-clear:1:6", "checkins/all_clear", SAM, 101.0)
ALL = (NUDGE, TO_ANA, TO_SAM, ANA_CLEAR, SAM_CLEAR)
# Nobody answered; on the last morning, which began at 90, Maya checked in.
QUIET = Silence("silence:1:", MAYA, closings=(100.0,), closed_by=MAYA)
Told = tuple[str, str, str, float]


def a_letter(told: Told, **more: Any) -> Acceptance:
    key, _kind, to, at = told
    times = {"began_at": at, "accepted_at": at + 0.1, "answered_at": at + 0.1}
    return Acceptance(f"<{key}>", to, "worker", **{**times, **more})


def a_row(told: Told, state: str = "sent") -> Row:
    key, kind, to, _at = told
    return Row(key, f"<{key}>", to, state, kind)


def the_verdict(
    *told: Told, silence: Silence = QUIET, rows: tuple[Row, ...] = (), letters: Any = (), **more: Any
) -> Verdict:
    """On these letters, each with its row, and on `rows` and `letters` that stand alone."""
    given: dict[str, Any] = {
        "expected": [Expected(MAYA, ladder=(ANA, SAM))],
        "rows": [*(a_row(one) for one in dict.fromkeys(told)), *rows],
        "acceptances": [*(a_letter(one) for one in told), *letters],
        "silences": [silence],
        "morning": 90.0,
    }
    return judge(Evidence(**{**given, **more}))


def cancelled(told: Told, at: float) -> dict[str, Any]:
    return {"rows": (a_row(told, "cancelled"),), "notes": [Note("cancelled", told[0], at)]}


def closed(at: float, by: str = MAYA, *claims: Held) -> Silence:
    return Silence("silence:1:", MAYA, (at,), by, claims)


def test_everybody_told_once_and_told_that_it_is_over_is_good() -> None:
    verdict = the_verdict(*ALL)
    assert verdict.good, verdict.crimes
    assert (verdict.alerted, verdict.all_clears, verdict.claims) == (2, 2, 0)


# Told -----------------------------------------------------------------------------------------------


def test_a_supporter_of_whom_there_is_no_trace_is_lost() -> None:
    verdict = the_verdict(NUDGE, TO_ANA, ANA_CLEAR)
    assert verdict.lost == [f"{SAM} had to be told of silence:1: and never was"]


def test_an_end_before_their_turn_explains_why_a_supporter_was_not_told() -> None:
    verdict = the_verdict(NUDGE, TO_ANA, ANA_CLEAR, silence=closed(40.0))
    assert verdict.good, verdict.crimes


def test_an_alert_taken_back_before_the_end_is_lost_and_after_it_is_not() -> None:
    early = {"silence": closed(40.0), **cancelled(TO_SAM, 39.0)}
    assert the_verdict(NUDGE, TO_ANA, ANA_CLEAR, **early).lost
    in_time = {"silence": closed(40.0), **cancelled(TO_SAM, 40.1)}
    assert the_verdict(NUDGE, TO_ANA, ANA_CLEAR, **in_time).good


def test_the_same_alert_twice_for_no_reason_is_doubled() -> None:
    again = a_letter((*TO_ANA[:3], 25.0))
    assert the_verdict(*ALL, letters=[again]).doubled


def test_two_alerts_that_are_not_the_same_letter_are_doubled_whatever_happened() -> None:
    other = ("silence:1:2:5", "checkins/alert", ANA, 25.0)
    verdict = the_verdict(*ALL, other, kills=[Kill("worker", 20.15, 20.2)])
    assert verdict.doubled == [f"{ANA} was told of silence:1: by letters that are not the same"]


def test_somebody_who_is_not_on_the_ladder_is_told_out_of_turn() -> None:
    assert the_verdict(*ALL, ("silence:1:3:9", "checkins/alert", "eve@example.org", 31.0)).out_of_turn


def test_a_supporter_told_before_the_owner_was_asked_is_out_of_turn_unless_their_mailbox_said_no() -> None:
    late = [(*NUDGE[:3], 25.0), *ALL[1:]]
    assert the_verdict(*late).out_of_turn
    assert the_verdict(*late, refused=frozenset({MAYA})).good


def test_an_owner_with_supporters_who_was_never_asked_is_missing() -> None:
    heard_from = ("heard-from:1", "checkins/heard_from", MAYA, 101.0)
    assert the_verdict(*ALL[1:], heard_from).missing
    assert the_verdict(*ALL[1:]).missing


# Claims ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "crime"),
    [
        (Held(ANA, 22.0, 60.0), True),
        (Held(ANA, 22.0), True),  # it stands to this day
        (Held(ANA, 28.0, 60.0), False),  # the letter was on its way by then
        (Held(ANA, 22.0, 29.0), False),  # and went on when the claim was over
        (Held(SAM, 22.0, 60.0), False),  # their own
    ],
)
def test_nobody_is_told_while_somebody_else_is_on_it(claim: Held, crime: bool) -> None:
    verdict = the_verdict(*ALL, silence=closed(100.0, MAYA, claim))
    assert bool(verdict.out_of_turn) == crime
    assert verdict.good != crime
    assert verdict.claims == 1


ON_IT = ("silence:1:on-it:1:6", "checkins/on_it", SAM, 45.0)
REMINDER = ("silence:1:remind:1", "checkins/claim_reminder", ANA, 45.0)
NOBODY = ("silence:1:open-again:1:6", "checkins/open_again", SAM, 65.0)
NOBODY_YET = ("silence:1:nobody-yet:6", "checkins/nobody_yet", SAM, 65.0)


@pytest.mark.parametrize("news", [ON_IT, REMINDER])
@pytest.mark.parametrize(("taken_back_at", "is_lost"), [(50.0, True), (60.5, False)])
def test_news_of_a_claim_may_be_taken_back_once_it_is_over(
    news: Told, taken_back_at: float, is_lost: bool
) -> None:
    silence = closed(100.0, MAYA, Held(ANA, 40.0, 60.0))
    verdict = the_verdict(*ALL, silence=silence, **cancelled(news, taken_back_at))
    assert bool(verdict.lost) == is_lost


def test_that_nobody_is_on_it_may_be_taken_back_when_somebody_is_again() -> None:
    claims = (Held(ANA, 40.0, 60.0), Held(SAM, 62.0))
    assert the_verdict(*ALL, silence=closed(100.0, MAYA, *claims), **cancelled(NOBODY, 63.0)).good
    assert the_verdict(*ALL, silence=closed(100.0, MAYA, claims[0]), **cancelled(NOBODY, 63.0)).lost


def test_news_for_somebody_who_was_not_told_yet_may_be_taken_back() -> None:
    silence = closed(100.0, MAYA, Held(ANA, 22.0, 28.0))
    assert the_verdict(*ALL, silence=silence, **cancelled(ON_IT, 27.0)).good
    assert the_verdict(*ALL, **cancelled(NOBODY_YET, 66.0)).lost


def test_a_nudge_may_be_taken_back_when_a_later_one_left_and_not_otherwise() -> None:
    again = ("silence:1:again:1", "checkins/last_call", MAYA, 12.0)
    assert the_verdict(again, *ALL[1:], **cancelled(NUDGE, 11.0)).good
    assert the_verdict(NUDGE, *ALL[1:], **cancelled(again, 11.0)).lost
    assert the_verdict(*ALL[1:], **cancelled(NUDGE, 11.0)).lost


# The end --------------------------------------------------------------------------------------------


def test_a_silence_that_never_ends_is_lost_and_one_that_ends_twice_is_doubled() -> None:
    assert the_verdict(*ALL[:3], silence=Silence("silence:1:", MAYA)).lost
    assert the_verdict(*ALL, silence=Silence("silence:1:", MAYA, (100.0, 100.5), MAYA)).doubled


def test_two_silences_of_one_missed_check_in_are_doubled_and_none_is_lost() -> None:
    other = Silence("silence:2:", MAYA, (40.0,), MAYA)
    assert the_verdict(*ALL, silences=[QUIET, other]).doubled
    assert the_verdict(silences=[]).lost


@pytest.mark.parametrize(
    "told", [TO_SAM, NUDGE, ("silence:1:nobody-yet:5", "checkins/nobody_yet", ANA, 30.0)]
)
def test_whatever_speaks_of_a_silence_after_its_end_is_too_late(told: Told) -> None:
    late, in_flight = (*told[:3], 45.0), (*told[:3], 42.0)
    others = [one for one in (NUDGE, TO_ANA) if one is not told]
    clears = [(*ANA_CLEAR[:3], 50.0), *([(*SAM_CLEAR[:3], 50.0)] if told is TO_SAM else [])]
    assert the_verdict(*others, late, *clears, silence=closed(40.0)).too_late
    assert not the_verdict(*others, in_flight, *clears, silence=closed(40.0)).too_late


def test_somebody_told_who_never_hears_that_it_is_over_is_lost() -> None:
    assert the_verdict(*ALL[:4]).lost == [f"{SAM} was told of silence:1: and never heard that it was over"]


def test_who_ended_it_hears_no_all_clear() -> None:
    silence = closed(50.0, ANA)
    assert the_verdict(*ALL[:3], SAM_CLEAR, silence=silence).good
    assert the_verdict(*ALL, silence=silence).out_of_turn


def test_an_all_clear_twice_is_doubled() -> None:
    assert the_verdict(*ALL, letters=[a_letter((*ANA_CLEAR[:3], 110.0))]).doubled
    assert the_verdict(*ALL, ("all-clear:1:55", "checkins/all_clear", ANA, 110.0)).doubled


def test_an_all_clear_before_the_end_is_out_of_turn_and_so_is_an_alert_after_it() -> None:
    assert the_verdict(*ALL[:4], (*SAM_CLEAR[:3], 99.0)).out_of_turn
    assert the_verdict(NUDGE, TO_ANA, ANA_CLEAR, (*TO_SAM[:3], 103.0), SAM_CLEAR).out_of_turn


def test_an_all_clear_for_somebody_who_was_not_told_is_out_of_turn() -> None:
    told = (NUDGE, TO_ANA, ANA_CLEAR, (*SAM_CLEAR[:3], 41.0))
    assert the_verdict(*told, silence=closed(40.0), **cancelled(TO_SAM, 40.1)).out_of_turn


def test_unless_their_alert_was_handed_over_on_a_line_that_broke() -> None:
    told = (NUDGE, TO_ANA, ANA_CLEAR, (*SAM_CLEAR[:3], 41.0))
    given = cancelled(TO_SAM, 40.1)
    given["notes"].append(Note("handed", TO_SAM[0], 30.0))
    verdict = the_verdict(*told, silence=closed(40.0), breaks=[32.0], **given)
    assert verdict.good, verdict.crimes
    assert verdict.unsure == 1
    assert the_verdict(*told, silence=closed(40.0), breaks=[5.0], **given).out_of_turn


def test_an_all_clear_taken_back_is_lost_unless_its_reader_was_never_told() -> None:
    assert the_verdict(*ALL[:4], **cancelled(SAM_CLEAR, 101.0)).lost
    given = cancelled(SAM_CLEAR, 41.0)
    assert the_verdict(NUDGE, TO_ANA, ANA_CLEAR, silence=closed(40.0), **given).good
