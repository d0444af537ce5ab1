"""Cells that a spreadsheet would run as a formula: marked with an apostrophe on the way out, freed on the way in.

The signs are those of OWASP's page on CSV injection, and their full-width forms, which some programs take for them.
"""

from __future__ import annotations

import re

_SIGNS = "=+\\-@\t\r\n|%＝＋－＠"
_DANGEROUS = re.compile(rf"'*\s*[{_SIGNS}]")
_MARKED = re.compile(rf"''*\s*[{_SIGNS}]")


def harmless(cell: str) -> str:
    return f"'{cell}" if _DANGEROUS.match(cell) else cell


def freed(cell: str) -> str:
    """What `harmless` was given: `freed(harmless(cell)) == cell` for every text."""
    return cell[1:] if _MARKED.match(cell) else cell
