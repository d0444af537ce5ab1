"""One row on its way in: for which table, from where, and what its cells say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from resources.hsds.tables import Table


@dataclass(frozen=True)
class Row:
    table: Table
    where: str
    cells: dict[str, Any]
    # In nested JSON the same organisation stands in many lines; in a table a second one is a mistake.
    may_repeat: bool = False
