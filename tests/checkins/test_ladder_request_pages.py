"""A place on a ladder, from the supporter's side: asked, agreed to, declined, asked again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Consent, User
from checkins import services
from checkins.models import Step
from checkins.services import upkeep
from networks.models import Membership
from outbox import services as outbox
from outbox.models import Channel, ChannelPreference, Message
from tests.checkins.conftest import TWO_HOURS
from tests.checkins.supporter_pages import DAY, page, say
from tests.checkins.supporter_pages import place as place
from tests.checkins.supporter_pages import silence as silence

SignIn = Callable[[User], Client]


def test_a_supporter_reads_agrees_and_stops(client_of: SignIn, supporter: User, place: Step) -> None:
    Step.objects.filter(pk=place.pk).update(agreed_at=None)
    client = client_of(supporter)
    path = f"/safety/{place.pk}/"
    assert place.terms in page(client, path)
    assert "They ask whether you would be told" in page(client, "/support/")
    assert "We let them see that you agreed." in say(client, path, answer="agree", terms=place.terms)
    place.refresh_from_db()
    assert place.agreed_at is not None
    assert place.may_wake_at is None
    assert "You agreed to get an e-mail about 6 hours after" in page(client, "/support/")
    say(client, path, answer="decline")
    place.refresh_from_db()
    assert place.declined_at is not None
    assert Message.objects.filter(kind="checkins/ladder_lost").count() == 1
    assert "You said no to being told" in page(client, "/support/")
    assert "If you have changed your mind, you can agree." in page(client, path)
    assert "has just changed" in say(client, path, answer="agree", terms="other words")


@pytest.mark.parametrize("answer", ["", "perhaps"])
def test_neither_yes_nor_no_changes_nothing(
    client_of: SignIn, supporter: User, place: Step, answer: str
) -> None:
    response = client_of(supporter).post(f"/safety/{place.pk}/", {"answer": answer, "terms": place.terms})
    assert response.status_code == 422
    assert "Choose one of these answers." in response.content.decode()
    place.refresh_from_db()
    assert place.agreed_at is not None


def test_you_may_wake_me_is_a_tick_that_can_be_set_and_taken_back(
    client_of: SignIn, supporter: User, place: Step
) -> None:
    client = client_of(supporter)
    path = f"/safety/{place.pk}/"
    outbox.prefer(
        person=supporter,
        channel=Channel.EMAIL,
        quiet_from=dt.time(22, 30),
        quiet_until=dt.time(7),
        discreet=False,
        nudges=True,
        now=timezone.now(),
    )
    said = page(client, path)
    assert "You may wake me: this e-mail may come in my quiet hours." in said
    assert "Your quiet hours are from 10:30 pm to 7:00 am." in said
    assert 'href="/settings/messages/"' in client.get(path).content.decode()
    assert "Saved. It counts from now on." in say(
        client, path, answer="agree", terms=place.terms, may_wake="1"
    )
    place.refresh_from_db()
    assert place.may_wake_at is not None
    assert "It may wake you." in page(client, "/support/")
    assert "You may wake me" in Consent.objects.filter(subject=supporter).latest("pk").text
    assert 'value="1" checked' in client.get(path).content.decode()
    say(client, path, answer="agree", terms=place.terms)
    assert Step.objects.filter(pk=place.pk, may_wake_at=None, agreed_at__isnull=False).exists()
    assert "It never comes in your quiet hours." in page(client, "/support/")


def test_who_keeps_no_quiet_hours_reads_so(client_of: SignIn, supporter: User, place: Step) -> None:
    ChannelPreference.objects.update(quiet_from=dt.time(0), quiet_until=dt.time(0))
    assert "You keep no quiet hours" in page(client_of(supporter), f"/safety/{place.pk}/")


def test_words_with_line_breaks_can_be_agreed_to(
    client_of: SignIn, supporter: User, owner: User, place: Step, membership: Membership
) -> None:
    ladder = [services.Rung(TWO_HOURS, (membership,), "Ring twice.\r\nThen wait.")]
    services.change_plan(plan=place.plan, now=timezone.now(), ladder=ladder)
    asked = Step.objects.get(plan=place.plan, membership=membership)
    assert asked.agreed_at is None
    typed_back = "\r\n".join(asked.terms.splitlines())
    say(client_of(supporter), f"/safety/{asked.pk}/", answer="agree", terms=typed_back)
    asked.refresh_from_db()
    assert asked.agreed_at is not None


def test_after_half_a_year_the_word_is_given_again_or_ended(
    client_of: SignIn, supporter: User, place: Step
) -> None:
    client = client_of(supporter)
    path = f"/safety/{place.pk}/"
    asked_at = place.agreed_at + upkeep.RECONFIRM
    Step.objects.filter(pk=place.pk).update(reconfirm_asked_at=asked_at)
    assert "Does it still stand?" in page(client, "/support/")
    said = page(client, path)
    assert "Does it still stand, about Maya?" in said
    assert "Yes, it still stands" in said
    assert "We let them see that you agreed." in say(client, path, answer="agree", terms=place.terms)
    place.refresh_from_db()
    assert place.reconfirm_asked_at is None
    assert place.agreed_at > asked_at - DAY
    Step.objects.filter(pk=place.pk).update(reconfirm_asked_at=asked_at)
    say(client, path, answer="decline")
    place.refresh_from_db()
    assert place.agreed_at is None
    assert Message.objects.filter(kind="checkins/ladder_lost").exists()


def test_who_is_no_longer_asked_sees_it_on_their_page_for_ninety_days(
    client_of: SignIn, supporter: User, place: Step
) -> None:
    client = client_of(supporter)
    notice = "You are no longer asked to be told about Maya. Nothing more is expected of you."
    assert notice not in page(client, "/support/")
    services.change_plan(plan=place.plan, now=timezone.now(), ladder=[services.Rung(TWO_HOURS)])
    assert notice in page(client, "/support/")
    with time_machine.travel(timezone.now() + 91 * DAY, tick=False):
        assert notice not in page(client_of(supporter), "/support/")


def test_what_an_ended_plan_asked_is_answered_kindly(
    client_of: SignIn, supporter: User, owner: User, place: Step
) -> None:
    services.end_plan(plan=place.plan, by=owner, now=timezone.now())
    client = client_of(supporter)
    path = f"/safety/{place.pk}/"
    assert "You are no longer asked to be told about Maya" in page(client, path)
    assert "You are no longer asked" in say(client, path, answer="agree", terms=place.terms)
    place.refresh_from_db()
    assert "no longer asked" in page(client, "/support/")


def test_changed_terms_are_asked_anew_and_the_page_says_that_the_old_word_is_over(
    client_of: SignIn, supporter: User, membership: Membership, place: Step
) -> None:
    ladder = [services.Rung(TWO_HOURS / 2, (membership,))]
    services.change_plan(plan=place.plan, now=timezone.now(), ladder=ladder)
    said = page(client_of(supporter), "/support/")
    assert "What you had agreed to has changed, so you are asked again." in said
    assert "no longer asked" not in said


def test_the_agreement_may_change_between_reading_and_answering(
    client_of: SignIn, supporter: User, place: Step
) -> None:
    client = client_of(supporter)
    Step.objects.filter(pk=place.pk).update(terms="Something new.")
    assert "Please read it again." in say(client, f"/safety/{place.pk}/", answer="agree", terms=place.terms)
