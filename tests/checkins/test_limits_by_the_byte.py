"""A limited member looks for traces: everything they can fetch, before and after what the owner does."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import packing
from accounts.models import Consent, User
from asks import links
from asks import services as asks
from asks.models import CalendarFeed, Occurrence
from checkins import services
from checkins.models import Plan, Silence, SilenceStep
from networks import services as networks
from networks.models import Membership, Share, Tie
from outbox.models import Message
from tests.checkins.conftest import MONDAY, TWO_HOURS, key

SignIn = Callable[[User], Client]
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# What is drawn anew each time: tokens against forgery, and keys of forms.
DRAWN_ANEW = re.compile(rb"\b[A-Za-z0-9]{64}\b|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Status, headers, body, and how many questions to the database it took.
Answer = tuple[int, dict[str, str], bytes, int]


@dataclass
class Watched:
    """Ana, before whom nothing of Maya's may move, and what there is of hers."""

    membership: Membership
    other: Membership
    plan: Plan
    promised: Occurrence
    open: Occurrence
    repeated: Occurrence
    clock: time_machine.Traveller

    @property
    def maya(self) -> User:
        return self.membership.owner


@pytest.fixture
def watched(membership: Membership, safety_plan: Plan, stranger: User) -> Iterator[Watched]:
    """Sees everything there is, and there is something of each: also a promise, a calendar, and an open silence."""
    with time_machine.travel(MONDAY + 3 * HOUR, tick=False) as clock:
        now, maya = timezone.now(), membership.owner
        tie = Tie.objects.create(owner=maya, name="Luis", circle="close")
        other = Membership.objects.create(tie=tie, owner=maya, member=stranger)
        for one in (membership, other):
            networks.change_shares(membership=one, shares=list(Share), by=maya)
            one.refresh_from_db()
        services.check_in(
            owner=maya,
            now=now - DAY,
            form_key=key(),
            mood="okay",
            energy="some",
            pain=3,
            note="a quiet night",
        )
        said = {"owner": maya, "by": maya, "now": now, "starts_at": now + 2 * DAY, "minutes": 60}
        dates = [asks.ask(need=need, text="Would you?", **said) for need in ("lift", "meal")]
        weekly = asks.ask(need="company", text="Would you?", weeks_apart=1, **said)
        promised, opened = (one.occurrences.get() for one in dates)
        asks.take(occurrence=promised, membership=membership, now=now)
        asks.make_feed(person=membership.member, now=now)
        networks.send_signal(membership=membership, by=maya, kind="thinking", now=now)
        clock.shift(60)
        repeated = weekly.occurrences.earliest("number")
        yield Watched(membership, other, safety_plan, promised, opened, repeated, clock)


def paths(watched: Watched) -> list[str]:
    """Every address of theirs, by page and by letter."""
    pk, step = watched.membership.pk, watched.plan.steps.filter(membership=watched.membership).first()
    feed = CalendarFeed.objects.live().get(person=watched.membership.member)
    dates = (watched.promised, watched.open, watched.repeated)
    return [
        *("/", "/support/", "/today/", "/messages/", "/settings/messages/", "/plans/", "/wishes/"),
        *("/network/", "/network/who-looked/", "/network/consents/", "/network/who-sees/", "/network/link/"),
        *("/asks/", "/asks/new/", "/asks/open/", "/asks/calendar/", f"/asks/offer/{pk}/"),
        *(f"/network/support/{pk}/leave/", f"/network/support/{pk}/organise/", f"/asks/for/{pk}/"),
        *(f"/safety/{step.pk}/" if step else "/support/", "/accounts/settings/", "/accounts/leaving/"),
        f"/asks/calendar/{feed.token()}.ics",
        *(f"/asks/open/{one.pk}/" for one in dates),
        *(f"/asks/dates/{one.pk}/entry.ics" for one in dates),
        *(f"/asks/a/{links.token_for(one, watched.membership)}/" for one in dates),
        *(f"/asks/a/{links.token_for(one, watched.membership)}/entry.ics" for one in dates),
        *(f"/support/silence/{one.pk}/" for one in Silence.objects.order_by("pk")),
    ]


def all_they_can_fetch(client: Client, watched: Watched, wanted: list[str]) -> dict[str, Answer]:
    found = {path: answer(client, path) for path in wanted}
    with zipfile.ZipFile(BytesIO(packing.packed(watched.membership.member, private=True))) as file:
        for name in file.namelist():
            found[name] = (200, {}, file.read(name), 0)
    return found


def answer(client: Client, path: str) -> Answer:
    """It leaves nothing behind: no look, no message that was read."""
    with transaction.atomic():
        with CaptureQueriesContext(connection) as asked:
            response = client.get(path)
        transaction.set_rollback(True)
    headers = {name: value for name, value in response.headers.items() if name != "Set-Cookie"}
    return response.status_code, headers, DRAWN_ANEW.sub(b"", response.content), len(asked)


def traces(before: dict[str, Answer], after: dict[str, Answer]) -> dict[str, list[object]]:
    """What is not the same, by address."""
    found: dict[str, list[object]] = {}
    for path, (status, headers, body, asked) in before.items():
        again = after.get(path, (0, {}, b"", 0))
        if again != (status, headers, body, asked):
            lines, others = body.decode().splitlines(), again[2].decode().splitlines()
            gone = [line for line in lines if line not in others]
            come = [line for line in others if line not in lines]
            found[path] = [(status, again[0]), (asked, again[3]), gone, come, headers == again[1]]
    return found


# What the owner does ------------------------------------------------------------------------------------


def nothing_more(watched: Watched, now: dt.datetime) -> None:
    """The limit itself."""


