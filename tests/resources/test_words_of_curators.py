"""Topics and words that mean the same: a curator’s, and only as far as they hold together."""

from __future__ import annotations

import pytest

from resources import services
from resources.models import Synonym, TaxonomyTerm
from resources.search import meaning
from tests.conftest import person
from tests.resources.desk.conftest import words

pytestmark = pytest.mark.django_db
TERMS, SAME = "/find/desk/topics/", "/find/desk/words/"


@pytest.fixture
def desk(client_of, curator):
    return client_of(curator)


@pytest.fixture
def other(client_of):
    user = person("otto@example.org", "Otto", is_staff=True)
    services.appoint_curator(user=user)
    return client_of(user)


def ours(code: str) -> TaxonomyTerm:
    return TaxonomyTerm.objects.get(taxonomy__slug="supportnet", code=code)


def term(**changed: object) -> dict[str, object]:
    head = TaxonomyTerm.objects.get(taxonomy__slug="supportnet", code="activity")
    return {"name": "Pottery", "code": "pottery", "parent": head.pk, "description": "Clay."} | changed


def test_a_curator_adds_words_that_mean_the_same_and_the_next_search_knows_them(desk):
    assert "fibro" in words(desk.get(SAME, {"q": "fibro"}))
    answer = desk.post(f"{SAME}new/", {"words": "potting", "language": "en"})
    assert answer.status_code == 422
    assert "Write two words or more" in words(answer)
    assert 'value="potting"' in words(answer)
    desk.post(f"{SAME}new/", {"words": "potting, throwing clay", "language": "en", "note": "Asked for"})
    assert Synonym.objects.filter(words=["potting", "throwing clay"]).exists()
    assert "throwing clay" in meaning.understand("potting").also


def test_a_line_holds_as_many_words_as_somebody_can_read(desk):
    many = ", ".join(f"word{n}" for n in range(41))
    answer = desk.post(f"{SAME}new/", {"words": many, "language": "en"})
    assert answer.status_code == 422
    assert "That is more than 40 words." in words(answer) and "word40" in words(answer)
    assert desk.post(f"{SAME}new/", {"words": many.rpartition(",")[0], "language": "en"}).status_code == 302


def test_words_are_changed_and_taken_away_and_their_history_says_so(desk):
    desk.post(f"{SAME}new/", {"words": "potting, clay", "language": "en", "why": "Asked for."})
    made = Synonym.objects.get(words=["potting", "clay"])
    page = f"{SAME}{made.pk}/"
    desk.post(page, {"words": "potting, pottery", "language": "en", "why": "Clay is more than that."})
    told = words(desk.get(page))
    assert "potting, clay → potting, pottery. Clay is more than that." in told
    assert "Asked for." in told
    assert "They do not mean the same" in told
    assert desk.get(f"{page}remove/").status_code == 405
    desk.post(f"{page}remove/")
    assert not Synonym.objects.filter(pk=made.pk).exists()
    assert "pottery" not in meaning.understand("potting").also
    assert desk.get(page).status_code == 404


def test_long_lists_of_words_go_on_with_what_was_typed(desk):
    Synonym.objects.bulk_create(Synonym(words=[f"clay{n}", "pots"]) for n in range(60))
    first = words(desk.get(SAME, {"q": "clay"}))
    assert first.count("clay") > 50
    assert "?q=clay&amp;after=" in first


def test_a_curator_adds_a_topic_of_our_own_and_changes_its_name_but_not_its_code(desk):
    desk.post(f"{TERMS}new/", term())
    made = ours("pottery")
    assert (made.name, made.parent.code) == ("Pottery", "activity")
    desk.post(f"{TERMS}{made.pk}/", term(name="Clay work", code="other"))
    assert ours("pottery").name == "Clay work"
    page = words(desk.get(TERMS))
    assert "Clay work" in page
    assert "Support Network" not in page
    assert "Nothing fits" in words(desk.get(TERMS, {"q": "zzz"}))
    assert "Name: Pottery → Clay work" in words(desk.get(f"{TERMS}{made.pk}/"))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"code": "walking"}, "There is a term with this code already"),
        ({"code": "two words"}, "Enter a valid"),
        ({"parent": ""}, "Choose what it belongs to"),
    ],
)
def test_a_topic_that_would_lead_nowhere_is_refused(desk, wrong, said):
    assert said in words(desk.post(f"{TERMS}new/", term(**wrong)))
    assert not TaxonomyTerm.objects.filter(name="Pottery").exists()


def test_nothing_stands_below_itself(desk):
    desk.post(f"{TERMS}new/", term())
    above = ours("pottery")
    desk.post(f"{TERMS}new/", term(name="Glaze", code="glaze", parent=above.pk))
    answer = desk.post(f"{TERMS}{above.pk}/", term(parent=ours("glaze").pk))
    assert "belongs to it" in words(answer)
    assert ours("pottery").parent.code == "activity"


