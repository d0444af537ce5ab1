"""What a supporter says: agreeing, claiming, reporting; and what the owner changes meanwhile."""

import datetime as dt
import re

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Consent, User
from checkins import agreements, errors, messages, services, stepping, sweep
from checkins.models import CheckIn, Claim, Plan, Silence, SilenceStep, Step
from networks import services as networks
from networks.models import Membership, Tie
from outbox import kinds, letters
from outbox.models import Message
from tests.checkins.conftest import DUE, MONDAY, TWO_HOURS, at_once, key, let_all_hours_be_awake, planned
from tests.checkins.test_sweep import DEADLINE, run_ladder

TOLD = DEADLINE + 2 * TWO_HOURS


def says(message: Message) -> dict[str, object] | None:
    """What the letter would be written from right now."""
    return kinds.get(message.kind).context(message)


def second_supporter(owner: User, stranger: User, plan: Plan) -> Membership:
    let_all_hours_be_awake()
    tie = Tie.objects.create(owner=owner, name="Luis")
    membership = Membership.objects.create(tie=tie, owner=owner, member=stranger)
    Step.objects.create(
        plan=plan,
        position=3,
        wait=dt.timedelta(minutes=30),
        whom=Step.Whom.MEMBER,
        membership=membership,
        asked_at=MONDAY,
        agreed_at=MONDAY,
    )
    return membership


def test_a_supporter_is_asked_by_mail_with_the_exact_terms(safety_plan: Plan, supporter: User) -> None:
    request = Message.objects.get(kind="checkins/ladder_request")
    assert request.recipient == supporter
    step = safety_plan.steps.get(membership__isnull=False)
    assert "about 6 hours after it was due" in step.terms
    consent = Consent.objects.get(purpose=Consent.Purpose.LADDER)
    assert (consent.subject, consent.act, consent.text) == (supporter, Consent.Act.GIVEN, step.terms)


def test_agreeing_to_words_that_have_changed_is_refused(safety_plan: Plan, supporter: User) -> None:
    step = safety_plan.steps.get(membership__isnull=False)
    with pytest.raises(errors.TermsHaveChanged):
        agreements.agree(step=step, by=supporter, now=MONDAY, terms="something else")


def test_agreeing_twice_is_written_down_once(safety_plan: Plan, supporter: User) -> None:
    step = safety_plan.steps.get(membership__isnull=False)
    agreements.agree(step=step, by=supporter, now=MONDAY, terms=step.terms)
    assert Consent.objects.filter(purpose=Consent.Purpose.LADDER).count() == 1


def test_other_waits_are_other_terms_and_are_asked_for_again(
    safety_plan: Plan, owner: User, membership: Membership
) -> None:
    same = {
        "owner": owner,
        "programme": Plan.Programme.SAFETY,
        "times": [dt.time(9)],
        "supporter": membership,
    }
    planned(now=MONDAY, days=[0, 1], grace=TWO_HOURS, **same)
    assert safety_plan.steps.get(membership=membership).agreed_at is not None
    planned(now=MONDAY + TWO_HOURS, days=[0, 1], grace=dt.timedelta(hours=1), **same)
    step = safety_plan.steps.get(membership=membership)
    assert step.agreed_at is None
    assert Message.objects.filter(kind="checkins/ladder_request").count() == 2


def test_somebody_who_is_not_a_supporter_cannot_be_chosen(
    owner: User, stranger: User, supporter: User
) -> None:
    tie = Tie.objects.create(owner=stranger, name="Ana")
    foreign = Membership.objects.create(tie=tie, owner=stranger, member=supporter)
    with pytest.raises(errors.NotASupporter):
        planned(
            owner=owner,
            now=MONDAY,
            programme=Plan.Programme.SAFETY,
            days=[0],
            times=[dt.time(9)],
            grace=TWO_HOURS,
            supporter=foreign,
        )


