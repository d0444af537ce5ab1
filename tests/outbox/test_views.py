"""How people hear from us, and what they see of what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from outbox import kinds, links, services
from outbox.models import BrokenAddress, ChannelPreference, Message

ClientOf = Callable[[User], Client]
SETTINGS = "/settings/messages/"
ANSWERS = {"nudges": "on", "quiet_from": "22:30", "quiet_until": "07:00"}


def message(key: str, **fields: Any) -> Message:
    now = timezone.now()
    return Message.objects.create(
        **{"dedupe_key": key, "kind": "networks/accepted", "not_before": now, "next_attempt_at": now} | fields
    )


def wish(of: User) -> ChannelPreference:
    return ChannelPreference.objects.get(person=of)


@pytest.mark.parametrize("path", ["/messages/", SETTINGS])
def test_signed_out_people_are_asked_to_sign_in(client: Client, db: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert "login" in answer["Location"]
    assert client.post("/messages/address-works/").status_code == 302


def test_an_address_that_works_again_is_written_to_again(owner: User, client_of: ClientOf) -> None:
    BrokenAddress.objects.create(address=owner.email, reason="x")
    assert "does not reach you" in client_of(owner).get(SETTINGS).content.decode()
    assert client_of(owner).get("/messages/address-works/").status_code == 405
    client_of(owner).post("/messages/address-works/")
    assert not BrokenAddress.objects.exists()


# Settings -------------------------------------------------------------------------------------------


def test_the_settings_are_reached_from_the_settings(owner: User, client_of: ClientOf) -> None:
    page = client_of(owner).get(reverse("settings")).content.decode()
    assert f'href="{SETTINGS}"' in page
    assert 'href="/messages/"' in page


def test_before_anybody_says_anything_nine_to_nine_is_quiet(stranger: User, client_of: ClientOf) -> None:
    page = client_of(stranger).get(SETTINGS).content.decode()
    assert 'value="21:00"' in page
    assert 'value="09:00"' in page
    assert page.count("checked") == 1  # reminders
    assert not ChannelPreference.objects.filter(person=stranger).exists()


def test_a_person_says_how_they_hear_from_us(owner: User, client_of: ClientOf) -> None:
    answer = client_of(owner).post(SETTINGS, ANSWERS | {"discreet": "on"})
    assert answer["Location"] == SETTINGS
    mine = wish(owner)
    assert (mine.quiet_from, mine.quiet_until) == (dt.time(22, 30), dt.time(7))
    assert mine.discreet_at is not None
    assert mine.nudges_stopped_at is None
    page = client_of(owner).get(SETTINGS).content.decode()
    assert 'value="22:30"' in page
    assert page.count("checked") == 2


def test_saying_it_again_keeps_since_when_and_unsaying_forgets(owner: User, client_of: ClientOf) -> None:
    client = client_of(owner)
    quiet = {"quiet_from": "21:00", "quiet_until": "09:00"}
    client.post(SETTINGS, quiet | {"discreet": "on"})
    before = wish(owner)
    assert before.nudges_stopped_at is not None
    client.post(SETTINGS, quiet | {"discreet": "on"})
    assert (wish(owner).discreet_at, wish(owner).nudges_stopped_at) == (
        before.discreet_at,
        before.nudges_stopped_at,
    )
    client.post(SETTINGS, ANSWERS)
    assert (wish(owner).discreet_at, wish(owner).nudges_stopped_at) == (None, None)


def test_no_quiet_hours_need_no_times(owner: User, client_of: ClientOf) -> None:
    client_of(owner).post(SETTINGS, ANSWERS)
    client_of(owner).post(SETTINGS, {"any_hour": "on", "nudges": "on"})
    assert wish(owner).quiet_until_after(timezone.now(), dt.UTC) is None
    page = client_of(owner).get(SETTINGS).content.decode()
    assert 'value="21:00"' in page  # what would be usual, should they want some again


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quiet_from": ""}, "Choose a time, or tick"),
        ({"quiet_until": ""}, "Choose a time, or tick"),
        ({"quiet_from": "25:00"}, "Write a time like 10:00 or 8:30 pm."),
        ({"quiet_until": "22:30"}, "Choose two different times"),
    ],
)
def test_hours_that_make_no_sense_are_refused_and_kept_on_the_page(
    owner: User, client_of: ClientOf, changes: dict[str, str], words: str
) -> None:
    answer = client_of(owner).post(SETTINGS, ANSWERS | {"discreet": "on"} | changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert page.count("checked") == 2
    assert wish(owner).discreet_at is None


def test_the_settings_know_no_other_method(owner: User, client_of: ClientOf) -> None:
    assert client_of(owner).delete(SETTINGS).status_code == 405


# What was sent --------------------------------------------------------------------------------------


def test_the_list_says_what_for_whom_and_what_became_of_it(
    owner: User, supporter: User, client_of: ClientOf
) -> None:
    message("a", recipient=owner, owner=owner, sent_at=timezone.now())
    message("b", kind="networks/invitation", address="luis@example.org", owner=owner)
    message("c", kind="tests/unknown", recipient=supporter, owner=owner)
    page = client_of(owner).get("/messages/").content.decode()
    for words in (
        "News: your invitation was accepted",
        "To you.",
        'Sent. Your mail server took it.</span> <span class="soft">Today at',
        "An invitation to your network",
        "To luis@example.org.",
        "To Ana.",
        "A message",
        "Goes out in a moment.",
    ):
        assert words in page
    assert page.index("A message") < page.index("An invitation to your network")


def test_what_others_have_us_tell_somebody_shows_only_once_they_were_told(
    owner: User, supporter: User, client_of: ClientOf
) -> None:
    told = message("a", recipient=supporter, owner=owner)
    assert "Nothing yet." in client_of(supporter).get("/messages/").content.decode()
    Message.objects.filter(pk=told.pk).update(sent_at=timezone.now())
    assert "Sent. Your mail server took it." in client_of(supporter).get("/messages/").content.decode()


def test_nobody_sees_what_is_not_for_them_nor_an_address_they_did_not_know(
    owner: User, supporter: User, stranger: User, client_of: ClientOf
) -> None:
    User.objects.filter(pk=supporter.pk).update(name="")
    message("a", recipient=supporter, owner=owner, last_error="550 5.7.1 <ana@example.org> no")
    page = client_of(owner).get("/messages/").content.decode()
    assert "somebody in your network" in page
    assert "ana" not in page.lower().replace("manag", "")
    assert "Nothing yet." in client_of(stranger).get("/messages/").content.decode()


def test_long_lists_have_pages_and_cost_no_more_queries(
    owner: User, supporter: User, client_of: ClientOf, django_assert_num_queries: Any
) -> None:
    client = client_of(owner)
    message("first", recipient=supporter, owner=owner)
    client.get("/messages/")
    with django_assert_num_queries(5) as few:
        client.get("/messages/")
    for number in range(24):
        message(f"m{number}", recipient=supporter, owner=owner)
    with django_assert_num_queries(len(few)):
        page = client.get("/messages/").content.decode()
    assert "Page 1 of 2" in page
    assert 'href="?page=2"' in page
    assert page.count("To Ana.") == 20
    last = client.get("/messages/?page=2").content.decode()
    assert last.count("To Ana.") == 5
    assert 'href="?page=1"' in last
    assert client.get("/messages/?page=nonsense").status_code == 200


def test_the_list_is_for_looking(owner: User, client_of: ClientOf) -> None:
    assert client_of(owner).post("/messages/").status_code == 405


# Unsubscribing --------------------------------------------------------------------------------------


@pytest.fixture
def link(owner: User) -> Any:
    kinds.register("tests/nudge", unsubscribe="nudges")(lambda message: {})
    yield links.unsubscribe(message("a", kind="tests/nudge", recipient=owner)).removeprefix(
        links.absolute("")
    )
    del kinds._kinds["tests/nudge"]


def test_looking_at_the_link_stops_nothing(owner: User, client: Client, link: str) -> None:
    page = client.get(link)
    assert page.status_code == 200
    assert "Stop reminders by e-mail?" in page.content.decode()
    assert "it goes on" in page.content.decode()
    client.head(link)
    assert wish(owner).nudges_stopped_at is None


def test_a_mail_program_stops_them_with_one_post(owner: User, link: str) -> None:
    program = Client(enforce_csrf_checks=True)
    answer = program.post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "No more reminders by e-mail" in answer.content.decode()
    since = wish(owner).nudges_stopped_at
    assert since is not None
    program.post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert wish(owner).nudges_stopped_at == since


def test_stopping_can_be_undone_again_and_again(owner: User, client: Client, link: str) -> None:
    client.post(link)
    assert "You get reminders again" in client.post(link, {"undo": "1"}).content.decode()
    client.post(link, {"undo": "1"})
    assert wish(owner).nudges_stopped_at is None
    client.post(link)
    assert wish(owner).nudges_stopped_at is not None


def test_who_never_said_anything_can_stop_too(stranger: User, client: Client, link: str) -> None:
    note = message("b", kind="tests/nudge", recipient=stranger)
    client.post(links.unsubscribe(note).removeprefix(links.absolute("")))
    assert wish(stranger).nudges_stopped_at is not None


def test_the_page_speaks_the_readers_language(owner: User, client: Client, link: str) -> None:
    User.objects.filter(pk=owner.pk).update(language="en-gb")
    assert 'lang="en-gb"' in client.get(link).content.decode()


@pytest.mark.parametrize("change", [lambda p: p[:-2] + "x/", lambda p: "/unsubscribe/nonsense/"])
def test_a_link_that_is_not_ours_is_not_found(
    client: Client, link: str, change: Callable[[str], str]
) -> None:
    assert client.get(change(link)).status_code == 404
    assert client.post(change(link)).status_code == 404


def test_a_link_of_somebody_who_left_is_not_found(owner: User, client: Client, link: str) -> None:
    owner.delete()
    assert client.post(link).status_code == 404


def test_the_link_knows_no_other_method(client: Client, link: str) -> None:
    assert client.delete(link).status_code == 405


def test_only_letters_of_that_kind_to_somebody_with_an_account_have_a_link(owner: User, link: str) -> None:
    assert links.unsubscribe(message("b", recipient=owner)) == ""
    assert links.unsubscribe(message("c", kind="tests/nudge", address="luis@example.org")) == ""
    with pytest.raises(ValueError, match="ladder"):
        services.go_on(person_id=owner.pk, channel="email", what="ladder")
