"""The supporter's side: an alert answered, a question answered, people supported, a break taken."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Consent, User
from checkins import agreements, links, services
from checkins.models import CheckIn, Claim, Plan, Silence, SilenceStep, Step
from checkins.services import upkeep
from networks import services as networks
from networks.models import Membership, Share, Tie
from outbox import services as outbox
from outbox.models import BrokenAddress, Channel, ChannelPreference, Message
from tests.checkins.conftest import TWO_HOURS, key, planned

SignIn = Callable[[User], Client]
DAY = dt.timedelta(days=1)


@pytest.fixture
def silence(safety_plan: Plan) -> Silence:
    """Open, and the supporter has been told."""
    opened = services.fall_due(plan=safety_plan, now=timezone.now() - TWO_HOURS, wait=dt.timedelta(minutes=1))
    opened.steps.filter(taken_at=None).update(taken_at=timezone.now())
    Message.objects.update(attempts=1)
    return opened


@pytest.fixture
def place(safety_plan: Plan) -> Step:
    """Ana's place on the ladder, which she has agreed to."""
    return safety_plan.steps.get(membership__isnull=False)


def told(silence: Silence) -> SilenceStep:
    return silence.steps.select_related("silence", "membership").get(
        membership__member__email__startswith="ana"
    )


def path_of(step: SilenceStep) -> str:
    return "/" + links.alert_link(step).split("/", 3)[3]


def page(client: Client, path: str, status: int = 200) -> str:
    """What the page says, in one line, without its tags."""
    response = client.get(path)
    assert response.status_code == status
    return plain(response.content.decode())


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("&#x27;", "'").split())


def say(client: Client, path: str, **answer: str) -> str:
    return plain(client.post(path, answer, follow=True).content.decode())


def another(silence: Silence, stranger: User, **how: Any) -> SilenceStep:
    """Somebody else further up the same ladder, who agreed."""
    owner = silence.owner
    tie = Tie.objects.create(owner=owner, name="Luis", circle="close")
    membership = Membership.objects.create(tie=tie, owner=owner, member=stranger)
    rung = {"position": 3, "wait": TWO_HOURS, "whom": Step.Whom.MEMBER, "membership": membership}
    rung["agreed_at"] = timezone.now()
    Step.objects.create(plan=silence.plan, asked_at=timezone.now(), **rung)
    return silence.steps.create(**{**rung, **how})


# Who may look ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/support/", "/support/silence/1/", "/safety/1/"])
def test_signed_out_people_are_asked_to_sign_in(client: Client, db: None, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["/support/", "/support/silence/1/", "/safety/1/", "/s/nonsense/"])
def test_other_methods_are_refused(client_of: SignIn, owner: User, path: str) -> None:
    assert client_of(owner).delete(path).status_code == 405


def test_nobody_else_sees_a_silence(client_of: SignIn, stranger: User, owner: User, silence: Silence) -> None:
    assert client_of(stranger).get(f"/support/silence/{silence.pk}/").status_code == 404
    # The owner's own page is Today; this one is for whoever was told.
    assert client_of(owner).get(f"/support/silence/{silence.pk}/").status_code == 404


def test_a_supporter_who_is_not_told_yet_sees_nothing(
    client_of: SignIn, supporter: User, silence: Silence
) -> None:
    told(silence)
    silence.steps.filter(whom=Step.Whom.MEMBER).update(taken_at=None)
    client = client_of(supporter)
    assert client.get(f"/support/silence/{silence.pk}/").status_code == 404
    assert "missed the check-in" not in page(client, "/support/")


def test_only_the_asked_supporter_sees_the_question(
    client_of: SignIn, owner: User, stranger: User, place: Step
) -> None:
    for person in (owner, stranger):
        for method in ("get", "post"):
            assert getattr(client_of(person), method)(f"/safety/{place.pk}/").status_code == 404


