"""Not okay, I'd like company: who hears, in what words, and what becomes of it."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from checkins import services
from checkins.models import CheckIn, Plan, Silence
from networks import services as networks
from networks.models import Circle, Membership, Tie
from outbox import delivery
from outbox.models import BrokenAddress, Message
from tests.checkins.conftest import TWO_HOURS, key
from tests.checkins.pages import SignIn, page, say
from tests.checkins.today_pages import chosen as chosen
from tests.checkins.today_pages import silence as silence
from tests.live import MailServer

COMPANY = "Not okay, I’d like company"


def test_who_hears_and_in_what_words_is_said_before_the_tap(
    client_of: SignIn, owner: User, safety_plan: Plan, chosen: Membership
) -> None:
    words = page(client_of(owner), "/today/")
    assert COMPANY in words
    assert "Ana Reyes will hear." in words
    assert "What Ana Reyes gets" in words
    assert "Please ring, I am low." in words


def test_company_tells_the_chosen_one_in_the_very_words_that_were_shown(
    client_of: SignIn,
    owner: User,
    safety_plan: Plan,
    chosen: Membership,
    mail_catcher: MailServer,
    settings: Any,
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mail_catcher.port
    Message.objects.all().delete()
    client = client_of(owner)
    shown = page(client, "/today/")
    words = say(client, "/today/", {"company": "1", "form_key": str(key()), "note": "secret", "pain": "9"})
    made = CheckIn.objects.get()
    assert (made.answer, made.pain, made.note) == ("company", None, "")
    assert "We wrote to Ana Reyes" in words
    assert "A real person can listen, now" in words
    delivery.deliver_due()
    letter = mail_catcher.wait_for(to=chosen.member.email, subject="company")
    assert str(letter["Subject"]) in shown
    for paragraph in letter.get_body(("plain",)).get_content().split("\n\n"):
        assert " ".join(paragraph.split()) in shown


def test_asking_twice_to_be_sure_writes_to_nobody_twice(
    client_of: SignIn, owner: User, chosen: Membership
) -> None:
    client = client_of(owner)
    client.post("/today/", {"company": "1", "form_key": str(key())})
    client.post("/today/", {"company": "1", "form_key": str(key())})
    assert CheckIn.objects.count() == 1
    assert Message.objects.filter(kind="checkins/company").count() == 1
    with time_machine.travel(timezone.now() + TWO_HOURS):
        client.post("/today/", {"company": "1", "form_key": str(key())})
    assert Message.objects.filter(kind="checkins/company").count() == 2


def test_at_night_the_page_says_that_they_sleep(client_of: SignIn, owner: User, chosen: Membership) -> None:
    client = client_of(owner)
    with time_machine.travel(dt.datetime(2026, 5, 4, 22, 30, tzinfo=dt.UTC), tick=False):
        words = page(client, "/today/")
        assert "Ana Reyes will hear tomorrow at 9:00 am, after their quiet hours." in words


@pytest.mark.parametrize("why", ["paused", "broken"])
def test_somebody_who_cannot_hear_is_named_beforehand(
    client_of: SignIn, owner: User, chosen: Membership, why: str
) -> None:
    if why == "paused":
        Membership.objects.update(paused_at=timezone.now())
    else:
        BrokenAddress.objects.create(address=chosen.member.email, reason="550 5.1.1")
    words = page(client_of(owner), "/today/")
    expected = {"paused": "is taking a break, and will not hear", "broken": "does not reach Ana Reyes"}
    assert expected[why] in words
    assert "Choose somebody" in words
    assert "What Ana Reyes gets" not in words


def test_whoever_has_left_counts_as_nobody(client_of: SignIn, owner: User, chosen: Membership) -> None:
    networks.end_membership(membership=chosen, by=owner)
    client = client_of(owner)
    assert "you have chosen nobody yet" in page(client, "/today/")
    words = say(client, "/today/", {"company": "1", "form_key": str(key())})
    assert "there was nobody you had chosen" in words
    assert not Message.objects.filter(kind="checkins/company").exists()


def test_with_nobody_chosen_it_still_counts_and_shows_whom_to_call(
    client_of: SignIn, owner: User, stranger: User, silence: Silence
) -> None:
    for number, circle in enumerate([Circle.WIDER, Circle.CLOSE, Circle.CLOSEST, Circle.CLOSE]):
        Tie.objects.create(owner=owner, name=f"Tie {number}", circle=circle, phone=f"555 010{number}")
    Tie.objects.create(owner=owner, name="No number", circle=Circle.CLOSEST)
    Tie.objects.create(owner=stranger, name="Not mine", circle=Circle.CLOSEST, phone="555 0199")
    client = client_of(owner)
    words = say(client, "/today/", {"company": "1", "form_key": str(key())})
    assert "there was nobody you had chosen" in words
    assert words.index("Call Tie 2") < words.index("Call Tie 1") < words.index("Call Tie 3")
    assert "Tie 0" not in words
    assert "No number" not in words
    assert "Not mine" not in words
    assert "Choose somebody for the next time" in words
    silence.refresh_from_db()
    assert silence.ending == Silence.Ending.CHECKED_IN


def test_whoever_was_written_to_is_the_first_to_call(
    client_of: SignIn, owner: User, chosen: Membership
) -> None:
    Tie.objects.filter(pk=chosen.tie_id).update(phone="555 0102", circle=Circle.WIDER)
    Tie.objects.create(owner=owner, name="Luis", circle=Circle.CLOSEST, phone="555 0103")
    words = say(client_of(owner), "/today/", {"company": "1", "form_key": str(key())})
    assert words.index("Call Ana Reyes") < words.index("Call Luis")


def test_a_letter_that_came_back_is_said_and_numbers_are_close_by(
    client_of: SignIn, owner: User, chosen: Membership
) -> None:
    client = client_of(owner)
    client.post("/today/", {"company": "1", "form_key": str(key())})
    words = page(client, "/today/company/")
    assert "So nobody hears of it for now" not in words
    assert "Call 116 123" in words
    Message.objects.update(failed_at=timezone.now(), last_error="550 5.1.1 no such mailbox")
    words = page(client, "/today/company/")
    assert "this mailbox does not exist" in words
    assert "So nobody hears of it for now" in words


def test_where_we_know_no_numbers_the_emergency_number_is_named(client_of: SignIn, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(time_zone="Asia/Tokyo")
    words = say(client_of(owner), "/today/", {"company": "1", "form_key": str(key())})
    assert "Call your local emergency number" in words


def test_today_remembers_it_until_something_else_is_said(
    client_of: SignIn, owner: User, chosen: Membership
) -> None:
    client = client_of(owner)
    assert client.get("/today/company/").status_code == 302
    client.post("/today/", {"company": "1", "form_key": str(key())})
    assert "You asked for company" in page(client, "/today/")
    # A sign of life says nothing, so it does not take this away.
    services.check_in(owner=owner, now=timezone.now(), form_key=key(), via=CheckIn.Via.SIGN_IN)
    assert "You asked for company" in page(client, "/today/")
    services.check_in(owner=owner, now=timezone.now(), form_key=key())
    assert "You asked for company" not in page(client, "/today/")
    assert client.get("/today/company/").status_code == 302


def test_a_day_later_it_is_no_news(client_of: SignIn, owner: User, chosen: Membership) -> None:
    client = client_of(owner)
    client.post("/today/", {"company": "1", "form_key": str(key())})
    with time_machine.travel(timezone.now() + dt.timedelta(hours=13)):
        assert "You asked for company" not in page(client, "/today/")
