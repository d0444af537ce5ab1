"""The page behind the link in a nudge: it shows on a GET and acts on a POST, without signing in."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import links, services
from checkins.models import CheckIn, Plan, Silence, Step
from networks.models import Membership, Tie
from outbox.models import Message
from tests.checkins.conftest import key
from tests.checkins.pages import gone_quiet, page, plain, say, told


@pytest.fixture
def silence(safety_plan: Plan) -> Silence:
    return gone_quiet(safety_plan)


@pytest.fixture
def chosen(owner: User, membership: Membership) -> Membership:
    services.wish(owner=owner, company_from=membership, company_words="Please ring.")
    return membership


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


@pytest.fixture
def path(silence: Silence) -> str:
    return path_of(links.check_in_link(silence))


def test_it_shows_first_and_acts_on_a_post(client: Client, silence: Silence, path: str) -> None:
    assert "One tap is enough." in page(client, path)
    assert not CheckIn.objects.exists()
    assert "You are checked in" in say(client, path, {"answer": "okay"})
    assert "You have already checked in" in say(client, path, {"answer": "okay"})
    assert "You have already checked in" in page(client, path)
    silence.refresh_from_db()
    assert silence.ending == Silence.Ending.CHECKED_IN
    made = CheckIn.objects.get()
    assert (made.via, made.answer) == ("link", "okay")


def test_it_is_good_until_the_next_check_in_only(client: Client, owner: User, path: str) -> None:
    services.check_in(owner=owner, now=timezone.now(), form_key=key())
    client.post(path, {"answer": "rest"})
    assert CheckIn.objects.count() == 1
    assert not Plan.objects.filter(paused_until__isnull=False).exists()


def test_mail_scanners_may_ask_for_the_head(client: Client, path: str) -> None:
    assert client.head(path).status_code == 200
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize("path", ["/c/nonsense/", "/c/MQ:1abc:xyz/"])
def test_a_link_we_did_not_make_is_a_kind_404(client: Client, db: None, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "This link does not work" in plain(response)
    assert client.post(path).status_code == 404


def test_a_link_for_one_thing_is_no_good_for_another(client: Client, silence: Silence, path: str) -> None:
    assert client.get(path.replace("/c/", "/s/")).status_code == 404
    alert = path_of(links.alert_link(told(silence)))
    assert client.get(alert.replace("/s/", "/c/")).status_code == 404


def test_it_says_who_was_told(client: Client, path: str) -> None:
    words = page(client, path)
    assert "Ana Reyes was told" in words
    assert "I’m here, and it is a hard day" in words
    assert "Not okay, I’d like company" not in words


def test_it_says_so_of_several_too(client: Client, silence: Silence, path: str, stranger: User) -> None:
    tie = Tie.objects.create(owner=silence.owner, name="Luis", circle="close")
    luis = Membership.objects.create(tie=tie, owner=silence.owner, member=stranger)
    now = timezone.now()
    rung = {"position": 3, "wait": dt.timedelta(hours=1), "whom": Step.Whom.MEMBER, "membership": luis}
    silence.steps.create(**rung, agreed_at=now, taken_at=now)
    assert "Told so far: Ana Reyes, Luis. They then hear that you are here." in page(client, path)


def test_a_hard_day_says_the_same_to_others_and_shows_numbers(client: Client, path: str) -> None:
    words = say(client, path, {"answer": "here"})
    assert "You are checked in" in words
    assert "A real person can listen, now" in words
    assert CheckIn.objects.get().answer == ""
    assert not Message.objects.filter(kind="checkins/company").exists()


def test_company_is_offered_where_somebody_was_chosen(
    client: Client, silence: Silence, chosen: Membership, path: str
) -> None:
    words = page(client, path)
    assert "Ana Reyes will hear." in words
    assert "Please ring." in words
    assert "hard day" not in words
    words = say(client, path, {"answer": "company"})
    assert "Ana Reyes will hear: you would like company." in words
    assert "A real person can listen, now" in words
    client.post(path, {"answer": "company"})
    assert Message.objects.filter(kind="checkins/company").count() == 1


def test_rest_until_tomorrow_is_on_their_own_clock(
    client: Client, owner: User, silence: Silence, path: str
) -> None:
    User.objects.filter(pk=owner.pk).update(time_zone="Asia/Tokyo")
    # 11:30 in the evening in Tokyo.
    with time_machine.travel(dt.datetime(2026, 12, 1, 14, 30, tzinfo=dt.UTC), tick=False):
        assert "Rest until tomorrow at 9:00 am" in page(client, path)
        assert "Nothing is due until tomorrow at 9:00 am" in say(client, path, {"answer": "rest"})
        words = page(client, path)
        assert "You are resting until tomorrow at 9:00 am." in words
    plan = Plan.objects.get()
    assert (plan.paused_until, plan.paused_as) == (dt.datetime(2026, 12, 2, tzinfo=dt.UTC), "rest")
    silence.refresh_from_db()
    assert silence.ending == Silence.Ending.SET_ASIDE
    assert not CheckIn.objects.exists()
    assert "You are checked in" in say(client, path, {"answer": "okay"})


def test_without_a_plan_there_is_nothing_to_rest_from(
    client: Client, owner: User, silence: Silence, path: str
) -> None:
    services.end_plan(plan=silence.plan, by=owner, now=timezone.now())
    assert "Rest until" not in page(client, path)


@pytest.mark.parametrize("sent", [{}, {"answer": ""}, {"answer": "nonsense"}])
def test_whatever_is_sent_is_a_sign_of_life(client: Client, path: str, sent: dict[str, str]) -> None:
    client.post(path, sent)
    assert CheckIn.objects.count() == 1


def test_a_link_from_a_rehearsal_says_so(client: Client, safety_plan: Plan) -> None:
    practice = services.rehearse(plan=safety_plan, now=timezone.now())
    path = path_of(links.check_in_link(practice))
    assert "This link came in a rehearsal." in page(client, path)
    client.post(path, {"answer": "okay"})
    practice.refresh_from_db()
    assert practice.closed_at is None
    assert CheckIn.objects.count() == 1
