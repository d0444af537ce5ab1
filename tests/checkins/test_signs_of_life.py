"""Signing in, logging a touch, answering a message: a check-in for whoever wishes so, and for nobody else."""

import datetime as dt
import logging
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from checkins import links, services
from checkins.models import CheckIn, Plan, Silence, Step
from networks.models import Circle, Membership, Tie
from outbox.models import Message
from tests.checkins.conftest import TWO_HOURS
from tests.checkins.pages import SignIn, gone_quiet, told
from tests.conftest import PASSWORD

SIGN_IN, TOUCH, ANSWER = "sign_in", "touch", "answer"


@pytest.fixture
def silence(safety_plan: Plan) -> Silence:
    return gone_quiet(safety_plan)


@pytest.fixture
def friend(owner: User, stranger: User) -> Membership:
    """Maya supports a friend in turn, who has gone quiet and asked that she be told."""
    tie = Tie.objects.create(owner=stranger, name="Maya", circle=Circle.CLOSE)
    membership = Membership.objects.create(tie=tie, owner=stranger, member=owner)
    plan = services.make_plan(
        owner=stranger,
        now=timezone.now(),
        programme=Plan.Programme.SAFETY,
        days=list(range(7)),
        times=[dt.time(20)],
        grace=TWO_HOURS,
        ladder=[services.Rung(TWO_HOURS, (membership,))],
    )
    plan.steps.update(agreed_at=timezone.now())
    gone_quiet(plan)
    return membership


def wishes(owner: User, *signs: str) -> None:
    services.wish(owner=owner, signs_of_life=list(signs))


def assert_counted(silence: Silence, sign: str) -> None:
    """It was a check-in, the silence is over, and whoever was told hears so."""
    assert CheckIn.objects.get(owner=silence.owner).via == sign
    silence.refresh_from_db()
    assert silence.ending == Silence.Ending.CHECKED_IN
    assert Message.objects.filter(dedupe_key__startswith=f"all-clear:{silence.pk}:").count() == 1


def assert_not_counted(silence: Silence) -> None:
    assert not CheckIn.objects.filter(owner=silence.owner).exists()
    silence.refresh_from_db()
    assert silence.closed_at is None


# Signing in -----------------------------------------------------------------------------------------


def with_a_password(client: Client, owner: User) -> None:
    response = client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})
    assert response.status_code == 302


def with_a_code(client: Client, owner: User) -> None:
    client.post("/accounts/login/code/", {"email": owner.email})
    code = Message.objects.filter(kind="accounts/letter").latest("pk").params["code"]
    assert client.post("/accounts/login/code/confirm/", {"code": code}).status_code == 302


@pytest.mark.parametrize("come_in", [with_a_password, with_a_code])
def test_signing_in_counts_whichever_way_they_come(
    client: Client, owner: User, silence: Silence, come_in: Any
) -> None:
    wishes(owner, SIGN_IN)
    come_in(client, owner)
    assert client.get("/today/").status_code == 200
    assert_counted(silence, SIGN_IN)


@pytest.mark.parametrize("come_in", [with_a_password, with_a_code])
@pytest.mark.parametrize("wished", [[], [TOUCH, ANSWER]])
def test_signing_in_does_not_count_for_who_did_not_wish_so(
    client: Client, owner: User, silence: Silence, come_in: Any, wished: list[str]
) -> None:
    wishes(owner, *wished)
    come_in(client, owner)
    assert_not_counted(silence)


def test_a_wrong_password_is_no_sign_of_life(client: Client, owner: User, silence: Silence) -> None:
    wishes(owner, SIGN_IN)
    client.post("/accounts/login/", {"login": owner.email, "password": "not this one"})
    assert_not_counted(silence)


def test_looking_at_pages_while_signed_in_is_no_sign_of_life(
    client_of: SignIn, owner: User, silence: Silence
) -> None:
    wishes(owner, SIGN_IN, TOUCH, ANSWER)
    client = client_of(owner)
    for path in ("/today/", "/network/", "/support/", "/wishes/"):
        client.get(path)
    assert_not_counted(silence)


# Logging a touch --------------------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [False, True])
def test_logging_a_touch_counts(client_of: SignIn, owner: User, silence: Silence, htmx: bool) -> None:
    wishes(owner, TOUCH)
    tie = Tie.objects.get(owner=owner)
    headers = {"HX-Request": "true"} if htmx else {}
    client_of(owner).post(f"/network/{tie.pk}/log/", {}, headers=headers)
    assert tie.touches.count() == 1
    assert_counted(silence, TOUCH)


def test_a_touch_that_made_no_sense_does_not_count(client_of: SignIn, owner: User, silence: Silence) -> None:
    wishes(owner, TOUCH)
    tie = Tie.objects.get(owner=owner)
    assert client_of(owner).post(f"/network/{tie.pk}/log/", {"on": "someday"}).status_code == 422
    assert client_of(owner).post("/network/999999/log/").status_code == 404
    assert_not_counted(silence)


