"""What Today tells of others: addresses, ladders, questions, alerts."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import User
from checkins import agreements, services
from checkins.models import CheckIn, Plan, Silence, Step
from checkins.services import Rung
from networks import services as networks
from networks.models import Circle, Membership, Tie
from outbox.models import BrokenAddress
from tests.checkins.conftest import TWO_HOURS, key
from tests.checkins.pages import SignIn, page, told
from tests.checkins.today_pages import silence as silence


def test_today_says_when_mail_does_not_arrive_and_takes_their_word_for_it(
    client_of: SignIn, owner: User
) -> None:
    BrokenAddress.objects.create(address=owner.email, reason="550 5.1.1")
    client = client_of(owner)
    assert "Our e-mail does not reach you" in page(client, "/today/")
    assert client.get("/messages/address-works/").status_code == 405
    client.post("/messages/address-works/")
    assert not BrokenAddress.objects.exists()


@pytest.mark.parametrize("gone", ["declined", "left"])
def test_the_owner_is_told_that_nobody_will_be(
    client_of: SignIn, owner: User, safety_plan: Plan, supporter: User, gone: str
) -> None:
    client = client_of(owner)
    assert "Nobody will be told" not in page(client, "/today/")
    step = safety_plan.steps.get(membership__isnull=False)
    if gone == "declined":
        agreements.decline(step=step, by=supporter, now=timezone.now())
    else:
        networks.end_membership(membership=step.membership, by=supporter)
    words = page(client, "/today/")
    assert "Nobody will be told if you go quiet" in words
    assert ("Ana Reyes has said no" if gone == "declined" else "Ana Reyes is no longer here") in words


def test_one_of_two_who_left_is_news_for_two_weeks(
    client_of: SignIn, owner: User, safety_plan: Plan, stranger: User
) -> None:
    tie = Tie.objects.create(owner=owner, name="Luis", circle=Circle.CLOSE)
    luis = Membership.objects.create(tie=tie, owner=owner, member=stranger)
    ana = Membership.objects.get(tie__name="Ana Reyes")
    ladder = [Rung(TWO_HOURS, (ana,)), Rung(TWO_HOURS, (luis,))]
    services.change_plan(plan=safety_plan, now=timezone.now(), ladder=ladder)
    for step in safety_plan.steps.all():
        agreements.agree(step=step, by=step.membership.member, now=timezone.now(), terms=step.terms)
    agreements.decline(step=safety_plan.steps.get(membership=luis), by=stranger, now=timezone.now())
    client = client_of(owner)
    words = page(client, "/today/")
    assert "Your plan needs somebody new" in words
    assert "Luis has said no" in words
    assert "Choose somebody else" in words
    services.begin_flare(owner=owner, until=timezone.now() + TWO_HOURS, now=timezone.now())
    gently = page(client, "/today/")
    assert gently.index("I’m here") < gently.index("Your plan needs somebody new")
    Step.objects.filter(membership=luis).update(declined_at=timezone.now() - dt.timedelta(days=15))
    assert "Your plan needs somebody new" not in page(client, "/today/")


def test_the_owner_sees_what_a_supporter_said_until_they_say_something_themselves(
    client_of: SignIn, owner: User, silence: Silence
) -> None:
    client = client_of(owner)
    membership = told(silence).membership
    services.report(silence=silence, membership=membership, outcome="okay", now=timezone.now())
    assert "Ana was told, and said" in page(client, "/today/")
    services.check_in(owner=owner, now=timezone.now(), form_key=key(), via=CheckIn.Via.SIGN_IN)
    assert "Ana was told, and said" in page(client, "/today/")
    services.check_in(owner=owner, now=timezone.now(), form_key=key())
    assert "Ana was told, and said" not in page(client, "/today/")


def test_a_question_from_somebody_is_on_today(client_of: SignIn, supporter: User, safety_plan: Plan) -> None:
    client = client_of(supporter)
    assert "asks you something" not in page(client, "/today/")
    step = safety_plan.steps.get(membership__isnull=False)
    step.agreed_at = None
    step.save()
    assert "Would you be told when they go quiet?" in page(client, "/today/")
    step.agreed_at, step.reconfirm_asked_at = timezone.now(), timezone.now()
    step.save()
    assert "Does it still stand" in page(client, "/today/")


def test_somebody_who_went_quiet_is_on_the_today_of_whoever_was_told(
    client_of: SignIn, supporter: User, silence: Silence
) -> None:
    client = client_of(supporter)
    assert "Maya missed a check-in" in page(client, "/today/")
    Membership.objects.update(paused_at=timezone.now())
    assert "Maya missed a check-in" not in page(client, "/today/")


def test_practice_is_marked_for_whoever_was_told(
    client_of: SignIn, supporter: User, safety_plan: Plan
) -> None:
    silence = services.rehearse(plan=safety_plan, now=timezone.now())
    silence.steps.update(taken_at=timezone.now())
    assert "(practice)" in page(client_of(supporter), "/today/")


def test_how_the_last_sign_of_life_came_is_said(client_of: SignIn, owner: User) -> None:
    client = client_of(owner)
    assert "One tap is a whole check-in" in page(client, "/today/")
    services.check_in(owner=owner, now=timezone.now(), form_key=key(), via=CheckIn.Via.TOUCH)
    assert "by writing down a contact" in page(client, "/today/")