@pytest.mark.parametrize("token", ["nonsense", "MQ:1abc:xyz"])
def test_a_link_we_did_not_make_is_a_kind_404(client: Client, db: None, token: str) -> None:
    assert "This link does not work" in page(client, f"/s/{token}/", 404)


def test_the_link_of_a_nudge_does_not_answer_an_alert(client: Client, silence: Silence) -> None:
    nudge = "/" + links.check_in_link(silence).split("/", 3)[3]
    assert client.get(nudge.replace("/c/", "/s/")).status_code == 404


def test_the_supporters_link_ends_with_the_membership(
    client: Client, silence: Silence, supporter: User
) -> None:
    step = told(silence)
    networks.end_membership(membership=step.membership, by=supporter)
    assert client.get(path_of(step)).status_code == 404


def test_mail_scanners_may_look_and_change_nothing(client: Client, silence: Silence) -> None:
    path = path_of(told(silence))
    for address in (path, f"{path}?heard=1", f"{path}?answer=claim", f"{path}?answer=okay"):
        assert client.head(address).status_code == 200
        assert client.get(address).status_code == 200
    silence.refresh_from_db()
    assert (silence.closed_at, silence.claims.count()) == (None, 0)


# An alert, answered ---------------------------------------------------------------------------------


def test_a_supporter_answers_from_the_mail_without_signing_in(client: Client, silence: Silence) -> None:
    path = path_of(told(silence))
    assert "This is often a false alarm" in page(client, path)
    said = say(client, path, answer="claim")
    assert "You are on it. Thank you." in said
    assert "Nobody else is asked" not in said  # nobody comes after Ana
    assert "Nobody comes after you, so your word matters." in said
    said = say(client, path, answer="no_answer")
    assert "You told us that you could not reach them." in said
    assert "Nobody else is told." in said
    say(client, path, answer="okay")
    over = page(client, path)
    assert "All clear for Maya" in over
    assert "You have heard from them." in over
    assert "All clear" in say(client, path, answer="claim")


def test_a_supporter_who_was_told_answers_on_the_page(
    client_of: SignIn, supporter: User, silence: Silence
) -> None:
    client = client_of(supporter)
    path = f"/support/silence/{silence.pk}/"
    assert "I’m on it" in page(client, path)
    say(client, path, answer="okay")
    silence.refresh_from_db()
    assert silence.ending == Silence.Ending.HEARD_FROM


def test_heard_from_them_is_asked_once_more_before_it_ends_for_everybody(
    client: Client, silence: Silence
) -> None:
    path = path_of(told(silence))
    html = client.get(path).content.decode()
    assert 'value="okay"' not in html
    assert 'href="?heard=1"' in html
    sure = client.get(f"{path}?heard=1").content.decode()
    assert "Have you heard from Maya yourself?" in sure
    assert 'value="okay"' in sure
    assert f'action="{path}"' in sure
    silence.refresh_from_db()
    assert silence.closed_at is None


def test_heard_from_them_after_the_end_says_that_it_is_over(client: Client, silence: Silence) -> None:
    path = path_of(told(silence))
    say(client, path, answer="okay")
    assert "All clear" in page(client, f"{path}?heard=1")


@pytest.mark.parametrize("answer", ["", "nonsense", "lapsed"])
def test_an_answer_that_makes_no_sense_changes_nothing(client: Client, silence: Silence, answer: str) -> None:
    response = client.post(path_of(told(silence)), {"answer": answer})
    assert response.status_code == 422
    assert "Choose one of these answers." in response.content.decode()
    assert not silence.claims.exists()


def test_who_cannot_right_now_gives_no_reason_and_the_ladder_goes_on_at_once(
    client: Client, silence: Silence, stranger: User
) -> None:
    another(silence, stranger)
    path = path_of(told(silence))
    assert "If you cannot, we ask the next one at once. You need no reason." in page(client, path)
    said = say(client, path, answer="cannot")
    assert "You cannot right now, and that is fine." in said
    assert "Somebody else is told now." in said
    silence.refresh_from_db()
    assert silence.next_step_at is not None
    assert silence.next_step_at <= timezone.now()
    assert "You are on it" in say(client, path, answer="claim")


