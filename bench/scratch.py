"""A database of its own for a benchmark: made, migrated, dropped."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager

from supportnet import embedded


@contextmanager
def database() -> Iterator[None]:
    """Django, set up on a scratch database beside the one in use; gone again afterwards."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportnet.settings")
    embedded.attach()
    import django  # noqa: PLC0415 - settings need the engines' addresses first

    django.setup()
    from django.db import connection  # noqa: PLC0415

    name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def machine() -> dict[str, object]:
    """What a figure was measured on."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    return {"cores": os.cpu_count(), "python": platform.python_version(), "postgresql": postgres}
