"""Passwords for people nobody signs in as."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher


def make_passwords_cheap(patch: pytest.MonkeyPatch) -> None:
    """The same way of hashing, which is meant to be slow, with the least work it takes."""
    for name, cheap in {"time_cost": 1, "memory_cost": 8, "parallelism": 1}.items():
        patch.setattr(Argon2PasswordHasher, name, cheap)