def test_while_nobody_is_on_it_the_page_says_when_the_next_one_is_asked(
    client: Client, silence: Silence, stranger: User
) -> None:
    another(silence, stranger)
    path = path_of(told(silence))
    at = timezone.now() + dt.timedelta(hours=1)
    Silence.objects.update(next_step_at=at)
    assert "If nobody answers by" in page(client, path)
    Silence.objects.update(next_step_at=timezone.now() - TWO_HOURS)
    assert "If nobody answers, we ask the next one soon." in page(client, path)
    assert "Nobody else is asked until" in say(client, path, answer="claim")


def test_the_last_one_on_the_ladder_knows_that_nobody_comes_after(
    client: Client, silence: Silence, stranger: User
) -> None:
    path = path_of(told(silence))
    assert "nobody is asked after you" in page(client, path)
    # Whoever takes a break would be passed over: that is nobody too.
    other = another(silence, stranger)
    assert "nobody is asked after you" not in page(client, path)
    networks.take_break(by=other.membership.member, now=timezone.now())
    assert "nobody is asked after you" in page(client, path)
    assert "Nobody comes after you, so your word matters." in say(client, path, answer="claim")


def test_another_supporter_is_on_it_and_stays_without_a_name(
    client: Client, silence: Silence, stranger: User, supporter: User
) -> None:
    other = another(silence, stranger, taken_at=timezone.now())
    services.claim(silence=silence, membership=other.membership, now=timezone.now())
    said = page(client, path_of(told(silence)))
    assert "Another supporter is on it." in said
    assert "I’ve heard from them, they’re okay" in said
    for unwanted in ("Luis", "Stranger", "I’m on it", "I can’t right now"):
        assert unwanted not in said
    assert "Another supporter is already on it." in say(client, path_of(told(silence)), answer="claim")


def test_no_page_of_a_supporter_names_another(
    client_of: SignIn, supporter: User, silence: Silence, stranger: User
) -> None:
    other = another(silence, stranger, taken_at=timezone.now())
    client = client_of(supporter)
    pages = ["/support/", f"/support/silence/{silence.pk}/"]
    for end in (False, True):
        if end:
            services.report(
                silence=silence, membership=other.membership, outcome=Claim.Report.OKAY, now=timezone.now()
            )
        said = " ".join(page(client, path) for path in pages)
        assert "Luis" not in said
        assert "Stranger" not in said
    assert "A supporter has heard from them." in said


def test_a_claim_that_ran_out_is_said_and_may_be_made_again(client: Client, silence: Silence) -> None:
    step = told(silence)
    claim = services.claim(silence=silence, membership=step.membership, now=timezone.now())
    Claim.objects.filter(pk=claim.pk).update(lapsed_at=timezone.now())
    assert "we did not hear how it went" in page(client, path_of(step))
    assert "You are on it" in say(client, path_of(step), answer="claim")


def test_when_everybody_was_told_the_page_says_so(client: Client, silence: Silence) -> None:
    Silence.objects.update(ran_out_at=timezone.now(), next_step_at=None)
    assert "Everybody who was chosen has been told" in page(client, path_of(told(silence)))


@pytest.mark.parametrize("how", ["withdrew", "break"])
def test_nothing_is_expected_of_who_withdrew_or_takes_a_break_yet_they_may_say_that_all_is_well(
    client: Client, silence: Silence, supporter: User, place: Step, how: str
) -> None:
    if how == "withdrew":
        agreements.decline(step=place, by=supporter, now=timezone.now())
    else:
        networks.take_break(by=supporter, now=timezone.now())
    path = path_of(told(silence))
    said = page(client, path)
    assert "Nothing is expected of you here." in said
    assert "I’m on it" not in said
    say(client, path, answer="okay")
    assert "All clear" in page(client, path)


