"""A database of its own for a benchmark: made, migrated, dropped."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from supportnet.engines import Engines


@contextmanager
def database() -> Iterator[None]:
    """Django, set up on a scratch database: in the engines that DATABASE_URL names, else in engines of its own.

    Those are as durable as in production: a commit is on the disk before it is answered. They get the memory that a
    small host would give them (docs/production.md).
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportnet.settings")
    with _engines():
        import django  # noqa: PLC0415 - settings need the engines' addresses first

        django.setup()
        from django.db import connection  # noqa: PLC0415

        name = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


@contextmanager
def _engines() -> Iterator[None]:
    if os.environ.get("DATABASE_URL"):
        yield
        return
    home = Path(tempfile.mkdtemp(prefix="sn-", dir="/tmp"))
    engines = Engines(home, durable=True, memory="2GB")
    try:
        engines.start()
        engines.create_database("supportnet")
        os.environ |= {
            "DATABASE_URL": engines.database_url("supportnet"),
            "REDIS_URL": engines.redis_url(),
            "SUPPORTNET_LOCAL": "1",
        }
        yield
    finally:
        engines.stop()
        shutil.rmtree(home, ignore_errors=True)


def machine() -> dict[str, object]:
    """What a figure was measured on."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    return {"cores": os.cpu_count(), "python": platform.python_version(), "postgresql": postgres}
