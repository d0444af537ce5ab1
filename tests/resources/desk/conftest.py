"""Two curators, and proposals of every kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from resources import services
from resources.models import ChangeRequest, FieldChange, Service
from tests.conftest import person

Propose = Callable[..., ChangeRequest]


@pytest.fixture
def other_curator(db: None) -> User:
    user = person("other-curator@example.org", "Otto")
    services.appoint_curator(user=user)
    return User.objects.get(pk=user.pk)


@pytest.fixture
def propose(db: None) -> Propose:
    """A proposal: `changes` are (table, row, field, before, after), each row of new ones by its group at the end."""

    def make(service: Service | None, *changes: tuple[Any, ...], **columns: Any) -> ChangeRequest:
        kind = "correction" if service else "addition"
        request = ChangeRequest.objects.create(**{"kind": kind, "service": service, **columns})
        for table, row, field, before, after, *group in changes:
            FieldChange.objects.create(
                request=request,
                table=table,
                row=row,
                field=field,
                before=before,
                after=after,
                group=group[0] if group else 0,
            )
        return request

    return make


@pytest.fixture
def desk(client_of, curator):
    return client_of(curator)


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())
