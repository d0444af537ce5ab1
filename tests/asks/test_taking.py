"""Saying yes, handing back, less, later, not at all, thanks: who is told what."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts import leaving
from accounts.models import User
from asks import errors, services
from asks.models import Occurrence, Taking
from networks import services as networks
from networks.models import Membership, Share
from tests.asks.conftest import DAY, Asking, deliver, in_days, joined, letters, shared, told


def take(occurrence: Occurrence, membership: Membership) -> Taking:
    return services.take(occurrence=occurrence, membership=membership, now=timezone.now())


def newest(kind_words: str) -> str:
    """The newest letter with these words in its subject."""
    return next(str(letter.body) for letter in reversed(mail.outbox) if kind_words in letter.subject)


def test_one_says_yes_and_the_next_is_told_kindly(asking: Asking, ana: Membership, ben: Membership) -> None:
    occurrence = asking()
    taking = take(occurrence, ana)
    assert take(occurrence, ana) == taking
    with pytest.raises(errors.TakenAlready, match="Thank you for wanting to help"):
        take(occurrence, ben)
    assert len(letters("asks/taken")) == 1
    deliver()
    assert "Ana said yes to what you asked for" in newest("said yes")


def test_nobody_says_yes_to_what_is_not_theirs_to_see(asking: Asking, ana: Membership, owner: User) -> None:
    outsider = joined(owner, "Dee", shares=("pain",))
    occurrence = asking()
    with pytest.raises(errors.NotForYou):
        take(occurrence, outsider)
    services.cancel(occurrence=occurrence, by=owner, now=timezone.now())
    with pytest.raises(errors.NoLongerAsked):
        take(occurrence, ana)
    second = asking()
    with pytest.raises(errors.OverAlready):
        services.take(occurrence=second, membership=ana, now=timezone.now() + 5 * DAY)


def test_handing_back_opens_it_again_and_tells_the_others(
    asking: Asking, ana: Membership, ben: Membership
) -> None:
    occurrence = asking()
    taking = take(occurrence, ana)
    services.hand_back(occurrence=occurrence, membership=ana, now=timezone.now())
    services.hand_back(occurrence=occurrence, membership=ana, now=timezone.now())
    assert told("asks/handed_back") == {"Ben", "Maya"}
    assert not letters("asks/reminder")
    deliver()
    assert "Ana cannot do this after all" in newest("Open again")
    assert "This is open again" in newest("still looks for somebody")
    take(occurrence, ben)
    taking.refresh_from_db()
    assert taking.handed_back_at
    services.hand_back(occurrence=occurrence, membership=ana, now=timezone.now())
    assert Taking.objects.standing().get().membership == ben


def test_who_says_yes_in_between_spares_the_others_the_letter(
    asking: Asking, ana: Membership, ben: Membership
) -> None:
    occurrence = asking()
    take(occurrence, ana)
    services.hand_back(occurrence=occurrence, membership=ana, now=timezone.now())
    take(occurrence, ben)
    deliver()
    assert not [letter for letter in mail.outbox if "still looks" in letter.subject]
    assert not [letter for letter in mail.outbox if "Open again" in letter.subject]


def test_the_reminder_comes_the_evening_before_on_the_helpers_clock(asking: Asking, ana: Membership) -> None:
    ana.member.time_zone = "America/New_York"
    ana.member.save()
    take(asking(), ana)
    (reminder,) = letters("asks/reminder")
    local = reminder.not_before.astimezone(ana.member.zone)
    assert (local.hour, local.date()) == (18, in_days(2).date())


def test_a_reminder_is_sent_once_and_not_for_what_is_off(
    asking: Asking, owner: User, ana: Membership
) -> None:
    occurrence, off = asking(), asking(need="meal")
    take(occurrence, ana)
    take(off, ana)
    services.cancel(occurrence=off, by=owner, now=timezone.now())
    with time_machine.travel(in_days(2, dt.time(18, 5)), tick=False):
        deliver()
        deliver()
    assert len([letter for letter in mail.outbox if "A reminder" in letter.subject]) == 1


def test_a_reminder_that_comes_too_late_is_not_sent(asking: Asking, ana: Membership) -> None:
    take(asking(), ana)
    with time_machine.travel(in_days(3, dt.time(15, 5)), tick=False):
        deliver()
    assert not [letter for letter in mail.outbox if "A reminder" in letter.subject]


def test_softening_offers_what_was_agreed(asking: Asking, owner: User, ana: Membership) -> None:
    occurrence = asking()
    take(occurrence, ana)
    for _twice in range(2):
        services.soften(occurrence=occurrence, by=owner, now=timezone.now())
    assert len(letters("asks/changed")) == 1
    deliver()
    assert "A call would be lovely instead." in newest("A little less")


def test_what_has_no_day_offers_no_entry_for_a_calendar(asking: Asking, owner: User, ana: Membership) -> None:
    """The address of one would find nothing. Whatever a letter links to is there."""
    occurrence = asking(starts_at=None, minutes=None, softer="none")
    take(occurrence, ana)
    services.soften(occurrence=occurrence, by=owner, now=timezone.now())
    deliver()
    assert "calendar" not in newest("said yes")
    less = newest("A little less")
    assert "Thank you for saying yes. A part of it is enough." in less
    assert "calendar" not in less
    services.cancel(occurrence=occurrence, by=owner, now=timezone.now())
    deliver()
    cancelled = newest("Not this time")
    assert "There is nothing you need to do instead." in cancelled
    assert "calendar" not in cancelled


def test_what_has_a_day_is_taken_out_of_the_calendar_again(
    asking: Asking, owner: User, ana: Membership
) -> None:
    occurrence = asking()
    take(occurrence, ana)
    services.cancel(occurrence=occurrence, by=owner, now=timezone.now())
    deliver()
    assert "Take it out of your calendar: " in newest("Not this time")


def test_moving_tells_the_helper_and_moves_the_reminder(asking: Asking, owner: User, ana: Membership) -> None:
    occurrence = asking()
    take(occurrence, ana)
    moved = services.move(occurrence=occurrence, by=owner, now=timezone.now(), starts_at=in_days(5))
    assert moved.ends_at - moved.starts_at == dt.timedelta(hours=1)
    (reminder,) = letters("asks/reminder")
    assert reminder.not_before == in_days(4, dt.time(18))
    deliver()
    assert "has moved" in newest("Another time")
    with pytest.raises(errors.NoSuchTime):
        services.move(occurrence=occurrence, by=owner, now=timezone.now(), starts_at=in_days(-1))


def test_only_the_latest_change_is_told(asking: Asking, owner: User, ana: Membership) -> None:
    occurrence = asking()
    take(occurrence, ana)
    services.move(occurrence=occurrence, by=owner, now=timezone.now(), starts_at=in_days(5))
    services.cancel(occurrence=occurrence, by=owner, now=timezone.now())
    services.cancel(occurrence=occurrence, by=owner, now=timezone.now())
    deliver()
    about = [letter.subject for letter in mail.outbox if "Another time" in letter.subject]
    assert not about
    assert "A call would be lovely instead." in newest("Not this time")
    assert not letters("asks/reminder")


def test_to_stop_asking_cancels_what_is_still_to_come(asking: Asking, owner: User, ana: Membership) -> None:
    ask = asking(weeks_apart=1).ask
    dates = list(ask.occurrences.order_by("number"))
    take(dates[1], ana)
    for _twice in range(2):
        services.cancel_ask(ask=ask, by=owner, now=timezone.now())
    assert not ask.occurrences.filter(cancelled_at=None).exists()
    assert len(letters("asks/changed")) == 1
    assert services.sweep_asks(now=timezone.now()) == 0


def test_strangers_change_nothing(asking: Asking, stranger: User, ana: Membership) -> None:
    occurrence, now = asking(), timezone.now()
    for change in (services.soften, services.cancel, services.thank):
        with pytest.raises(errors.NotOrganiser):
            change(occurrence=occurrence, by=stranger, now=now)
    with pytest.raises(errors.NotOrganiser):
        services.cancel_ask(ask=occurrence.ask, by=stranger, now=now)


def test_what_is_over_cannot_be_changed(asking: Asking, owner: User) -> None:
    occurrence = asking()
    with pytest.raises(errors.OverAlready):
        services.cancel(occurrence=occurrence, by=owner, now=timezone.now() + 5 * DAY)


def test_thanks_go_once_and_only_to_somebody(asking: Asking, owner: User, ana: Membership) -> None:
    occurrence = asking()
    with pytest.raises(errors.NobodyTook):
        services.thank(occurrence=occurrence, by=owner, now=timezone.now())
    take(occurrence, ana)
    for _twice in range(2):
        services.thank(occurrence=occurrence, by=owner, now=timezone.now())
    deliver()
    assert "No reply needed." in newest("says thank you")
    assert len(letters("asks/thanks")) == 1


def test_who_leaves_or_is_shown_no_asks_any_more_opens_it_again(
    asking: Asking, owner: User, ana: Membership, ben: Membership, cas: Membership
) -> None:
    first, second = asking(), asking(need="meal")
    take(first, ana)
    take(second, ben)
    networks.end_membership(membership=ana, by=ana.member)
    shared(ben, Share.PAIN)
    take(first, cas)
    assert services.sweep_asks(now=timezone.now()) == 1
    assert services.sweep_asks(now=timezone.now()) == 0
    assert Taking.objects.standing().get().membership == cas
    mail.outbox.clear()
    deliver()
    assert "Ben" not in {letter.to[0] for letter in mail.outbox}


def test_a_helper_with_whom_asks_are_no_longer_shared_gets_no_more_letters(
    asking: Asking, owner: User, ana: Membership
) -> None:
    occurrence = asking()
    take(occurrence, ana)
    services.soften(occurrence=occurrence, by=owner, now=timezone.now())
    shared(ana)
    mail.outbox.clear()
    deliver()
    assert not [letter for letter in mail.outbox if letter.to == ["Ana"]]


def test_whoever_organises_may_soften_move_and_cancel(
    asking: Asking, ana: Membership, ben: Membership
) -> None:
    Membership.objects.filter(pk=ana.pk).update(role="organiser")
    occurrence = asking()
    take(occurrence, ben)
    services.soften(occurrence=occurrence, by=ana.member, now=timezone.now())
    services.move(occurrence=occurrence, by=ana.member, now=timezone.now(), starts_at=in_days(6))
    services.cancel(occurrence=occurrence, by=ana.member, now=timezone.now())
    occurrence.refresh_from_db()
    assert occurrence.cancelled_by == ana.member


def test_something_for_any_time_before_a_day(asking: Asking, ana: Membership) -> None:
    occurrence = asking(by_on=in_days(4).date())
    take(occurrence, ana)
    (reminder,) = letters("asks/reminder")
    assert reminder.not_before == in_days(3, dt.time(18))
    assert not occurrence.is_over(timezone.now())
    assert occurrence.is_over(timezone.now() + 6 * DAY)
    whenever = asking(starts_at=None)
    take(whenever, ana)
    assert len(letters("asks/reminder")) == 1
    assert whenever.is_over(timezone.now() + 40 * DAY)


def test_who_said_yes_is_not_deleted_before_somebody_knows(
    asking: Asking, ana: Membership, ben: Membership
) -> None:
    occurrence = asking()
    take(occurrence, ana)
    people = [ana.member, ben.member]
    assert [reason.split()[0] for reason in leaving.why_not(people)] == ["Ana"]
    services.hand_back(occurrence=occurrence, membership=ana, now=timezone.now())
    assert leaving.why_not(people) == []


def test_a_new_day_is_never_left_out_because_it_is_also_less(
    asking: Asking, owner: User, ana: Membership
) -> None:
    occurrence = asking()
    take(occurrence, ana)
    services.soften(occurrence=occurrence, by=owner, now=timezone.now())
    deliver()
    services.move(occurrence=occurrence, by=owner, now=timezone.now(), starts_at=in_days(5))
    deliver()
    told = newest("Another time, and a little less")
    assert "has moved" in told and "A call would be lovely instead." in told


def test_a_move_before_the_yes_is_no_news_after_it(asking: Asking, owner: User, ana: Membership) -> None:
    occurrence = asking()
    services.move(occurrence=occurrence, by=owner, now=timezone.now(), starts_at=in_days(5))
    take(occurrence, ana)
    services.soften(occurrence=occurrence, by=owner, now=timezone.now())
    deliver()
    assert "has moved" not in newest("A little less")