def test_a_claim_holds_the_ladder(
    safety_plan: Plan, membership: Membership, owner: User, stranger: User
) -> None:
    second_supporter(owner, stranger, safety_plan)
    silence = run_ladder(safety_plan)
    claim = services.claim(silence=silence, membership=membership, now=TOLD)
    assert services.claim(silence=silence, membership=membership, now=TOLD) == claim
    sweep.sweep(now=TOLD + dt.timedelta(minutes=100))
    assert Message.objects.filter(kind="checkins/alert").count() == 1


def test_a_claim_without_a_report_lapses_and_the_next_one_is_told(
    safety_plan: Plan, membership: Membership, owner: User, stranger: User
) -> None:
    second_supporter(owner, stranger, safety_plan)
    silence = run_ladder(safety_plan)
    services.claim(silence=silence, membership=membership, now=TOLD)
    sweep.sweep(now=TOLD + services.CLAIM_HOLDS - stepping.REMIND)
    sweep.sweep(now=TOLD + services.CLAIM_HOLDS)
    assert Message.objects.filter(kind="checkins/alert", recipient=stranger).exists()


def test_could_not_reach_lets_the_ladder_go_on_at_once(
    safety_plan: Plan, membership: Membership, owner: User, stranger: User
) -> None:
    second_supporter(owner, stranger, safety_plan)
    silence = run_ladder(safety_plan)
    services.claim(silence=silence, membership=membership, now=TOLD)
    services.report(silence=silence, membership=membership, outcome=Claim.Report.NO_ANSWER, now=TOLD)
    sweep.sweep(now=TOLD)
    assert Message.objects.filter(kind="checkins/alert", recipient=stranger).exists()


def test_two_supporters_cannot_both_be_on_it(
    safety_plan: Plan, membership: Membership, owner: User, stranger: User
) -> None:
    other = second_supporter(owner, stranger, safety_plan)
    silence = run_ladder(safety_plan)
    sweep.sweep(now=TOLD + TWO_HOURS)
    services.claim(silence=silence, membership=other, now=TOLD + TWO_HOURS)
    with pytest.raises(errors.SomebodyElseIsOnIt, match="Another supporter is already on it"):
        services.claim(silence=silence, membership=membership, now=TOLD + TWO_HOURS)
    # Whoever heard from them may say so all the same, and the one who is on it hears it.
    services.report(silence=silence, membership=membership, outcome=Claim.Report.OKAY, now=TOLD + TWO_HOURS)
    assert Message.objects.get(kind="checkins/all_clear").recipient == stranger


@pytest.mark.django_db(transaction=True)
def test_a_report_and_a_check_in_at_the_same_moment_leave_one_ending(
    safety_plan: Plan, membership: Membership, owner: User
) -> None:
    silence = run_ladder(safety_plan)
    services.claim(silence=silence, membership=membership, now=TOLD)

    def report() -> None:
        services.report(silence=silence, membership=membership, outcome=Claim.Report.OKAY, now=TOLD)

    def check_in() -> None:
        services.check_in(owner=owner, now=TOLD, form_key=key())

    failures = at_once(report, check_in)
    silence.refresh_from_db()
    assert silence.closed_at == TOLD
    assert CheckIn.objects.count() == 1
    late = silence.ending == Silence.Ending.CHECKED_IN
    assert [type(failure) for failure in failures] == ([errors.SilenceIsOver] if late else [])


def test_after_the_end_nothing_can_be_claimed(safety_plan: Plan, membership: Membership, owner: User) -> None:
    silence = run_ladder(safety_plan)
    services.check_in(owner=owner, now=TOLD, form_key=key())
    with pytest.raises(errors.SilenceIsOver):
        services.claim(silence=silence, membership=membership, now=TOLD)


def test_somebody_who_was_not_told_cannot_claim(safety_plan: Plan, membership: Membership) -> None:
    sweep.sweep(now=DEADLINE)
    with pytest.raises(errors.NotOnThisLadder):
        services.claim(silence=Silence.objects.get(), membership=membership, now=DEADLINE)


