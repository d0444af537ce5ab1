"""At most three, each with its reason; from gaps, quiet circles and what gets in the way, and from nothing else."""

import datetime as dt

import pytest

from networks import services as networks
from resources import picking, services, vocabulary
from resources.models import Attribute, FindingWishes, Schedule, Service, Taxonomy, TaxonomyTerm

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.fixture
def filed(published):
    def make(name, code, **columns):
        ours, _made = Taxonomy.objects.get_or_create(slug="supportnet", defaults={"name": "Ours"})
        term, _made = TaxonomyTerm.objects.get_or_create(
            taxonomy=ours, code=code, defaults={"name": code, "description": code}
        )
        service = published(name, **{"delivery": ["in_person"], **columns})
        Attribute.objects.get_or_create(service=service, taxonomy_term=term, link_type="topic")
        return service

    return make


@pytest.fixture
def listened_to(owner):
    """Somebody listens; nobody drives."""
    networks.add_tie(by=owner, name="Ana", circle="close", supports=["listening"])
    return owner


def names(person):
    return [pick.service.name for pick in picking.pick(person, now=NOW)]


def test_a_gap_and_what_was_said_are_one_reason(listened_to, filed):
    filed("Rides from the hall", "transport")
    filed("Drivers who come to you", "transport", delivery=["at_home"])
    services.say_what_is_in_the_way(by=listened_to, what=["flares"], now=NOW)
    (pick,) = picking.pick(listened_to, now=NOW)
    assert pick.service.name == "Drivers who come to you"
    assert pick.reason == (
        "Because you said getting out is hard on flare days, and "
        "lifts and practical help are missing from your network."
    )


def test_without_a_reason_nothing_is_picked(owner, filed):
    filed("Peers", "peer-support")
    assert names(owner) == []


def test_not_now_holds_for_picks_too(listened_to, filed):
    filed("Drivers", "transport")
    assert names(listened_to) == ["Drivers"]
    networks.leave_gap(owner=listened_to, now=NOW - dt.timedelta(minutes=1))
    assert names(listened_to) == []


def test_circles_that_go_quiet_are_a_reason(owner, filed):
    filed("Soup and company", "company")
    for name in ("Ana", "Ben"):
        tie = networks.add_tie(by=owner, name=name, circle="close")
        networks.log_touch(tie=tie, by=owner, at=NOW - dt.timedelta(days=200))
    (pick,) = picking.pick(owner, now=NOW)
    assert pick.reason == "Because several people around you have gone quiet."


def test_at_most_three_and_each_once(listened_to, filed):
    for number in range(5):
        filed(f"Group {number}", "peer-support", delivery=["online"])
        filed(f"Ride {number}", "transport", delivery=["online"])
    services.say_what_is_in_the_way(by=listened_to, what=["flares", "stairs"], now=NOW)
    found = names(listened_to)
    assert len(found) == len(set(found)) == 3


@pytest.mark.parametrize(
    ("way", "wrong", "right"),
    [
        ("stairs", {"access_lacking": ["step_free"]}, {"access": ["step_free"]}),
        ("standing", {"standing_minutes": 40}, {"access": ["little_standing"]}),
        ("money", {"cost": "paid"}, {"cost": "free"}),
        ("sitting", None, {"access": ["lie_down"]}),
        ("transport", None, {"delivery": ["phone"]}),
        ("noise", None, {"access": ["dim"]}),
    ],
)
def test_nothing_they_would_have_to_turn_away_from(owner, filed, way, wrong, right):
    services.say_what_is_in_the_way(by=owner, what=[way], now=NOW)
    if wrong:
        filed("Wrong", "peer-support", **wrong)
        assert names(owner) == []
    filed("Right", "peer-support", **right)
    assert names(owner) == ["Right"]


def test_what_they_know_is_not_picked(owner, filed):
    saved, tried = filed("Saved", "listening", cost="free"), filed("Tried", "listening", cost="free")
    services.say_what_is_in_the_way(by=owner, what=["money"], now=NOW)
    services.save_listing(service=saved, by=owner)
    services.tell_how_it_was(service=tried, by=owner, verdict="helpful", because=[], words="", now=NOW)
    assert names(owner) == []


def test_it_can_be_switched_off_and_on(client_of, listened_to, filed):
    filed("Drivers", "transport")
    mine = client_of(listened_to)
    assert "Picked for you" in mine.get("/find/").content.decode()
    mine.post("/find/in-the-way/picks/")
    words = mine.get("/find/").content.decode()
    assert "Picked for you" not in words and "Nothing is picked for you" in words
    assert names(listened_to) == []
    mine.post("/find/in-the-way/picks/", {"on": "1"})
    assert "Drivers" in mine.get("/find/").content.decode()


def test_it_asks_until_it_is_answered_were_it_with_nothing(client, client_of, owner):
    mine = client_of(owner)
    assert "What gets in your way?" in mine.get("/find/").content.decode()
    assert mine.post("/find/in-the-way/", {}).status_code == 302
    assert FindingWishes.objects.get().answered_at
    assert "What gets in your way?" not in mine.get("/find/").content.decode()
    assert "What gets in your way?" not in client.get("/find/").content.decode()


MOST_QUERIES = 8


@pytest.mark.parametrize("each", [1, 4])
def test_however_many_needs_and_listings_few_queries_answer(
    client_of, listened_to, filed, django_assert_max_num_queries, each
):
    for number in range(each):
        for term in ("transport", "peer-support", "company", "listening", "befriending", "meals"):
            filed(f"{term} {number}", term, delivery=["online"])
    for name in ("Ana", "Ben"):
        tie = networks.add_tie(by=listened_to, name=name, circle="close")
        networks.log_touch(tie=tie, by=listened_to, at=NOW - dt.timedelta(days=200))
    services.say_what_is_in_the_way(by=listened_to, what=["flares", "stairs", "evenings"], now=NOW)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert len(names(listened_to)) == 3


def test_evenings_steer_what_is_picked(owner, filed):
    services.say_what_is_in_the_way(by=owner, what=["evenings"], now=NOW)
    late, early = (filed(name, "peer-support", kind="group") for name in ("Late", "Early"))
    for service, hour in ((late, 18), (early, 10)):
        Schedule.objects.create(service=service, freq="WEEKLY", byday="MO,TH", opens_at=dt.time(hour))
        Schedule.objects.filter(service=service).update(closes_at=dt.time(hour + 1))
    services.reindex(Service.objects.all())
    (pick,) = picking.pick(owner, now=NOW)
    assert (pick.service, pick.reason) == (early, "Because you said evenings are hard.")


def test_a_place_that_is_open_late_is_open_by_day_too(listened_to, filed):
    services.say_what_is_in_the_way(by=listened_to, what=["evenings"], now=NOW)
    filed("Rides", "transport", kind="service")
    assert names(listened_to) == ["Rides"]


def test_pain_is_never_looked_at(listened_to, filed, django_assert_max_num_queries):
    filed("Drivers", "transport")
    with django_assert_max_num_queries(MOST_QUERIES) as asked:
        names(listened_to)
    assert not [query for query in asked.captured_queries if "checkins_" in query["sql"]]


def test_every_need_is_answered_by_terms_there_are():
    codes = {term["code"] for each in vocabulary.starting_words()["taxonomies"] for term in each["terms"]}
    wanted = [*picking.MISSING.values(), picking.QUIET, picking.ANYTHING]
    assert {term for need in wanted for term in need.terms} <= codes


def test_every_gap_has_its_need():
    assert {gap.key for gap in picking.gaps.GAPS} == {str(key.value) for key in picking.MISSING}
