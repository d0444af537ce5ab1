"""`manage.py load_postcodes FILE --country GB`: where the postcodes and towns of a country lie."""

from __future__ import annotations

import argparse
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from resources import services
from resources.search.gazette import Unreadable


def two_letters(text: str) -> str:
    if len(text) != 2 or not text.isalpha():
        raise argparse.ArgumentTypeError("two letters, such as GB or US")
    return text.upper()


class Command(BaseCommand):
    help = (
        "Load postcodes from a CSV or TSV file. A header names the columns (code, place, region, latitude, longitude);"
        " the layout of GeoNames needs none. The same file may be loaded again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--country", required=True, type=two_letters)
        parser.add_argument(
            "--columns", default="", help="their order: code,place,region,latitude,longitude; - for others"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            with path.open(encoding=encoding_of(path), newline="", errors="replace") as lines:
                report = services.load_postcodes(
                    lines=lines,
                    country=options["country"],
                    columns=options["columns"],
                    tell=lambda written: self.stdout.write(f"{written:,} …"),
                )
        except (Unreadable, OSError) as error:
            raise CommandError(str(error)) from error
        for line in report.told:
            self.stdout.write(line)
        self.stdout.write(f"{report.written:,} places written, {report.refused:,} rows left out.")


def encoding_of(path: Path) -> str:
    """Its mark says so, else UTF-8 where its beginning is that, else what Windows writes."""
    with path.open("rb") as file:
        start = file.read(1_000_000)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        start[: start.rfind(b"\n") + 1].decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
