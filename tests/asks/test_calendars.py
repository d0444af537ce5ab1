"""Private feeds and single entries, read by a library of somebody else's."""

import datetime as dt
from typing import Any

import pytest
import time_machine
import vobject
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from asks import ical, links, services
from asks.models import CalendarFeed
from networks.models import Look, Membership
from tests.asks.conftest import DAY, LONDON, Asking, in_days, shared
from tests.checkins.pages import SignIn, page, say


def read(content: bytes) -> dict[str, Any]:
    """The events of a calendar by their UID, with the rest of it under ""."""
    calendar = vobject.readOne(content.decode())
    calendar.validate(raiseException=True)
    return {"": calendar, **{event.uid.value: event for event in calendar.contents.get("vevent", [])}}


def fed(person: User) -> dict[str, Any]:
    return read(ical.feed(person, now=timezone.now()).content)


def events(person: User) -> list[Any]:
    return [event for uid, event in fed(person).items() if uid]


def take(occurrence: Any, membership: Membership) -> None:
    services.take(occurrence=occurrence, membership=membership, now=timezone.now())


def test_the_helper_and_the_owner_each_find_it_in_their_own_calendar(
    asking: Asking, owner: User, ana: Membership, ben: Membership
) -> None:
    occurrence = asking(text="Könntest du,\nbitte; ja?")
    assert events(owner) == []
    take(occurrence, ana)
    (theirs,), (mine,) = events(ana.member), events(owner)
    assert theirs.summary.value == "A lift for Maya"
    assert mine.summary.value == "A lift: Ana"
    assert theirs.description.value == "Könntest du,\nbitte; ja?"
    assert theirs.status.value == mine.status.value == "CONFIRMED"
    assert theirs.dtstart.value == occurrence.starts_at
    assert theirs.dtend.value - theirs.dtstart.value == dt.timedelta(hours=1)
    assert events(ben.member) == []


def test_the_zone_travels_along_with_its_rules(asking: Asking, ana: Membership) -> None:
    take(asking(), ana)
    content = ical.feed(ana.member, now=timezone.now()).content.decode()
    assert "DTSTART;TZID=Europe/London:" in content
    zones = read(content.encode())[""].contents["vtimezone"]
    assert [zone.tzid.value for zone in zones] == ["Europe/London"]
    assert content.index("BEGIN:VTIMEZONE") < len(content)
    assert all(len(line.encode()) <= 75 for line in content.split("\r\n"))


def test_a_weekly_ask_keeps_its_wall_time_over_a_clock_change(asking: Asking, ana: Membership) -> None:
    with time_machine.travel(dt.datetime(2026, 10, 20, tzinfo=dt.UTC), tick=False):
        first = asking(starts_at=dt.datetime(2026, 10, 21, 14, tzinfo=dt.UTC), weeks_apart=1)
        for occurrence in first.ask.occurrences.order_by("number")[:3]:
            take(occurrence, ana)
        starts = sorted(event.dtstart.value for event in events(ana.member))
    # The clocks of London went back on 25 October 2026.
    assert [start.replace(tzinfo=None) for start in starts] == [
        dt.datetime(2026, 10, day, 15) for day in (21, 28)
    ] + [dt.datetime(2026, 11, 4, 15)]
    assert [start.utcoffset() for start in starts] == [
        dt.timedelta(hours=1),
        dt.timedelta(0),
        dt.timedelta(0),
    ]


def test_a_move_keeps_the_uid_and_counts(asking: Asking, owner: User, ana: Membership) -> None:
    occurrence = asking()
    take(occurrence, ana)
    (before,) = events(ana.member)
    later = timezone.now() + dt.timedelta(minutes=1)
    services.move(occurrence=occurrence, by=owner, now=later, starts_at=in_days(6))
    (after,) = events(ana.member)
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) == int(before.sequence.value) + 1
    assert after.dtstart.value == in_days(6)
    assert after.last_modified.value > before.last_modified.value


def test_what_was_softened_says_what_would_do(asking: Asking, owner: User, ana: Membership) -> None:
    occurrence = asking()
    take(occurrence, ana)
    services.soften(occurrence=occurrence, by=owner, now=timezone.now())
    (event,) = events(ana.member)
    assert event.summary.value == "A lift for Maya (less)"
    assert event.description.value.startswith("A call would be lovely instead.")


def test_handed_back_is_cancelled_and_taken_again_by_another_is_not(
    asking: Asking, owner: User, ana: Membership, ben: Membership
) -> None:
    occurrence = asking()
    take(occurrence, ana)
    services.hand_back(occurrence=occurrence, membership=ana, now=timezone.now())
    assert [event.status.value for event in events(ana.member)] == ["CANCELLED"]
    (off,) = events(owner)
    assert off.status.value == "CANCELLED"
    take(occurrence, ben)
    (again,) = events(owner)
    assert (again.status.value, again.summary.value) == ("CONFIRMED", "A lift: Ben")
    assert int(again.sequence.value) > int(off.sequence.value)
    assert [event.status.value for event in events(ana.member)] == ["CANCELLED"]


def test_cancelled_is_cancelled_for_both(asking: Asking, owner: User, ana: Membership) -> None:
    occurrence = asking()
    take(occurrence, ana)
    services.cancel(occurrence=occurrence, by=owner, now=timezone.now())
    assert [event.status.value for event in events(ana.member) + events(owner)] == ["CANCELLED"] * 2


def test_any_time_before_a_day_is_a_whole_day_and_no_day_is_no_entry(asking: Asking, ana: Membership) -> None:
    take(asking(by_on=in_days(4).date()), ana)
    take(asking(starts_at=None), ana)
    (event,) = events(ana.member)
    assert event.dtstart.value == in_days(4).date()


