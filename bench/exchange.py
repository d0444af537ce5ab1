"""How long a large directory takes to come in and to go out, and how much memory.

    python -m bench.exchange --services 100000 --json

Keys of the last line, for tables: services; rows (all of a directory's); seconds (the first import), second_seconds
(each service and each phone says something else), third_seconds (nothing does), export_seconds; each also as
…per_thousand services and …per_thousand_at_tenth, where the directory had a tenth; growth, second_growth, third_growth,
export_growth (the one by the other: 1 where the cost of a service does not depend on how many there are); peak_mb and
peak_mb_at_tenth (the most memory any of these processes held); cpu_seconds (of the importing process alone: where it is
far below seconds, the rest is the database, or the machine had other things to do). `ndjson` has the same for one full
service a line. Each import runs in a process of its own, on a database of its own that is as durable as in production.
What goes out is the public directory: all is published first.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench import exchange_files, scratch

SMALLER = 10
PARTS = ("", "second_", "third_", "export_")
EMPTY = "TRUNCATE resources_source, resources_organization, resources_unindexed CASCADE"
PUBLISH = """
    INSERT INTO resources_verification (form_key, service_id, verified_at, how, parts, note)
    SELECT gen_random_uuid(), id, now(), 'phone', '{name}', '' FROM resources_service;
    UPDATE resources_service s SET verification_id = v.id, published_at = now()
    FROM resources_verification v WHERE v.service_id = s.id;
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--services", type=int, default=100_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    options = parser.parse_args()
    with scratch.database():
        loaded()
        figures = {form: compare(form, options.services) for form in ("tables", "ndjson")}
        machine = scratch.machine()
    if not options.json:
        for form, found in figures.items():
            print(f"{form}: {found['seconds']} s in, {found['export_seconds']} s out, {found['peak_mb']} MB.")
    print(json.dumps(figures["tables"] | {"ndjson": figures["ndjson"], "machine": machine}))


def compare(form: str, services: int) -> dict[str, Any]:
    small, large = measure(form, services // SMALLER), measure(form, services)
    figures = dict(large)
    for part in PARTS:
        per, before = large[f"{part}seconds"] / services, small[f"{part}seconds"] / (services // SMALLER)
        figures[f"{part}per_thousand"] = round(1000 * per, 3)
        figures[f"{part}per_thousand_at_tenth"] = round(1000 * before, 3)
        figures[f"{part}growth"] = round(per / before, 2)
    return figures | {"peak_mb_at_tenth": small["peak_mb"]}


def measure(form: str, services: int) -> dict[str, Any]:
    execute(EMPTY)
    with tempfile.TemporaryDirectory(prefix="sn-") as scratch_folder:
        here = Path(scratch_folder)
        first, second = (written(form, here / str(edition), services, edition) for edition in (1, 2))
        out = here / ("out.ndjson" if form == "ndjson" else "out")
        runs: dict[str, dict[str, Any]] = {}
        for part, work, path in zip(
            PARTS, (took, took, took, gave), (first, second, second, out), strict=True
        ):
            runs[part] = alone(work, path)
            print(
                f"{form}, {services} services, {part or 'first_'}: {runs[part]}", file=sys.stderr, flush=True
            )
            if part == "third_":
                check(runs, services)
                execute(PUBLISH)
    figures: dict[str, Any] = {"services": services, "rows": runs["third_"]["unchanged"]}
    for part, run in runs.items():
        figures |= {f"{part}seconds": run["seconds"], f"{part}cpu_seconds": run["cpu_seconds"]}
    return figures | {"peak_mb": max(run["peak_mb"] for run in runs.values())}


def written(form: str, where: Path, services: int, edition: int) -> Path:
    where.mkdir()
    if form == "ndjson":
        return exchange_files.write_lines(where / "services.ndjson", services, edition)
    return exchange_files.write_tables(where, services, edition)


def check(runs: dict[str, dict[str, Any]], services: int) -> None:
    """That it was what it is called; else the figures mean nothing."""
    first, second, third = runs[""], runs["second_"], runs["third_"]
    fine = first["created"] == second["changed"] + second["unchanged"] == third["unchanged"]
    if not fine or second["changed"] != 2 * services or any(run["refused"] for run in runs.values()):
        raise SystemExit(f"These imports did something else: {runs}")


def execute(statement: str) -> None:
    from django.db import connection  # noqa: PLC0415 - Django is set up by now

    with connection.cursor() as cursor:
        cursor.execute(statement)
    # A process that is made from this one must not share its line to the database.
    connection.close()


def loaded() -> None:
    """All the code that will be measured; reading it is no part of an import."""
    from resources.hsds import exporting, importing  # noqa: F401, PLC0415


def alone(work: Callable[[Path], dict[str, int]], path: Path) -> dict[str, Any]:
    """In a process of its own, whose memory is nobody else's."""
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    child = fork.Process(target=watched, args=(work, path, theirs))
    child.start()
    theirs.close()
    try:
        found: dict[str, Any] = ours.recv()
    except EOFError as error:
        raise SystemExit("The process that was measured died.") from error
    finally:
        child.join()
    return found


def watched(work: Callable[[Path], dict[str, int]], path: Path, answer: Connection) -> None:
    start, cpu = time.perf_counter(), time.process_time()
    counts = work(path)
    answer.send(
        {
            "seconds": round(time.perf_counter() - start, 1),
            "cpu_seconds": round(time.process_time() - cpu, 1),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            **counts,
        }
    )


def took(path: Path) -> dict[str, int]:
    from resources.hsds import importing  # noqa: PLC0415

    report = importing.run(path=path, source="Bench", tell=str)
    return {outcome: report.total(outcome) for outcome in ("created", "changed", "unchanged", "refused")}


def gave(path: Path) -> dict[str, int]:
    from resources.hsds import exporting  # noqa: PLC0415

    return {"refused": exporting.export(path)["left out"]}


if __name__ == "__main__":
    main()
