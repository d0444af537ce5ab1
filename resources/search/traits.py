"""Facts that many listings have, as bits of one number: compared and counted without reading a word. Pure.

Other facts, such as topics, stand as words in a list of their own. A number once given to a fact is in rows, and is
never given to another one: new facts go to the end.
"""

from __future__ import annotations

from collections.abc import Iterable

LASTING = (
    *("how:in_person", "how:online", "how:phone", "how:at_home"),
    *("cost:free", "cost:donation", "cost:low", "cost:paid"),
    *("access:step_free", "access:toilet", "access:parking", "access:lie_down", "access:arm_chairs"),
    *("access:little_standing", "access:quiet", "access:dim", "access:warm_water", "access:hearing_loop"),
    *("access:camera_off", "access:leave_any_time", "access:easy_cancel", "access:companion_free"),
    *("when:evenings", "referral:none"),
    *("kind:service", "kind:group", "kind:class", "kind:event", "kind:place", "kind:phone_line"),
    *("kind:website", "kind:volunteering"),
    *("age:child", "age:teen", "age:young", "age:adult", "age:older"),
    *(
        "language:en",
        "language:es",
        "language:cy",
        "language:fr",
        "language:de",
        "language:zh",
        "language:ar",
    ),
)
# True at one moment and not at another: no row holds them, each search works them out. A number has 63 bits.
PASSING = {"checked:year": 59, "when:unknown": 60, "when:today": 61, "when:now": 62}
# Kinds of which not all have a number.
OPEN = frozenset({"language", "topic"})
NUMBERS = {fact: number for number, fact in enumerate(LASTING)} | PASSING


def bits(facts: Iterable[str]) -> int:
    """Those that have a number."""
    return sum({1 << NUMBERS[fact] for fact in facts if fact in NUMBERS})


def others(facts: Iterable[str]) -> list[str]:
    """Those that have none."""
    return [fact for fact in facts if fact not in NUMBERS]


def kind(name: str) -> int:
    """All of one kind: "cost" is those of "cost:free" and the like."""
    return bits(fact for fact in NUMBERS if fact.startswith(f"{name}:"))