def test_the_helper_is_helped_with_the_owners_own_words(
    client: Client, owner: User, safety_plan: Plan
) -> None:
    services.wish(owner=owner, helps="Tea & <b>quiet</b>", does_not_help="Advice")
    safety_plan.steps.filter(whom=Step.Whom.MEMBER).update(words="Ring twice.\n\nThen the back door.")
    silence = services.fall_due(plan=safety_plan, now=timezone.now() - TWO_HOURS, wait=TWO_HOURS)
    silence.steps.filter(taken_at=None).update(taken_at=timezone.now())
    # What is changed afterwards counts from the next one on.
    services.wish(owner=owner, helps="Something else")
    html = client.get(path_of(told(silence))).content.decode()
    for words in ("Ring twice.", "Then the back door.", "Tea &amp; &lt;b&gt;quiet&lt;/b&gt;", "Advice"):
        assert words in html
    assert "Something else" not in html
    assert "Two kind things to say" in html
    assert "call your local emergency number. We never call it for you." in html
    assert "/find/help-now/" in html


def test_an_alert_never_shows_pain_mood_note_plan_or_place(
    client_of: SignIn, supporter: User, owner: User, silence: Silence, membership: Membership
) -> None:
    Plan.objects.update(name="Bad back days")
    CheckIn.objects.create(
        owner=owner, made_at=timezone.now() - 30 * DAY, pain=7, mood="rough", note="secret", form_key=key()
    )
    networks.change_shares(membership=membership, shares=list(Share), by=owner)
    said = page(client_of(supporter), f"/support/silence/{silence.pk}/")
    for private in ("7 of 10", "pain", "Rough", "secret", "Bad back", "London"):
        assert private not in said


def test_the_link_speaks_the_supporters_clock(client: Client, silence: Silence, supporter: User) -> None:
    noon = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
    Silence.objects.update(due_at=noon)
    for zone, clock in (("Europe/London", "1:00 pm"), ("Asia/Tokyo", "9:00 pm")):
        User.objects.filter(pk=supporter.pk).update(time_zone=zone)
        assert f"missed the check-in due July 1 at {clock}" in page(client, path_of(told(silence)))


def test_a_tap_too_late_is_answered_kindly(client: Client, silence: Silence, owner: User) -> None:
    path = path_of(told(silence))
    services.check_in(owner=owner, now=timezone.now(), form_key=key())
    said = say(client, path, answer="okay")
    assert "It is over. Thank you for being there." in said
    assert "They have been in touch." in said


# Practice -------------------------------------------------------------------------------------------


@pytest.fixture
def rehearsal(safety_plan: Plan) -> Silence:
    begun = services.rehearse(plan=safety_plan, now=timezone.now())
    begun.steps.filter(taken_at=None).update(taken_at=timezone.now())
    return begun


def test_practice_is_marked_everywhere_and_answered_with_the_same_buttons(
    client_of: SignIn, supporter: User, rehearsal: Silence
) -> None:
    client = client_of(supporter)
    path = f"/support/silence/{rehearsal.pk}/"
    for where in ("/support/", path, f"{path}?heard=1"):
        assert "Practice" in page(client, where)
    said = page(client, path)
    assert "Maya is fine and is trying this out with you. Nobody is missing." in said
    assert "missed the check-in" not in said
    for button in ("I’m on it", "I’ve heard from them", "I could not reach them", "I can’t right now"):
        assert button in said
    assert "You are on it" in say(client, path, answer="claim")
    assert "Practice" in page(client, "/support/")
    say(client, path, answer="okay")
    over = page(client, path)
    assert "The practice with Maya is over" in over
    assert "All clear" not in over


def test_what_is_real_comes_before_practice(
    client_of: SignIn, supporter: User, rehearsal: Silence, safety_plan: Plan
) -> None:
    plan = Plan.objects.create(
        owner=safety_plan.owner, programme="safety", days=[0], times=[dt.time(9)], time_zone="UTC"
    )
    silence = plan.silences.create(due_at=timezone.now(), opened_at=timezone.now())
    silence.steps.create(
        position=1,
        wait=TWO_HOURS,
        whom="member",
        membership=told(rehearsal).membership,
        taken_at=timezone.now(),
    )
    said = page(client_of(supporter), "/support/")
    assert 0 < said.index("missed the check-in") < said.index("Practice: could you check on Maya?")


