"""The database that each test process gets a copy of, made once for a run, while the tests are collected."""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import django
import psycopg2
from django.core.management import call_command
from psycopg2 import sql

from supportnet import leash

TOP = Path(__file__).resolve().parent.parent
NAME, MADE = "supportnet_template", "It is made.\n"
# Where its making is written down, in a file that is locked meanwhile; in the environment for xdist's workers.
MAKING = "SUPPORTNET_TEST_TEMPLATE"


def begin(home: Path) -> None:
    """Let a process of its own, without anybody's eyes on it, do the migrations. It alone keeps the lock."""
    log = home / "template.log"
    unwatched = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    with log.open("wb") as written:
        fcntl.flock(written, fcntl.LOCK_EX)
        subprocess.Popen(
            [sys.executable, "-m", "tests.template"],
            cwd=TOP,
            env=unwatched | {"SUPPORTNET_LOCAL": "1", "SECRET_KEY": "for-tests-only"},
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=written,
            preexec_fn=leash.tied(signal.SIGTERM),
        )
    os.environ[MAKING] = str(log)


def wait_for_it() -> None:
    log = Path(os.environ[MAKING])
    with log.open() as written:
        fcntl.flock(written, fcntl.LOCK_SH)  # it is made, or could not be
        said = written.read()
    if not said.endswith(MADE):
        raise RuntimeError(f"the database for the tests could not be made:\n{said}")


# In that process -------------------------------------------------------------------------------------


def main() -> None:
    """Under its name only when whole."""
    given, _, options = os.environ["DATABASE_URL"].partition("?")
    server = given.rpartition("/")[0]
    making = f"{NAME}_new"
    execute(f"{server}/postgres?{options}", sql.SQL("CREATE DATABASE {}"), making)
    os.environ["DATABASE_URL"] = f"{server}/{making}?{options}"
    migrate()
    execute(f"{server}/postgres?{options}", sql.SQL("ALTER DATABASE {} RENAME TO {}"), making, NAME)
    print(MADE, end="")  # noqa: T201 (whoever waits reads it)


def migrate() -> None:
    """Hundreds of times it makes a hundred models anew; looking for what can be thrown away takes a fifth of it."""
    gc.disable()
    os.environ["DJANGO_SETTINGS_MODULE"] = "supportnet.settings"
    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    django.db.connections.close_all()


def execute(server: str, command: sql.SQL, *names: str) -> None:
    connection = psycopg2.connect(server)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(command.format(*map(sql.Identifier, names)))
    connection.close()


if __name__ == "__main__":
    main()