def test_pausing_sets_an_open_silence_aside_and_those_told_hear_it(safety_plan: Plan, owner: User) -> None:
    silence = run_ladder(safety_plan)
    until = TOLD + dt.timedelta(days=3)
    services.pause(plan=safety_plan, until=until, by=owner, now=TOLD)
    silence.refresh_from_db()
    safety_plan.refresh_from_db()
    assert silence.ending == Silence.Ending.SET_ASIDE
    assert Message.objects.filter(kind="checkins/all_clear").exists()
    assert safety_plan.next_due_at is not None
    assert safety_plan.next_due_at > until
    assert sweep.sweep(now=until - dt.timedelta(minutes=1)) == (0, 0)


def test_going_on_before_the_pause_ends_watches_at_once(safety_plan: Plan, owner: User) -> None:
    services.pause(plan=safety_plan, until=MONDAY + dt.timedelta(days=9), by=owner, now=MONDAY)
    services.resume(plan=safety_plan, now=MONDAY)
    safety_plan.refresh_from_db()
    assert (safety_plan.paused_until, safety_plan.next_due_at) == (None, DUE)


def test_going_on_without_a_pause_changes_nothing(safety_plan: Plan) -> None:
    services.resume(plan=safety_plan, now=DUE + dt.timedelta(hours=1))
    safety_plan.refresh_from_db()
    assert safety_plan.next_due_at == DUE
    sweep.sweep(now=DEADLINE)
    services.resume(plan=safety_plan, now=DEADLINE)
    assert Silence.objects.open().exists()


def test_an_ended_plan_is_never_due_again(safety_plan: Plan, owner: User) -> None:
    silence = run_ladder(safety_plan)
    services.end_plan(plan=safety_plan, by=owner, now=TOLD)
    silence.refresh_from_db()
    assert silence.ending == Silence.Ending.SET_ASIDE
    assert sweep.sweep(now=TOLD + dt.timedelta(days=30)) == (0, 0)
    services.check_in(owner=owner, now=TOLD, form_key=key())
    safety_plan.refresh_from_db()
    assert safety_plan.next_due_at is None


def test_changing_the_plan_during_a_silence_ends_the_silence_and_those_told_hear_it(
    safety_plan: Plan, owner: User
) -> None:
    silence = run_ladder(safety_plan)
    planned(
        owner=owner,
        now=DEADLINE,
        programme=Plan.Programme.KEEP_IN_TOUCH,
        days=[0],
        times=[dt.time(9)],
        grace=TWO_HOURS,
    )
    silence.refresh_from_db()
    assert silence.ending == Silence.Ending.SET_ASIDE
    assert Message.objects.filter(kind="checkins/all_clear").exists()
    safety_plan.refresh_from_db()
    assert safety_plan.next_due_at == DUE + dt.timedelta(days=7, hours=-11)


def test_a_check_in_writes_down_the_contacts_too(owner: User, membership: Membership) -> None:
    services.check_in(
        owner=owner,
        now=MONDAY,
        form_key=key(),
        pain=6,
        mood="low",
        was_in_touch=True,
        touched=[membership.tie],
    )
    membership.tie.refresh_from_db()
    assert membership.tie.last_touch_at == MONDAY


def test_a_check_in_sent_twice_is_one(owner: User, membership: Membership) -> None:
    same = key()
    first = services.check_in(owner=owner, now=MONDAY, form_key=same, touched=[membership.tie])
    assert services.check_in(owner=owner, now=MONDAY, form_key=same, touched=[membership.tie]) == first
    assert membership.tie.touches.count() == 1


# What letters say, and when they say nothing -----------------------------------------------------


def test_the_last_nudge_names_who_hears_next_and_when(safety_plan: Plan) -> None:
    sweep.sweep(now=DEADLINE)
    sweep.sweep(now=DEADLINE + TWO_HOURS)
    with time_machine.travel(DEADLINE + TWO_HOURS, tick=False):
        last = says(Message.objects.get(kind="checkins/last_call"))
    assert last is not None
    assert (last["next_name"], last["next_at"]) == ("Ana Reyes", TOLD)


def test_a_gentle_nudge_names_nobody(gentle_plan: Plan) -> None:
    sweep.sweep(now=DEADLINE)
    context = says(Message.objects.get(kind="checkins/keep_in_touch"))
    assert context is not None
    assert "next_name" not in context


