"""What somebody takes along when they leave, or any day: one zip with everything as JSON, and as tables."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence

from django.core.serializers.json import DjangoJSONEncoder

from accounts import formulas, leaving
from accounts.models import Consent, User

Rows = Sequence[leaving.Row]


@leaving.packs
def about_them(person: User, private: bool) -> dict[str, Rows]:
    del private
    theirs = User.objects.filter(pk=person.pk)
    said = Consent.objects.filter(subject=person).order_by("pk")
    return {
        "about-you": list(theirs.values("name", "email", "time_zone", "language", "joined_at")),
        "consents": list(
            said.values(
                *("recorded_at", "purpose", "act", "categories", "text", "version"),
                *("language", "how", "until_at"),
            )
        ),
    }


def packed(person: User, *, private: bool) -> bytes:
    """The zip. `private`: with notes and energy, which are nobody's but theirs."""
    parts = leaving.belongings(person, private=private)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("everything.json", as_json(parts))
        for name, rows in parts.items():
            if rows:
                file.writestr(f"tables/{name}.csv", as_table(rows))
    return out.getvalue()


def as_json(parts: Mapping[str, Rows]) -> str:
    return json.dumps(parts, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def as_table(rows: Rows) -> bytes:
    """With a byte-order mark, which is how Excel knows that it is UTF-8."""
    out = io.StringIO(newline="")
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    headings = list(dict.fromkeys(name for row in rows for name in row))
    table.writerow(headings)
    for row in rows:
        table.writerow(formulas.harmless(_cell(row.get(name))) for name in headings)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    """As in the JSON, a list with blanks between."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(_cell(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, cls=DjangoJSONEncoder).strip('"')
