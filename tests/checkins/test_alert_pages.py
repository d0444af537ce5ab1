"""The page of an alert: who may look at it, every answer a supporter may give, and practice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import agreements, links, services
from checkins.models import CheckIn, Claim, Plan, Silence, SilenceStep, Step
from networks import services as networks
from networks.models import Membership, Share
from tests.checkins.conftest import TWO_HOURS, key
from tests.checkins.supporter_pages import DAY, another, page, say, told
from tests.checkins.supporter_pages import place as place
from tests.checkins.supporter_pages import silence as silence

SignIn = Callable[[User], Client]


def path_of(step: SilenceStep) -> str:
    return "/" + links.alert_link(step).split("/", 3)[3]


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
    # Of the same week the day of the week would be said, of another year the year.
    with time_machine.travel(noon + 10 * DAY, tick=False):
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
