"""`manage.py import_hsds PATH`: take a directory over as drafts, for curators to check and publish."""

from __future__ import annotations

import argparse
import zoneinfo
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from resources.hsds import importing, mapping
from resources.hsds.reading import Reading
from resources.hsds.unpacking import Unreadable


def a_zone(name: str) -> str:
    if name and name not in zoneinfo.available_timezones():
        raise argparse.ArgumentTypeError("a time zone such as Europe/London")
    return name


class Command(BaseCommand):
    help = (
        "Import as drafts: HSDS 3.1 or 1.1 tables (a folder or .zip), full services (.ndjson, .json), or a plain "
        ".csv with --mapping (described in resources/hsds/mapping.py)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument("--source", default="", help="name of the source; the folder's name if left out")
        parser.add_argument("--licence", default="", help="the terms on which it may be shown")
        parser.add_argument("--url", default="", help="where it is published")
        parser.add_argument(
            "--time-zone", default="", type=a_zone, help="where its clocks are, such as America/Los_Angeles"
        )
        parser.add_argument("--sample", action="store_true", help="mark it as sample data on every page")
        parser.add_argument("--with-contacts", action="store_true", help="people's names and numbers, too")
        parser.add_argument("--mapping", type=Path, help="a plain table: which column is what (.toml, .json)")
        parser.add_argument(
            "--progress", action="store_true", help="say how far it is, after each group of rows"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["path"]
        try:
            report = importing.run(
                path=path,
                source=(options["source"] or path.resolve().name)[:120],
                tell=self.stdout.write,
                dry_run=options["dry_run"],
                with_contacts=options["with_contacts"],
                mapping=mapping.load(options["mapping"]) if options["mapping"] else None,
                each=self.tell_progress if options["progress"] else None,
                licence=options["licence"][:200],
                url=options["url"][:500],
                time_zone=options["time_zone"],
                is_sample=options["sample"],
            )
        except (Unreadable, OSError) as error:
            raise CommandError(str(error)) from error
        for line in report.summary():
            self.stdout.write(line)
        if options["dry_run"]:
            self.stdout.write(_("This was a dry run: nothing was changed."))

    def tell_progress(self, number: int, reading: Reading) -> bool:
        """It never has enough."""
        progress = reading.files.progress
        share = 100 * progress.done // max(progress.total, 1)
        self.stderr.write(f"\r{min(share, 100)} %", ending="")
        return False
