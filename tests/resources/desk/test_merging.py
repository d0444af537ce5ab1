"""Listings that may be the same: found by keys, told apart for good, or made one by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from resources import likeness, services
from resources.errors import CannotMerge, CannotPublish
from resources.likeness import Traits
from resources.models import (
    Claim,
    Feedback,
    Likeness,
    Organization,
    Phone,
    SavedListing,
    Schedule,
    Service,
    Verification,
)
from resources.services import history, merging, undoing
from resources.services import likeness as looking
from tests.networks.test_races import at_once, refusals
from tests.resources.desk.conftest import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def twins(published, draft):
    """A public one and a draft with nearly its name and just its number, of another house."""
    one = published("Chair yoga for everybody", at="The Hall", organization="Harbour House")
    other = draft("Chair Yoga for everyone", organization="Harbor house", url="https://yoga.example.org")
    services.sweep_likeness()
    return one, other


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (
            Traits("chair yoga", phones=frozenset("1")),
            Traits("chair yoga class", phones=frozenset("1")),
            True,
        ),
        (Traits("chair yoga"), Traits("chair yoga"), True),
        (Traits("chair yoga"), Traits("warm pool"), False),
        (Traits("chair yoga", phones=frozenset("1")), Traits("debt advice", phones=frozenset("1")), False),
        (Traits("monday tea", organization="h"), Traits("friday walk", organization="h"), False),
        (Traits("monday tea", organization="h"), Traits("tea monday", organization="h"), True),
        (Traits("pain cafe", hosts=frozenset("x")), Traits("pain cafe meetup", hosts=frozenset("x")), True),
    ],
)
def test_alike_is_an_alike_name_and_something_more(one, other, same):
    assert (likeness.compare(one, other)[0] >= likeness.ENOUGH) is same
    assert likeness.compare(one, other)[0] == likeness.compare(other, one)[0]


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.Example.org/tea", "example.org"),
        ("example.org", "example.org"),
        ("Tea@example.org", "example.org"),
        ("someone@gmail.com", ""),
        ("https://[broken", ""),
        ("localhost", ""),
        ("", ""),
    ],
)
def test_a_host_is_compared_unless_everybody_has_one_there(address, host):
    assert likeness.host(address) == host


def test_numbers_are_the_same_with_and_without_the_country():
    assert likeness.digits("+44 20 7946 0958") == likeness.digits("(020) 7946-0958")[-9:]
    assert likeness.digits("112") == ""


def test_twins_are_found_with_their_reasons(twins):
    (pair,) = looking.waiting()
    assert {pair.one_id, pair.other_id} == {twins[0].pk, twins[1].pk}
    assert pair.reasons == ["name", "phone"]
    assert services.sweep_likeness() == 0


def test_not_the_same_is_remembered(twins, curator):
    services.not_the_same(pair=Likeness.objects.get(), by=curator)
    Service.objects.filter(pk=twins[1].pk).update(updated_at=Now())
    assert services.sweep_likeness() == 1
    assert not looking.waiting().exists()
    assert Likeness.objects.get().ruled_out_by == curator


def test_a_pair_that_differs_now_is_forgotten(twins):
    Service.objects.filter(pk=twins[1].pk).update(name="Debt advice", updated_at=Now())
    services.sweep_likeness()
    assert not Likeness.objects.exists()


def test_the_cost_of_one_does_not_grow_with_the_number_of_listings(draft):
    def made(count: int) -> None:
        house = Organization.objects.create(name=f"House {count}")
        rows = [Service(name=f"Thing {count} {n} of its kind", organization=house) for n in range(count)]
        Service.objects.bulk_create(rows)
        Phone.objects.bulk_create([Phone(service=row, number="555-7777") for row in rows])
        services.sweep_likeness()

    def cost() -> int:
        fresh = draft(f"Thing of {Service.objects.count()}", organization="New house")
        with CaptureQueriesContext(connection) as asked:
            looking.look_for_likeness(Service.objects.filter(pk=fresh.pk))
        compared = looking.candidates(looking.traits_of(Service.objects.filter(pk=fresh.pk)))
        assert len(compared[fresh.pk]) <= looking.TOO_MANY * 6
        return len(asked)

    made(30)
    few = cost()
    made(400)
    assert cost() <= few


def test_merging_takes_what_was_chosen_and_leaves_nothing_behind(twins, curator, owner, propose, client):
    winner, loser = twins
    SavedListing.objects.create(owner=owner, service=loser)
    Feedback.objects.create(service=loser, said_by=owner, verdict="helpful")
    request = propose(loser)
    services.verify(service=loser, by=curator, how="visit", parts=["name"])
    loser_phone = Phone.objects.create(service=loser, number="555-0200")
    merging.merge(
        loser=loser,
        winner=winner,
        by=curator,
        take=["url", "published_at"],
        rows=[loser_phone.pk],
        why="Rang.",
    )
    winner.refresh_from_db()
    loser.refresh_from_db()
    assert (winner.name, winner.url) == ("Chair yoga for everybody", "https://yoga.example.org")
    assert set(winner.phones.values_list("number", flat=True)) == {"555-0150", "555-0200"}
    assert (loser.merged_into, loser.published_at) == (winner, None)
    assert SavedListing.objects.get().service == winner
    assert Feedback.objects.get().service == winner
    request.refresh_from_db()
    assert request.service == winner
    # A check of the other one says nothing of this one.
    assert [check.service for check in Verification.objects.filter(how="visit")] == [loser]
    assert not looking.waiting().exists()
    assert client.get(loser.get_absolute_url())["Location"] == winner.get_absolute_url()
    assert winner.changes.get(how="merged").why == "Rang."


def test_what_both_had_is_kept_once(twins, curator, owner):
    winner, loser = twins
    for service in twins:
        SavedListing.objects.create(owner=owner, service=service)
    at = winner.at_locations.get()
    double = loser.at_locations.create(location=at.location)
    merging.merge(loser=loser, winner=winner, by=curator, rows=[double.pk])
    assert SavedListing.objects.get().service == winner
    assert winner.at_locations.get() == at


def test_old_addresses_lead_on_to_the_last_one(twins, curator, draft):
    winner, loser = twins
    older = draft("Yoga")
    merging.merge(loser=older, winner=loser, by=curator)
    merging.merge(loser=loser, winner=winner, by=curator)
    older.refresh_from_db()
    assert older.merged_into == winner


def test_what_is_merged_or_put_away_cannot_be_merged_again(twins, curator):
    winner, loser = twins
    with pytest.raises(CannotMerge, match="with itself"):
        merging.merge(loser=winner, winner=winner, by=curator)
    services.archive(service=loser, by=curator)
    with pytest.raises(CannotMerge, match="put away"):
        merging.merge(loser=winner, winner=loser, by=curator)
    merging.merge(loser=loser, winner=winner, by=curator)
    with pytest.raises(CannotMerge, match="merged already"):
        merging.merge(loser=loser, winner=winner, by=curator)
    with pytest.raises(CannotPublish, match="merged with another"):
        services.publish(service=loser, by=curator)


def test_they_can_be_taken_apart_again(twins, curator):
    winner, loser = twins
    merging.merge(loser=loser, winner=winner, by=curator)
    assert merging.unmerge(service=loser, by=curator) is True
    assert merging.unmerge(service=loser, by=curator) is False
    loser.refresh_from_db()
    assert (loser.merged_into, loser.archived_at) == (None, None)


def test_what_was_fetched_back_from_a_merge_and_is_given_again_is_where_it_was(twins, curator):
    winner, loser = twins
    number = Phone.objects.create(service=loser, number="555-0160")
    merging.merge(loser=loser, winner=winner, by=curator, rows=[number.pk])
    with history.noting(service=winner, by=curator):
        Phone.objects.filter(pk=number.pk).update(number="555-0161")
    merging.unmerge(service=loser, by=curator)
    fetched = undoing.undo(change=loser.changes.get(how="merged"), by=curator)
    number.refresh_from_db()
    assert (number.service, number.number) == (loser, "555-0160")
    given = undoing.undo(change=fetched, by=curator)
    number.refresh_from_db()
    assert (number.service, number.number) == (winner, "555-0161")
    undoing.undo(change=given, by=curator)
    number.refresh_from_db()
    assert (number.service, number.number) == (loser, "555-0160")


def test_what_a_merge_took_goes_to_and_fro_and_is_never_lost(twins, curator):
    winner, loser = twins
    number = Phone.objects.create(service=loser, number="555-0160")
    merging.merge(loser=loser, winner=winner, by=curator, rows=[number.pk])
    change = winner.changes.get(how="merged")
    for home in (loser, winner, loser, winner):
        change = undoing.undo(change=change, by=curator)
        number.refresh_from_db()
        assert number.service == home


def test_what_an_undo_fetches_from_another_listing_is_known_there_as_well(published, curator):
    winner, loser = published("Chair yoga"), published("Chair yoga for all")
    number = Phone.objects.create(service=loser, number="555-0160")
    merging.merge(loser=loser, winner=winner, by=curator, rows=[number.pk])
    services.verify(service=winner, by=curator, how=Verification.How.PHONE, parts=["name", "contact"])
    merging.unmerge(service=loser, by=curator)
    undoing.undo(change=loser.changes.get(how="merged"), by=curator, why="Two groups.")
    winner.refresh_from_db()
    assert winner.confirmed == ["name"]
    told = winner.changes.get(how="edited")
    assert (told.made_by, told.why) == (
        curator,
        "An earlier change of “Chair yoga for all” was undone. Two groups.",
    )
    undoing.undo(change=loser.changes.get(how="undone"), by=curator)
    number.refresh_from_db()
    assert number.service == winner and winner.changes.filter(how="edited").count() == 2


def test_what_an_undo_had_put_back_goes_again_where_no_merge_was(twins, curator):
    winner, _loser = twins
    number = Phone.objects.create(service=winner, number="555-0160")
    with history.noting(service=winner, by=curator) as noted:
        number.delete()
    back = undoing.undo(change=noted.change, by=curator)
    assert winner.phones.filter(number="555-0160").exists()
    undoing.undo(change=back, by=curator)
    assert not winner.phones.filter(number="555-0160").exists()


def test_the_page_shows_both_and_makes_them_one(desk, twins):
    pair = Likeness.objects.get()
    page = words(desk.get(f"/find/desk/duplicates/{pair.pk}/"))
    assert "https://yoga.example.org" in page
    assert "Chair yoga for everybody" in words(desk.get("/find/desk/duplicates/"))
    answer = desk.post(
        f"/find/desk/duplicates/{pair.pk}/", {"take": ["url"], "rows": ["nonsense"]}, follow=True
    )
    assert "They are one now" in words(answer)
    twins[0].refresh_from_db()
    assert twins[0].url == "https://yoga.example.org"


def test_the_page_turns_them_round_and_tells_them_apart(desk, twins):
    pair = Likeness.objects.get()
    page = desk.get(f"/find/desk/duplicates/{pair.pk}/?swap=1")
    assert page.context["winner"] == twins[1]
    desk.post(f"/find/desk/duplicates/{pair.pk}/not-the-same/")
    assert not looking.waiting().exists()


@pytest.mark.django_db(transaction=True)
def test_two_curators_merge_the_same_two_at_once(twins, curator, other_curator):
    one, other = twins
    results = at_once(
        lambda: merging.merge(loser=other, winner=one, by=curator),
        lambda: merging.merge(loser=one, winner=other, by=other_curator),
    )
    assert refusals(results) == 1
    assert Service.objects.filter(merged_into=None).count() == 1


@pytest.mark.parametrize(
    "page", ["verify/", "rules/", "topics/", "change/about/", "places/new/", "do/publish/", "do/hold/"]
)
def test_nothing_changes_at_one_that_was_merged_its_pages_lead_to_the_one_that_stays(
    desk, twins, curator, page
):
    winner, loser = twins
    merging.merge(loser=loser, winner=winner, by=curator)
    answer = desk.post(f"/find/desk/listings/{loser.pk}/{page}", {"name": "Another"}, follow=True)
    assert answer.redirect_chain == [(f"/find/desk/listings/{winner.pk}/", 302)]
    assert "Nothing was changed. Here is the one that stays." in words(answer)
    loser.refresh_from_db()
    assert (loser.name, loser.merged_into, loser.leased_by) == ("Chair Yoga for everyone", winner, None)


def test_the_page_of_one_that_was_merged_can_only_be_read_or_taken_apart_again(desk, twins, curator):
    winner, loser = twins
    merging.merge(loser=loser, winner=winner, by=curator)
    page = words(desk.get(f"/find/desk/listings/{loser.pk}/"))
    assert f'href="/find/desk/listings/{winner.pk}/"' in page
    assert not [
        part
        for part in ("change/", "verify/", "rules/", "topics/", "places/")
        if f"{loser.pk}/{part}" in page
    ]
    assert "Undo this" not in words(desk.get(f"/find/desk/listings/{loser.pk}/history/"))
    answer = desk.post(f"/find/desk/listings/{loser.pk}/do/unmerge/", follow=True)
    assert "It is a draft of its own again." in words(answer)
    assert f"{loser.pk}/verify/" in words(answer)


def test_what_somebody_typed_while_it_was_made_one_is_heard(client_of, owner, curator, published):
    winner, loser = published("Chair yoga"), published("Chair yoga for all")
    mine, old = client_of(owner), loser.get_absolute_url()
    merging.merge(winner=winner, loser=loser, by=curator)
    mine.post(f"{old}save/")
    assert SavedListing.objects.get().service == winner
    assert mine.post(f"{old}how-it-was/", {"verdict": "helpful", "words": "Warm."}).status_code == 302
    assert Feedback.objects.get().service == winner
    sent = mine.post(f"{old}problem/", {"note": "Shut."})
    assert sent.status_code == 302
    assert winner.change_requests.get().note == "Shut."
    mine.post(f"{old}how-it-was/erase/")
    mine.post(f"{old}drop/")
    assert not Feedback.objects.exists() and not SavedListing.objects.exists()


def test_whatever_was_kept_of_one_that_was_merged_leads_to_the_same_of_the_one_that_stays(
    client, desk, client_of, owner, curator, published
):
    winner, loser = published("Chair yoga"), published("Chair yoga for all")
    row = Schedule.objects.create(service=loser, byday="MO", opens_at=dt.time(10), closes_at=dt.time(11))
    old, new, calendar = loser.get_absolute_url(), winner.get_absolute_url(), f"times/{row.pk}/session.ics"
    merging.merge(winner=winner, loser=loser, by=curator, rows={row.pk})
    for who in (client, desk):
        for part in ("paper/", "problem/", "correct/", f"{calendar}?on=2026-11-30"):
            answer = who.get(old + part)
            assert (answer.status_code, answer["Location"]) == (301, new + part)
    assert client.get(f"{old}paper/")["Cache-Control"] == "max-age=3600"
    mine = client_of(owner)
    for part in ("claim/", "how-it-was/", "to-network/", "pass-on/?from=letter"):
        assert mine.get(old + part)["Location"] == new + part
    assert client.get(old + "paper/", follow=True).status_code == 200
    assert client.get(old + calendar, follow=True)["Content-Type"].startswith("text/calendar")
    merging.unmerge(service=loser, by=curator)
    assert client.get(old + "paper/").status_code == client.get(old + "problem/").status_code == 404


def test_where_the_one_that_stays_has_no_such_thing_its_page_is_what_is_led_to(client, twins, curator):
    winner, loser = twins
    row = Schedule.objects.create(service=loser, byday="MO", opens_at=dt.time(10), closes_at=dt.time(11))
    old, new = loser.get_absolute_url(), winner.get_absolute_url()
    merging.merge(winner=winner, loser=loser, by=curator)
    # Nobody kept this row.
    assert client.get(f"{old}times/{row.pk}/session.ics")["Location"] == new
    services.archive(service=winner, by=curator)
    assert client.get(f"{old}paper/")["Location"] == new


def test_a_claim_of_one_that_was_merged_reaches_the_house_of_the_one_that_stays(
    client_of, owner, curator, published
):
    winner, loser = published("Chair yoga", at="Alder Hall"), published("Chair yoga for all", at="Old Mill")
    merging.merge(winner=winner, loser=loser, by=curator)
    said = {"affiliation": "I make the tea.", "reach_us": "555-0150"}
    assert client_of(owner).post(f"{loser.get_absolute_url()}claim/", said).status_code == 302
    assert Claim.objects.get().organization == winner.organization
