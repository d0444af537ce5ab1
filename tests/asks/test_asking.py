"""Who hears of an ask, who sees it, and that its dates come into sight."""

import datetime as dt
import uuid

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import User
from asks import audience, errors, pages, services, tasks
from asks.models import Ask, Occurrence
from networks.models import Membership, Share
from outbox.models import Message
from tests.asks.conftest import DAY, Asking, deliver, in_days, joined, letters, shared, told


def test_everybody_with_whom_asks_are_shared_gets_one_letter(
    asking: Asking, owner: User, ana: Membership, ben: Membership
) -> None:
    joined(owner, "Dee", shares=("checkins",))
    joined(owner, "Eli", paused_at=timezone.now())
    joined(owner, "Fay", limited_at=timezone.now() - DAY)
    asking()
    assert told("asks/asked") == {"Ana", "Ben"}
    deliver()
    assert {letter.to[0] for letter in mail.outbox} == {"ana@example.org", "ben@example.org"}
    assert "Could you give me a lift?" in mail.outbox[0].body
    assert "you need do nothing" in mail.outbox[0].body


def test_only_the_chosen_hear_and_see(asking: Asking, ana: Membership, ben: Membership) -> None:
    occurrence = asking(to="chosen", chosen=[ana])
    assert told("asks/asked") == {"Ana"}
    assert audience.may_see(occurrence, ana)
    assert not audience.may_see(occurrence, ben)


def test_somebody_elses_member_cannot_be_chosen(asking: Asking, stranger: User, ana: Membership) -> None:
    theirs = joined(stranger, "Gil")
    occurrence = asking(to="chosen", chosen=[ana, theirs])
    assert list(occurrence.ask.chosen.all()) == [ana]


def test_who_is_at_their_cap_gets_no_letter_but_sees_it(
    asking: Asking, ana: Membership, ben: Membership
) -> None:
    Membership.objects.filter(pk=ana.pk).update(weekly_cap=1)
    services.take(occurrence=asking(), membership=ana, now=timezone.now())
    deliver()
    mail.outbox.clear()
    second = asking(need="meal")
    deliver()
    assert {letter.to[0] for letter in mail.outbox} == {"ben@example.org"}
    ana.refresh_from_db()
    assert audience.may_see(second, ana)
    # That there is a cap is theirs to know.
    asked = Message.objects.shown_to(second.ask.owner).filter(params__occurrence=second.pk)
    assert [message.recipient for message in asked] == [ben.member]
    assert not audience.is_at_cap(ana, now=timezone.now() + 8 * DAY)


def test_a_share_that_ends_takes_the_ask_away_at_send_time(asking: Asking, ana: Membership) -> None:
    occurrence = asking()
    shared(ana, Share.CHECKINS)
    deliver()
    assert not mail.outbox
    ana.refresh_from_db()
    assert not audience.may_see(occurrence, ana)


def test_a_quiet_limit_keeps_what_was_there_and_adds_nothing(asking: Asking, ana: Membership) -> None:
    before = asking()
    Membership.objects.filter(pk=ana.pk).update(limited_at=timezone.now())
    after = asking(need="meal")
    ana.refresh_from_db()
    assert audience.may_see(before, ana)
    assert not audience.may_see(after, ana)
    shown = pages.open_for(ana.member, now=timezone.now())
    assert [row.occurrence for row in shown.open] == [before]


def test_what_is_asked_for_is_said_by_shows_of_and_by_the_database_alike(
    asking: Asking, owner: User, ana: Membership
) -> None:
    occurrence = asking()
    moments = [None, occurrence.made_at - DAY, occurrence.made_at + DAY]
    for limited_at in moments:
        for shares in (["asks"], ["pain"], []):
            for ended_at in (None, timezone.now()):
                ana.limited_at, ana.shares, ana.ended_at = limited_at, shares, ended_at
                ana.save()
                assert audience.may_see(occurrence, ana) == ana.shows_of(Share.ASKS, occurrence.made_at)


