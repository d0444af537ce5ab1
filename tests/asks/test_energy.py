"""What an ask costs its owner is looked at on a day of little energy, and in what they have to choose from."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from asks import services
from checkins import services as checkins
from networks.models import Membership
from tests.asks.conftest import Asking, in_days
from tests.checkins.pages import SignIn, page


@pytest.fixture
def on_the_day() -> dt.datetime:
    return in_days(3, dt.time(10))


def says(owner: User, energy: str, at: dt.datetime) -> None:
    checkins.check_in(owner=owner, now=at, form_key=uuid.uuid4(), energy=energy)


def test_on_a_day_of_little_energy_the_least_costly_stands_first_and_all_may_be_less(
    asking: Asking, owner: User, ana: Membership, client_of: SignIn, on_the_day: dt.datetime
) -> None:
    costly = asking(energy="high", need="company", softer="ten_minutes")
    asking(energy="low", need="meal", starts_at=in_days(4), softer="none")
    asking(energy="low", need="pets", starts_at=in_days(5))
    services.take(occurrence=costly, membership=ana, now=timezone.now())
    with time_machine.travel(on_the_day, tick=False):
        maya = client_of(owner)
        assert "With little energy today" not in page(maya, "/asks/")
        says(owner, "little", on_the_day)
        shown = page(maya, "/asks/")
        card = shown[shown.index("With little energy today") :]
        assert card.index("A meal") < card.index("Company")
        assert "Ten minutes instead" in card and "Make it less" in card
        assert "Care for a pet" not in card[: card.index("Make it less")]
        maya.post(f"/asks/dates/{costly.pk}/soften/")
        assert "Ten minutes instead" not in page(maya, "/asks/")


def test_with_enough_energy_or_for_an_organiser_nothing_of_it_is_said(
    asking: Asking, owner: User, ana: Membership, client_of: SignIn, on_the_day: dt.datetime
) -> None:
    Membership.objects.filter(pk=ana.pk).update(role="organiser")
    asking(energy="high")
    with time_machine.travel(on_the_day, tick=False):
        says(owner, "enough", on_the_day)
        assert "With little energy" not in page(client_of(owner), "/asks/")
        says(owner, "little", on_the_day + dt.timedelta(minutes=5))
        assert "little energy" not in page(client_of(ana.member), f"/asks/for/{ana.pk}/")
        assert "Two taps are enough today" not in page(client_of(ana.member), f"/asks/for/{ana.pk}/new/")


def test_asking_takes_two_taps_that_day_and_more_where_they_wish(
    owner: User, client_of: SignIn, on_the_day: dt.datetime
) -> None:
    with time_machine.travel(on_the_day, tick=False):
        says(owner, "little", on_the_day)
        maya = client_of(owner)
        assert "Two taps are enough today" in page(maya, "/asks/new/")
        assert "Choose one. You see the words" in page(maya, "/asks/new/?short=0")