def test_an_alert_is_not_sent_to_somebody_who_left_meanwhile(
    safety_plan: Plan, membership: Membership
) -> None:
    run_ladder(safety_plan)
    alert = Message.objects.get(kind="checkins/alert")
    assert says(alert) is not None
    networks.end_membership(membership=membership, by=membership.member)
    assert says(alert) is None


def test_an_alert_carries_no_pain_mood_or_note(safety_plan: Plan, owner: User) -> None:
    services.check_in(owner=owner, now=MONDAY, form_key=key(), pain=9, mood="rough", note="very secret")
    sweep.sweep(now=DEADLINE + dt.timedelta(days=1))
    for step in (1, 2):
        Message.objects.waiting().update(sent_at=DEADLINE + dt.timedelta(days=1), attempts=1)
        sweep.sweep(now=DEADLINE + dt.timedelta(days=1) + step * TWO_HOURS)
    alert = Message.objects.select_related("recipient").get(kind="checkins/alert")
    letter = letters.render(alert, says(alert) or {})
    everything = f"{letter.subject}\n{letter.body}\n{letter.alternatives[0].content}"
    everything = re.sub(r"https?://\S+", "", everything)  # there anything may be spelled, by luck
    assert "Maya missed the check-in" in everything
    for private in ("rough", "Rough", "very secret", " 9 ", "pain", "London"):
        assert private not in everything


def test_no_all_clear_for_an_alert_that_was_never_tried(safety_plan: Plan, owner: User) -> None:
    run_ladder(safety_plan)
    Message.objects.filter(kind="checkins/alert").update(sent_at=None, attempts=0)
    services.check_in(owner=owner, now=TOLD, form_key=key())
    assert says(Message.objects.get(kind="checkins/all_clear")) is None


def test_an_all_clear_goes_to_whoever_was_told(
    safety_plan: Plan, owner: User, membership: Membership
) -> None:
    run_ladder(safety_plan)
    services.check_in(owner=owner, now=TOLD, form_key=key())
    clear = Message.objects.get(kind="checkins/all_clear")
    context = says(clear)
    assert context is not None
    assert context["owner"] == owner
    networks.end_membership(membership=membership, by=owner)
    assert says(clear) is None


def test_letters_about_what_is_gone_say_nothing(safety_plan: Plan, owner: User) -> None:
    run_ladder(safety_plan)
    services.check_in(owner=owner, now=TOLD, form_key=key())
    letters = list(Message.objects.filter(kind__startswith="checkins/"))
    Silence.objects.all().delete()
    assert [says(letter) for letter in letters] == [None] * len(letters)


def test_the_question_is_not_sent_once_it_is_answered_or_the_supporter_has_left(
    safety_plan: Plan, membership: Membership
) -> None:
    question = Message.objects.get(kind="checkins/ladder_request")
    assert says(question) is None
    Step.objects.filter(membership=membership).update(agreed_at=None)
    assert says(question) is not None
    networks.end_membership(membership=membership, by=membership.member)
    assert says(question) is None


def test_a_step_without_a_member_asks_nobody(safety_plan: Plan) -> None:
    before = Message.objects.count()
    messages.ladder_request(safety_plan.steps.get(position=1))
    assert Message.objects.count() == before


def test_a_step_whose_tie_was_deleted_is_passed_over(safety_plan: Plan, membership: Membership) -> None:
    sweep.sweep(now=DEADLINE)
    membership.tie.delete()
    silence = run_ladder(safety_plan)
    assert silence.steps.get(position=2).why_passed_over == SilenceStep.PassedOver.LEFT


def test_a_missed_check_in_can_be_watched_with_short_waits(safety_plan: Plan) -> None:
    now = timezone.now()
    silence = services.fall_due(plan=safety_plan, now=now, wait=dt.timedelta(seconds=20))
    assert silence.next_step_at == now + dt.timedelta(seconds=20)
    again = services.fall_due(plan=safety_plan, now=now + TWO_HOURS, wait=dt.timedelta(seconds=20))
    silence.refresh_from_db()
    assert silence.closed_at is not None
    assert again.closed_at is None
    safety_plan.refresh_from_db()
    assert safety_plan.grace == TWO_HOURS
