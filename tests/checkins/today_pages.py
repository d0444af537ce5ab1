"""What the tests of Today share."""

import pytest

from accounts.models import User
from checkins import services
from checkins.models import Plan, Silence
from networks.models import Membership
from tests.checkins.pages import gone_quiet


@pytest.fixture
def silence(safety_plan: Plan) -> Silence:
    return gone_quiet(safety_plan)


@pytest.fixture
def chosen(owner: User, membership: Membership) -> Membership:
    """Ana, whom Maya chose for company."""
    services.wish(owner=owner, company_from=membership, company_words="Please ring, I am low.")
    return membership
