"""The words we start with: all there, described, and the curators' from then on."""

import pytest
from django.apps import apps

from resources import sample, vocabulary
from resources.models import Attribute, OpeningException, Service, Synonym, Taxonomy, TaxonomyTerm

pytestmark = pytest.mark.django_db


@pytest.fixture
def words(db):
    vocabulary.load(lambda name: apps.get_model("resources", name))


def load_again():
    return vocabulary.load(lambda name: apps.get_model("resources", name))


def test_every_term_has_a_name_and_a_line_of_description(words):
    for term in TaxonomyTerm.objects.all():
        assert term.name
        assert term.description.endswith("."), term.code
        assert "\n" not in term.description
    tops = TaxonomyTerm.objects.filter(taxonomy__slug="supportnet", parent=None)
    assert set(tops.values_list("code", flat=True)) == {"venue", "activity", "condition", "need"}
    assert all(top.children.count() >= 10 for top in tops)


def test_what_our_own_columns_can_say_has_a_term_each(words):
    wanted = {
        f"{column}:{value}"
        for column, choices in [
            ("kind", Service.Kind),
            ("delivery", Service.Delivery),
            ("cost", Service.Cost),
            ("access", Service.Access),
            ("referral", Service.Referral),
        ]
        for value in choices.values
    }
    facts = TaxonomyTerm.objects.filter(taxonomy__slug="supportnet-facts")
    assert wanted <= set(facts.values_list("code", flat=True))


def test_open_eligibility_stands_apart_with_its_licence_and_only_near_terms_point_to_it(words):
    other = Taxonomy.objects.get(slug="open-eligibility")
    assert other.licence == "CC BY-SA 3.0 Unported"
    assert "Aunt Bertha" in other.description
    near = TaxonomyTerm.objects.filter(same_as__isnull=False)
    assert near.count() >= 15
    assert {term.same_as.taxonomy_id for term in near} == {other.pk}
    assert TaxonomyTerm.objects.get(code="support-group").same_as.code == "1312"


def test_loading_again_keeps_what_curators_made_of_it(words):
    TaxonomyTerm.objects.filter(code="pool").update(name="Pools and baths")
    group = Synonym.objects.get(words__contains=["fibro"])
    group.words = ["fibro", "fibromyalgia"]
    group.save()
    before = (TaxonomyTerm.objects.count(), Synonym.objects.count())
    assert load_again() == 0
    assert (TaxonomyTerm.objects.count(), Synonym.objects.count()) == before
    assert TaxonomyTerm.objects.get(code="pool").name == "Pools and baths"
    assert Synonym.objects.filter(words__contains=["FMS"]).count() == 0


def test_a_term_that_went_comes_back_with_the_same_id(words):
    term = TaxonomyTerm.objects.get(code="pool")
    key = term.pk
    term.delete()
    assert load_again() == 1
    assert TaxonomyTerm.objects.get(code="pool").pk == key


def test_the_sample_town_is_filed_and_shows_everything(words, curator):
    sample.load_sample_town(by=curator)
    for service in Service.objects.prefetch_related("attributes__taxonomy_term__parent"):
        tops = {filed.taxonomy_term.parent.code for filed in service.attributes.all()}
        assert tops, service.name
    assert set(Attribute.objects.values_list("link_type", flat=True)) == {"topic"}
    codes = {code for found in sample.town() for each in found["services"] for code in each["topics"]}
    known = TaxonomyTerm.objects.filter(taxonomy__slug="supportnet").values_list("code", flat=True)
    assert codes <= set(known)
    assert OpeningException.objects.filter(opens_at=None).exists()
    assert OpeningException.objects.exclude(opens_at=None).exists()
    for column in ("standing_minutes", "parking_metres", "alert_until"):
        assert Service.objects.filter(**{f"{column}__isnull": False}).exists(), column
    assert Service.objects.exclude(access_lacking=[]).exists()
    assert {"none", "needed"} <= set(Service.objects.values_list("referral", flat=True))
    assert not Service.objects.filter(
        at_locations__location__latitude=None, at_locations__isnull=False
    ).exists()
