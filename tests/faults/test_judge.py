"""The judge of the faults, tried with made-up evidence: one that cannot convict proves nothing."""

from __future__ import annotations

import pytest

from bench.chaos.evidence import Acceptance, Evidence, Expected, Interval, Kill, Note, Row
from bench.chaos.judge import judge
from bench.chaos.verdict import Verdict

MAYA = "maya@example.org"


def a_letter(at: float = 10.0, *, message_id: str = "<1>", to: str = MAYA, **more: object) -> Acceptance:
    return Acceptance(
        message_id, to, "worker", began_at=at, accepted_at=at + 0.1, answered_at=at + 0.1, **more
    )


def a_kill(at: float, *, worker: str = "worker", lines: frozenset[int] | None = None) -> Kill:
    return Kill(worker, at, at + 0.01, lines)


def sent(at: float, key: str = "silence:1:0") -> list[Note]:
    return [Note("sent", key, at)]


def a_row(state: str = "sent", *, key: str = "silence:1:0", message_id: str = "<1>", to: str = MAYA) -> Row:
    return Row(key, message_id, to, state)


def the_verdict_on(*letters: Acceptance, rows: tuple[Row, ...] = (a_row(),), **more: object) -> Verdict:
    given = {"expected": [Expected(MAYA)], "rows": rows, "acceptances": letters, **more}
    return judge(Evidence(**given))


def test_one_plan_one_letter_one_record_is_good() -> None:
    verdict = the_verdict_on(a_letter(), notes=sent(10.2))
    assert verdict.good
    assert (verdict.due, verdict.nudged, verdict.explained) == (1, 1, 0)


def test_a_plan_without_a_nudge_is_missing() -> None:
    verdict = the_verdict_on(rows=())
    assert verdict.missing
    assert not verdict.good


def test_a_check_in_explains_why_nothing_was_sent() -> None:
    heard = [Expected(MAYA, checked_in_at=5.0)]
    verdict = the_verdict_on(rows=(a_row("cancelled"),), expected=heard)
    assert verdict.good
    assert verdict.explained == 1


@pytest.mark.parametrize("state", ["cancelled", "waiting", "failed"])
def test_a_message_that_ended_otherwise_or_not_at_all_is_lost(state: str) -> None:
    assert the_verdict_on(rows=(a_row(state),)).lost


def test_a_message_recorded_as_sent_that_nobody_took_is_lost() -> None:
    extra = a_row(key="silence:2:0", message_id="<2>")
    verdict = the_verdict_on(a_letter(), rows=(a_row(), extra), notes=sent(10.2))
    (found,) = verdict.lost
    assert "silence:2:0" in found
    assert "is recorded as sent and never was" in found


def test_a_letter_without_a_row_is_noticed() -> None:
    stranger = a_letter(message_id="<9>", to="somebody@example.org")
    assert the_verdict_on(a_letter(), stranger).lost


def test_two_letters_with_different_ids_are_doubled_whatever_happened() -> None:
    twice = (a_letter(10.0, cut=True), a_letter(20.0, message_id="<2>"))
    rows = (a_row(), a_row(key="silence:1:again:1", message_id="<2>"))
    verdict = the_verdict_on(*twice, rows=rows, kills=[a_kill(10.2)])
    assert verdict.doubled
    assert not verdict.good


def test_the_same_letter_twice_for_no_reason_is_doubled() -> None:
    assert the_verdict_on(a_letter(10.0), a_letter(20.0)).doubled


def test_a_repeat_is_doubled_when_the_first_was_recorded_whatever_happened() -> None:
    verdict = the_verdict_on(
        a_letter(10.0, cut=True),
        a_letter(20.0),
        notes=sent(10.2),
        kills=[a_kill(10.3)],
        outages=[Interval(10.2, 11.0)],
    )
    assert verdict.doubled == ["silence:1:0 was recorded as sent, and was sent again"]
    assert not verdict.excuses


@pytest.mark.parametrize(
    ("excuse", "first", "more"),
    [
        ("line cut", a_letter(cut=True), {}),
        ("worker killed", a_letter(), {"kills": [a_kill(10.15)]}),
        ("worker killed", a_letter(line=7), {"kills": [a_kill(10.15, lines=frozenset({7}))]}),
        ("database restarted", a_letter(), {"outages": [Interval(9.0, 10.05)]}),
        ("database restarted", a_letter(followed=1), {"outages": [Interval(10.0, 11.0)]}),  # told, not kept
    ],
)
def test_a_repeat_is_excused_when_the_acknowledgement_was_cut_off(
    excuse: str, first: Acceptance, more: dict[str, object]
) -> None:
    verdict = the_verdict_on(first, a_letter(20.0), notes=sent(20.2), **more)
    assert verdict.good
    assert verdict.excuses == {excuse: 1}


@pytest.mark.parametrize(
    ("first", "more"),
    [
        (a_letter(), {"kills": [a_kill(10.15, worker="another")]}),
        (a_letter(), {"kills": [a_kill(9.7)]}),  # one of its children, before this letter
        (a_letter(line=7), {"kills": [a_kill(10.15, lines=frozenset({8}))]}),  # another of its children
        (a_letter(), {"kills": [a_kill(11.2)]}),  # when it must long have been recorded
        (a_letter(followed=1), {"kills": [a_kill(10.15)]}),  # busy with another letter by then
        (a_letter(followed=2), {"outages": [Interval(10.0, 11.0)]}),
        (a_letter(), {"outages": [Interval(3.0, 4.0)]}),
        (a_letter(), {"outages": [Interval(15.0, 16.0)]}),
    ],
)
def test_what_happened_to_others_or_at_other_times_excuses_nothing(
    first: Acceptance, more: dict[str, object]
) -> None:
    assert the_verdict_on(first, a_letter(20.0), notes=sent(20.2), **more).doubled


def test_it_says_how_far_the_excuse_of_a_kill_had_to_reach() -> None:
    verdict = the_verdict_on(a_letter(), a_letter(20.0), notes=sent(20.2), kills=[a_kill(10.4)])
    assert verdict.good
    assert verdict.reach == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("slowest", "killed_at", "is_good"), [(1.0, 12.0, True), (1.0, 12.3, False), (9.0, 14.2, False)]
)
def test_an_excuse_reaches_further_where_all_records_take_long_but_not_for_ever(
    slowest: float, killed_at: float, is_good: bool
) -> None:
    other = a_letter(message_id="<2>", to="sam@example.org")
    verdict = the_verdict_on(
        a_letter(),
        a_letter(20.0),
        other,
        rows=(a_row(), a_row(key="silence:2:0", message_id="<2>", to="sam@example.org")),
        notes=[*sent(20.2), *sent(10.1 + slowest, "silence:2:0")],
        kills=[a_kill(killed_at)],
    )
    assert verdict.good == is_good


def test_asked_long_after_the_check_in_is_too_late_and_while_it_was_on_its_way_is_not() -> None:
    heard = [Expected(MAYA, checked_in_at=9.0)]
    assert the_verdict_on(a_letter(10.0), expected=heard, notes=sent(10.2)).good
    assert the_verdict_on(a_letter(14.0), expected=heard, notes=sent(14.2)).too_late
