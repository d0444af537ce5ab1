"""A quiet limit: nothing a member can fetch tells them of it, and nothing new reaches them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User
from asks import services as asks
from checkins import agreements, letters, messages, services, sweep
from checkins.models import CheckIn, Plan, Silence, SilenceStep, Wishes
from checkins.pages import company_page, easing
from checkins.pages.shared import word_for
from networks import errors
from networks import services as networks
from networks.models import Membership, Share, Tie
from outbox import delivery
from outbox.models import Message
from tests.checkins.conftest import DUE, MONDAY, TWO_HOURS, key
from tests.checkins.supporter_pages import page, plain

SignIn = Callable[[User], Client]
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """The day of MONDAY, before the check-in of that evening is due."""
    with time_machine.travel(MONDAY + 3 * HOUR, tick=False) as clock:
        yield clock


@pytest.fixture
def open_to(membership: Membership, safety_plan: Plan, noon: time_machine.Traveller) -> Membership:
    """Sees everything there is, and there is something of each."""
    Tie.objects.create(owner=membership.owner, name="Luis", circle="close")
    networks.change_shares(membership=membership, shares=list(Share), by=membership.owner)
    _check_in(membership.owner, mood="okay", energy="some", pain=3, note="a quiet night")
    membership.refresh_from_db()
    return membership


def _check_in(owner: User, **said: object) -> CheckIn:
    return services.check_in(owner=owner, now=timezone.now(), form_key=key(), **said)


def _limit(membership: Membership) -> None:
    networks.limit(membership=membership, by=membership.owner, now=timezone.now())
    membership.refresh_from_db()


Fetched = dict[str, tuple[int, dict[str, str], list[str]]]


def _all_they_can_fetch(client: Client, membership: Membership) -> Fetched:
    """Status, headers and body of every page of theirs, without what is new in every answer."""
    step = membership.steps.get()
    paths = ["/support/", "/today/", "/messages/", f"/safety/{step.pk}/", "/network/", "/settings/messages/"]
    paths += ["/network/who-looked/", "/network/consents/", "/asks/", "/asks/open/", "/asks/calendar/"]
    paths += [f"/network/support/{membership.pk}/leave/", f"/network/support/{membership.pk}/organise/"]
    paths += [f"/support/silence/{silence.pk}/" for silence in Silence.objects.all()]
    return {path: _answer(client, path) for path in paths}


def _answer(client: Client, path: str) -> tuple[int, dict[str, str], list[str]]:
    response = client.get(path)
    body = re.sub(r"[A-Za-z0-9]{64}|[0-9a-f-]{36}", "", response.content.decode())
    headers = {name: value for name, value in response.headers.items() if name != "Set-Cookie"}
    return response.status_code, headers, body.splitlines()


def _same(one: Fetched, other: Fetched) -> bool:
    """Pages that differ are named, line by line."""
    for path in one:
        first, second = one[path], other[path]
        assert [line for line in first[2] if line not in second[2]] == [], path
        assert [line for line in second[2] if line not in first[2]] == [], path
        assert first == second, path
    return one.keys() == other.keys()


# Nothing to notice ----------------------------------------------------------------------------------


def test_a_limit_changes_nothing_that_the_member_can_fetch(
    client_of: SignIn, open_to: Membership, noon: time_machine.Traveller
) -> None:
    client = client_of(open_to.member)
    before = _all_they_can_fetch(client, open_to)
    assert "a quiet night" in str(before["/support/"]) and "Luis" in str(before["/support/"])
    noon.shift(60)
    unlimited = _all_they_can_fetch(client, open_to)
    _limit(open_to)
    assert _same(_all_they_can_fetch(client, open_to), unlimited)


def test_what_the_owner_does_afterwards_changes_nothing_either(
    client_of: SignIn, open_to: Membership, owner: User, safety_plan: Plan
) -> None:
    client = client_of(open_to.member)
    _limit(open_to)
    before = _all_they_can_fetch(client, open_to)
    now = timezone.now() + HOUR
    CheckIn.objects.create(
        owner=owner, made_at=now, pain=9, mood="rough", note="new words", form_key=key(), answer="company"
    )
    networks.add_tie(by=owner, name="Somebody new", circle="closest")
    with pytest.raises(errors.LimitedNow):
        networks.ask_to_organise(membership=open_to, by=owner, now=now)
    asks.ask(owner=owner, by=owner, now=now, need="meal", text="Soup?")
    services.rest(owner=owner, until=now + 5 * HOUR, now=now)
    services.begin_flare(owner=owner, until=now + 9 * HOUR, now=now)
    assert _same(_all_they_can_fetch(client, open_to), before)


def test_new_words_for_the_ladder_are_not_put_before_them_and_the_old_ones_stand(
    client_of: SignIn, open_to: Membership, owner: User, safety_plan: Plan, noon: time_machine.Traveller
) -> None:
    client = client_of(open_to.member)
    _limit(open_to)
    noon.shift(60)
    before, written = _all_they_can_fetch(client, open_to), Message.objects.count()
    ladder = [services.Rung(TWO_HOURS), services.Rung(TWO_HOURS, (open_to,), words="Please ring twice.")]
    services.change_plan(plan=safety_plan, now=timezone.now(), ladder=ladder)
    assert safety_plan.steps.get(membership=open_to).has_new_terms
    after = _all_they_can_fetch(client, open_to)
    assert "ring twice" not in str(after)
    assert _same(after, before) and Message.objects.count() == written


def test_they_can_still_save_or_take_back_the_word_they_gave(
    client_of: SignIn, open_to: Membership, safety_plan: Plan, noon: time_machine.Traveller
) -> None:
    step = safety_plan.steps.get(membership=open_to)
    old = step.terms
    _limit(open_to)
    noon.shift(60)
    ladder = [services.Rung(TWO_HOURS), services.Rung(TWO_HOURS, (open_to,), words="Please ring twice.")]
    services.change_plan(plan=safety_plan, now=timezone.now(), ladder=ladder)
    client = client_of(open_to.member)
    answer = client.post(
        f"/safety/{step.pk}/", {"answer": "agree", "terms": old, "may_wake": "1"}, follow=True
    )
    assert "Saved" in answer.content.decode()
    step.refresh_from_db()
    assert step.may_wake_at and step.old_terms == old
    client.post(f"/safety/{step.pk}/", {"answer": "decline"})
    step.refresh_from_db()
    assert step.declined_at and step.agreed_at is None


def _sooner(plan: Plan, membership: Membership) -> None:
    """They would be told sooner than they agreed to, so their word ends."""
    ladder = [services.Rung(TWO_HOURS), services.Rung(HOUR / 2, (membership,))]
    services.change_plan(plan=plan, now=timezone.now(), ladder=ladder)


def _off_the_ladder(plan: Plan, membership: Membership) -> None:
    del membership
    services.change_plan(plan=plan, now=timezone.now(), ladder=[services.Rung(TWO_HOURS)])


def _ended(plan: Plan, membership: Membership) -> None:
    services.end_plan(plan=plan, by=membership.owner, now=timezone.now())


@pytest.mark.parametrize("change", [_sooner, _off_the_ladder, _ended])
def test_their_page_shows_their_agreement_even_when_the_ladder_does_without_them(
    client_of: SignIn,
    open_to: Membership,
    safety_plan: Plan,
    noon: time_machine.Traveller,
    change: Callable[[Plan, Membership], None],
) -> None:
    client, path = client_of(open_to.member), f"/safety/{safety_plan.steps.get(membership=open_to).pk}/"
    _limit(open_to)
    noon.shift(60)
    before = {one: _answer(client, one) for one in ("/support/", "/today/", path)}
    change(safety_plan, open_to)
    assert _same({one: _answer(client, one) for one in before}, before)
    assert "Saved" in plain(
        client.post(path, {"answer": "agree", "may_wake": "1"}, follow=True).content.decode()
    )
    assert "It may wake you." in page(client, "/support/")
    assert "will not be told" in plain(client.post(path, {"answer": "decline"}, follow=True).content.decode())
    assert "You said no to being told" in page(client, "/support/")


def test_a_word_that_is_taken_back_stays_taken_back_when_the_plan_ends(
    client_of: SignIn, open_to: Membership, safety_plan: Plan, noon: time_machine.Traveller
) -> None:
    client, path = client_of(open_to.member), f"/safety/{safety_plan.steps.get(membership=open_to).pk}/"
    _limit(open_to)
    noon.shift(60)
    client.post(path, {"answer": "decline"}, follow=True)
    before = {one: _answer(client, one) for one in ("/support/", path)}
    _ended(safety_plan, open_to)
    assert _same({one: _answer(client, one) for one in before}, before)


def test_a_place_they_are_asked_for_later_is_not_found(
    client_of: SignIn, membership: Membership, owner: User, gentle_plan: Plan, noon: time_machine.Traveller
) -> None:
    _limit(membership)
    noon.shift(60)
    plan = services.make_plan(
        owner=owner,
        now=timezone.now(),
        programme=Plan.Programme.SAFETY,
        days=[0],
        times=[dt.time(9)],
        grace=TWO_HOURS,
        ladder=[services.Rung(TWO_HOURS, (membership,))],
    )
    client = client_of(membership.member)
    assert client.get(f"/safety/{plan.steps.get().pk}/").status_code == 404
    assert "would be told" not in page(client, "/support/")
    assert "would be told" not in page(client, "/today/")
    assert plan.tells_nobody()


# Nothing reaches them -------------------------------------------------------------------------------


def test_the_ladder_passes_them_over_and_the_owner_sees_why(
    client_of: SignIn, open_to: Membership, owner: User, safety_plan: Plan, noon: time_machine.Traveller
) -> None:
    _limit(open_to)
    client = client_of(owner)
    assert "You limited what Ana Reyes sees" in page(client, f"/plans/{safety_plan.pk}/")
    for hours in (4, 6, 8, 10, 12, 14):
        now = DUE + dt.timedelta(days=1, hours=hours)
        sweep.sweep(now=now)
    step = SilenceStep.objects.get(membership=open_to)
    assert step.why_passed_over == SilenceStep.PassedOver.LIMITED
    assert not Message.objects.filter(kind="checkins/alert").exists()
    assert "because you limited what they see" in page(client, f"/plans/history/{step.silence_id}/")


def test_an_alert_that_waits_does_not_go_once_they_are_limited(
    open_to: Membership, safety_plan: Plan, noon: time_machine.Traveller
) -> None:
    silence = services.fall_due(plan=safety_plan, now=timezone.now(), wait=HOUR)
    step = silence.steps.get(membership=open_to)
    step.taken_at = timezone.now()
    step.save()
    alert = messages.for_step(silence, step, now=timezone.now())
    assert letters.alerts([alert])[0] is not None
    _limit(open_to)
    assert letters.alerts([alert]) == [None]


def test_no_letter_about_company_or_a_flare_goes_to_them(
    open_to: Membership, owner: User, noon: time_machine.Traveller
) -> None:
    services.wish(owner=owner, company_from=open_to, company_words="Call me", flare_tells=[open_to])
    services.begin_flare(owner=owner, until=timezone.now() + HOUR, now=timezone.now())
    assert Message.objects.filter(kind="checkins/flare").exists()
    _limit(open_to)
    noon.shift(3600)
    _check_in(owner, answer="company")
    delivery.deliver_due()
    assert not [letter for letter in mail.outbox if "ana@example.org" in letter.to]
    told = company_page.latest(owner, timezone.now())
    assert told is not None and told.came_to_nothing
    wishes = Wishes.of(owner)
    assert [one.words for one in easing.flare_hearings(wishes, timezone.now())] == [
        "You limited what Ana Reyes sees, so they will not hear"
    ]


# And back -------------------------------------------------------------------------------------------


def test_showing_again_shows_the_time_between_too(
    client_of: SignIn, open_to: Membership, owner: User, noon: time_machine.Traveller
) -> None:
    _limit(open_to)
    noon.shift(1200)
    _check_in(owner, mood="great", note="much better")
    assert "much better" not in page(client_of(open_to.member), "/support/")
    networks.end_limit(membership=open_to, by=owner)
    said = page(client_of(open_to.member), "/support/")
    assert "much better" in said and "in a word: good" in said
    open_to.refresh_from_db()
    assert open_to.kept_view is None


def test_a_share_that_is_taken_away_is_gone_for_them_too(
    client_of: SignIn, open_to: Membership, owner: User
) -> None:
    _limit(open_to)
    networks.change_shares(membership=open_to, shares=[Share.PAIN], by=owner)
    said = page(client_of(open_to.member), "/support/")
    assert "3 of 10" in said and "Luis" not in said and "a quiet night" not in said and "is due" not in said


def test_limiting_and_ending_it_are_the_owner_s_alone(
    client_of: SignIn, open_to: Membership, owner: User, stranger: User
) -> None:
    paths = [f"/network/sharing/{open_to.pk}/{what}/" for what in ("limit", "show-again", "organiser")]
    for path in paths:
        assert client_of(stranger).post(path).status_code == 404
        assert client_of(open_to.member).post(path).status_code == 404
        assert client_of(owner).get(path).status_code == 405
    said = client_of(owner).post(paths[0], follow=True).content.decode()
    assert "Done, quietly." in said and "Show again" in said
    said = client_of(owner).post(paths[1], follow=True).content.decode()
    assert "Limit quietly" in said and "What they can notice" in said


# What they see --------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", list(Share))
def test_the_preview_shows_the_owner_what_the_member_sees_word_for_word(
    client_of: SignIn, open_to: Membership, owner: User, share: Share
) -> None:
    networks.change_shares(membership=open_to, shares=[share], by=owner)
    seen = client_of(owner).get(f"/network/sharing/{open_to.pk}/preview/").content.decode()
    part = seen.split('<section class="card" id="seen">')[1].split("</section>")[0].strip()
    theirs = client_of(open_to.member).get("/support/").content.decode()
    assert " ".join(part.split()) in " ".join(theirs.split())


def test_the_preview_is_the_owner_s_alone(client_of: SignIn, open_to: Membership, stranger: User) -> None:
    path = f"/network/sharing/{open_to.pk}/preview/"
    for person in (stranger, open_to.member):
        assert client_of(person).get(path).status_code == 404
    _limit(open_to)
    assert "You limited this quietly" in page(client_of(open_to.owner), path)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Share.WORD, "How they are, in a word: so-so"),
        (Share.CHECKINS, "Last checked in today"),
        (Share.PAIN, "3 of 10"),
        (Share.MOOD, "Mood at the last check-in: Okay"),
        (Share.ENERGY, "Energy at the last check-in: Some"),
        (Share.NOTES, "They wrote: a quiet night"),
        (Share.PLANS, "A check-in is due"),
        (Share.NAMES, "Closest: you Close: Luis"),
    ],
)
def test_each_share_shows_its_own_thing_and_none_other_s(
    client_of: SignIn, open_to: Membership, owner: User, share: Share, words: str
) -> None:
    client = client_of(open_to.member)
    networks.change_shares(membership=open_to, shares=[share], by=owner)
    assert words in page(client, "/support/")
    networks.change_shares(membership=open_to, shares=set(Share) - {share}, by=owner)
    assert words not in page(client, "/support/")


def test_a_pause_is_seen_by_whoever_sees_plans(
    client_of: SignIn, open_to: Membership, owner: User, safety_plan: Plan
) -> None:
    now = timezone.now()
    services.pause(plan=safety_plan, until=now + TWO_HOURS, by=owner, now=now)
    networks.change_shares(membership=open_to, shares=[Share.PLANS], by=owner)
    assert "Check-ins are paused until" in page(client_of(open_to.member), "/support/")


def test_a_word_is_taken_from_the_mood() -> None:
    assert [word_for(mood) for mood in ("great", "good", "okay", "low", "rough", "")] == [
        *("good", "good", "so-so", "hard", "hard"),
        "",
    ]


def test_agreeing_is_still_theirs_to_end(open_to: Membership, safety_plan: Plan) -> None:
    _limit(open_to)
    step = safety_plan.steps.get(membership=open_to)
    agreements.agree(step=step, by=open_to.member, now=timezone.now(), terms=step.terms, may_wake=True)
    step.refresh_from_db()
    assert step.may_wake_at
