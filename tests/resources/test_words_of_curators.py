"""Topics and words that mean the same: a curator’s, and only as far as they hold together."""

from __future__ import annotations

import pytest

from resources.models import Synonym, TaxonomyTerm
from resources.search import meaning
from tests.resources.desk.conftest import words

pytestmark = pytest.mark.django_db
TERMS, SAME = "/admin/resources/taxonomyterm/", "/admin/resources/synonym/"


@pytest.fixture
def desk(client_of, curator):
    return client_of(curator)


def ours(code: str) -> TaxonomyTerm:
    return TaxonomyTerm.objects.get(taxonomy__slug="supportnet", code=code)


def term(**changed: object) -> dict[str, object]:
    head = TaxonomyTerm.objects.get(taxonomy__slug="supportnet", code="activity")
    return {"name": "Pottery", "code": "pottery", "parent": head.pk, "description": "Clay."} | changed


def test_a_curator_adds_words_that_mean_the_same_and_the_next_search_knows_them(desk):
    assert "fibro" in words(desk.get(SAME, {"q": "fibro"}))
    assert desk.post(f"{SAME}add/", {"words": "potting", "language": "en"}).status_code == 200
    desk.post(f"{SAME}add/", {"words": "potting, throwing clay", "language": "en", "note": "Asked for"})
    assert Synonym.objects.filter(words=["potting", "throwing clay"]).exists()
    assert "throwing clay" in meaning.understand("potting").also


def test_a_curator_adds_a_topic_of_our_own_and_changes_its_name_but_not_its_code(desk):
    desk.post(f"{TERMS}add/", term())
    made = ours("pottery")
    assert (made.name, made.parent.code) == ("Pottery", "activity")
    desk.post(f"{TERMS}{made.pk}/change/", term(name="Clay work", code="other"))
    assert ours("pottery").name == "Clay work"
    assert "Support Network" not in words(desk.get(TERMS, {"all": ""}))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": "walking"}, "There is a term with this code already"),
        ({"code": "two words"}, "Enter a valid"),
        ({"parent": ""}, "Choose what it belongs to"),
    ],
)
def test_a_topic_that_would_lead_nowhere_is_refused(desk, wrong, said):
    assert said in words(desk.post(f"{TERMS}add/", term(**wrong)))
    assert not TaxonomyTerm.objects.filter(name="Pottery").exists()


def test_nothing_stands_below_itself(desk):
    desk.post(f"{TERMS}add/", term())
    above = ours("pottery")
    desk.post(f"{TERMS}add/", term(name="Glaze", code="glaze", parent=above.pk))
    answer = desk.post(f"{TERMS}{above.pk}/change/", term(parent=ours("glaze").pk))
    assert "belongs to it" in words(answer)
    assert ours("pottery").parent.code == "activity"
