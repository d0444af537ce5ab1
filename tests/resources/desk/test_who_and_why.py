"""What is not typed at the desk stands in the history, too: imports, rules, topics, links."""

from __future__ import annotations

import pytest
from django.utils import timezone

from resources import services, tasks
from resources.models import Attribute, Change, CheckedLink, Inclusion, Service, TaxonomyTerm, Unindexed
from resources.search import asking, meaning
from resources.search.wanted import Wanted
from resources.services import history, linkwork, undoing, wording
from resources.visiting import Answer, Seen
from tests.resources.desk.conftest import words
from tests.resources.folders import folder as folder

pytestmark = pytest.mark.django_db
ALL = list(Inclusion.Rule.values)


def lines(service: Service, how: str) -> list[Change]:
    return list(history.of(service).filter(how=how))


# Imports --------------------------------------------------------------------------------------


def test_an_import_is_one_line_for_each_listing_it_touched_and_names_its_source(folder, desk):
    folder.run()
    service = Service.objects.get()
    (line,) = lines(service, "imported")
    assert (line.source.name, line.made_by) == ("County", None)
    folder.run()
    assert len(lines(service, "imported")) == 1
    folder.write("phones", "id,service_id,location_id,number", "p1,s1,,555-0199")
    folder.run()
    assert len(lines(service, "imported")) == 2
    assert "County" in words(desk.get(f"/find/desk/listings/{service.pk}/history/"))
    assert not Unindexed.objects.exists()


def test_what_is_only_tried_out_leaves_no_line(folder):
    folder.run(dry_run=True)
    assert not Change.objects.exists()


def test_an_import_that_was_killed_is_told_by_the_next_one(folder):
    folder.run()
    service = Service.objects.get()
    Unindexed.objects.create(service=service, source=service.source)
    folder.run(source="Other county")
    assert [line.source.name for line in lines(service, "imported")] == ["County", "County"]


def test_many_lines_are_one_statement(published, curator, django_assert_num_queries):
    keys = [published(f"Tea {number}").pk for number in range(5)]
    with django_assert_num_queries(1):
        assert history.note_many(services=keys, how=Change.How.REWORDED, by=curator, why="Why") == 5
    with django_assert_num_queries(0):
        assert history.note_many(services=[], how=Change.How.REWORDED) == 0
    assert {line.made_by for line in Change.objects.filter(how="reworded", why="Why")} == {curator}


# Rules ----------------------------------------------------------------------------------------


def test_going_through_the_rules_says_who_why_and_what_and_can_be_undone(desk, draft, curator):
    service = draft()
    address = f"/find/desk/listings/{service.pk}/rules/"
    desk.post(address, {"rules": ALL, "why": "Rang them."})
    desk.post(address, {"rules": ALL[:2]})
    last, first = lines(service, "ruled")
    assert (first.made_by, first.why) == (curator, "Rang them.")
    page = words(desk.get(f"/find/desk/listings/{service.pk}/history/"))
    assert "It promises no cure" in page
    undoing.undo(change=last, by=curator)
    assert set(Inclusion.objects.get(service=service).rules) == set(ALL)
    desk.post(address, {"rules": ALL})
    assert len(lines(service, "ruled")) == 2


def test_the_first_time_can_be_undone_too(draft, curator):
    service = draft()
    services.tick_rules(service=service, by=curator, rules=ALL)
    undoing.undo(change=lines(service, "ruled")[0], by=curator)
    assert not Inclusion.objects.filter(service=service).exists()


# Topics ---------------------------------------------------------------------------------------


@pytest.fixture
def filed(published):
    """Filed under walking, which belongs to something broader."""
    service = published("Monday round")
    term = TaxonomyTerm.objects.get(taxonomy__slug="supportnet", code="walking")
    Attribute.objects.create(service=service, taxonomy_term=term, link_type="topic")
    services.reindex(Service.objects.filter(pk=service.pk))
    return service


def found(typed: str) -> set[int]:
    answer = asking.ask(Wanted(now=timezone.now(), meaning=meaning.understand(typed)))
    return {hit.row for hit in (*answer.near, *answer.anywhere)}


def renamed(desk, **changed: object) -> TaxonomyTerm:
    term = TaxonomyTerm.objects.get(taxonomy__slug="supportnet", code="walking")
    said = {
        "name": "Rambling",
        "parent": term.parent_id,
        "description": term.description,
        "why": "Asked for.",
    }
    assert desk.post(f"/find/desk/topics/{term.pk}/", said | changed).status_code == 302
    term.refresh_from_db()
    return term


def test_a_topic_with_a_new_name_is_found_by_it_at_once(desk, filed, curator):
    assert not found("rambling")
    renamed(desk)
    assert found("rambling")
    (line,) = lines(filed, "reworded")
    assert line.made_by == curator
    assert "“Rambling” now. Asked for." in line.why


def test_what_is_filed_below_a_topic_hears_of_its_new_name_as_well(filed):
    parent = TaxonomyTerm.objects.get(code="walking", taxonomy__slug="supportnet").parent
    assert filed.pk in wording.filed_under(parent)


def test_a_topic_that_only_moves_is_not_said_to_be_called_otherwise(desk, filed):
    head = TaxonomyTerm.objects.get(taxonomy__slug="supportnet", code="activity")
    term = renamed(desk, name="Walking outdoors", why="")
    other = (
        TaxonomyTerm.objects.filter(taxonomy=head.taxonomy, parent=head).exclude(pk=term.parent_id)[:1].get()
    )
    renamed(desk, name=term.name, parent=other.pk, why="")
    moved = lines(filed, "reworded")[0]
    assert moved.why == f"The topic “Walking outdoors” belongs to “{other.name}” now."


def test_other_words_about_a_topic_touch_no_listing(desk, filed):
    term = TaxonomyTerm.objects.get(taxonomy__slug="supportnet", code="walking")
    renamed(desk, name=term.name, description="On foot.")
    assert not lines(filed, "reworded")


def test_where_many_are_filed_a_worker_tells_the_search(desk, filed, monkeypatch):
    monkeypatch.setattr(wording, "AT_ONCE", 0)
    renamed(desk)
    assert len(lines(filed, "reworded")) == 1
    assert not found("rambling")
    tasks.sweep_imports()
    assert found("rambling")
    assert not Unindexed.objects.exists()
    assert not lines(filed, "imported")


def test_the_history_of_a_topic_says_what_it_was_and_why(desk, filed):
    term = renamed(desk)
    page = words(desk.get(f"/find/desk/topics/{term.pk}/"))
    assert "→ Rambling" in page
    assert "Asked for." in page


# Links ----------------------------------------------------------------------------------------


def looked(link: CheckedLink, answer: str, **more: str) -> None:
    linkwork.record(link, Seen(answer, **more), now=timezone.now())
    link.refresh_from_db()


def test_a_link_that_died_answers_again_or_moved_is_said_once_each(published):
    service = published(url="https://tea.example.org/")
    link = CheckedLink.objects.create(url=service.url, host="tea.example.org")
    for _day in range(5):
        looked(link, Answer.DEAD, detail="404")
    looked(link, Answer.WORKS)
    looked(link, Answer.WORKS)
    for _day in range(2):
        looked(link, Answer.WORKS, moved_to="https://new.example.org/")
    assert [line.why for line in reversed(lines(service, "link"))] == [
        "https://tea.example.org/ does not answer any more: 404.",
        "https://tea.example.org/ answers again.",
        "https://tea.example.org/ leads to https://new.example.org/ now.",
    ]
