"""From the text in a cell to a value a column takes. What a column takes is said once, by its model."""

from __future__ import annotations

import datetime as dt
import math
import re
import uuid
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Field
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from resources.fields import plain
from resources.hsds.rows import Row
from resources.hsds.tables import BY_NAME
from resources.models import Source

# Ids that are no UUID get one of their own from this, their source, their table and themselves.
NAMESPACE = uuid.UUID("6f0d3d1c-7d44-5a53-9a35-2f6f6f3e9b1e")
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
# Half of a letter: what is left of bytes that are no UTF-8.
HALF = re.compile("[\ud800-\udfff]")
CLOCK = re.compile(
    r"^(\d{1,2})(?::(\d\d))?(?::(\d\d)(?:\.\d+)?)?\s*([ap]\.?m\.?)?\s*(?:z|[+-]\d\d:?\d\d)?$", re.I
)

# Texts that are looked at before they are taken.
SPECIAL = ("country", "number", "time_zone")
# Types that JSON keeps as they are.
PLAIN = {str, int, float, type(None)}
# What is short comes again and again: "GB", "WEEKLY", "09:00:00".
SHORT, REMEMBERED = 40, 1024


class Refused(Exception):
    """Why a row is not taken."""


@dataclass
class Clean:
    """A row ready to be compared: our key, and the value of each column by its name in the database."""

    row: Row
    pk: uuid.UUID
    original_id: str
    values: dict[str, Any]

    def plain(self) -> dict[str, Any]:
        """The values as JSON keeps them."""
        return {
            column: value if type(value) in PLAIN else plain(value) for column, value in self.values.items()
        }


def key_for(source: Source, table: str, raw: str) -> uuid.UUID:
    """The key of a record: its id when that is a UUID, else always the same one made from it."""
    return uuid.UUID(raw) if UUID.match(raw) else uuid.uuid5(NAMESPACE, f"{source.name}\n{table}\n{raw}")


def clean(row: Row, source: Source, note: Callable[[str, str], None]) -> Clean:
    """Raises Refused with a sentence. Loose columns that make no sense are noted and left out."""
    raw_id = text(row.cells.get("id"), "id")
    if not raw_id:
        raise Refused(_("it has no id."))
    if len(raw_id) > 200:
        raise Refused(_("its id is too long."))
    # A link that the source does not speak of at all (nested JSON has not all of them) stays as it is.
    links = [column for column in row.table.parents if column in row.cells]
    values: dict[str, Any] = {column: parent_key(row, column, source) for column in links}
    for column in columns_of(row.table.name):
        if not column.own or column.name in row.cells:
            values[column.name] = cell(row, column, note)
    for needed in row.table.required:
        if values.get(needed) in ("", None):
            raise Refused(_("it has no %(column)s.") % {"column": needed})
    tidy(row, values, note)
    return Clean(row, key_for(source, row.table.name, raw_id), raw_id, values)


def parent_key(row: Row, column: str, source: Source) -> uuid.UUID | None:
    raw = text(row.cells.get(column), column)
    return key_for(source, row.table.parents[column], raw) if raw else None


@dataclass(frozen=True)
class Column:
    """A column of a table that is read: how its text becomes a value, worked out once and not for every row."""

    name: str
    field: Field[Any, Any]
    # Ours, and left alone unless the source speaks of it.
    own: bool
    # What it cannot take is left out and said; elsewhere it refuses the row.
    loose: bool
    # As it comes up to this length, where that is all the model asks.
    limit: int
    taken: Callable[[str], Any]


@cache
def columns_of(table: str) -> list[Column]:
    found = BY_NAME[table]
    return [column_of(table, name) for name in (*found.columns, *found.own)]


def column_of(table: str, name: str) -> Column:
    found = BY_NAME[table]
    field = found.model._meta.get_field(name)
    assert isinstance(field, Field)  # noqa: S101 - the columns of tables.py are plain fields
    own = name in found.own
    taken = lru_cache(maxsize=REMEMBERED)(partial(convert, field))
    return Column(name, field, own, own or name in found.loose, limit_of(field), taken)


def limit_of(field: Field[Any, Any]) -> int:
    """How long a text may be that needs nothing but to be short enough; 0 where more is asked."""
    simple = type(field) in (models.CharField, models.TextField) and not field.choices
    limits = [each.limit_value for each in field.validators if type(each) is MaxLengthValidator]
    if not simple or field.name in SPECIAL or not limits or len(limits) < len(field.validators):
        return 0
    return min(int(limit) for limit in limits)