def test_a_touch_does_not_count_for_who_did_not_wish_so(
    client_of: SignIn, owner: User, silence: Silence
) -> None:
    tie = Tie.objects.get(owner=owner)
    client_of(owner).post(f"/network/{tie.pk}/log/")
    assert_not_counted(silence)


def test_signed_out_nobody_has_logged_anything(client: Client, owner: User, silence: Silence) -> None:
    wishes(owner, TOUCH)
    client.post(f"/network/{Tie.objects.get(owner=owner).pk}/log/")
    assert_not_counted(silence)


# Answering a message ------------------------------------------------------------------------------


def friends_silence(friend: Membership) -> Silence:
    return Silence.objects.get(plan__owner=friend.owner)


@pytest.mark.parametrize("wished", [True, False])
def test_answering_an_alert_on_the_page(
    client_of: SignIn, owner: User, silence: Silence, friend: Membership, wished: bool
) -> None:
    wishes(owner, ANSWER if wished else TOUCH)
    quiet = friends_silence(friend)
    client_of(owner).post(f"/support/silence/{quiet.pk}/", {"answer": "claim"})
    assert quiet.claims.count() == 1
    assert_counted(silence, ANSWER) if wished else assert_not_counted(silence)


@pytest.mark.parametrize("wished", [True, False])
def test_answering_an_alert_from_the_mail_without_signing_in(
    client: Client, owner: User, silence: Silence, friend: Membership, wished: bool
) -> None:
    wishes(owner, *([ANSWER] if wished else []))
    quiet = friends_silence(friend)
    client.post("/" + links.alert_link(told(quiet)).split("/", 3)[3], {"answer": "claim"})
    assert quiet.claims.count() == 1
    assert_counted(silence, ANSWER) if wished else assert_not_counted(silence)


def test_reading_an_alert_is_no_answer(
    client: Client, owner: User, silence: Silence, friend: Membership
) -> None:
    wishes(owner, ANSWER)
    client.get("/" + links.alert_link(told(friends_silence(friend))).split("/", 3)[3])
    client.post("/s/nonsense/", {"answer": "claim"})
    assert_not_counted(silence)


def test_answering_whether_they_would_be_told(
    client_of: SignIn, owner: User, silence: Silence, friend: Membership
) -> None:
    wishes(owner, ANSWER)
    step = Step.objects.get(membership=friend)
    Step.objects.update(agreed_at=None)
    client_of(owner).post(f"/safety/{step.pk}/", {"answer": "agree", "terms": step.terms})
    step.refresh_from_db()
    assert step.agreed_at is not None
    assert_counted(silence, ANSWER)


def test_the_one_who_answers_is_alive_and_not_the_one_asked_about(
    client_of: SignIn, owner: User, supporter: User, silence: Silence
) -> None:
    wishes(owner, SIGN_IN, TOUCH, ANSWER)
    client_of(supporter).post(f"/support/silence/{silence.pk}/", {"answer": "claim"})
    assert_not_counted(silence)


# What it costs, and when it fails -----------------------------------------------------------------


def about_wishes(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if "checkins_wishes" in query["sql"]]


def test_it_is_one_query_for_who_did_not_wish_so_and_none_elsewhere(
    client_of: SignIn, owner: User, membership: Membership
) -> None:
    client = client_of(owner)
    with CaptureQueriesContext(connection) as queries:
        client.post(f"/network/{membership.tie_id}/log/")
    assert len(about_wishes(queries)) == 1
    with CaptureQueriesContext(connection) as queries:
        client.get("/network/")
        client.post("/network/add/", {})
    assert not about_wishes(queries)


@pytest.fixture
def cannot_be_counted(owner: User) -> None:
    """The database refuses a check-in that came by itself."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE checkins_checkin ADD CONSTRAINT broken CHECK (via NOT IN ('touch', 'sign_in'))"
        )


def test_a_failure_spoils_neither_the_touch_nor_the_sign_in(
    client: Client,
    owner: User,
    membership: Membership,
    cannot_be_counted: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    wishes(owner, SIGN_IN, TOUCH)
    with caplog.at_level(logging.ERROR, logger="checkins"):
        with_a_password(client, owner)
        assert client.post(f"/network/{membership.tie_id}/log/").status_code == 302
    assert membership.tie.touches.count() == 1
    assert not CheckIn.objects.exists()
    assert caplog.messages.count("A sign of life could not be counted.") == 2


def test_whose_alert_it_is_does_not_matter_only_who_answers(
    client_of: SignIn, owner: User, friend: Membership
) -> None:
    wishes(friend.owner, SIGN_IN, TOUCH, ANSWER)
    client_of(owner).post(f"/support/silence/{friends_silence(friend).pk}/", {"answer": "claim"})
    assert not CheckIn.objects.exists()
