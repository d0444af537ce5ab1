"""A gentle word when one person carries most, and who might be asked for a change."""

import datetime as dt

from django.test import Client
from django.utils import timezone

from accounts.models import User
from asks import audience, fairness, services
from networks.models import Membership
from tests.asks.conftest import DAY, Asking
from tests.checkins.pages import SignIn, page


def load(owner: User, now: dt.datetime) -> fairness.Load | None:
    return fairness.load(owner, list(audience.those_who_see(owner).order_by("pk")), now=now)


def takes(asking: Asking, membership: Membership, times: int) -> None:
    for _time in range(times):
        services.take(occurrence=asking(), membership=membership, now=timezone.now())


def test_one_who_carries_most_is_told_of_with_who_rested(
    client_of: SignIn, asking: Asking, owner: User, ana: Membership, ben: Membership, cas: Membership
) -> None:
    takes(asking, ana, 3)
    assert load(owner, now=timezone.now()) is None
    takes(asking, ben, 1)
    found = load(owner, now=timezone.now())
    assert found is not None
    assert (found.carrier, found.rested) == (ana, [cas, ben])
    said = page(client_of(owner), "/asks/")
    assert "Ana has helped a lot lately" in said
    assert "Cas" in said
    assert "3" not in said.split("Ana has helped a lot lately")[1].split("What you gave")[0]


def test_shared_evenly_or_alone_nothing_is_said(
    asking: Asking, owner: User, ana: Membership, ben: Membership
) -> None:
    takes(asking, ana, 2)
    takes(asking, ben, 2)
    assert load(owner, now=timezone.now()) is None
    assert load(owner, now=timezone.now() + 57 * DAY) is None


def test_with_nobody_else_to_ask_nothing_is_said(asking: Asking, owner: User, ana: Membership) -> None:
    takes(asking, ana, 5)
    assert load(owner, now=timezone.now()) is None


def test_the_member_never_reads_it(
    client_of: SignIn, asking: Asking, ana: Membership, ben: Membership
) -> None:
    takes(asking, ana, 5)
    member: Client = client_of(ana.member)
    assert "helped a lot" not in page(member, "/asks/open/")