def test_the_same_form_twice_is_one_ask(asking: Asking, ana: Membership) -> None:
    key = uuid.uuid4()
    assert asking(form_key=key).ask == asking(form_key=key).ask
    assert len(letters("asks/asked")) == 1


def test_a_time_that_is_past_is_refused(asking: Asking) -> None:
    with pytest.raises(errors.NoSuchTime):
        asking(starts_at=in_days(-1))
    assert not Ask.objects.exists()


def test_a_weekly_ask_has_dates_up_to_the_horizon_and_goes_on(asking: Asking, ana: Membership) -> None:
    now = timezone.now()
    ask = asking(weeks_apart=1).ask
    count = ask.occurrences.count()
    assert count == 6
    assert len(letters("asks/asked")) == 1
    assert services.sweep_asks(now=now) == 0
    assert services.sweep_asks(now=now + 14 * DAY) == 1
    assert services.sweep_asks(now=now + 14 * DAY) == 0
    assert ask.occurrences.count() == count + 2


def test_the_dates_keep_their_wall_time_over_a_clock_change(asking: Asking) -> None:
    now = dt.datetime(2026, 10, 20, tzinfo=dt.UTC)
    asking(now=now, starts_at=dt.datetime(2026, 10, 21, 14, tzinfo=dt.UTC), weeks_apart=1)
    starts = Occurrence.objects.order_by("number").values_list("starts_at", flat=True)
    assert [start.hour for start in starts][:3] == [14, 15, 15]


def test_a_repeating_ask_ends_with_its_last_day(asking: Asking) -> None:
    ask = asking(weeks_apart=2, repeats_until_on=(timezone.now() + 20 * DAY).date()).ask
    assert ask.occurrences.count() == 2
    services.sweep_asks(now=timezone.now() + 60 * DAY)
    assert ask.occurrences.count() == 2


def test_a_later_date_that_nobody_took_is_told_once_when_it_comes_near(
    asking: Asking, ana: Membership
) -> None:
    asking(weeks_apart=1)
    later = timezone.now() + 6 * DAY
    services.sweep_asks(now=later)
    services.sweep_asks(now=later)
    assert len(letters("asks/asked")) == 2


def test_a_bad_row_spoils_no_other(asking: Asking, ana: Membership, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = asking(weeks_apart=1).ask, asking(weeks_apart=1).ask
    Ask.objects.filter(pk=bad.pk).update(weeks_apart=12, minutes=5)
    bad.occurrences.all().delete()
    Occurrence.objects.filter(ask=good, number__gt=2).delete()
    # Longer than a date can be written: the row cannot be worked out.
    Ask.objects.filter(pk=bad.pk).update(time_zone="UTC", starts_at=dt.datetime.max.replace(tzinfo=dt.UTC))
    Ask.objects.update(look_again_at=timezone.now())
    assert services.sweep_asks(now=timezone.now()) == 1
    assert good.occurrences.count() == 6
    assert services.sweep_asks(now=timezone.now()) == 0
    bad.refresh_from_db()
    assert bad.look_again_at
    assert bad.look_again_at > timezone.now()


def test_an_organiser_asks_in_the_owners_name_and_nobody_else_may(
    owner: User, ana: Membership, ben: Membership
) -> None:
    said = {"owner": owner, "now": timezone.now(), "need": "meal", "text": "Soup?"}
    with pytest.raises(errors.NotOrganiser):
        services.ask(by=ana.member, **said)
    Membership.objects.filter(pk=ana.pk).update(role="organiser")
    ask = services.ask(by=ana.member, **said)
    assert told("asks/asked") == {"Ben"}
    deliver()
    assert "Ana, for Maya" in mail.outbox[0].body
    assert list(Ask.objects.managed_by(ana.member)) == [ask]
    assert not Ask.objects.managed_by(ben.member).exists()
    Membership.objects.filter(pk=ana.pk).update(role="supporter")
    assert not Ask.objects.managed_by(ana.member).exists()


def test_the_worker_looks_after_asks(asking: Asking, ana: Membership) -> None:
    asking(weeks_apart=1)
    Ask.objects.update(look_again_at=timezone.now())
    assert tasks.sweep_asks() == 1
