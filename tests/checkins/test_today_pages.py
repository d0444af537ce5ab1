"""Today: three answers, what happens if one goes quiet, and what others want."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from checkins import agreements, services
from checkins.models import CheckIn, Plan, Silence, Step
from checkins.services import Rung
from networks import services as networks
from networks.models import Circle, Membership, Share, Tie
from outbox import delivery
from outbox.models import BrokenAddress, Message
from tests.checkins.conftest import MONDAY, TWO_HOURS, key
from tests.checkins.pages import SignIn, gone_quiet, page, plain, say, told
from tests.live import MailServer

COMPANY = "Not okay, I’d like company"


@pytest.fixture
def silence(safety_plan: Plan) -> Silence:
    return gone_quiet(safety_plan)


@pytest.fixture
def chosen(owner: User, membership: Membership) -> Membership:
    """Ana, whom Maya chose for company."""
    services.wish(owner=owner, company_from=membership, company_words="Please ring, I am low.")
    return membership


def another_plan(owner: User, **wanted: Any) -> Plan:
    every_day = {"days": list(range(7)), "times": [dt.time(20)], "grace": TWO_HOURS, "ladder": []}
    return services.make_plan(owner=owner, now=timezone.now(), **(every_day | wanted))


# Who may ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/today/", "/today/company/"])
def test_signed_out_people_are_asked_to_sign_in(client: Client, db: None, path: str) -> None:
    assert client.get(path)["Location"].startswith("/accounts/login/")


def test_other_methods_are_refused(client_of: SignIn, owner: User) -> None:
    assert client_of(owner).delete("/today/").status_code == 405
    assert client_of(owner).post("/today/company/").status_code == 405


def test_nobody_sees_what_belongs_to_somebody_else(
    client_of: SignIn, stranger: User, silence: Silence, chosen: Membership
) -> None:
    seen = page(client_of(stranger), "/today/")
    assert "We have not heard from you" not in seen
    assert "Ana" not in seen


# One tap, or more ---------------------------------------------------------------------------------


def test_one_tap_is_a_whole_check_in(client_of: SignIn, owner: User) -> None:
    words = say(client_of(owner), "/today/", {"okay": "1", "form_key": str(key()), "pain": "6"})
    made = CheckIn.objects.get()
    assert (made.owner, made.pain, made.answer) == (owner, None, "okay")
    assert "Thank you, Maya" in words


def test_a_full_check_in_keeps_every_part(client_of: SignIn, owner: User, membership: Membership) -> None:
    touched = [membership.tie.pk]
    answers = {"form_key": str(key()), "pain": "6", "mood": "low", "touched": touched, "note": "tired"}
    client = client_of(owner)
    assert client.post("/today/", answers).status_code == 302
    assert client.post("/today/", answers).status_code == 302
    made = CheckIn.objects.get()
    assert (made.pain, made.mood, made.was_in_touch, made.note) == (6, "low", True, "tired")
    assert made.answer == ""
    assert membership.tie.touches.count() == 1


@pytest.mark.parametrize(("touched", "said"), [([], None), (["none"], False), (["someone"], True)])
def test_being_in_touch_is_yes_no_or_not_said(
    client_of: SignIn, owner: User, touched: list[str], said: bool | None
) -> None:
    client_of(owner).post("/today/", {"form_key": str(key()), "touched": touched})
    assert CheckIn.objects.get().was_in_touch is said


@pytest.mark.parametrize(
    "bad",
    [
        {"pain": "11"},
        {"pain": "-1"},
        {"pain": "lots"},
        {"mood": "furious"},
        {"touched": ["none", "someone"]},
        {"touched": ["999999"]},
        {"note": "x" * 2001},
        {"note": "nul\x00"},
    ],
)
@pytest.mark.parametrize("in_a_flare", [False, True])
def test_what_makes_no_sense_is_said_and_nothing_is_written(
    client_of: SignIn, owner: User, bad: dict[str, Any], in_a_flare: bool
) -> None:
    if in_a_flare:
        services.begin_flare(owner=owner, until=timezone.now() + TWO_HOURS, now=timezone.now())
    sent = {"form_key": str(key()), "mood": "low", "note": "kept", **bad}
    response = client_of(owner).post("/today/", sent)
    assert response.status_code == 422
    assert "There is a problem" in plain(response)
    if "note" not in bad:
        assert "kept</textarea>" in response.content.decode().replace("\n", "")
    assert not CheckIn.objects.exists()


def test_somebody_elses_tie_cannot_be_touched(
    client_of: SignIn, stranger: User, membership: Membership
) -> None:
    response = client_of(stranger).post("/today/", {"form_key": str(key()), "touched": [membership.tie.pk]})
    assert response.status_code == 422
    assert not membership.tie.touches.exists()


def test_an_ended_session_says_that_the_check_in_was_not_saved(client: Client, owner: User) -> None:
    assert "your check-in was not saved" in say(client, "/today/", {"okay": "1"})
    assert not CheckIn.objects.exists()


def test_a_check_in_sent_again_with_more_in_it_says_more(client_of: SignIn, owner: User) -> None:
    same = str(key())
    client = client_of(owner)
    client.post("/today/", {"form_key": same, "okay": "1"})
    client.post("/today/", {"form_key": same, "pain": "9", "note": "worse than I said"})
    made = CheckIn.objects.get()
    assert (made.pain, made.note) == (9, "worse than I said")
    client.post("/today/", {"form_key": same, "okay": "1"})
    assert CheckIn.objects.get().pain == 9


def test_a_body_that_is_nothing_is_a_check_in_all_the_same(client_of: SignIn, owner: User) -> None:
    client_of(owner).post("/today/", "{}", content_type="application/json")
    assert CheckIn.objects.get().answer == ""


def test_who_sees_the_pain_score_is_said(client_of: SignIn, owner: User, membership: Membership) -> None:
    assert "Only you see your pain score." in page(client_of(owner), "/today/")
    networks.change_shares(membership=membership, shares=[Share.PAIN], by=owner)
    assert "Only Ana Reyes can see your pain score." in page(client_of(owner), "/today/")


# Company ------------------------------------------------------------------------------------------


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


# If you go quiet ------------------------------------------------------------------------------------


def test_today_shows_what_would_happen(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    words = page(client_of(owner), "/today/")
    assert "If you go quiet" in words
    assert "We tell Ana Reyes. They can call, or say you’re fine" in words
    assert "Your safety net" in words
    assert "other plan" not in words


def test_without_a_plan_one_is_offered(client_of: SignIn, owner: User) -> None:
    words = page(client_of(owner), "/today/")
    assert "Make a plan" in words
    assert "Rest for a while" not in words
    assert "Your safety net" not in words


def test_what_is_due_first_comes_first_and_other_plans_are_folded(
    client_of: SignIn, owner: User, safety_plan: Plan
) -> None:
    client = client_of(owner)
    with time_machine.travel(MONDAY, tick=False):
        another_plan(owner, name="Mornings", times=[dt.time(11)])
        words = page(client, "/today/")
        assert words.index("Mornings") < words.index("And your other plan") < words.index("Safety check-in")
        another_plan(owner, name="Nights", times=[dt.time(22)])
        assert "And your 2 other plans" in page(client, "/today/")


def test_another_plan_with_its_ladder_takes_no_more_queries(
    client_of: SignIn, owner: User, membership: Membership
) -> None:
    client = client_of(owner)
    counts = []
    for number in range(4):
        ladder = [Rung(TWO_HOURS), Rung(TWO_HOURS, (membership,))]
        another_plan(owner, name=f"Plan {number}", programme="safety", ladder=ladder)
        with CaptureQueriesContext(connection) as queries:
            client.get("/today/")
        counts.append(len(queries))
    assert counts[0] <= 30
    assert set(counts) == {counts[0]}


def test_a_silence_comes_first_with_what_was_done(client_of: SignIn, owner: User, silence: Silence) -> None:
    services.claim(silence=silence, membership=told(silence).membership, now=timezone.now())
    words = page(client_of(owner), "/today/")
    assert words.index("We have not heard from you") < words.index("How is today?")
    assert "Ana Reyes is on it" in words
    assert "If you go quiet" not in words


def test_two_silences_are_one_card_and_one_check_in_ends_both(
    client_of: SignIn, owner: User, silence: Silence
) -> None:
    other = another_plan(owner, name="Mornings")
    services.fall_due(plan=other, now=timezone.now() - TWO_HOURS, wait=TWO_HOURS)
    another_plan(owner, name="Nights")
    client = client_of(owner)
    words = page(client, "/today/")
    assert words.count("We have not heard from you") == 1
    assert words.index("Mornings") < words.index("If you go quiet") < words.index("Nights")
    assert "Nobody else hears about it." in words
    client.post("/today/", {"okay": "1", "form_key": str(key())})
    assert not Silence.objects.open().exists()


def test_a_rehearsal_is_named_as_practice(client_of: SignIn, owner: User, safety_plan: Plan) -> None:
    services.rehearse(plan=safety_plan, now=timezone.now())
    words = page(client_of(owner), "/today/")
    assert "A rehearsal is running" in words
    assert "We have not heard from you" not in words


def test_today_says_that_it_is_done(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    client = client_of(owner)
    gentle_plan.watch_from(timezone.now(), heard_at=None)
    gentle_plan.save()
    due = gentle_plan.next_due_at
    assert due is not None
    with time_machine.travel(due - dt.timedelta(hours=1), tick=False):
        assert "Done for now" not in page(client, "/today/")
        services.check_in(owner=owner, now=timezone.now(), form_key=key())
        assert "Done for now" in page(client, "/today/")
        another_plan(owner, name="Later", times=[dt.time(23)])
        Plan.objects.filter(name="Later").update(met_due_at=None)
        assert "Done for now" not in page(client, "/today/")
    with time_machine.travel(due + dt.timedelta(hours=30), tick=False):
        assert "Done for now" not in page(client, "/today/")


def test_a_check_in_the_evening_before_is_done_for_the_morning(
    client_of: SignIn, owner: User, gentle_plan: Plan
) -> None:
    client = client_of(owner)
    gentle_plan.watch_from(timezone.now(), heard_at=None)
    gentle_plan.save()
    assert gentle_plan.next_due_at is not None
    with time_machine.travel(gentle_plan.next_due_at - dt.timedelta(hours=14), tick=False):
        services.check_in(owner=owner, now=timezone.now(), form_key=key())
        assert "Done for now" in page(client, "/today/")


def test_a_plan_on_another_clock_is_said(client_of: SignIn, owner: User, gentle_plan: Plan) -> None:
    Plan.objects.update(time_zone="Asia/Tokyo")
    assert "Your plan still follows the clock of Asia/Tokyo." in page(client_of(owner), "/today/")


@pytest.mark.parametrize(
    ("hour", "hello"), [(3, "Hello"), (9, "Good morning"), (15, "Good afternoon"), (21, "Good evening")]
)
def test_the_greeting_fits_the_hour(client_of: SignIn, owner: User, hour: int, hello: str) -> None:
    client = client_of(owner)
    with time_machine.travel(dt.datetime(2026, 1, 7, hour, tzinfo=dt.UTC), tick=False):
        assert f"{hello}, Maya" in page(client, "/today/")


# News -----------------------------------------------------------------------------------------------


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
