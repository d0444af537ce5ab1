"""Nobody forgotten, nobody told twice, while everything breaks.

    python -m bench.faults --plans 4000 --rounds 6 --json

Real PostgreSQL, Redis, Celery workers and two beats; a mail server that counts by Message-ID. Plans fall due while
workers are killed with -9, Redis is killed and emptied, PostgreSQL is restarted in immediate mode, the mail server
refuses, stalls, hangs up and cuts the line, and the clock jumps ahead an hour, with people checking in all the time.

Keys of the last line: due, nudged, explained (checked in before anything left), lost, doubled (a second letter that
nothing excuses), same_id_repeats (a second letter with the same Message-ID, because the acknowledgement of the first
was cut off before our commit), after_check_in (asked although they had checked in), kills, redis_wipes,
postgres_restarts, clock_jumps, smtp_faults, ended_by_themselves (processes that ended though nobody killed them),
seconds, machine. The exit code is 1 when anybody was lost, doubled, or asked after their check-in.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable

from bench import chaos_play
from bench.chaos import Stage
from bench.chaos_judge import Verdict


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plans", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=6, help="how often every fault comes")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--kill-every", type=float, default=3.0, help="seconds")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args()
    dose = chaos_play.Dose(
        plans=options.plans,
        rounds=options.rounds,
        workers=options.workers,
        kill_every=options.kill_every,
        settle_within=300,
        seed=options.seed,
    )
    verdict, figures = run(dose)
    if not options.json:
        complain(verdict)
    print(json.dumps(figures))
    sys.exit(not verdict.good)


def run(dose: chaos_play.Dose) -> tuple[Verdict, dict[str, object]]:
    began = time.monotonic()
    with Stage(workers=dose.workers, sweep_seconds=dose.sweep_seconds, seed=dose.seed) as stage:
        chaos_play.play(stage, dose)
        seconds = round(time.monotonic() - began)
        verdict = chaos_play.verdict_on(stage, _message_id(stage))
        version = stage.people.ask("SHOW server_version")[0][0]
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "postgresql": version}
        figures = chaos_play.figures(stage, verdict)
    return verdict, {**figures, "seconds": seconds, "seed": dose.seed, "machine": machine}


def _message_id(stage: Stage) -> Callable[[str], str]:
    """The outbox's own way from a key to a Message-ID."""
    os.environ.update(stage.env(), DJANGO_SETTINGS_MODULE="supportnet.settings")
    import django  # noqa: PLC0415 - settings need the engines' addresses first

    django.setup()
    from outbox.letters import message_id  # noqa: PLC0415

    return message_id


def complain(verdict: Verdict) -> None:
    for what in (verdict.missing, verdict.lost, verdict.doubled, verdict.too_late):
        for line in what[:20]:
            print(line)


if __name__ == "__main__":
    main()
