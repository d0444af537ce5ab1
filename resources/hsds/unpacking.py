"""Opening what was handed in, a folder or a zip, without trusting anything it says of itself."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TextIO, cast

from django.utils.translation import gettext as _

# An honest directory of a whole country is smaller; text packs to a tenth or so.
MOST_FILES, MOST_BYTES, MOST_RATIO = 500, 8 * 2**30, 200


class Unreadable(Exception):
    """The path as a whole cannot be read; the message says what is wrong with it."""


@dataclass
class Progress:
    """How many bytes of all have been read."""

    total: int = 0
    done: int = 0


class Counting(io.RawIOBase):
    """Reads through, counts, and stops where more comes than was announced."""

    def __init__(self, inner: IO[bytes], progress: Progress, limit: int) -> None:
        self.inner, self.progress, self.left = inner, progress, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        found = self.inner.read(len(buffer))
        self.left -= len(found)
        if self.left < 0:
            raise Unreadable(_("There is more in this file than it says. It is not opened."))
        self.progress.done += len(found)
        buffer[: len(found)] = found
        return len(found)


@dataclass
class Files:
    """Files by their small-lettered names. Nothing is ever written under a name that an archive gave."""

    openers: dict[str, tuple[str, int, Callable[[], IO[bytes]]]]
    progress: Progress = field(default_factory=Progress)

    def __contains__(self, name: str) -> bool:
        return name in self.openers

    def names(self) -> list[str]:
        return sorted(self.openers)

    def shown(self, name: str) -> str:
        return self.openers[name][0]

    @contextmanager
    def text(self, name: str) -> Iterator[TextIO]:
        """Bytes that are not UTF-8 come through as markers, so that only the rows that hold them are refused."""
        _shown, size, opener = self.openers[name]
        try:
            with opener() as raw:
                counted = io.BufferedReader(cast(io.RawIOBase, Counting(raw, self.progress, size)))
                yield io.TextIOWrapper(counted, "utf-8-sig", errors="surrogateescape", newline="")
        except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
            raise Unreadable(_("%(name)s in the archive is broken.") % {"name": name}) from error


def in_bytes(path: Path) -> IO[bytes]:
    return path.open("rb")


def single(path: Path) -> Files:
    size = path.stat().st_size
    return Files({path.name.lower(): (path.name, size, partial(in_bytes, path))}, Progress(size))


def folder(path: Path) -> Files:
    found = {
        file.name.lower(): file for file in sorted(path.iterdir()) if file.is_file() and not file.is_symlink()
    }
    openers: dict[str, tuple[str, int, Callable[[], IO[bytes]]]] = {
        name: (file.name, file.stat().st_size, partial(in_bytes, file)) for name, file in found.items()
    }
    return Files(openers, Progress(sum(size for _shown, size, _open in openers.values())))


def archive(path: Path) -> Files:
    """Raises Unreadable for what is no zip, is locked, or would unpack to far more than it is."""
    try:
        opened = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise Unreadable(_("%(name)s is not a zip file we can open.") % {"name": path.name}) from error
    inside = [info for info in opened.infolist() if not info.is_dir()]
    check(inside)
    openers: dict[str, tuple[str, int, Callable[[], IO[bytes]]]] = {}
    for info in inside:
        name = PurePosixPath(info.filename.replace("\\", "/")).name
        if name.startswith(".") or "__MACOSX" in info.filename:
            continue
        if name.lower() in openers:
            raise Unreadable(_("There are two files named %(name)s in the archive.") % {"name": name})
        openers[name.lower()] = (name, info.file_size, partial(opened.open, info))
    return Files(openers, Progress(sum(size for _shown, size, _open in openers.values())))


def check(inside: list[zipfile.ZipInfo]) -> None:
    if len(inside) > MOST_FILES:
        raise Unreadable(_("There are too many files in the archive."))
    if any(info.flag_bits & 1 for info in inside):
        raise Unreadable(_("The archive is locked with a password. Please send it without one."))
    whole, packed = sum(info.file_size for info in inside), sum(info.compress_size for info in inside)
    if whole > MOST_BYTES or (whole > 10 * 2**20 and whole > MOST_RATIO * max(packed, 1)):
        raise Unreadable(_("The archive would unpack to far more than it is. It is not opened."))
