"""Facts as bits of one number: all that is fixed has one, for good."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.search import facets, traits

# The facts that rows hold already, in their order. A fact may be added at the end; this never changes.
FIRST, THEIR_SUM = 44, "210831f6b420e2b53679d0b11447d1bbd1b88e010a31afa299c7cfb75abb2174"


def test_numbers_stay_what_they_were_and_belong_to_one_fact_each():
    assert hashlib.sha256("\n".join(traits.LASTING[:FIRST]).encode()).hexdigest() == THEIR_SUM
    assert [traits.NUMBERS[fact] for fact in traits.LASTING[:FIRST]] == list(range(FIRST))
    assert len(set(traits.NUMBERS.values())) == len(traits.NUMBERS)
    assert max(traits.NUMBERS.values()) < 63


@pytest.mark.parametrize("facet", [each for each in facets.FACETS if each.name not in traits.OPEN])
def test_each_fixed_choice_has_a_number(facet):
    assert {facet.fact(value) for value in facet.labels([])} <= set(traits.NUMBERS)


@given(st.sets(st.sampled_from([*traits.NUMBERS, "topic:tea", "language:gd"])))
def test_nothing_is_lost_between_the_number_and_the_list(facts):
    numbered = {fact for fact, place in traits.NUMBERS.items() if traits.bits(facts) >> place & 1}
    assert numbered | set(traits.others(facts)) == facts
