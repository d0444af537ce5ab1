"""What the database refuses, whoever writes: half of a pair, or two ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from checkins.models import Claim, Plan, Silence, Wishes
from networks.models import Membership
from tests.checkins.conftest import DUE, MONDAY

LATER = MONDAY + dt.timedelta(days=400)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("half", [{"next_due_at": None}, {"deadline_at": None}, {"next_due_at": LATER}])
def test_a_plan_is_due_with_a_deadline_after_it_or_not_at_all(
    gentle_plan: Plan, half: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match="plan_due_with_a_deadline"), transaction.atomic():
        Plan.objects.filter(pk=gentle_plan.pk).update(**half)
    Plan.objects.filter(pk=gentle_plan.pk).update(next_due_at=None, deadline_at=None)


@pytest.mark.parametrize("half", [{"flare_began_at": MONDAY}, {"flare_until": MONDAY}])
def test_a_flare_has_a_beginning_and_an_end(owner: User, half: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="wishes_flare_has_an_end"), transaction.atomic():
        Wishes.objects.create(owner=owner, **half)


def test_a_claim_is_reported_on_or_lapses_but_not_both(safety_plan: Plan, membership: Membership) -> None:
    silence = Silence.objects.create(plan=safety_plan, due_at=DUE, opened_at=DUE)
    times = dict.fromkeys(["claimed_at", "lapses_at", "reported_at", "lapsed_at"], DUE)
    with pytest.raises(IntegrityError, match="claim_ends_once"), transaction.atomic():
        Claim.objects.create(silence=silence, membership=membership, report="okay", **times)
