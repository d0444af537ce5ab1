"""Values as JSON keeps them."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from typing import Any


def plain(value: Any) -> Any:
    """A value as JSON keeps it, the same before and after a trip through the database."""
    if isinstance(value, decimal.Decimal):
        return format(value.normalize(), "f")
    return str(value) if isinstance(value, uuid.UUID | dt.date | dt.time) else value
