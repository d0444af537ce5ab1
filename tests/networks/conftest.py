"""An owner's network, at each stage a test may need."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from networks import services
from networks.models import Invitation, Membership, Tie

Landed = Callable[[Client, Invitation], Client]


@pytest.fixture
def tie(owner: User) -> Tie:
    return services.add_tie(by=owner, name="Ana", circle="closest", relationship="Sister")


@pytest.fixture
def other_tie(owner: User) -> Tie:
    return services.add_tie(by=owner, name="Luis", circle="close")


@pytest.fixture
def invitation(tie: Tie, owner: User) -> Invitation:
    """To the address of `supporter`, who may or may not be in the test."""
    return services.invite(
        tie=tie, by=owner, email="ana@example.org", shares=["checkins", "pain"], note="Would you?\nMaya"
    )


@pytest.fixture
def membership(invitation: Invitation, supporter: User) -> Membership:
    return services.accept(invitation=invitation, by=supporter)


@pytest.fixture
def landed() -> Landed:
    """Follow the link of an invitation, up to the clean address."""

    def follow(client: Client, invitation: Invitation) -> Client:
        response = client.get(f"/network/invited/{invitation.token()}/")
        assert response.headers["Location"] == "/network/invited/"
        return client

    return follow
