"""Bytes of a file as text. Address books come in whatever their program spoke; this always finds a way."""

from __future__ import annotations

import codecs
import unicodedata

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def to_text(data: bytes) -> str:
    """By its byte-order mark, else UTF-8, else UTF-16 (every second byte is nought), else Windows' western."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _plain(data[len(mark) :].decode(encoding, "replace"))
    start = data[:400]
    if len(start) > 8 and start.count(0) > len(start) / 3:
        return _plain(data.decode("utf-16-le" if start[1] == 0 else "utf-16-be", "replace"))
    try:
        return _plain(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _plain(data.decode("cp1252", "replace"))


def is_written(text: str) -> bool:
    """Letters, not a photo: hardly a control sign among them."""
    start = text[:2000]
    odd = sum(unicodedata.category(sign) == "Cc" and sign not in "\t\n" for sign in start)
    return odd * 50 <= len(start)


def _plain(text: str) -> str:
    """Never a NUL, which no reader and no database takes, and one kind of line end."""
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
