"""A day of low energy: who is offered then, and words of as much energy as there is."""

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from checkins import services as checkins
from checkins.models import CheckIn, Energy
from networks import energy, offering, services
from networks.models import Suggestion, Tie
from networks.words import Effort

ClientOf = Callable[[User], Client]
DAY = dt.timedelta(days=1)
LOW = "You have very little energy today"


def tie(owner: User, name: str, *, days: int = 62, **details: object) -> Tie:
    made = services.add_tie(by=owner, name=name, circle=str(details.pop("circle", "close")), **details)
    services.log_touch(tie=made, by=owner, at=timezone.now() - days * DAY)
    return made


def says(owner: User, amount: str, *, now: dt.datetime | None = None) -> CheckIn:
    return checkins.check_in(owner=owner, now=now or timezone.now(), form_key=uuid.uuid4(), energy=amount)


@pytest.fixture
def mine(owner: User, client_of: ClientOf) -> Client:
    return client_of(owner)


@pytest.mark.parametrize(
    ("amount", "effort"),
    [("little", Effort.LOW), ("some", Effort.SOME), ("enough", Effort.MORE), ("", None)],
)
def test_the_newest_word_of_today_counts(owner: User, amount: str, effort: Effort | None) -> None:
    if amount:
        says(owner, "enough" if amount == "little" else "little")
    says(owner, amount)
    says(owner, "")
    assert energy.of(owner, timezone.now()) == effort
    assert energy.is_low(owner, timezone.now()) == (amount == "little")


def test_yesterdays_energy_is_gone_at_their_midnight(owner: User) -> None:
    evening = dt.datetime(2026, 11, 22, 23, 50, tzinfo=owner.zone)
    says(owner, Energy.LITTLE, now=evening)
    assert energy.is_low(owner, evening + dt.timedelta(minutes=9))
    assert energy.of(owner, evening + dt.timedelta(minutes=10)) is None


def test_nobody_elses_energy_counts(owner: User, stranger: User) -> None:
    says(stranger, Energy.LITTLE)
    assert energy.of(owner, timezone.now()) is None


@pytest.mark.parametrize("page", ["/today/", "/network/"])
def test_on_a_low_day_who_gives_energy_is_offered(mine: Client, owner: User, page: str) -> None:
    giver = tie(owner, "Ana", days=5, energy="gives")
    tie(owner, "Father Tom", energy="takes")
    assert services.sweep_suggestions(now=timezone.now()) == 1
    assert "A hello to Father Tom" in mine.get(page).content.decode()
    says(owner, Energy.LITTLE)
    shown = mine.get(page).content.decode()
    assert "A hello to Ana" in shown
    assert LOW in shown
    assert "Father Tom, if you like" not in shown
    assert f'/network/words/?tie={giver.pk}&amp;effort=low"' in shown
    says(owner, Energy.ENOUGH)
    assert "A hello to Father Tom" in mine.get(page).content.decode()


def offered(owner: User) -> str:
    offer = offering.to(owner, Tie.objects.of(owner), now=timezone.localtime(timezone.now(), owner.zone))
    return offer.tie.name if offer else ""


def test_who_takes_energy_waits_for_a_better_day(owner: User) -> None:
    tie(owner, "Drains", energy="takes")
    Suggestion.objects.create(tie=Tie.objects.get(), made_at=timezone.now())
    assert offered(owner) == "Drains"
    says(owner, Energy.LITTLE)
    assert offered(owner) == ""


def test_this_weeks_suggestion_stays_where_it_costs_nothing_or_nobody_is_known_to_give(owner: User) -> None:
    quiet = tie(owner, "Unsaid")
    Suggestion.objects.create(tie=quiet, made_at=timezone.now())
    says(owner, Energy.LITTLE)
    assert offered(owner) == "Unsaid"
    tie(owner, "Giver", days=20, energy="gives")
    assert offered(owner) == "Giver"
    services.edit_tie(tie=quiet, by=owner, energy="gives")
    assert offered(owner) == "Unsaid"


def test_who_was_met_today_a_place_and_who_was_let_go_are_not_offered(owner: User) -> None:
    tie(owner, "Today", days=0, energy="gives")
    tie(owner, "Chapel", kind="place", energy="gives")
    services.archive_tie(tie=tie(owner, "Gone", energy="gives"), by=owner)
    says(owner, Energy.LITTLE)
    assert offered(owner) == ""


def test_who_wants_no_suggestions_gets_none_on_a_low_day_either(owner: User) -> None:
    tie(owner, "Ana", energy="gives")
    says(owner, Energy.LITTLE)
    services.wish_for_suggestions(owner_id=owner.pk, wanted=False, now=timezone.now())
    assert offered(owner) == ""


def test_the_sweep_waits_for_a_better_day_to_suggest_who_takes_energy(owner: User) -> None:
    tie(owner, "Drains", energy="takes")
    now = timezone.localtime(timezone=owner.zone).replace(hour=9) + 400 * DAY
    says(owner, Energy.LITTLE, now=now)
    assert services.sweep_suggestions(now=now) == 0
    assert services.sweep_suggestions(now=now + DAY) == 1


def test_ready_words_open_at_todays_energy(mine: Client, owner: User) -> None:
    def effort(query: str = "") -> str:
        return mine.get(f"/network/words/{query}").context["chosen"].effort

    assert effort() == Effort.LOW
    says(owner, Energy.ENOUGH)
    assert effort() == Effort.MORE
    assert effort("?effort=some") == Effort.SOME
    with time_machine.travel(timezone.now() + 2 * DAY):
        assert effort() == Effort.LOW
