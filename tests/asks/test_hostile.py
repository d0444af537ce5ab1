"""Whoever means no good, or presses twice: texts, times, other people's numbers, and two at the same moment."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from asks import ical, links, services
from asks.models import Ask, Gift, Occurrence
from networks import services as networks
from networks.models import Membership, Tie
from tests.asks.conftest import LONDON, Asking, joined
from tests.asks.test_calendars import events, read
from tests.checkins.pages import SignIn, page, plain

# What some reader of calendars takes for the end of a line.
ENDS = ["\r", "\r\n", "\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]


# Texts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ENDS, ids=ascii)
def test_no_text_ends_a_line_of_a_calendar(asking: Asking, owner: User, ana: Membership, end: str) -> None:
    User.objects.filter(pk=owner.pk).update(name=f"Maya{end}ATTENDEE:evil")
    Tie.objects.filter(pk=ana.tie_id).update(name=f"Ana{end}END:VEVENT")
    occurrence = asking(text=f"Soup?{end}END:VEVENT{end}BEGIN:VEVENT{end}\x1b[2J\x07")
    services.take(occurrence=occurrence, membership=ana, now=timezone.now())
    for person in (owner, ana.member):
        person.refresh_from_db()
        content = ical.feed(person, now=timezone.now()).content.decode()
        names = [line.split(":")[0].split(";")[0] for line in content.splitlines() if line[:1] != " "]
        assert names.count("BEGIN") == names.count("END")
        assert names.count("UID") == 1
        assert "ATTENDEE" not in names
        assert not [sign for sign in content.replace("\r\n", "") if ord(sign) < 32 or sign in ENDS]
        read(content.encode())


def test_what_is_typed_is_kept_without_signs_nobody_sees(client_of: SignIn, owner: User) -> None:
    said = {"need": "meal", "text": "Soup,\r\nplease\x0c\x1b[31m\u202e?", "form_key": str(uuid.uuid4())}
    assert client_of(owner).post("/asks/new/", said).status_code == 302
    assert Ask.objects.get().text == "Soup,\nplease  [31m?"
    nothing = {"need": "meal", "text": "\x0b\u202e\x1b", "form_key": str(uuid.uuid4())}
    assert client_of(owner).post("/asks/new/", nothing).status_code == 422


# Times ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"on": "9999-12-31", "at": "23:59"},
        {"on": "0001-01-01", "at": "00:00"},
        {"on": "2020-01-01", "at": "10:00"},
        {"days": "99999999999999999999"},
        {"on": "x" * 10_000, "at": "10:00"},
    ],
    ids=str,
)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_no_day_is_too_far(
    asking: Asking, owner: User, client_of: SignIn, said: dict[str, str], zone: str
) -> None:
    User.objects.filter(pk=owner.pk).update(time_zone=zone)
    occurrence = asking()
    maya = client_of(User.objects.get(pk=owner.pk))
    assert maya.post(f"/asks/dates/{occurrence.pk}/move/", said).status_code == 422
    occurrence.refresh_from_db()
    assert occurrence.moved_at is None
    asked = {"need": "meal", "text": "x", "minutes": "60", **said}
    assert maya.post("/asks/new/", asked | {"days": ""}).status_code in (302, 422)
    assert maya.get("/asks/").status_code == 200


@pytest.mark.parametrize("minute", range(0, 180, 15))
def test_an_hour_of_the_night_the_clocks_go_back_is_an_hour_in_a_calendar(
    asking: Asking, owner: User, ana: Membership, minute: int
) -> None:
    with time_machine.travel(dt.datetime(2026, 10, 20, tzinfo=dt.UTC), tick=False):
        begins = dt.datetime(2026, 10, 24, 23, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
        services.take(occurrence=asking(starts_at=begins), membership=ana, now=timezone.now())
        (event,) = events(ana.member)
    assert event.dtstart.value.astimezone(dt.UTC) == begins
    assert event.dtend.value.astimezone(dt.UTC) == begins + dt.timedelta(hours=1)


def test_a_time_the_clocks_skip_is_the_hour_after(client_of: SignIn, owner: User, ana: Membership) -> None:
    with time_machine.travel(dt.datetime(2027, 3, 20, 12, tzinfo=dt.UTC), tick=False):
        said = {"need": "lift", "text": "x", "on": "2027-03-28", "at": "01:30", "minutes": "60"}
        client_of(owner).post("/asks/new/", said)
        starts_at = Occurrence.objects.get().starts_at
        assert starts_at
        assert starts_at.astimezone(LONDON).time() == dt.time(2, 30)


# Other people's numbers ---------------------------------------------------------------------------------


def test_nothing_of_another_owners_can_be_put_into_a_form(
    client_of: SignIn, owner: User, stranger: User, ana: Membership
) -> None:
    theirs = joined(stranger, "Gil")
    maya = client_of(owner)
    asked = {"need": "meal", "text": "x", "chosen": [theirs.pk]}
    assert maya.post("/asks/new/", asked).status_code == 422
    gave = {"what": "listened", "tie": theirs.tie_id, "form_key": str(uuid.uuid4())}
    assert maya.post("/asks/gave/", gave).status_code == 422
    assert not Gift.objects.exists()
    assert maya.post(f"/asks/offer/{theirs.pk}/", {"needs": ["meal"]}).status_code == 404
    assert maya.post(f"/asks/offer/{ana.pk}/", {"needs": ["meal"]}).status_code == 404


def test_an_organiser_reaches_asks_and_nothing_else(
    client_of: SignIn, asking: Asking, owner: User, ana: Membership, ben: Membership
) -> None:
    Membership.objects.filter(pk=ana.pk).update(role="organiser", shares=[])
    occurrence = asking(energy="high", to="chosen", chosen=[ben])
    services.take(occurrence=occurrence, membership=ben, now=timezone.now())
    theirs = client_of(ana.member)
    shown = page(theirs, f"/asks/{occurrence.ask_id}/") + page(theirs, f"/asks/for/{ana.pk}/")
    assert "Ben" not in shown
    assert "rest afterwards" not in shown
    assert "How much energy does it cost you" not in page(theirs, f"/asks/for/{ana.pk}/new/?need=meal")
    said = {"need": "meal", "text": "x", "chosen": [ben.pk], "energy": "high", "form_key": str(uuid.uuid4())}
    assert theirs.post(f"/asks/for/{ana.pk}/new/", said).status_code == 302
    made = Ask.objects.latest("pk")
    assert (made.to, made.energy, made.chosen.count()) == ("everybody", "middle", 0)
    # To see what is asked for is not to say yes: that is a share of its own.
    assert theirs.get(f"/asks/open/{occurrence.pk}/").status_code == 404
    assert theirs.post(f"/asks/open/{occurrence.pk}/", {"answer": "take"}).status_code == 404
    assert theirs.get(f"/asks/dates/{occurrence.pk}/entry.ics").status_code == 404


def test_links_are_good_for_what_they_say_and_for_whom(
    client: Client, asking: Asking, owner: User, ana: Membership, ben: Membership
) -> None:
    occurrence, other = asking(), asking(to="chosen", chosen=[ben])
    good = links.token_for(occurrence, ana)
    assert client.get(f"/asks/a/{good}/").status_code == 200
    forged = [good[:-1] + ("A" if good[-1] != "A" else "B"), good.replace(":", "", 1), "x" * 5000, "%00"]
    forged += [links.token_for(other, ana), links.token_for(Occurrence(pk=2**62), ana)]
    for token in forged:
        assert client.get(f"/asks/a/{token}/").status_code == 404
        assert client.post(f"/asks/a/{token}/", {"answer": "take"}).status_code == 404
        assert client.get(f"/asks/a/{token}/entry.ics").status_code == 404
    services.take(occurrence=occurrence, membership=ben, now=timezone.now())
    said = plain(client.post(f"/asks/a/{good}/", {"answer": "back"}, follow=True))
    assert "Somebody has said yes." in said
    assert occurrence.takings.standing().get().membership == ben


def test_a_revoked_feed_is_gone_at_once_whoever_has_its_address(
    client: Client, client_of: SignIn, ana: Membership
) -> None:
    theirs = client_of(ana.member)
    theirs.post("/asks/calendar/", {"answer": "make"})
    old = ana.member.calendar_feeds.get().token()
    assert client.get(f"/asks/calendar/{old}.ics").status_code == 200
    theirs.post("/asks/calendar/", {"answer": "make"})
    new = ana.member.calendar_feeds.get(revoked_at=None).token()
    assert client.get(f"/asks/calendar/{old}.ics").status_code == 404
    answer = client.get(f"/asks/calendar/{new}.ics")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert "ETag" not in answer.headers
    theirs.post("/asks/calendar/", {"answer": "revoke"})
    assert client.get(f"/asks/calendar/{new}.ics").status_code == 404
    theirs.post("/asks/calendar/", {"answer": "make"})
    User.objects.filter(pk=ana.member_id).update(is_active=False)
    again = ana.member.calendar_feeds.get(revoked_at=None).token()
    assert client.get(f"/asks/calendar/{again}.ics").status_code == 404


# A quiet limit ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", ["asks", "checkins names plans asks word pain"])
def test_a_limited_member_is_answered_with_as_many_questions_to_the_database(
    client_of: SignIn, asking: Asking, owner: User, ana: Membership, ben: Membership, share: str
) -> None:
    """So that nobody can tell by how long it takes."""
    occurrence = asking(weeks_apart=1)
    for one in (ana, ben):
        networks.change_shares(membership=one, shares=share.split(), by=owner)
    networks.limit(membership=ana, by=owner, now=timezone.now())
    asking(need="pets")
    limited, full = client_of(ana.member), client_of(ben.member)
    paths = ["/support/", "/asks/open/", f"/asks/open/{occurrence.pk}/", "/asks/offer/{}/", "/asks/calendar/"]
    asked = {
        path: (queries(limited, path.format(ana.pk)), queries(full, path.format(ben.pk))) for path in paths
    }
    assert {path: counts for path, counts in asked.items() if counts[0] != counts[1]} == {}


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    return len(seen)
