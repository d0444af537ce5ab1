"""Facts as bits of one number: all that is fixed has one, for good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.search import facets, traits

# What rows hold already. A fact may be added at the end; nothing here changes.
FIRST = {
    "how:in_person": 0,
    "cost:free": 4,
    "access:step_free": 8,
    "access:companion_free": 21,
    "when:evenings": 22,
    "kind:service": 24,
    "age:older": 36,
    "language:en": 37,
    "when:now": 62,
}


def test_numbers_stay_what_they_were_and_belong_to_one_fact_each():
    assert {fact: traits.NUMBERS[fact] for fact in FIRST} == FIRST
    assert len(set(traits.NUMBERS.values())) == len(traits.NUMBERS)
    assert max(traits.NUMBERS.values()) < 63


@pytest.mark.parametrize("facet", [each for each in facets.FACETS if each.name not in traits.OPEN])
def test_each_fixed_choice_has_a_number(facet):
    assert {facet.fact(value) for value in facet.labels([])} <= set(traits.NUMBERS)


@given(st.sets(st.sampled_from([*traits.NUMBERS, "topic:tea", "language:gd"])))
def test_nothing_is_lost_between_the_number_and_the_list(facts):
    numbered = {fact for fact, place in traits.NUMBERS.items() if traits.bits(facts) >> place & 1}
    assert numbered | set(traits.others(facts)) == facts
