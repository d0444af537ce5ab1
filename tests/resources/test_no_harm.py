"""Whoever means no good, and whatever is odd: nobody is told on, nothing is lost, nothing stands still."""

from __future__ import annotations

import datetime as dt
import io
import socket
import threading
import time
import uuid
import zipfile
from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from resources import services, visiting
from resources.errors import CannotClaim, CannotDecide, CannotSave
from resources.hsds import jobs
from resources.models import (
    ChangeRequest,
    CheckedLink,
    Claim,
    Contact,
    Feedback,
    FruitlessSearch,
    ImportJob,
    Phone,
    Schedule,
    Service,
    Taxonomy,
    TaxonomyTerm,
)
from resources.services import claiming, history, linkwork, merging, undoing
from resources.tasks import sweep_imports
from tests.networks.test_races import at_once
from tests.resources.desk.conftest import desk as desk
from tests.resources.desk.conftest import other_curator as other_curator
from tests.resources.desk.conftest import propose as propose
from tests.resources.exchange.test_desk_imports import upload

pytestmark = pytest.mark.django_db


def read(client, service: Service, path: str = "") -> str:
    return " ".join(client.get(service.get_absolute_url() + path).content.decode().split())


# Who it is ----------------------------------------------------------------------------------------


def test_no_page_shows_a_person_or_their_own_number(client, published):
    service = published()
    who = Contact.objects.create(service=service, name="Wren Ashdown", email="wren@example.org")
    Phone.objects.create(service=service, contact=who, number="555-0177")
    for path in ("", "paper/", "pass-on/", "correct/"):
        page = read(client, service, path)
        assert "Wren" not in page and "wren@" not in page and "555-0177" not in page, path
    assert "555-0150" in read(client, service)


def test_what_came_from_ones_own_address_or_organisation_is_ones_own(published, propose, desk, curator):
    service = published()
    EmailAddress.objects.create(user=curator, email="side@example.org")
    Claim.objects.create(
        organization=service.organization,
        claimed_by=curator,
        state=Claim.State.CONFIRMED,
        decided_at=timezone.now(),
    )
    own = [
        propose(service, sent_by_email=curator.email.upper()),
        propose(service, sent_by_email="Side@example.org"),
        propose(service, on_behalf_of=service.organization, sent_by_email="house@example.org"),
    ]
    for request in own:
        with pytest.raises(CannotDecide, match="Somebody else"):
            services.decide(request=request, by=curator, reason="Fine.")
        assert desk.get(f"/find/desk/requests/{request.pk}/").context["own"] is True
    Claim.objects.update(state=Claim.State.ENDED, ended_at=timezone.now())
    services.decide(request=propose(service, sent_by_email="else@example.org"), by=curator, reason="Fine.")


def test_a_postcode_typed_into_the_box_of_words_is_not_noted(db):
    for words in ("yoga sw1a 1aa", "ring 555 0150"):
        services.note_fruitless(words=words, on=timezone.localdate())
    services.note_fruitless(words="laughing yoga", on=timezone.localdate())
    assert FruitlessSearch.objects.get().words == "laughing yoga"


@pytest.mark.parametrize(
    "asked", [{"name": "x", "phone": "555-0150"}, {"name": "x", "domain": "tea.example.org"}]
)
def test_whoever_asked_not_to_be_listed_is_not_told_of_when_put_away(client, published, curator, asked):
    service = published(url="https://tea.example.org/")
    services.archive(service=service, by=curator)
    address = f"/api/hsds/v3/services/{service.pk}"
    assert client.get(address).status_code == 200
    services.do_not_list(by=curator, **asked)
    assert client.get(address).status_code == 404


def test_who_checked_is_said_as_it_was(client, published):
    service = published()
    services.verify(service=service, by=None, how="provider", parts=["name"])
    for path in ("", "paper/"):
        page = read(client, service, path)
        assert "by the organisation itself" in page and "by a curator" not in page


# Twice is once ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_double_tap_is_one_answer_and_one_letter(published, owner):
    service, key = published(), uuid.uuid4()
    at_once(
        *[
            lambda: services.tell_how_it_was(
                service=service, by=owner, verdict="helpful", because=[], words="", now=timezone.now()
            )
        ]
        * 3
    )
    assert Feedback.objects.count() == 1
    letters = at_once(
        *[
            lambda: services.propose(
                kind="problem", service=service, by=owner, form_key=key, problem="unclear", note="What?"
            )
        ]
        * 3
    )
    assert len({letter.pk for letter in letters}) == ChangeRequest.objects.count() == 1


def test_nobody_claims_the_whole_directory(published, owner):
    def claim(name: str) -> Claim:
        house = published(name, organization=name).organization
        return claiming.claim(organization=house, by=owner, affiliation="I run it", reach_us="555")

    for number in range(10):
        claim(f"House {number}")
    with pytest.raises(CannotClaim, match="ten already"):
        claim("House 11")
    Claim.objects.filter(organization__name="House 3").update(state="ended", ended_at=timezone.now())
    assert claim("House 12").state == "asked"