# A place on a ladder --------------------------------------------------------------------------------


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
    ladder = [services.Rung(5 * TWO_HOURS, (membership,))]
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


# People I support -----------------------------------------------------------------------------------


def test_a_supporter_sees_the_open_silence_and_only_what_is_shared(
    client_of: SignIn, owner: User, supporter: User, silence: Silence, membership: Membership
) -> None:
    CheckIn.objects.create(
        owner=owner, made_at=timezone.now(), pain=7, mood="rough", note="secret", form_key=key()
    )
    client = client_of(supporter)
    said = page(client, "/support/")
    assert "Maya missed the check-in" in said
    assert "They share nothing here for now" in said
    assert "7 of 10" not in said
    networks.change_shares(membership=membership, shares=list(Share), by=owner)
    said = page(client, "/support/")
    assert "7 of 10" in said
    assert "Rough" in said
    assert "secret" not in said


@pytest.mark.parametrize("kind", [Plan.Rest.REST, Plan.Rest.PAUSE])
def test_resting_is_seen_by_whoever_sees_check_ins_and_a_pause_by_nobody(
    client_of: SignIn, owner: User, supporter: User, membership: Membership, safety_plan: Plan, kind: str
) -> None:
    client, now = client_of(supporter), timezone.now()
    services.pause(plan=safety_plan, until=now + TWO_HOURS, by=owner, now=now, kind=kind)
    assert "Resting until" not in page(client, "/support/")
    networks.change_shares(membership=membership, shares=[Share.CHECKINS], by=owner)
    said = page(client, "/support/")
    assert ("nothing is wrong" in said) is (kind == Plan.Rest.REST)
    with time_machine.travel(now + 2 * TWO_HOURS, tick=False):
        assert "nothing is wrong" not in page(client_of(supporter), "/support/")


def test_somebody_who_shares_but_has_not_checked_in_is_nothing_to_worry_about(
    client_of: SignIn, owner: User, supporter: User, membership: Membership
) -> None:
    networks.change_shares(membership=membership, shares=[Share.CHECKINS], by=owner)
    assert "There is nothing new from Maya, and nothing you need to do." in page(
        client_of(supporter), "/support/"
    )


def test_a_supporter_who_is_on_it_sees_so_on_their_list(
    client_of: SignIn, supporter: User, silence: Silence, stranger: User
) -> None:
    client = client_of(supporter)
    services.claim(silence=silence, membership=told(silence).membership, now=timezone.now())
    said = page(client, "/support/")
    assert "You are on it. Thank you." in said
    assert "Tell us how it went" in said
    other = another(silence, stranger, taken_at=timezone.now())
    Claim.objects.update(membership=other.membership)
    assert "Another supporter is on it." in page(client, "/support/")


def test_every_place_on_the_ladders_of_one_owner_is_shown_without_the_plans_name(
    client_of: SignIn, supporter: User, owner: User, membership: Membership, safety_plan: Plan
) -> None:
    second = services.make_plan(
        owner=owner,
        now=timezone.now(),
        name="Bad back days",
        programme=Plan.Programme.SAFETY,
        days=[0],
        times=[dt.time(9)],
        grace=TWO_HOURS,
        ladder=[services.Rung(TWO_HOURS / 2, (membership,))],
    )
    client = client_of(supporter)
    said = page(client, "/support/")
    assert "about 6 hours after a missed check-in" in said
    assert "They ask whether you would be told" in said
    step = second.steps.get(membership=membership)
    agreements.agree(step=step, by=supporter, now=timezone.now(), terms=step.terms)
    said = page(client, "/support/")
    assert "about 3 hours after a missed check-in" in said
    assert "Bad back" not in said + page(client, f"/safety/{step.pk}/")


