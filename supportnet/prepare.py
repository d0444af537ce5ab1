"""`python -m supportnet.prepare`: the database ready for this version; on the first start, the demo.

A process of its own, so that the one that watches over the others stays small and holds no connection.
"""

from __future__ import annotations

import os

import django
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportnet.settings")
    django.setup()
    say("Bringing the database up to date …")
    call_command("migrate", interactive=False)
    call_command("createcachetable", verbosity=0)
    if "demo" in get_commands() and not get_user_model().objects.exists():
        say("First start: writing the sample people and their town …")
        call_command("demo")


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