def test_topics_that_stand_below_each_other_are_refused_as_well(desk):
    desk.post(f"{TERMS}new/", term())
    above = ours("pottery")
    desk.post(f"{TERMS}new/", term(name="Glaze", code="glaze", parent=above.pk))
    # As two curators leave them who each save one half of it at the same moment.
    TaxonomyTerm.objects.filter(pk=above.pk).update(parent=ours("glaze"))
    answer = desk.post(f"{TERMS}new/", term(name="Bowls", code="bowls", parent=above.pk))
    assert "belongs to it" in words(answer)


def test_a_topic_is_no_longer_offered_and_offered_again(desk):
    desk.post(f"{TERMS}new/", term())
    page = f"{TERMS}{ours('pottery').pk}/"
    desk.post(page, term(retired="on", why="Too narrow."))
    assert ours("pottery").retired_at
    assert "no longer offered" in words(desk.get(TERMS))
    assert "No longer offered: no → yes. Too narrow." in words(desk.get(page))
    desk.post(page, term())
    assert not ours("pottery").retired_at


def test_heads_stay_heads(desk):
    head = ours("activity")
    desk.post(f"{TERMS}{head.pk}/", term(name="Things to do", parent="", description=head.description))
    assert (ours("activity").name, ours("activity").parent) == ("Things to do", None)


@pytest.mark.parametrize("page", [TERMS, SAME, f"{TERMS}new/", f"{SAME}new/"])
def test_these_words_are_the_curators_alone(client_of, owner, page):
    assert client_of(owner).get(page).status_code == 404


def opened(desk, page: str) -> dict[str, object]:
    """What a browser would send of this page if nobody typed anything."""
    found = {bound.html_name: bound.value() for bound in desk.get(page).context["form"]}
    return {name: value for name, value in found.items() if value is not None and value is not False}


def test_the_later_of_two_saves_of_a_topic_is_told_first_and_saved_knowingly(desk, other):
    desk.post(f"{TERMS}new/", term())
    page = f"{TERMS}{ours('pottery').pk}/"
    mine, theirs = opened(desk, page), opened(other, page)
    above = TaxonomyTerm.objects.get(taxonomy__slug="supportnet", code="need")
    new = {"description": "Clay, seated.", "retired": "on", "parent": above.pk}
    assert other.post(page, theirs | new).status_code == 302
    answer = desk.post(page, mine | {"name": "Clay work", "why": "They say so."})
    said = words(answer)
    assert answer.status_code == 422 and "Nothing is saved yet" in said
    assert answer.context["form"].errors.keys() == {"description", "retired", "parent", "__all__"}
    assert "Otto changed this meanwhile. It says: Clay, seated." in said
    assert "Clay work" in said and "They say so." in said
    assert (ours("pottery").name, ours("pottery").description) == ("Pottery", "Clay, seated.")
    known = {"opened_on": answer.context["form"]["opened_on"].value(), "name": "Clay work"}
    assert desk.post(page, mine | known).status_code == 302
    kept = ours("pottery")
    assert (kept.name, kept.description, kept.retired_at) == ("Clay work", "Clay.", None)


def test_words_that_somebody_else_changed_meanwhile_are_not_written_over_unseen(desk, other):
    made = Synonym.objects.create(words=["potting", "clay"], language="en", note="Asked for")
    page = f"{SAME}{made.pk}/"
    mine, theirs = opened(desk, page), opened(other, page)
    new = {"words": "potting, clay, bowls", "note": ""}
    assert other.post(page, theirs | new).status_code == 302
    answer = desk.post(page, mine | {"words": "potting, clay, throwing"})
    assert answer.status_code == 422
    assert "Otto changed this meanwhile. It says: potting, clay, bowls" in words(answer)
    assert "Otto emptied this meanwhile." in words(answer)
    # The same words as theirs stop nobody; nor does a page that does not say what it was opened on.
    assert desk.post(page, mine | new).status_code == 302
    assert desk.post(page, mine | {"opened_on": "[1"}).status_code == 302
    made.refresh_from_db()
    assert (made.words, made.note) == (["potting", "clay"], "Asked for")


def test_one_curator_in_two_windows_is_told_as_well_and_what_is_wrong_stays_told(desk):
    made = Synonym.objects.create(words=["potting", "clay"], language="en")
    page = f"{SAME}{made.pk}/"
    mine = opened(desk, page)
    desk.post(page, mine | {"words": "potting, pots"})
    said = words(desk.post(page, mine | {"words": "potting"}))
    assert "Write two words or more" in said
    assert "You, in another window, changed this meanwhile. It says: potting, pots" in said
