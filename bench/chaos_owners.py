"""People checking in at moments of their own, through the same service as the page, by the clock that jumps.

    python -m bench.chaos_owners FILE

reads `OWNER SECONDS` lines (whom, and when by the real clock) and answers each with a line `OWNER SECONDS`: when
it was known to be kept. Who gets an error page presses the button again.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import uuid
from pathlib import Path

from time_machine import escape_hatch

from bench import chaos_clock

PATIENCE = 120.0


def main() -> None:
    chaos_clock.follow(Path(sys.argv[1]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "supportnet.settings")
    import django  # noqa: PLC0415 - the clock is set before anything reads it

    django.setup()
    print("Owners are there", flush=True)
    never = threading.Event()
    for line in sys.stdin:
        owner, at = line.split()
        never.wait(max(0.0, float(at) - _now()))
        _check_in(int(owner))
        print(f"{owner} {_now()!r}", flush=True)


def _now() -> float:
    return escape_hatch.time.time()


def _check_in(owner: int) -> None:
    from django.db import DatabaseError, InterfaceError, connection  # noqa: PLC0415 - Django is set up by now
    from django.utils import timezone  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from checkins import services  # noqa: PLC0415
    from supportnet.leftovers import ticks  # noqa: PLC0415

    form_key = uuid.uuid4()
    for _press in ticks(time.monotonic() + PATIENCE):
        try:
            person = User.objects.get(pk=owner)
            services.check_in(owner=person, now=timezone.now(), form_key=form_key)
        except (DatabaseError, InterfaceError):
            connection.close()
        else:
            return
    raise SystemExit(f"owner {owner} could not check in")


if __name__ == "__main__":
    main()
