"""Two curators at the same two listings at the same moment. Real threads, each with a connection of its own."""

from __future__ import annotations

import datetime as dt
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.errors import DomainError
from accounts.models import User
from resources import services
from resources.errors import CannotDecide, MergedAway
from resources.hsds.importing import origin_of
from resources.models import (
    Attribute,
    ChangeRequest,
    Feedback,
    Findable,
    Location,
    Organization,
    SavedListing,
    Service,
    ServiceAtLocation,
    Source,
    Taxonomy,
    TaxonomyTerm,
    Unindexed,
)
from resources.services import answering, catching_up, history, holding, merging, refreshing, wording
from resources.services.indexing import reindex_in_order
from supportnet.leftovers import ticks
from tests.resources.desk.conftest import words
from tests.resources.folders import folder as folder
from tests.resources.test_import_json import full_service, write_lines

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30


@pytest.fixture
def two(published, draft) -> tuple[Service, Service]:
    """One that stays and one that goes, of the same house."""
    stays = published("Chair yoga", organization="Harbour House")
    goes = draft("Chair yoga for all", organization="Harbour House", url="https://yoga.example.org")
    return stays, goes


def somebody_waits_for_us() -> bool:
    """For us alone: other processes of the same run have their tests in the same cluster."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return cursor.fetchone() is not None


def and_hang_up(call: Callable[[], Any]) -> Any:
    """A thread has a connection of its own, and ends it."""
    try:
        return call()
    finally:
        connection.close()


@contextmanager
def meanwhile(call: Callable[[], Any]) -> Iterator[Future[Any]]:
    """Somebody else begins this while our transaction is open, and waits for us; the block ends it."""

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            # What is done here first holds the listings.
            began: Future[Any] = Future()
            yield began
            theirs = pool.submit(and_hang_up, call)
            assert any(somebody_waits_for_us() for _tick in ticks(time.monotonic() + PATIENCE))
        try:
            began.set_result(theirs.result(timeout=PATIENCE))
        except DomainError as refusal:
            began.set_result(refusal)


def about(service: Service, **said: str) -> dict[str, str]:
    return {
        f"own-{name}": value
        for name, value in {"name": service.name, "kind": "service", "status": "active", **said}.items()
    }


def test_who_edits_what_is_just_made_one_is_led_to_the_one_that_stays(two, desk, curator, other_curator):
    stays, goes = two
    page = f"/find/desk/listings/{goes.pk}/change/about/"
    with meanwhile(lambda: desk.post(page, about(goes, description="New words"), follow=True)) as edit:
        merging.merge(winner=stays, loser=goes, by=other_curator)
    assert "Nothing was changed. Here is the one that stays." in words(edit.result())
    goes.refresh_from_db()
    assert (goes.merged_into, goes.description) == (stays, "")


def test_an_edit_of_the_one_that_stays_keeps_what_the_merge_took_over(two, desk, other_curator):
    stays, goes = two
    page = f"/find/desk/listings/{stays.pk}/change/about/"
    with meanwhile(lambda: desk.post(page, about(stays, description="New words"))) as edit:
        merging.merge(winner=stays, loser=goes, by=other_curator, take=["url"])
    assert edit.result().status_code == 302
    stays.refresh_from_db()
    assert (stays.description, stays.url) == ("New words", "https://yoga.example.org")
    assert [change.how for change in stays.changes.all()][:2] == ["edited", "merged"]


def test_a_merge_takes_what_was_edited_just_before(two, curator, other_curator):
    stays, goes = two
    merge = partial(merging.merge, winner=stays, loser=goes, by=other_curator, take=["description"])
    with meanwhile(merge), history.noting(service=goes, by=curator):
        Service.objects.filter(pk=goes.pk).update(description="Newer words")
    stays.refresh_from_db()
    assert stays.description == "Newer words"


def test_what_is_decided_while_its_listing_becomes_another_is_looked_at_again(
    two, curator, other_curator, propose
):
    stays, goes = two
    request = propose(goes, ("service", goes.pk, "description", "", "Proposed"))
    with meanwhile(lambda: services.decide(request=request, by=curator)) as decision:
        merging.merge(winner=stays, loser=goes, by=other_curator)
    refusal = decision.result()
    assert isinstance(refusal, CannotDecide) and "belongs to another listing now" in str(refusal)
    request.refresh_from_db()
    assert (request.service, request.decided_at) == (stays, None)


@pytest.mark.parametrize("house_says_so", [False, True])
def test_what_is_proposed_while_its_listing_becomes_another_reaches_the_one_that_stays(
    two, other_curator, house_says_so
):
    stays, goes = two
    said = [services.Proposal("service", "description", "Proposed", goes.pk)]
    house = goes.organization if house_says_so else None
    key = uuid.uuid4()
    send = partial(
        services.propose, kind="correction", service=goes, changes=said, on_behalf_of=house, form_key=key
    )
    with meanwhile(send) as sent:
        merging.merge(winner=stays, loser=goes, by=other_curator)
    request = sent.result()
    assert request.service == stays
    assert request.fields.get().after == "Proposed"
    assert send() == request


def test_a_check_of_one_that_was_just_made_one_is_refused(two, curator, other_curator):
    stays, goes = two
    check = partial(services.verify, service=goes, by=curator, how="phone", parts=["name"])
    with meanwhile(check) as checked:
        merging.merge(winner=stays, loser=goes, by=other_curator)
    assert isinstance(checked.result(), MergedAway)
    assert not goes.verifications.exists()


def test_a_yes_of_the_organisation_to_one_that_was_just_made_one_is_refused(two, other_curator):
    stays, goes = two
    with meanwhile(partial(answering.still_right, service=goes)) as answer:
        merging.merge(winner=stays, loser=goes, by=other_curator)
    assert isinstance(answer.result(), MergedAway)
    assert not goes.verifications.exists()


@pytest.mark.parametrize("again", [False, True], ids=["once", "and the one that stays, too"])
@pytest.mark.parametrize("what", [SavedListing, Feedback])
def test_what_is_kept_or_told_of_one_that_becomes_another_reaches_the_one_that_stays(
    what, again, two, draft, owner, curator, other_curator
):
    stays, opened = two
    goes = opened
    if again:
        merging.merge(winner=stays, loser=opened, by=curator)
        stays, goes = draft("Yoga for everybody", organization="Harbour House"), stays
    begin = {
        SavedListing: partial(services.save_listing, service=opened, by=owner),
        Feedback: partial(
            services.tell_how_it_was,
            **{"service": opened, "by": owner, "verdict": "helpful", "because": [], "words": "Warm."},
            now=timezone.now(),
        ),
    }[what]
    with meanwhile(begin) as kept:
        merging.merge(winner=stays, loser=goes, by=other_curator)
    assert kept.result()
    assert what.objects.get().service == stays


def test_a_house_is_changed_from_both_its_listings_at_once_and_nobody_waits_in_a_circle(
    two, curator, other_curator
):
    gate, house = threading.Barrier(2), two[0].organization_id

    def renamed(service: Service, name: str) -> None:
        try:
            gate.wait(timeout=PATIENCE)
            with history.noting(service=service, by=curator):
                Organization.objects.filter(pk=house).update(name=name)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for turn in range(5):
            done = [pool.submit(renamed, one, f"{one.name} {turn}") for one in two]
            for each in done:
                each.result(timeout=PATIENCE)
    assert sum(one.changes.filter(how="edited").count() for one in two) == 10


def rename(pk: uuid.UUID, curator: User) -> None:
    term = TaxonomyTerm.objects.get(pk=pk)
    term.name = "Movement"
    wording.keep(row=term, by=curator, said="Renamed", before="Yoga")


@pytest.mark.parametrize("many", ["a topic is renamed", "the search hears of an import", "places on the map"])
def test_whoever_tells_the_search_of_many_never_waits_in_a_circle_with_a_curator(
    many, two, curator, other_curator
):
    """The curator holds the last of them and then reaches for the first, which shows the same house."""
    first, last = sorted(two, key=lambda service: service.pk)
    words_of, _made = Taxonomy.objects.get_or_create(slug="supportnet", defaults={"name": "Supportnet"})
    term = TaxonomyTerm.objects.create(taxonomy=words_of, code="yoga", name="Yoga")
    Attribute.objects.bulk_create(
        Attribute(service=one, taxonomy_term=term, link_type="topic") for one in two
    )
    Unindexed.objects.bulk_create(Unindexed(service=one) for one in two)
    call = {
        "a topic is renamed": partial(rename, term.pk, other_curator),
        "the search hears of an import": catching_up.catch_up,
        "places on the map": partial(reindex_in_order, Service.objects.all()),
    }[many]
    with ThreadPoolExecutor(1) as pool, history.noting(service=last, by=curator) as noted:
        Organization.objects.filter(pk=first.organization_id).update(name="Harbour Hall")
        theirs = pool.submit(and_hang_up, call)
        assert any(somebody_waits_for_us() for _tick in ticks(time.monotonic() + PATIENCE))
    theirs.result(timeout=PATIENCE)
    assert noted.change is not None


@pytest.mark.parametrize("zones", [False, True], ids=["a topic is renamed", "a source has another time zone"])
def test_what_changes_while_the_search_is_told_of_the_one_before_is_told_next(
    zones, published, other_curator, monkeypatch
):
    """The listing waits to be told already; whoever tells cannot see yet what changes, and ends first."""
    monkeypatch.setattr(wording, "AT_ONCE", 0)
    source = Source.objects.create(name="County", time_zone="Europe/London")
    service = published("Chair yoga", source=source)
    words_of, _made = Taxonomy.objects.get_or_create(slug="supportnet", defaults={"name": "Supportnet"})
    head = TaxonomyTerm.objects.create(taxonomy=words_of, code="do", name="Do")
    term = TaxonomyTerm.objects.create(taxonomy=words_of, code="yoga", name="Yoga", parent=head)
    Attribute.objects.create(service=service, taxonomy_term=term, link_type="topic")
    Unindexed.objects.create(service=service, source=source)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        if zones:
            origin_of("County", {"time_zone": "America/Los_Angeles"})
        else:
            rename(term.pk, other_curator)
        pool.submit(and_hang_up, catching_up.catch_up).result(timeout=PATIENCE)
    assert catching_up.catch_up() == 1
    assert not Unindexed.objects.exists()
    if zones:
        assert Findable.objects.get(service=service).zone == "America/Los_Angeles"
    else:
        assert (
            Findable.objects.filter(service=service).extra(where=["search @@ 'movement'::tsquery"]).exists()
        )


def test_what_changes_while_the_search_is_being_told_is_told_next(published, curator):
    """It waits until the one before is told of: only then is there anything it can be written over."""
    service = published("Chair yoga", source=Source.objects.create(name="County"))
    Unindexed.objects.create(service=service, source=service.source)
    with meanwhile(partial(catching_up.mark, [service.pk], source=service.source)):
        assert catching_up.catch_up() == 1
    assert catching_up.catch_up() == 1


def test_an_import_and_whoever_decides_what_it_asked_before_never_wait_in_a_circle(folder, curator):
    """Whoever decides holds the listing, its house and its place, and then the question; so does the import."""
    said = full_service(name="Tea")
    place = said["service_at_locations"][0]["location"]

    def comes(name: str, called: str) -> None:
        said["name"], place["name"] = name, called
        folder.run(write_lines(folder, said))

    comes("Tea", "Quay")
    service = Service.objects.get()
    Location.objects.update(name="Pier")
    comes("Tea", "Harbour quay")
    asked = ChangeRequest.objects.get()
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        holding.hold(service.pk)
        theirs = pool.submit(and_hang_up, partial(comes, "Coffee", "Harbour wall"))
        assert any(somebody_waits_for_us() for _tick in ticks(time.monotonic() + PATIENCE))
        services.decide(request=asked, by=curator)
    theirs.result(timeout=PATIENCE)
    asked.refresh_from_db()
    assert (asked.decision, asked.fields.get().taken) == ("approved", "Harbour quay")
    assert (Service.objects.get().name, Location.objects.get().name) == ("Coffee", "Harbour wall")


def test_an_import_of_numbers_and_who_changes_the_house_of_two_listings_never_wait_in_a_circle(
    folder, curator
):
    """It names both listings, not their house; the curator holds the last of them, and then reaches for the first."""
    folder.write("services", "id,organization_id,name,status", "s1,o1,Tea,active", "s2,o1,Cake,active")
    folder.write("phones", "id,service_id,number", "p1,s1,555-0101", "p2,s2,555-0102")
    folder.run()
    _first, last = Service.objects.order_by("pk")
    folder.write("phones", "id,service_id,number", "p1,s1,555-0103", "p2,s2,555-0104")
    with ThreadPoolExecutor(1) as pool, history.noting(service=last, by=curator) as noted:
        Organization.objects.update(name="Harbour Hall")
        theirs = pool.submit(and_hang_up, folder.run)
        assert any(somebody_waits_for_us() for _tick in ticks(time.monotonic() + PATIENCE))
    assert theirs.result(timeout=PATIENCE)[0].total("changed") == 2
    assert noted.change is not None


def test_the_times_of_today_are_worked_out_beside_a_row_that_is_in_other_hands(published):
    service = published("Chair yoga", at="Alder Hall")
    ServiceAtLocation.objects.create(service=service, location=Location.objects.create(name="Bay Hall"))
    services.reindex(Service.objects.filter(pk=service.pk))
    one, held = Findable.objects.filter(service=service).order_by("pk")
    today = one.refreshed_on
    Findable.objects.filter(pk=one.pk).update(refreshed_on=today - dt.timedelta(days=1))
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Findable.objects.select_for_update().get(pk=held.pk)
        theirs = pool.submit(and_hang_up, partial(refreshing._freshen, 0, today, timezone.now()))
        assert theirs.result(timeout=PATIENCE)[0] == [one.pk]