def ends_the_plan(watched: Watched, now: dt.datetime) -> None:
    services.end_plan(plan=watched.plan, by=watched.maya, now=now)


def does_without_them(watched: Watched, now: dt.datetime) -> None:
    services.change_plan(plan=watched.plan, now=now, ladder=[services.Rung(TWO_HOURS)])


def tells_them_sooner(watched: Watched, now: dt.datetime) -> None:
    ladder = [services.Rung(HOUR, (watched.membership,), words="Ring twice.")]
    services.change_plan(plan=watched.plan, now=now, grace=HOUR, ladder=ladder)


def has_a_hard_day(watched: Watched, now: dt.datetime) -> None:
    said = {"mood": "rough", "energy": "little", "pain": 9, "note": "new words"}
    services.check_in(owner=watched.maya, now=now, form_key=key(), **said)
    services.begin_flare(owner=watched.maya, until=now + 9 * HOUR, now=now)
    services.rest(owner=watched.maya, until=now + 5 * HOUR, now=now)


def changes_the_circles(watched: Watched, now: dt.datetime) -> None:
    networks.add_tie(by=watched.maya, name="Somebody new", circle="closest")
    networks.archive_tie(tie=watched.other.tie, by=watched.maya)
    networks.log_touch(tie=watched.membership.tie, by=watched.maya, at=now)
    Tie.objects.filter(pk=watched.membership.tie_id).update(name="Not so near", circle="wider")


def asks_for_more(watched: Watched, now: dt.datetime) -> None:
    asks.ask(owner=watched.maya, by=watched.maya, now=now, need="pets", text="Hens?")
    asks.note_gift(owner=watched.maya, tie=watched.membership.tie, what="listened", on=now.date())


def goes_quiet(watched: Watched, now: dt.datetime) -> None:
    """Others are told, they are not; the silence is nothing that they could find."""
    silence = services.fall_due(plan=watched.plan, now=now, wait=HOUR)
    SilenceStep.objects.filter(silence=silence).exclude(membership=watched.membership).update(taken_at=now)


def lives_on(watched: Watched, now: dt.datetime) -> None:
    for act in (has_a_hard_day, changes_the_circles, asks_for_more):
        act(watched, now)


ACTS = [nothing_more, ends_the_plan, does_without_them, tells_them_sooner, lives_on, goes_quiet]


@pytest.mark.parametrize("act", ACTS)
def test_no_byte_number_or_letter_tells_of_a_limit(
    client_of: SignIn, watched: Watched, act: Callable[[Watched, dt.datetime], None]
) -> None:
    client, wanted = client_of(watched.membership.member), paths(watched)
    client.get("/support/")
    before = all_they_can_fetch(client, watched, wanted)
    assert b"a quiet night" in before["/support/"][2] and b"Luis" in before["/support/"][2]
    # A second ago, so that what comes next is newer, and the answers are of the same second as before.
    networks.limit(
        membership=watched.membership, by=watched.maya, now=timezone.now() - dt.timedelta(seconds=1)
    )
    watched.membership.refresh_from_db()
    written = Message.objects.filter(recipient=watched.membership.member).count()
    act(watched, timezone.now())
    assert traces(before, all_they_can_fetch(client, watched, wanted)) == {}
    assert Message.objects.filter(recipient=watched.membership.member).count() == written


# Their own record ---------------------------------------------------------------------------------------


def said(watched: Watched) -> list[str]:
    """What the record says they gave and took back of being told."""
    rows = watched.membership.member.consents.filter(purpose=Consent.Purpose.LADDER).order_by("pk")
    return list(rows.values_list("act", flat=True))


@pytest.mark.parametrize("act", [ends_the_plan, does_without_them, tells_them_sooner])
def test_what_they_say_of_a_place_that_is_gone_stands_in_their_record(
    client_of: SignIn, watched: Watched, act: Callable[[Watched, dt.datetime], None]
) -> None:
    client, now = client_of(watched.membership.member), timezone.now()
    path = f"/safety/{watched.plan.steps.get(membership=watched.membership).pk}/"
    networks.limit(membership=watched.membership, by=watched.maya, now=now - dt.timedelta(seconds=1))
    act(watched, now)
    for answer in ("decline", "decline", "agree", "agree"):
        client.post(path, {"answer": answer, "terms": ""})
    assert said(watched) == ["given", "withdrawn", "given"]


@pytest.mark.parametrize("act", [ends_the_plan, does_without_them, tells_them_sooner])
@pytest.mark.parametrize("over", [networks.end_limit, networks.end_membership])
def test_a_word_that_is_not_asked_any_more_ends_in_their_record_when_the_limit_does(
    watched: Watched, act: Callable[[Watched, dt.datetime], None], over: Callable[..., None]
) -> None:
    now = timezone.now()
    networks.limit(membership=watched.membership, by=watched.maya, now=now - dt.timedelta(seconds=1))
    act(watched, now)
    assert said(watched) == ["given"]
    over(membership=watched.membership, by=watched.maya)
    assert said(watched) == ["given", "withdrawn"]


def test_of_what_an_owner_ends_the_record_does_not_say_that_they_took_it_back(
    client_of: SignIn, watched: Watched
) -> None:
    ends_the_plan(watched, timezone.now())
    drawn = client_of(watched.membership.member).get("/network/consents/").content.decode()
    assert "Not asked any more" in drawn and "Taken back" not in drawn


def test_a_word_that_still_stands_is_left_alone_when_the_limit_ends(watched: Watched) -> None:
    networks.limit(membership=watched.membership, by=watched.maya, now=timezone.now())
    networks.end_limit(membership=watched.membership, by=watched.maya)
    assert said(watched) == ["given"]