def test_nobody_to_support_is_said_kindly(client_of: SignIn, stranger: User) -> None:
    assert "You do not support anyone here yet" in page(client_of(stranger), "/support/")


def test_an_address_that_takes_no_mail_is_shown(client_of: SignIn, supporter: User) -> None:
    BrokenAddress.objects.create(address=supporter.email, reason="550 5.1.1")
    assert "Our e-mail does not reach you" in page(client_of(supporter), "/support/")


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_people_takes_the_same_queries_for_one_and_for_three(
    client_of: SignIn, supporter: User, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        owner = User.objects.create_user(f"owner{number}@example.org", name=f"Owner {number}")
        tie = networks.add_tie(by=owner, name="Ana", circle="close")
        membership = Membership.objects.create(tie=tie, owner=owner, member=supporter, shares=["checkins"])
        services.check_in(owner=owner, now=timezone.now(), form_key=key())
        plan = planned(
            owner=owner,
            now=timezone.now(),
            programme="safety",
            days=[0],
            times=[dt.time(9)],
            grace=TWO_HOURS,
            supporter=membership,
        )
        step = plan.steps.get(membership=membership)
        agreements.agree(step=step, by=supporter, now=timezone.now(), terms=step.terms)
        silence = services.fall_due(plan=plan, now=timezone.now(), wait=TWO_HOURS)
        silence.steps.filter(taken_at=None).update(taken_at=timezone.now())
    client = client_of(supporter)
    assert page(client, "/support/").count("missed the check-in") == count
    with django_assert_num_queries(12):
        client.get("/support/")


# A break --------------------------------------------------------------------------------------------


def test_a_break_from_one_person_and_going_on(
    client_of: SignIn, supporter: User, membership: Membership, place: Step
) -> None:
    client = client_of(supporter)
    before = Message.objects.count()
    said = say(client, f"/network/support/{membership.pk}/break/")
    assert "You are taking a break." in said
    assert not Membership.objects.filter(pk=membership.pk, paused_at=None).exists()
    assert "Welcome back" in say(client, f"/network/support/{membership.pk}/go-on/")
    assert Membership.objects.filter(pk=membership.pk, paused_at=None).exists()
    assert Message.objects.count() == before


def test_a_break_from_everybody_at_once(
    client_of: SignIn, supporter: User, stranger: User, membership: Membership
) -> None:
    client = client_of(supporter)
    assert "everybody" not in page(client, "/support/")
    tie = Tie.objects.create(owner=stranger, name="Ana", circle="close")
    other = Membership.objects.create(tie=tie, owner=stranger, member=supporter)
    assert "Take a break from everybody" in page(client, "/support/")
    networks.take_break(by=supporter, now=timezone.now() - DAY, only=other)
    assert "Go on with everybody" in page(client, "/support/")
    said = say(client, "/network/support/break/")
    assert "Take a break from everybody" not in said
    paused = [row.paused_at for row in Membership.objects.order_by("pk")]
    assert all(paused)
    # The one who was on a break before has been so since then.
    assert paused[0] - paused[1] >= DAY
    say(client, "/network/support/go-on/")
    assert not Membership.objects.exclude(paused_at=None).exists()


@pytest.mark.parametrize("what", ["break", "go-on"])
def test_a_break_is_the_members_own(
    client: Client,
    client_of: SignIn,
    owner: User,
    stranger: User,
    supporter: User,
    membership: Membership,
    what: str,
) -> None:
    path = f"/network/support/{membership.pk}/{what}/"
    assert client_of(supporter).get(path).status_code == 405
    assert client.post(path)["Location"].startswith("/accounts/login/")
    for person in (owner, stranger):
        assert client_of(person).post(path).status_code == 404
        client_of(person).post(f"/network/support/{what}/")
    membership.refresh_from_db()
    assert membership.paused_at is None
    networks.end_membership(membership=membership, by=supporter)
    assert client_of(supporter).post(path).status_code == 404
