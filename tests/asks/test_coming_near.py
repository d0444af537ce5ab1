"""A date comes near and nobody has said yes: who hears of it, when, and what can still be done."""

import datetime as dt
import importlib

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import User
from asks import audience, errors, services, when
from asks.models import Ask, Occurrence
from networks.models import Membership
from outbox.models import ChannelPreference
from tests.asks.conftest import LONDON, Asking, deliver, in_days, joined, letters, told
from tests.checkins.pages import SignIn, page, plain

NOON = dt.time(12)


def sweep(at: dt.datetime) -> None:
    services.sweep_asks(now=at)


def letter_on(at: dt.datetime, *, to: str = "maya@example.org") -> list[str]:
    """What that reader gets when the sweep and the worker run at that moment: subjects and words."""
    mail.outbox.clear()
    with time_machine.travel(at, tick=False):
        sweep(at)
        deliver()
    found = [one for one in mail.outbox if one.to == [to] and "said yes:" not in one.subject]
    return [f"{one.subject}\n{one.body}" for one in found]


def test_the_owner_hears_at_noon_the_day_before_and_once(asking: Asking, ana: Membership) -> None:
    asking(softer="call")
    assert letter_on(in_days(2, dt.time(11, 55))) == []
    (said,) = letter_on(in_days(2, NOON))
    assert "Nobody has said yes so far: a lift, tomorrow at 3:00 pm" in said
    assert "make it less: a call instead, as agreed beforehand" in said
    assert "it says nothing about you" in said
    assert "not only a few" not in said
    for later in (in_days(2, dt.time(13)), in_days(3, dt.time(14)), in_days(4)):
        assert letter_on(later) == []


def test_nobody_writes_where_somebody_said_yes_or_it_is_cancelled(
    asking: Asking, owner: User, ana: Membership
) -> None:
    services.take(occurrence=asking(), membership=ana, now=timezone.now())
    services.cancel(occurrence=asking(), by=owner, now=timezone.now())
    services.cancel_ask(ask=asking(weeks_apart=1).ask, by=owner, now=timezone.now())
    assert letter_on(in_days(2, NOON)) == []


def test_a_yes_between_the_sweep_and_the_letter_is_enough(asking: Asking, ana: Membership) -> None:
    occurrence = asking()
    sweep(in_days(2, NOON))
    assert len(letters("asks/unanswered")) == 1
    services.take(occurrence=occurrence, membership=ana, now=timezone.now())
    assert letter_on(in_days(2, NOON)) == []


def test_all_that_is_open_on_a_day_is_one_letter_the_least_costly_first(
    asking: Asking, ana: Membership
) -> None:
    asking(energy="high", need="company")
    asking(energy="low", need="meal", starts_at=in_days(3, dt.time(18)), to="chosen", chosen=[ana])
    asking(energy="low", need="pets", starts_at=in_days(5))
    (said,) = letter_on(in_days(2, NOON))
    assert said.startswith("Nobody has said yes so far\n")
    assert said.index("- a meal, tomorrow at 6:00 pm") < said.index("- company, tomorrow at 3:00 pm")
    assert "care for a pet" not in said
    assert "not only a few" in said


def test_quiet_hours_hold_it_and_what_has_begun_meanwhile_is_not_written(
    asking: Asking, owner: User, ana: Membership
) -> None:
    ChannelPreference.objects.filter(person=owner).update(quiet_from=dt.time(10), quiet_until=dt.time(16))
    asking()
    assert letter_on(in_days(2, NOON)) == []
    assert len(letter_on(in_days(2, dt.time(16, 1)))) == 1
    asking(starts_at=in_days(5, dt.time(15)))
    with time_machine.travel(in_days(5, NOON), tick=False):
        asking(starts_at=in_days(5, dt.time(15, 30)), need="meal")
    assert letter_on(in_days(5, dt.time(16, 1))) == []


def test_a_moved_date_is_told_on_its_new_day(asking: Asking, owner: User, ana: Membership) -> None:
    occurrence = asking()
    services.move(occurrence=occurrence, by=owner, now=timezone.now(), starts_at=in_days(8))
    assert letter_on(in_days(2, NOON)) == []
    assert len(letter_on(in_days(7, NOON))) == 1


