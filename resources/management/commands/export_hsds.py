"""`manage.py export_hsds PATH`: the directory as HSDS 3.1, for other directories or for safekeeping."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from resources.hsds import exporting


class Command(BaseCommand):
    help = "Export as HSDS 3.1: a folder of tables, a .zip of them, or full services in an .ndjson file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument(
            "--with-drafts",
            action="store_true",
            help="for safekeeping: also what is not public, unfinished or somebody's name. Keep it to yourself",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            counts = exporting.export(options["path"].absolute(), drafts=options["with_drafts"])
        except (exporting.InTheWay, OSError) as error:
            raise CommandError(str(error)) from error
        lost = counts.pop("left out", 0)
        for table, number in counts.items():
            if number:
                self.stdout.write(f"{table}: {number}")
        if lost:
            self.stdout.write(_("%(n)s rows left out: a table cannot hold them unfinished.") % {"n": lost})