# Nothing is lost ------------------------------------------------------------------------------------


def test_undoing_a_merge_gives_back_what_it_had_moved(published, curator):
    winner, loser = published("Yoga", at="The Hall"), published("Yoga class", at="The Barn")
    number, place = loser.phones.get(), loser.at_locations.get()
    address = place.location.addresses.get()
    merging.merge(loser=loser, winner=winner, by=curator, rows=[number.pk, place.pk])
    assert {number.pk, place.pk} <= {
        *winner.phones.values_list("pk", flat=True),
        *winner.at_locations.values_list("pk", flat=True),
    }
    undoing.undo(change=winner.changes.get(how="merged"), by=curator)
    merging.unmerge(service=loser, by=curator)
    assert (loser.phones.get(), loser.at_locations.get()) == (number, place)
    assert place.location.addresses.get() == address
    assert winner.phones.count() == winner.at_locations.count() == 1


def test_undoing_the_other_half_of_a_merge_brings_its_rows_back(published, curator):
    winner, loser = published("Yoga"), published("Yoga class")
    number = loser.phones.get()
    merging.merge(loser=loser, winner=winner, by=curator, rows=[number.pk])
    merging.unmerge(service=loser, by=curator)
    undoing.undo(change=loser.changes.get(how="merged"), by=curator)
    assert loser.phones.get() == number
    assert winner.phones.count() == 1


def test_undoing_that_a_listing_is_at_a_place_leaves_the_place_its_address(published, curator):
    there, new = published("Yoga", at="The Hall"), published("Tea")
    place = there.at_locations.get().location
    with history.noting(service=new, by=curator) as noted:
        new.at_locations.create(location=place)
    undoing.undo(change=noted.change, by=curator)
    assert not new.at_locations.exists()
    assert place.addresses.get().address_1 == "1 Quay"


def test_an_address_that_leads_on_is_not_remembered_for_ever(client, published):
    old, new = published("Old"), published("New")
    Service.objects.filter(pk=old.pk).update(published_at=None, published_by=None, merged_into=new)
    for address in (old.get_absolute_url(), f"/api/hsds/v3/services/{old.pk}"):
        answer = client.get(address)
        assert answer.status_code == 301
        assert "max-age=3600" in answer["Cache-Control"]


def test_a_search_that_is_too_long_is_refused_with_a_word(client_of, owner):
    address = "/find/saved/search/?q=tea&" + "&".join(f"topic=t{number:03}" for number in range(200))
    answer = client_of(owner).post(address, {"name": "Everything"}, follow=True)
    assert "too long to keep" in answer.content.decode()
    with pytest.raises(CannotSave):
        services.save_search(by=owner, query="q=" + "x" * 1000, name="Long", now=timezone.now())


# Nothing stands still ---------------------------------------------------------------------------------


@pytest.fixture
def trickle(monkeypatch) -> Iterator[str]:
    """A server that sends one letter every moment, and never a line."""
    monkeypatch.setattr(visiting, "LONGEST", 0.6)
    over, server = threading.Event(), socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        there, _address = server.accept()
        with there:
            while not over.wait(0.1):
                try:
                    there.sendall(b"H")
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    over.set()
    thread.join(5)
    server.close()


def test_a_server_that_trickles_is_left_after_a_while(trickle):
    began = time.monotonic()
    assert visiting.look(trickle, agent="Test", loopback=True).answer == "dead"
    assert time.monotonic() - began < 60