def test_each_date_of_what_repeats_and_what_has_no_time_is_told_too(asking: Asking, ana: Membership) -> None:
    asking(weeks_apart=1)
    assert len(letter_on(in_days(2, NOON))) == 1
    assert len(letter_on(in_days(9, NOON))) == 1
    Ask.objects.all().delete()
    asking(by_on=in_days(4).date())
    (said,) = letter_on(in_days(3, NOON))
    assert "any time until tomorrow" in said
    asking(starts_at=None)
    (said,) = letter_on(in_days(27, dt.time(12, 30)))
    assert "any time that suits you" in said


def test_noon_the_day_before_a_while_before_or_not_at_all() -> None:
    at = dt.datetime(2026, 3, 30, 14, tzinfo=dt.UTC)  # the day after the clocks went on
    noon = dt.datetime(2026, 3, 29, 11, tzinfo=dt.UTC)
    asked = {
        dt.timedelta(days=3): noon,
        dt.timedelta(hours=27): at - when.A_WHILE,
        dt.timedelta(hours=6): at - when.A_WHILE,
        dt.timedelta(hours=5): None,
    }
    assert {before: when.word_at(at, since=at - before, zone=LONDON) for before in asked} == asked


# What can be done ----------------------------------------------------------------------------------


def test_the_page_says_what_else_could_be_done_and_a_passed_date_is_not_scolded(
    asking: Asking, owner: User, ana: Membership, client_of: SignIn
) -> None:
    occurrence = asking(to="chosen", chosen=[ana])
    assert "Nobody has said yes so far" not in page(client_of(owner), f"/asks/{occurrence.ask_id}/")
    with time_machine.travel(in_days(2, dt.time(16)), tick=False):
        maya = client_of(owner)
        shown = page(maya, f"/asks/{occurrence.ask_id}/")
        assert "Nobody has said yes so far" in shown
        assert "Ask everybody who sees what I ask for" in shown
        assert "Write to one person" in shown
    with time_machine.travel(in_days(1, NOON), tick=False):
        today = asking(starts_at=in_days(1, dt.time(18)))
        assert "Nobody has said yes so far" not in page(client_of(owner), f"/asks/{today.ask_id}/")
    with time_machine.travel(in_days(4), tick=False):
        maya = client_of(owner)
        assert "Nobody was free this time; that happens." in page(maya, f"/asks/{occurrence.ask_id}/")
        assert "Ask again" in page(maya, f"/asks/{occurrence.ask_id}/")
        assert "You need do nothing about these" in page(maya, "/asks/")
    with time_machine.travel(in_days(20), tick=False):
        assert "Nobody was free" not in page(client_of(owner), "/asks/")


def test_asking_everybody_tells_those_who_have_not_heard(
    asking: Asking, owner: User, ana: Membership, ben: Membership, client_of: SignIn
) -> None:
    occurrence = asking(to="chosen", chosen=[ana])
    Membership.objects.filter(pk=joined(owner, "Eve").pk).update(limited_at=timezone.now())
    answer = client_of(owner).post(f"/asks/{occurrence.ask_id}/everybody/", follow=True)
    assert "Everybody who sees what you ask for hears of it." in plain(answer)
    client_of(owner).post(f"/asks/{occurrence.ask_id}/everybody/")
    assert told("asks/asked") == {"Ana", "Ben"}
    assert len(letters("asks/asked")) == 2
    assert audience.may_see(occurrence, ben)


def test_who_was_limited_before_it_was_widened_sees_nothing_of_it(
    asking: Asking, owner: User, ana: Membership, ben: Membership, cas: Membership
) -> None:
    occurrence = asking(to="chosen", chosen=[ana])
    Membership.objects.filter(pk__in=[ana.pk, ben.pk]).update(limited_at=timezone.now())
    services.widen(ask=occurrence.ask, by=owner, now=timezone.now())
    for one, sees in ((ana, True), (ben, False), (cas, True)):
        one.refresh_from_db()
        assert audience.may_see(occurrence, one) == sees
    assert told("asks/asked") == {"Ana", "Cas"}


