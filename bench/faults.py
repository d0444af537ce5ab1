"""Nobody forgotten, nobody told twice, nobody told out of turn, while everything breaks.

    python -m bench.faults --plans 4000 --rounds 6 --json

Real PostgreSQL, Redis, Celery workers and two beats; a mail server that counts by Message-ID. Plans fall due while
workers and beats are killed with -9, Redis is killed and emptied, PostgreSQL is restarted in immediate mode, the mail
server refuses, stalls, hangs up and cuts the line, and the clock jumps ahead an hour, with people checking in all the
time. A fifth of them has a safety check-in with one or two supporters, who answer through the links in their alerts:
they claim, once or twice or both at once, report well or ill, let their claim lapse, or say nothing at all. On the
last morning everybody checks in.

Keys of the last line: due, nudged, explained (checked in before anything left), alerted (supporters, once for each
silence), claims, all_clears, lost (letters of any kind, people who had to be told, silences without an end), doubled
(a second letter that nothing excuses, a second end), same_id_repeats (a second letter with the same Message-ID,
because the acknowledgement of the first was cut off before our commit), after_the_end (asked or told although it was
over), out_of_turn (told while somebody was on it, before the owner was asked, or that it is over without having been
told that it began), excused_within (the most seconds between a 250 and a kill that excused a repeat), recorded_within
(the most seconds between any other 250 and its record), unsure (all-clears after an alert that was handed over on a
line that broke), kills (of workers or their children), beat_kills, redis_wipes, postgres_restarts, clock_jumps,
smtp_faults, ended_by_themselves (processes that ended though nobody killed them), seconds, machine. The exit code is
1 when anybody was lost, doubled, told after the end or out of turn.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable

from bench.chaos import play
from bench.chaos.stage import Stage
from bench.chaos.verdict import Verdict


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--plans", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=6, help="how often every fault comes")
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--kill-every", type=float, default=3.0, help="seconds")
    parser.add_argument("--sweep", type=float, default=1.0, help="seconds between two sweeps")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args()
    dose = play.Dose(
        plans=options.plans,
        rounds=options.rounds,
        workers=options.workers,
        sweep_seconds=options.sweep,
        kill_every=options.kill_every,
        settle_within=300,
        seed=options.seed,
    )
    verdict, figures = run(dose)
    if not options.json:
        complain(verdict)
    print(json.dumps(figures))
    sys.exit(not verdict.good)


def run(dose: play.Dose) -> tuple[Verdict, dict[str, object]]:
    began = time.monotonic()
    with Stage(
        workers=dose.workers, sweep_seconds=dose.sweep_seconds, seed=dose.seed, families=dose.families
    ) as stage:
        play.play(stage, dose)
        seconds = round(time.monotonic() - began)
        verdict = play.verdict_on(stage, _message_id(stage))
        version = stage.people.ask("SHOW server_version")[0][0]
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "postgresql": version}
        figures = play.figures(stage, verdict)
    return verdict, {**figures, "seconds": seconds, "seed": dose.seed, "machine": machine}


def _message_id(stage: Stage) -> Callable[[str], str]:
    """The outbox's own way from a key to a Message-ID."""
    os.environ.update(stage.env(), DJANGO_SETTINGS_MODULE="supportnet.settings")
    import django  # noqa: PLC0415 - settings need the engines' addresses first

    django.setup()
    from outbox.letters import message_id  # noqa: PLC0415

    return message_id


def complain(verdict: Verdict) -> None:
    for crime in verdict.crimes[:100]:
        print(crime)


if __name__ == "__main__":
    main()
