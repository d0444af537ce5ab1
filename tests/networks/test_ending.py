"""A share with an end: off everywhere at that very moment, without a job, a word or a trace of anything else."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Consent, User
from asks import services as asks
from asks.models import Occurrence, Taking
from asks.tasks import sweep_asks
from checkins import services as checkins
from networks import ending, services
from networks.ending import HowLong
from networks.models import Invitation, Membership, Share
from networks.tasks import sweep_share_ends
from outbox import kinds
from outbox.models import Message

SignIn = Callable[[User], Client]
NOW = dt.datetime(2027, 2, 3, 12, tzinfo=dt.UTC)
LIFT = {"need": "lift", "text": "Would you drive me?", "starts_at": NOW + dt.timedelta(days=3), "minutes": 60}
A_MOMENT = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def today() -> object:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def page(client: Client, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()


def share(membership: Membership, **untils: dt.datetime | None) -> Membership:
    return services.change_shares(
        membership=membership, by=membership.owner, shares=list(untils), ends=untils
    )


# The arithmetic -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how_long", "today", "last"),
    [
        (HowLong.A_WEEK, "2027-02-03", "2027-02-10"),
        (HowLong.A_MONTH, "2027-02-03", "2027-03-03"),
        (HowLong.A_MONTH, "2027-01-31", "2027-02-28"),
        (HowLong.A_MONTH, "2027-12-15", "2028-01-15"),
        (HowLong.THREE_MONTHS, "2027-11-30", "2028-02-29"),
    ],
)
def test_a_week_a_month_and_three_go_by_the_calendar(how_long: HowLong, today: str, last: str) -> None:
    assert ending.last_day(how_long, today=dt.date.fromisoformat(today)) == dt.date.fromisoformat(last)


ZONES = st.sampled_from(
    ["Europe/London", "America/Santiago", "Asia/Beirut", "Pacific/Apia", "America/Sao_Paulo", "Asia/Kolkata"]
)


@given(st.dates(dt.date(2011, 1, 1), dt.date(2030, 1, 1)), ZONES)
def test_the_last_day_is_said_and_kept_whole_wherever_clocks_jump(last: dt.date, name: str) -> None:
    zone = ZoneInfo(name)
    over = ending.over_at(last, zone=zone)
    noon = dt.datetime.combine(last, dt.time(12), tzinfo=zone)
    if noon.astimezone(dt.UTC).astimezone(zone).date() == last:  # Samoa once left a whole day out
        assert noon < over
        assert ending.said(over, now=noon, zone=zone) == f"until {last:%B} {last.day}"


# The owner's page -----------------------------------------------------------------------------------------


def test_left_alone_a_share_holds_until_it_is_changed(
    client_of: SignIn, membership: Membership, owner: User
) -> None:
    mine, path = client_of(owner), f"/network/sharing/{membership.pk}/"
    said = page(mine, path)
    assert "Only for a while?" in said and "As it is now" not in said
    mine.post(path, {"shares": ["pain", "mood"], "how_long": "for_good"})
    membership.refresh_from_db()
    assert (membership.shares, membership.share_ends) == (["pain", "mood"], {})
    assert not Consent.objects.exclude(until_at=None).exists()


def test_for_a_month_is_said_on_every_page_of_the_owner_and_in_the_record(
    client_of: SignIn, membership: Membership, owner: User
) -> None:
    mine, path = client_of(owner), f"/network/sharing/{membership.pk}/"
    mine.post(path, {"shares": ["checkins", "pain"], "how_long": "month", "ending": ["pain"]})
    membership.refresh_from_db()
    over = dt.datetime(2027, 3, 4, tzinfo=ZoneInfo("Europe/London"))
    assert (membership.until_at("pain"), membership.until_at("checkins")) == (over, None)
    assert membership.next_end_at == over
    line = Consent.objects.latest("pk")
    assert (line.act, line.categories, line.until_at) == ("given", ["pain"], over)
    assert "from 0 to 10. (until March 3)" in page(mine, path)
    assert "from 0 to 10. (until March 3)" in page(mine, "/network/who-sees/")
    assert "It holds until March 3" in page(mine, "/network/consents/")
    with time_machine.travel(over):
        assert "It held until March 3, and ended by itself" in page(mine, "/network/consents/")


def test_saving_something_else_leaves_the_end_as_it_is(
    client_of: SignIn, membership: Membership, owner: User
) -> None:
    over = NOW + dt.timedelta(days=3)
    share(membership, pain=over, checkins=None)
    mine, path = client_of(owner), f"/network/sharing/{membership.pk}/"
    assert '<option value="" selected>As it is now</option>' in page(mine, path)
    lines = Consent.objects.count()
    mine.post("/network/who-sees/", {"of": membership.pk, "shares": ["pain", "checkins"]})
    mine.post(path, {"shares": ["pain", "checkins"], "how_long": ""})
    membership.refresh_from_db()
    assert membership.until_at("pain") == over
    assert Consent.objects.count() == lines
    mine.post(path, {"shares": ["pain", "checkins"], "how_long": "for_good"})
    membership.refresh_from_db()
    assert (membership.share_ends, membership.next_end_at) == ({}, None)
    newest = Consent.objects.latest("pk")
    assert (newest.act, newest.categories, newest.until_at) == ("given", ["pain"], None)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"how_long": "day"}, "Choose the day, or how long."),
        ({"how_long": "day", "until_on": "2027-02-02"}, "That day is over."),
        ({"how_long": "day", "until_on": "2029-03-01"}, "very far away"),
        ({"how_long": "day", "until_on": "soon"}, "Type the day like"),
        ({"how_long": "week", "until_on": "2027-02-20"}, "Choose one of the two"),
        ({"how_long": "for ever and ever"}, "for ever and ever"),
        ({"how_long": "week", "ending": ["diary"]}, "diary"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    client_of: SignIn, membership: Membership, owner: User, typed: dict[str, object], words: str
) -> None:
    path = f"/network/sharing/{membership.pk}/"
    answer = client_of(owner).post(path, {"shares": ["mood"], **typed})
    assert answer.status_code == 422
    said = answer.content.decode()
    assert words in said
    assert '<details class="fold" id="while" open>' in said
    membership.refresh_from_db()
    assert membership.shares == ["checkins", "pain"]


def test_a_day_of_ones_own_is_the_last_one_on_the_owner_s_calendar(
    client_of: SignIn, membership: Membership, owner: User
) -> None:
    User.objects.filter(pk=owner.pk).update(time_zone="Pacific/Auckland")
    owner.refresh_from_db()
    # Where they are it is the fourth already, an hour past midnight.
    typed = {"shares": ["mood"], "until_on": "2027-02-04", "how_long": "day"}
    assert client_of(owner).post(f"/network/sharing/{membership.pk}/", typed).status_code == 302
    membership.refresh_from_db()
    assert membership.until_at("mood") == dt.datetime(2027, 2, 5, tzinfo=ZoneInfo("Pacific/Auckland"))


def test_a_request_can_be_said_yes_to_for_a_while(client_of: SignIn, owner: User, stranger: User) -> None:
    link = services.make_link(by=owner, now=NOW)
    asked = services.ask_to_join(link=link, by=stranger, note="", now=NOW)
    mine, path = client_of(owner), f"/network/requests/{asked.pk}/"
    assert "Only for a while?" in page(mine, path)
    typed = {"tie": "new", "name": "Sam", "circle": "wider", "shares": ["word", "mood"], "how_long": "week"}
    assert mine.post(path, typed).status_code == 302
    made = Membership.objects.get(member=stranger)
    over = dt.datetime(2027, 2, 11, tzinfo=ZoneInfo("Europe/London"))
    assert (made.until_at("word"), made.until_at("mood")) == (over, over)
    assert Consent.objects.get(grantee=stranger).until_at == over


def test_an_invitation_says_for_how_long_whenever_the_answer_comes(
    client_of: SignIn, owner: User, supporter: User
) -> None:
    tie = services.add_tie(by=owner, name="Sam", circle="wider")
    mine, path = client_of(owner), f"/network/{tie.pk}/invite/"
    assert "Only for a while?" in page(mine, path) and "Counted from today, whenever they say yes." in page(
        mine, path
    )
    typed = {
        "email": supporter.email,
        "shares": ["word", "pain", "mood"],
        "how_long": "week",
        "ending": ["pain"],
    }
    looked = mine.post(path, {**typed, "look": "1"}).content.decode()
    assert '<details class="fold" id="while" open>' in looked and 'value="week" selected' in looked
    wrong = mine.post(path, {**typed, "until_on": "2027-02-20"})
    assert wrong.status_code == 422 and not Invitation.objects.exists()
    assert mine.post(path, typed).status_code == 302
    over = dt.datetime(2027, 2, 11, tzinfo=ZoneInfo("Europe/London"))
    sent = Invitation.objects.get()
    assert {share: sent.until_at(share) for share in sent.shares} == {
        "word": None,
        "pain": over,
        "mood": None,
    }
    with time_machine.travel(over - A_MOMENT, tick=False):
        made = services.accept(invitation=sent, by=supporter)
        assert (made.shown, made.next_end_at) == (["word", "pain", "mood"], over)
    given = Consent.objects.filter(grantee=supporter, act="given").order_by("pk")
    assert [(line.categories, line.until_at, line.how) for line in given] == [
        (["word", "mood"], None, Consent.LINK),
        (["pain"], over, Consent.LINK),
    ]
    assert given[1].text == "Sam sees the pain score you give, from 0 to 10."
    with time_machine.travel(over, tick=False):
        assert Membership.objects.get().shown == ["word", "mood"]


def test_what_is_over_before_the_answer_is_not_promised_and_not_shared(
    client: Client, owner: User, supporter: User
) -> None:
    tie, over = services.add_tie(by=owner, name="Sam", circle="wider"), NOW + dt.timedelta(days=3)
    sent = services.invite(
        tie=tie, by=owner, email=supporter.email, shares=["pain", "word"], ends={"pain": over}
    )
    letter = Message.objects.get(kind="networks/invitation")
    client.get(reverse("invitation", args=[sent.token()]))
    for moment, promised in ((over - A_MOMENT, True), (over, False)):
        with time_machine.travel(moment, tick=False):
            assert ("pain score" in page(client, "/network/invited/")) is promised
            told = kinds.get(letter.kind).context(letter)
            assert told is not None and any("pain score" in line for line in told["sees"]) is promised
    with time_machine.travel(over, tick=False):
        made = services.accept(invitation=sent, by=supporter)
    assert (made.shares, made.share_ends, made.next_end_at) == (["word"], {}, None)
    assert Consent.objects.get(grantee=supporter).categories == ["word"]


# The moment it ends ---------------------------------------------------------------------------------------


def test_at_the_very_moment_it_is_off_on_the_member_s_page_with_no_job_having_run(
    client_of: SignIn, membership: Membership, owner: User, supporter: User
) -> None:
    over = NOW + dt.timedelta(days=7)
    checkins.check_in(owner=owner, now=NOW, form_key=uuid.uuid4(), pain=7, mood="low")
    membership = share(membership, pain=over, mood=None)
    theirs, mine = client_of(supporter), client_of(owner)
    preview = f"/network/sharing/{membership.pk}/preview/"
    with time_machine.travel(over - A_MOMENT, tick=False):
        assert "pain score" in page(theirs, "/support/")
        assert membership.shown == ["pain", "mood"]
    with time_machine.travel(over, tick=False):
        assert membership.shown == ["mood"]
        assert not membership.shows(Share.PAIN)
        assert "pain score" not in page(theirs, "/support/")
        assert "pain score" not in page(mine, preview)
        assert page(mine, "/network/who-sees/").count(" checked>") == 1
        assert "sees your mood" in page(mine, f"/network/{membership.tie_id}/")
    assert Membership.objects.get().shares == ["pain", "mood"]


def test_nobody_is_told_and_nothing_dramatic_is_said(
    client_of: SignIn, membership: Membership, supporter: User
) -> None:
    over = NOW + dt.timedelta(days=7)
    share(membership, pain=over)
    letters = Message.objects.count()
    with time_machine.travel(over, tick=False):
        sweep_share_ends()
        said = page(client_of(supporter), "/support/")
    assert Message.objects.count() == letters
    for word in ("has ended", "no longer", "until"):
        assert word not in said.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(("late", "open_to_them"), [(-A_MOMENT, True), (dt.timedelta(), False)])
def test_a_letter_about_an_ask_looks_at_the_moment_it_leaves(
    membership: Membership, owner: User, late: dt.timedelta, open_to_them: bool
) -> None:
    over = NOW + dt.timedelta(hours=2)
    share(membership, asks=over)
    ask = asks.ask(owner=owner, by=owner, now=NOW, **LIFT)
    letter = Message.objects.get(kind__startswith="asks/", recipient=membership.member)
    with time_machine.travel(over + late, tick=False):
        assert Occurrence.objects.seen_by(membership).filter(ask=ask).exists() is open_to_them
        assert (kinds.get(letter.kind).context(letter) is not None) is open_to_them


def test_what_they_had_said_yes_to_is_opened_again(membership: Membership, owner: User) -> None:
    over = NOW + dt.timedelta(hours=2)
    share(membership, asks=over)
    ask = asks.ask(owner=owner, by=owner, now=NOW, **LIFT)
    asks.take(occurrence=ask.occurrences.get(), membership=membership, now=NOW)
    with time_machine.travel(over - A_MOMENT, tick=False):
        assert sweep_share_ends() == 0
        sweep_asks()
        assert Taking.objects.standing().still_shown().exists()
    with time_machine.travel(over, tick=False):
        assert not Taking.objects.standing().still_shown().exists()
        assert Taking.objects.adrift().exists()
        # Nothing has been tidied yet.
        sweep_asks()
        assert not Taking.objects.standing().exists()
        assert sweep_share_ends() == 1
        assert sweep_asks() == 0


# Tidying --------------------------------------------------------------------------------------------------


def test_the_sweep_tidies_once_and_writes_no_line_for_the_record_said_it(membership: Membership) -> None:
    over = NOW + dt.timedelta(days=1)
    share(membership, pain=over, mood=over + dt.timedelta(days=1), word=None)
    lines = Consent.objects.count()
    with time_machine.travel(over, tick=False):
        assert [sweep_share_ends(), sweep_share_ends()] == [1, 0]
    membership.refresh_from_db()
    assert membership.shares == ["word", "mood"]
    assert membership.next_end_at == over + dt.timedelta(days=1)
    assert membership.narrowed_at == over
    assert Consent.objects.count() == lines


def test_ticked_again_after_its_end_it_is_a_yes_of_its_own(membership: Membership, owner: User) -> None:
    over = NOW + dt.timedelta(days=1)
    share(membership, pain=over)
    with time_machine.travel(over, tick=False):
        services.change_shares(membership=membership, by=owner, shares=["pain"])
    membership.refresh_from_db()
    assert (membership.shown, membership.share_ends) == (["pain"], {})
    newest = Consent.objects.latest("pk")
    assert (newest.act, newest.until_at) == ("given", None)


def test_what_had_ended_is_not_taken_back_once_more(membership: Membership, owner: User) -> None:
    over = NOW + dt.timedelta(days=1)
    share(membership, pain=over, mood=None)
    before = Consent.objects.filter(act="withdrawn").count()
    with time_machine.travel(over, tick=False):
        services.end_membership(membership=membership, by=owner)
    assert list(Consent.objects.filter(act="withdrawn").order_by("pk"))[before].categories == ["mood"]


def test_the_database_holds_ends_and_the_earliest_of_them_together(membership: Membership) -> None:
    for wrong in ({"share_ends": {"pain": 1}}, {"next_end_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.filter(pk=membership.pk).update(**wrong)


# Limited quietly ------------------------------------------------------------------------------------------


def test_a_quiet_limit_leaves_no_trace_where_a_share_ends(
    client_of: SignIn, membership: Membership, owner: User, supporter: User
) -> None:
    """Limited or not, they are shown the same before the end, and the same after it."""
    over = NOW + dt.timedelta(days=2)
    share(membership, pain=over, mood=None, plans=over, names=None)
    theirs = client_of(supporter)
    seen: dict[bool, list[str]] = {}
    for limited in (False, True):
        if limited:
            services.limit(membership=membership, by=owner, now=NOW)
        moments = (NOW, over - A_MOMENT, over, over + dt.timedelta(days=1))
        seen[limited] = []
        for moment in moments:
            with time_machine.travel(moment, tick=False):
                seen[limited].append(_words(page(theirs, "/support/")))
    assert seen[False] == seen[True]
    assert seen[True][1] != seen[True][2]


def _words(said: str) -> str:
    """The page without the tokens and keys that are new each time."""
    return re.sub(r"[A-Za-z0-9]{64}|[0-9a-f-]{36}", "", said)