def test_only_the_owner_widens_and_not_what_is_cancelled(
    asking: Asking, owner: User, ana: Membership, ben: Membership, client_of: SignIn
) -> None:
    Membership.objects.filter(pk=ben.pk).update(role="organiser")
    ask = asking(to="chosen", chosen=[ana]).ask
    with pytest.raises(errors.NotOrganiser):
        services.widen(ask=ask, by=ben.member, now=timezone.now())
    assert client_of(ben.member).post(f"/asks/{ask.pk}/everybody/").status_code == 404
    services.cancel_ask(ask=ask, by=owner, now=timezone.now())
    with pytest.raises(errors.NoLongerAsked):
        services.widen(ask=ask, by=owner, now=timezone.now())


def test_asking_for_less_tells_those_who_read_the_first_letter(
    asking: Asking, owner: User, ana: Membership, ben: Membership, cas: Membership
) -> None:
    occurrence = asking(softer="ten_minutes", weeks_apart=1)
    deliver()
    mail.outbox.clear()
    Membership.objects.filter(pk=cas.pk).update(limited_at=timezone.now() - dt.timedelta(seconds=1))
    services.soften(occurrence=occurrence, by=owner, now=timezone.now())
    services.soften(occurrence=occurrence, by=owner, now=timezone.now())
    deliver()
    assert {one.to[0] for one in mail.outbox} == {"ana@example.org", "ben@example.org"}
    assert "Maya asks for less now: a lift" in mail.outbox[0].subject
    assert "Ten minutes would be lovely instead." in mail.outbox[0].body
    # Of a later date nobody has read yet: the letter that comes says it.
    later = Occurrence.objects.get(ask=occurrence.ask, number=1)
    services.soften(occurrence=later, by=owner, now=timezone.now())
    assert len(letters("asks/less")) == 2
    (said,) = letter_on(in_days(6, dt.time(10)), to="ana@example.org")
    assert "It may be less than that. Ten minutes would be lovely instead." in said


# What the sweep costs ---------------------------------------------------------------------------------

READ = """
    SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables WHERE relname LIKE 'asks\\_%'
"""


def rows_read_by_a_sweep(at: dt.datetime) -> int:
    with connection.cursor() as cursor:
        # So few rows are read in one go where that is allowed; an index that cannot serve would still be passed by.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(READ)
        (before,) = cursor.fetchone()
        sweep(at)
        cursor.execute(READ)
        return int(cursor.fetchone()[0] - before)


def test_what_the_sweep_reads_grows_with_what_is_due_not_with_what_there_is(
    asking: Asking, ana: Membership
) -> None:
    far = in_days(40)

    def grown(to: int) -> int:
        for _one in range(to - Ask.objects.count()):
            services.take(occurrence=asking(starts_at=far, weeks_apart=1), membership=ana, now=timezone.now())
        Ask.objects.filter(pk__in=Ask.objects.order_by("pk").values("pk")[:2]).update(
            look_again_at=timezone.now()
        )
        return rows_read_by_a_sweep(timezone.now())

    assert grown(60) == grown(6)


def test_what_was_there_before_the_column_is_filled_in_batches(
    asking: Asking, owner: User, ana: Membership
) -> None:
    coming = [asking().ask, asking(weeks_apart=1).ask, asking(by_on=in_days(2).date()).ask]
    coming.append(asking(starts_at=None).ask)
    past, cancelled = asking().ask, asking().ask
    Ask.objects.filter(pk=past.pk).update(starts_at=in_days(-3))
    past.occurrences.update(starts_at=in_days(-3), ends_at=in_days(-2))
    services.cancel_ask(ask=cancelled, by=owner, now=timezone.now())
    Ask.objects.update(look_again_at=None)
    migration = importlib.import_module("asks.migrations.0002_looked_at_when_due")
    with connection.schema_editor() as editor:
        migration.fill(None, editor)
    assert set(Ask.objects.filter(look_again_at__isnull=False)) == set(coming)