def test_what_a_server_says_spoils_nothing(settings, published):
    settings.LINK_CHECK_LOOPBACK = True
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            there, _address = server.accept()
            with there:
                there.recv(1000)
                there.sendall(b"\0no line of http\r\n\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        published(url=f"http://127.0.0.1:{server.getsockname()[1]}/")
        linkwork.gather_links(now=timezone.now())
        assert linkwork.sweep_links() == 1
        thread.join(5)
    assert CheckedLink.objects.get().detail.strip() == "no line of http"
    link = CheckedLink.objects.get()
    linkwork.record(link, visiting.Seen("works", "200", "https://example.org/#\0"), now=timezone.now())
    assert CheckedLink.objects.get().moved_to == "https://example.org/#"


def test_who_asked_for_everything_is_counted_for_the_whole_hour(client, db, settings):
    settings.DIRECTORY_API_STREAMS = (1, 3600)
    client.get("/api/hsds/v3/services?format=ndjson")
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(expires) FROM supportnet_cache WHERE cache_key LIKE '%hsds:%'")
        (expires,) = cursor.fetchone()
    assert expires > timezone.now() + dt.timedelta(minutes=50)


MAPPING = '[organization]\nname = "A"\n[service]\nname = "B"\n'


def test_a_mapping_and_two_tables_is_said_and_not_tried_for_ever(client, curator):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("one.csv", "A,B\nHouse,Tea\n")
        archive.writestr("two.csv", "A,B\nHouse,Tea\n")
    mapping = io.BytesIO(MAPPING.encode())
    mapping.name = "mapping.toml"
    upload(client, curator, content.getvalue(), mapping_file=mapping)
    assert sweep_imports() == 1
    assert "just that one .csv" in ImportJob.objects.get().trouble
    assert sweep_imports() == 0


def test_a_file_that_leads_the_reader_astray_ends_its_import(client, curator, monkeypatch):
    def astray(*args: object, **more: object) -> None:
        raise KeyError("odd")

    monkeypatch.setattr(jobs.importing, "run", astray)
    upload(client, curator)
    assert sweep_imports() == 1
    assert "astray" in ImportJob.objects.get().trouble
    assert sweep_imports() == 0


@pytest.mark.parametrize(
    "row",
    [
        {"freq": "WEEKLY", "byday": "MO", "bymonthday": "45"},
        {"freq": "WEEKLY", "byday": "MO", "byyearday": "400"},
        {"freq": "WEEKLY", "byday": "MO", "byweekno": "60"},
        {"freq": "MONTHLY", "byday": "9MO"},
        {"freq": "MONTHLY", "byday": "5MO", "bymonthday": "1"},
        {"freq": "WEEKLY", "byday": "MO", "bymonthday": "31", "byyearday": "1"},
    ],
)
def test_days_that_never_come_are_not_waited_for(client, published, row):
    look_at_once(client, published, freq="WEEKLY", byday="MO")  # whoever is first reads the templates
    began = time.thread_time()
    assert look_at_once(client, published, **row).status_code in (200, 404)
    assert time.thread_time() - began < 1.5


def look_at_once(client, published, **row):
    """A group that meets then: filed for the search, its page, and its next session for a calendar."""
    service = published(kind="group")
    slot = Schedule.objects.create(service=service, opens_at=dt.time(9), closes_at=dt.time(10), **row)
    services.reindex(Service.objects.filter(pk=service.pk))
    assert client.get(service.get_absolute_url()).status_code == 200
    return client.get(f"{service.get_absolute_url()}times/{slot.pk}/session.ics")


@pytest.mark.parametrize("on", ["9999-12-31", "0001-01-01", "9998-06-01", "2026-02-30", "x"])
def test_a_day_far_off_is_no_session_and_costs_nothing(client, published, on):
    look_at_once(client, published, freq="WEEKLY", byday="MO")
    service = published(kind="group", at="The Hall")
    Schedule.objects.create(service=service, freq="WEEKLY", byday="MO", opens_at=dt.time(9))
    slot = service.schedules.get()
    began = time.thread_time()
    answer = client.get(f"{service.get_absolute_url()}times/{slot.pk}/session.ics", {"on": on})
    assert answer.status_code == 404
    assert time.thread_time() - began < 1


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize(
    "row",
    [
        {"freq": "WEEKLY", "byday": "MO", "until": dt.date.max},
        {"freq": "WEEKLY", "byday": "MO", "valid_to": dt.date.max},
        {"dtstart": dt.date.max, "count": 1},
        {"freq": "WEEKLY", "byday": "MO", "dtstart": dt.date.max},
        {"freq": "WEEKLY", "byday": "MO", "dtstart": dt.date.min, "valid_from": dt.date.min},
    ],
)
def test_the_end_of_all_days_ends_nothing(client, published, curator, row, zone):
    service = published(kind="event", at="The Hall")
    at = service.at_locations.get()
    at.location.time_zone = zone
    at.location.save()
    slot = Schedule.objects.create(service_at_location=at, opens_at=dt.time(22), closes_at=dt.time(1), **row)
    services.verify(service=service, by=curator, how="phone", parts=["times"])
    services.reindex(Service.objects.filter(pk=service.pk))
    services.sweep_clock(now=timezone.now())
    assert client.get(service.get_absolute_url()).status_code == 200
    answer = client.get(f"{service.get_absolute_url()}times/{slot.pk}/session.ics")
    assert answer.status_code in (200, 404)


def test_a_word_that_stands_below_itself_is_met_once(published):
    ours, _made = Taxonomy.objects.get_or_create(slug="supportnet", defaults={"name": "Supportnet"})
    one, other = (
        TaxonomyTerm.objects.create(taxonomy=ours, code=code, name=code, description=code)
        for code in ("round", "about")
    )
    TaxonomyTerm.objects.filter(pk=one.pk).update(parent=other)
    TaxonomyTerm.objects.filter(pk=other.pk).update(parent=one)
    service = published()
    service.attributes.create(taxonomy_term=one, link_type="topic")
    services.reindex(Service.objects.filter(pk=service.pk))
    facts = service.findable.get().facts
    assert {"topic:round", "topic:about"} <= set(facts)
