"""The page of an alert asks as little, however many wait on the ladder after whoever looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from checkins.models import Silence
from tests.checkins.supporter_pages import another, page
from tests.checkins.supporter_pages import silence as silence

SignIn = Callable[[User], Client]


@pytest.mark.parametrize("others", [0, 3, 30])
def test_an_alert_asks_as_little_however_many_wait(
    client_of: SignIn, supporter: User, silence: Silence, others: int, django_assert_max_num_queries: Any
) -> None:
    people = [User(email=f"other{place}@example.org", name="Other") for place in range(others)]
    for place, member in enumerate(User.objects.bulk_create(people)):
        another(silence, member, position=3 + place)
    client, path = client_of(supporter), f"/support/silence/{silence.pk}/"
    assert ("nobody is asked after you" in page(client, path)) is (others == 0)
    with django_assert_max_num_queries(10):
        client.get(path)
