"""Saved listings and searches, and the one letter a week."""

import datetime as dt
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core import mail
from django.db import connections

from accounts import leaving
from outbox import delivery, links
from outbox.models import Message
from resources import newly, services
from resources.errors import CannotSave
from resources.models import FindingWishes, SavedListing, SavedSearch, Service
from tests.checkins.conftest import let_all_hours_be_awake

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
WEEK = dt.timedelta(days=7)


@pytest.fixture
def awake(db):
    let_all_hours_be_awake()


def swept(**when):
    return services.sweep_searches(find=newly.published, **when)


def keep(owner, query="q=tea", name="Tea", now=NOW, **more):
    return services.save_search(by=owner, query=query, name=name, now=now, **more)


def appear(published, name, when):
    with time_machine.travel(when, tick=False):
        return published(name)


# Listings ---------------------------------------------------------------------------------------


def test_a_listing_is_saved_and_dropped_without_a_script(client_of, owner, published):
    service, mine = published("Tea"), client_of(owner)
    assert "Save<" in mine.get(service.get_absolute_url()).content.decode()
    for _press in range(2):
        response = mine.post(
            f"{service.get_absolute_url()}save/", HTTP_REFERER="http://testserver/find/?q=tea"
        )
        assert response["Location"] == "/find/?q=tea"
    assert SavedListing.objects.get().service == service
    assert "Saved<" in mine.get(service.get_absolute_url()).content.decode()
    assert "Tea" in mine.get("/find/saved/").content.decode()
    assert mine.post(f"{service.get_absolute_url()}drop/")["Location"] == "/find/saved/"
    assert not SavedListing.objects.exists()


def test_with_a_script_only_the_button_changes(client_of, owner, published):
    service = published("Tea")
    words = (
        client_of(owner).post(f"{service.get_absolute_url()}save/", HTTP_HX_REQUEST="true").content.decode()
    )
    assert "Saved" in words and "<html" not in words


def test_who_is_not_signed_in_is_led_to_the_door_and_back(client, published):
    service = published("Tea")
    assert (
        f"/accounts/login/?next={service.get_absolute_url()}"
        in client.get(service.get_absolute_url()).content.decode()
    )
    assert client.post(f"{service.get_absolute_url()}save/").status_code == 302
    assert not SavedListing.objects.exists()


def test_what_is_no_longer_listed_can_still_be_dropped(client_of, owner, curator, published, draft):
    service, mine = published("Tea"), client_of(owner)
    services.save_listing(service=service, by=owner)
    services.withdraw(service=service, by=curator)
    words = mine.get("/find/saved/").content.decode()
    assert "no longer listed" in words and service.get_absolute_url() + '"' not in words
    mine.post(f"{service.get_absolute_url()}drop/")
    assert not SavedListing.objects.exists()
    assert mine.post(f"{draft('Never').get_absolute_url()}save/").status_code == 404


def test_everybody_has_a_list_of_their_own(client_of, owner, stranger, published):
    services.save_listing(service=published("Tea and quiet"), by=owner)
    assert "Tea and quiet" not in client_of(stranger).get("/find/saved/").content.decode()


# Searches ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tick", "kept"), [({}, "free=on&q=tea"), ({"keep_place": "on"}, "free=on&place=02139&q=tea&within=5")]
)
def test_the_place_is_kept_only_with_a_tick(client_of, owner, tick, kept):
    address = "/find/saved/search/?q=tea&place=02139&within=5&free=on&kind=&page=3"
    mine = client_of(owner)
    assert "Keep the place" in mine.get(address).content.decode()
    assert mine.post(address, {"form_key": uuid.uuid4(), "name": "Tea", **tick}).status_code == 302
    assert SavedSearch.objects.get().query == kept


def test_without_a_place_nobody_asks_about_it(client_of, owner):
    words = client_of(owner).get("/find/saved/search/?q=tea").content.decode()
    assert "Keep the place" not in words and 'value="tea"' in words


def test_a_search_needs_a_name_and_is_kept_once(client_of, owner, stranger):
    mine, address = client_of(owner), "/find/saved/search/?q=tea"
    assert mine.post(address, {"name": ""}).status_code == 422
    for name in ("Tea", "Tea again"):
        mine.post(address, {"form_key": uuid.uuid4(), "name": name})
    search = SavedSearch.objects.get()
    assert search.name == "Tea"
    assert client_of(stranger).post(f"/find/saved/search/{search.pk}/drop/").status_code == 404
    assert mine.post(f"/find/saved/search/{search.pk}/drop/").status_code == 302
    assert not SavedSearch.objects.exists()


def test_there_is_an_end_to_how_many(owner):
    for number in range(20):
        keep(owner, f"q={number}")
    with pytest.raises(CannotSave):
        keep(owner, "q=one-more")


def test_a_nonsense_search_finds_nothing():
    assert newly.published(f"q={'x' * 300}", since=NOW - WEEK, now=NOW) == []


# The letter -------------------------------------------------------------------------------------