def test_what_is_long_over_is_gone(asking: Asking, ana: Membership) -> None:
    take(asking(), ana)
    assert len(ical._recent(timezone.now() + 62 * DAY)) == 1
    assert len(ical._recent(timezone.now() + 65 * DAY)) == 0


def test_a_share_that_ends_empties_the_calendar_at_once(asking: Asking, ana: Membership) -> None:
    take(asking(), ana)
    shared(ana)
    assert events(ana.member) == []


def feed_path(person: User) -> str:
    return f"/asks/calendar/{CalendarFeed.objects.live().get(person=person).token()}.ics"


def test_the_feed_is_private_made_anew_and_switched_off(
    client: Client, client_of: SignIn, asking: Asking, ana: Membership
) -> None:
    anas = client_of(ana.member)
    take(asking(), ana)
    assert "No calendar yet" in page(anas, "/asks/calendar/")
    say(anas, "/asks/calendar/", {"answer": "make"})
    first = feed_path(ana.member)
    assert first in anas.get("/asks/calendar/").content.decode()
    answer = client.get(first)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "A lift for Maya" in str(read(answer.content))
    say(anas, "/asks/calendar/", {"answer": "make"})
    second = feed_path(ana.member)
    assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)
    assert client.post(second).status_code == 405
    say(anas, "/asks/calendar/", {"answer": "revoke"})
    assert client.get(second).status_code == 404
    assert anas.post("/asks/calendar/").status_code == 422


def test_the_token_is_not_stored_and_ends_with_the_account(client: Client, ana: Membership) -> None:
    feed = services.make_feed(person=ana.member, now=timezone.now())
    assert feed.token() not in str(CalendarFeed.objects.values().get())
    assert len(feed.token()) == 43
    path = feed_path(ana.member)
    User.objects.filter(pk=ana.member_id).update(is_active=False)
    assert client.get(path).status_code == 404


def test_single_entries_for_whom_they_concern(
    client: Client,
    client_of: SignIn,
    asking: Asking,
    owner: User,
    stranger: User,
    ana: Membership,
    ben: Membership,
) -> None:
    occurrence, whenever = asking(), asking(starts_at=None)
    path = f"/asks/dates/{occurrence.pk}/entry.ics"
    assert client_of(owner).get(path).status_code == 404
    take(occurrence, ana)
    take(whenever, ana)
    for who, title in ((owner, "A lift: Ana"), (ana.member, "A lift for Maya")):
        found = read(client_of(who).get(path).content)
        assert [event.summary.value for uid, event in found.items() if uid] == [title]
    for who in (stranger, ben.member):
        assert client_of(who).get(path).status_code == 404
    assert client_of(owner).get("/asks/dates/999999/entry.ics").status_code == 404
    for who in (owner, ana.member):
        assert client_of(who).get(f"/asks/dates/{whenever.pk}/entry.ics").status_code == 404
    by_mail = f"/asks/a/{links.token_for(occurrence, ana)}/entry.ics"
    assert "A lift for Maya" in client.get(by_mail).content.decode()
    assert client.get(f"/asks/a/{links.token_for(occurrence, ben)}/entry.ics").status_code == 404
    shared(ana)
    assert client_of(ana.member).get(path).status_code == 404
    assert client.get(by_mail).status_code == 404


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Chatham", "UTC"])
def test_every_zone_is_read_back_as_the_same_moment(
    asking: Asking, owner: User, ana: Membership, zone: str
) -> None:
    owner.time_zone = zone
    owner.save()
    occurrence = asking()
    take(occurrence, ana)
    (event,) = events(ana.member)
    assert event.dtstart.value.astimezone(dt.UTC) == occurrence.starts_at
    assert occurrence.starts_at.astimezone(LONDON).hour == 15


# Who looked ------------------------------------------------------------------------------------------


def fetch(person: User, client: Client | None = None) -> None:
    made = CalendarFeed.objects.live().filter(person=person).first()
    made = made or services.make_feed(person=person, now=timezone.now())
    answer = (client or Client()).get(f"/asks/calendar/{made.token()}.ics")
    assert answer.status_code == 200


def test_a_calendar_that_fetches_it_is_listed_for_the_owner_once_a_day(
    asking: Asking, owner: User, ana: Membership, ben: Membership, client_of: SignIn
) -> None:
    take(asking(), ana)
    with time_machine.travel(in_days(0, dt.time(9)), tick=False):
        for person in (ana.member, ana.member, ben.member, owner):
            fetch(person)
    (look,) = Look.objects.all()
    assert (look.owner, look.viewer, look.membership, look.saw) == (owner, ana.member, ana, ["calendar"])
    with time_machine.travel(in_days(1, dt.time(0, 30)), tick=False):
        fetch(ana.member)
    assert Look.objects.count() == 2
    assert "something you asked for, in a calendar" in page(client_of(owner), "/network/who-looked/")


def test_a_single_entry_counts_as_the_calendar_does(
    asking: Asking, owner: User, ana: Membership, ben: Membership, client_of: SignIn
) -> None:
    occurrence = asking()
    take(occurrence, ana)
    client_of(owner).get(f"/asks/dates/{occurrence.pk}/entry.ics")
    client_of(ben.member).get(f"/asks/dates/{occurrence.pk}/entry.ics")
    assert not Look.objects.exists()
    Client().get(links.entry_link(occurrence, ana).removeprefix(settings.SITE_URL))
    client_of(ana.member).get(f"/asks/dates/{occurrence.pk}/entry.ics")
    assert [look.membership for look in Look.objects.all()] == [ana]
