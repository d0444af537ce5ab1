"""The cast: an owner, a supporter who has an account, a curator, a stranger."""

import os
from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.middleware import csrf
from django.test import Client
from hypothesis import HealthCheck, settings

from accounts.models import User

# The same code gets the same answer: each run tries the same examples. EXAMPLES=new in the environment draws new ones,
# for whoever has time to look at what they find. How long an example takes, or how many had to be thrown away, says
# nothing about what is tested.
settings.register_profile(
    "supportnet",
    deadline=None,
    derandomize=os.environ.get("EXAMPLES") != "new",
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
settings.load_profile("supportnet")

# The secret in a form is drawn by lot: of all letters and digits it now and then spells "Ana" or "P2", on a page of
# which a test says that Ana is not on it. Of these it spells nothing.
csrf.CSRF_ALLOWED_CHARS = "jkqvxz"

PASSWORD = "a long walk by the sea"


def person(email: str, name: str, **fields: object) -> User:
    user = User.objects.create_user(email, PASSWORD, name=name, time_zone="Europe/London", **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@pytest.fixture
def owner(db: None) -> User:
    return person("maya@example.org", "Maya")


@pytest.fixture
def supporter(db: None) -> User:
    return person("ana@example.org", "Ana")


@pytest.fixture
def stranger(db: None) -> User:
    return person("stranger@example.org", "Stranger")


@pytest.fixture
def curator(db: None) -> User:
    return person("curator@example.org", "Cora", is_staff=True)


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
