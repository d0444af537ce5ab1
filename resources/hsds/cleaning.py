"""From the text in a cell to a value a column takes. What a column takes is said once, by its model."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Field
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext as _

from resources.hsds.rows import Row
from resources.models import Source

# Ids that are no UUID get one of their own from this, their source, their table and themselves.
NAMESPACE = uuid.UUID("6f0d3d1c-7d44-5a53-9a35-2f6f6f3e9b1e")
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
CLOCK = re.compile(
    r"^(\d{1,2})(?::(\d\d))?(?::(\d\d)(?:\.\d+)?)?\s*([ap]\.?m\.?)?\s*(?:z|[+-]\d\d:?\d\d)?$", re.I
)


class Refused(Exception):
    """Why a row is not taken."""


@dataclass
class Clean:
    """A row ready to be compared: our key, and the value of each column by its name in the database."""

    row: Row
    pk: uuid.UUID
    original_id: str
    values: dict[str, Any]


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
    for column in row.table.columns:
        values[column] = cell(row, column, note)
    for column in row.table.own:
        if column in row.cells:
            values[column] = own_cell(row, column, note)
    for column in row.table.required:
        if values.get(column) in ("", None):
            raise Refused(_("it has no %(column)s.") % {"column": column})
    tidy(row, values, note)
    return Clean(row, key_for(source, row.table.name, raw_id), raw_id, values)


def parent_key(row: Row, column: str, source: Source) -> uuid.UUID | None:
    raw = text(row.cells.get(column), column)
    return key_for(source, row.table.parents[column], raw) if raw else None


def cell(row: Row, column: str, note: Callable[[str, str], None]) -> Any:
    field = row.table.model._meta.get_field(column)
    assert isinstance(field, Field)  # noqa: S101 - the columns of tables.py are plain fields
    said = text(row.cells.get(column), column)
    try:
        return convert(field, said)
    except ValidationError as error:
        why = _("%(column)s “%(said)s” is not right: %(why)s") % {
            "column": column,
            "said": said[:60],
            "why": " ".join(error.messages),
        }
        if column not in row.table.loose:
            raise Refused(why) from error
        note(row.where, _("left out: %(why)s") % {"why": why})
        return empty(field)


def own_cell(row: Row, column: str, note: Callable[[str, str], None]) -> Any:
    """A column of ours: what it cannot take is left out and said, never a reason to refuse the row."""
    field = row.table.model._meta.get_field(column)
    if isinstance(field, ArrayField):
        return several(row, field, note)
    loose = dataclasses.replace(row.table, loose=(column,))
    return cell(dataclasses.replace(row, table=loose), column, note)


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
    if isinstance(value, dict | list):
        raise Refused(_("%(column)s is not a single value.") % {"column": column})
    said = "" if value is None else str(value).strip()
    if "\x00" in said:
        raise Refused(_("%(column)s holds a NUL byte.") % {"column": column})
    if any("\ud800" <= letter <= "\udfff" for letter in said):
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
    elif field.name == "number":
        value = said.strip("\"' ")
    elif isinstance(field, models.IntegerField) and said.endswith(".0"):
        value = said.removesuffix(".0")
    return field.clean(value, None)


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
