"""`python -m supportnet.prepare`: the database ready for this version; on the first start, the demo.

A process of its own, so that the one that watches over the others stays small and holds no connection.
"""

from __future__ import annotations

import importlib
import os

import django
from django.contrib.auth import get_user_model
from django.core.management import call_command

from supportnet import embedded


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportnet.settings")
    django.setup()
    say("Bringing the database up to date …")
    call_command("migrate", interactive=False)
    call_command("createcachetable", verbosity=0)
    if not get_user_model().objects.exists():
        say("First start: writing the sample people and their town …")
        call_command("demo")
    accounts = embedded.state() / "run" / "accounts.txt"
    accounts.write_text("\n".join(sample_accounts()))


def sample_accounts() -> list[str]:
    """Lines with who can sign in, and how; none where the demo was never loaded. The server shows them."""
    demo = importlib.import_module("supportnet.demo")  # only now: it needs Django to be ready
    known = set(
        get_user_model()
        .objects.values_list("email", flat=True)
        .filter(email__in=dict(demo.ACCOUNTS).values())
    )
    found = [f"    {role:<12} {email}" for role, email in demo.ACCOUNTS if email in known]
    return [f"  Sample people, all with the password {demo.PASSWORD}", *found] if found else []


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