def test_one_letter_says_what_is_new_in_all_of_ones_searches(awake, owner, published):
    appear(published, "Tea of old", NOW - WEEK)
    tea, song = keep(owner, "q=tea", "Tea"), keep(owner, "q=song", "Songs", now=NOW + dt.timedelta(days=2))
    assert song.next_look_at == tea.next_look_at == NOW + WEEK
    appear(published, "Tea by the sea", NOW + dt.timedelta(days=3))
    appear(published, "Song circle", NOW + dt.timedelta(days=4))
    assert swept(now=NOW + WEEK - dt.timedelta(seconds=1)) == 0
    with time_machine.travel(NOW + WEEK):
        assert swept(now=NOW + WEEK) == 1
        assert swept(now=NOW + WEEK) == 0
        delivery.deliver_due()
    (letter,) = mail.outbox
    body = str(letter.body)
    for said in ("For “Tea”:", "Tea by the sea", "For “Songs”:", "Song circle", "/find/saved/"):
        assert said in body, said
    assert "Tea of old" not in body
    assert swept(now=NOW + 2 * WEEK) == 0


def test_nothing_new_is_no_letter(owner, published):
    appear(published, "Tea of old", NOW - WEEK)
    keep(owner)
    assert swept(now=NOW + WEEK) == 0
    assert not Message.objects.exists()
    assert SavedSearch.objects.get().next_look_at == NOW + 2 * WEEK


def test_two_sweeps_at_once_write_one_letter(transactional_db, owner, published):
    keep(owner)
    appear(published, "Tea by the sea", NOW + dt.timedelta(days=1))

    def sweep(_number):
        try:
            return swept(now=NOW + WEEK)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        assert sum(both.map(sweep, range(2))) == 1
    assert Message.objects.filter(kind="resources/new_matches").count() == 1


def test_one_that_fails_keeps_nobody_else_from_their_letter(owner, stranger, published, monkeypatch):
    keep(owner)
    keep(stranger, name="Theirs")
    appear(published, "Tea by the sea", NOW + dt.timedelta(days=1))
    real = newly.published

    def broken_for_owner(query, **when):
        if len(seen) == 0:
            seen.append(query)
            raise RuntimeError("the disk is full")
        return real(query, **when)

    seen: list[str] = []
    monkeypatch.setattr(newly, "published", broken_for_owner)
    assert swept(now=NOW + WEEK) == 1
    later = SavedSearch.objects.order_by("next_look_at").first()
    assert later.next_look_at == NOW + WEEK + dt.timedelta(hours=1)


def test_what_was_withdrawn_before_it_left_is_not_told(awake, owner, curator, published):
    keep(owner)
    service = appear(published, "Tea by the sea", NOW + dt.timedelta(days=1))
    with time_machine.travel(NOW + WEEK):
        swept(now=NOW + WEEK)
        services.withdraw(service=service, by=curator)
        delivery.deliver_due()
    assert mail.outbox == []


def test_the_link_in_the_letter_asks_and_only_a_press_stops(awake, client, owner, published):
    keep(owner)
    appear(published, "Tea by the sea", NOW + dt.timedelta(days=1))
    with time_machine.travel(NOW + WEEK):
        swept(now=NOW + WEEK)
        delivery.deliver_due()
        message = Message.objects.get(kind="resources/new_matches")
        path = links.unsubscribe(message).removeprefix(links.absolute(""))
        assert re.search(r"Stop reminders like this: \S+", str(mail.outbox[0].body))
        assert "Stop the letters about your searches?" in client.get(path).content.decode()
        assert not services.wants_no_letters(owner.pk)
        assert "No more letters" in client.post(path).content.decode()
        assert services.wants_no_letters(owner.pk)
    appear(published, "Tea in the park", NOW + WEEK + dt.timedelta(days=1))
    assert swept(now=NOW + 2 * WEEK) == 0
    client.post(path, {"undo": "1"})
    assert not services.wants_no_letters(owner.pk)


def test_the_cost_goes_with_what_is_due(owner, django_assert_num_queries):
    for number in range(10):
        keep(owner, f"q={number}")
    with django_assert_num_queries(1):
        swept(now=NOW)


# What gets in the way ---------------------------------------------------------------------------


def test_what_gets_in_the_way_is_theirs_to_say_change_and_erase(client_of, owner):
    mine = client_of(owner)
    assert mine.post("/find/in-the-way/", {"what": ["nonsense"]}).status_code == 422
    mine.post("/find/in-the-way/", {"what": ["stairs", "money"]})
    wishes = FindingWishes.objects.get()
    assert (wishes.in_the_way, wishes.answered_at is None) == (["stairs", "money"], False)
    assert "checked" in mine.get("/find/in-the-way/").content.decode()
    mine.post("/find/in-the-way/erase/")
    wishes.refresh_from_db()
    assert (wishes.in_the_way, wishes.answered_at) == ([], None)


def test_whoever_leaves_takes_it_along(owner, published):
    service = published("Tea")
    services.save_listing(service=service, by=owner)
    keep(owner)
    services.say_what_is_in_the_way(by=owner, what=["stairs"], now=NOW)
    services.tell_how_it_was(service=service, by=owner, verdict="helpful", because=[], words="Warm", now=NOW)
    services.propose(kind="problem", service=service, by=owner, problem="gone")
    packed = leaving.belongings(owner, private=False)
    assert packed["saved-listings"][0]["name"] == "Tea"
    assert packed["saved-searches"][0]["query"] == "q=tea"
    assert packed["what-gets-in-the-way"][0]["in_the_way"] == ["stairs"]
    assert packed["how-it-was"][0]["words"] == "Warm"
    assert packed["told-the-curators"][0]["problem"] == "gone"
    owner.delete()
    assert not SavedListing.objects.exists() and not SavedSearch.objects.exists()
    assert Service.objects.filter(pk=service.pk).exists()