def cell(row: Row, column: Column, note: Callable[[str, str], None]) -> Any:
    field = column.field
    if isinstance(field, ArrayField):
        return several(row, field, note)
    said = text(row.cells.get(column.name), column.name)
    if 0 < len(said) <= column.limit:
        return said
    try:
        return column.taken(said) if len(said) <= SHORT else convert(field, said)
    except ValidationError as error:
        why = _("%(column)s “%(said)s” is not right: %(why)s") % {
            "column": column.name,
            "said": said[:60],
            "why": " ".join(error.messages),
        }
        if not column.loose:
            raise Refused(why) from error
        note(row.where, _("left out: %(why)s") % {"why": why})
        return empty(field)


def several(row: Row, field: ArrayField[Any, Any], note: Callable[[str, str], None]) -> list[str]:
    """A list of choices, in their own order, each once."""
    value = row.cells.get(field.name)
    said = value if isinstance(value, list) else re.split(r"[,;|]", text(value, field.name))
    wanted = {str(each).strip().lower() for each in said} - {""}
    known = [choice for choice, _label in field.base_field.choices or () if choice in wanted]
    if odd := sorted(wanted - set(known)):
        row_says = {"column": field.name, "said": ", ".join(odd)[:60]}
        note(row.where, _("left out: %(column)s “%(said)s” is not known here.") % row_says)
    return known


def text(value: Any, column: str) -> str:
    """A cell as text without the white space around it. Refuses what PostgreSQL cannot keep."""
    if value is None or value == "":
        return ""
    if isinstance(value, dict | list):
        raise Refused(_("%(column)s is not a single value.") % {"column": column})
    said = str(value).strip()
    if "\x00" in said:
        raise Refused(_("%(column)s holds a NUL byte.") % {"column": column})
    if not said.isascii() and HALF.search(said):
        raise Refused(_("%(column)s is not written in UTF-8.") % {"column": column})
    return said


def empty(field: Field[Any, Any]) -> Any:
    """What stands in the column when nothing was said."""
    if field.has_default():
        return field.get_default()
    return None if field.null else ""


def convert(field: Field[Any, Any], said: str) -> Any:
    """Raises ValidationError with the model's own words."""
    if not said:
        return empty(field)
    value: Any = said
    if isinstance(field, models.URLField):
        # Most directories write "www.example.org"; http leads to https where there is one.
        value = iri_to_uri(said if SCHEME.match(said) else f"http://{said}")
    elif isinstance(field, models.TimeField):
        value = time_of_day(said)
    elif isinstance(field, models.DateTimeField):
        value = moment(said)
    elif isinstance(field, models.FloatField) and not math.isfinite(field.to_python(said)):
        raise ValidationError(_("this is not a number."))
    elif field.choices or field.name == "country":
        value = in_case(field, said)
    elif field.name == "time_zone" and said not in time_zones():
        raise ValidationError(_("this is not a time zone such as Europe/London."))
    elif field.name == "number":
        value = said.strip("\"' ")
    elif isinstance(field, models.IntegerField) and said.endswith(".0"):
        value = said.removesuffix(".0")
    return field.clean(value, None)


@cache
def time_zones() -> set[str]:
    return zoneinfo.available_timezones()


def in_case(field: Field[Any, Any], said: str) -> str:
    """Codes as the standard writes them, however the source does."""
    return said.upper() if field.name in ("freq", "country") else said.lower()


def time_of_day(said: str) -> dt.time:
    """ "09:00:00", "9:00am", "17:30+01:00", "17:30Z": the clock on the wall."""
    match = CLOCK.match(said)
    if match is None:
        raise ValidationError(_("this is not a time of day."))
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if match[4]:
        hour = hour % 12 + (12 if match[4].lower().startswith("p") else 0)
    try:
        return dt.time(hour, minute, second)
    except ValueError as error:
        raise ValidationError(_("this is not a time of day.")) from error


def moment(said: str) -> dt.datetime:
    """A time without a zone is one in UTC."""
    try:
        found = dt.datetime.fromisoformat(said)
    except ValueError as error:
        raise ValidationError(_("this is not a date and time.")) from error
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def tidy(row: Row, values: dict[str, Any], note: Callable[[str, str], None]) -> None:
    """What only makes sense together: half a place on the map is none, ages run upwards."""
    if "latitude" in values and (values["latitude"] is None) != (values["longitude"] is None):
        values["latitude"] = values["longitude"] = None
    if values.get("wkst"):
        day = values["wkst"].upper()[:2]
        values["wkst"] = day if day in ("MO", "TU", "WE", "TH", "FR", "SA", "SU") else ""
    if "access_lacking" in values:
        values["access_lacking"] = [fact for fact in values["access_lacking"] if fact not in values["access"]]
    low, high = values.get("minimum_age"), values.get("maximum_age")
    if low is not None and high is not None and low > high:
        note(
            row.where, _("left out: the ages %(low)s to %(high)s run backwards.") % {"low": low, "high": high}
        )
        values["minimum_age"] = values["maximum_age"] = None
