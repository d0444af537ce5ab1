"""Whatever bytes stand in the files: a report comes out, good rows go in, a second run changes nothing."""

import csv
import io
import json
import tempfile
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from resources.hsds import importing
from resources.hsds.tables import TABLES
from resources.models import Organization, Service

pytestmark = pytest.mark.django_db
few = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

cells = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "1", "s1", "o1", "\x00", "=cmd()", "2026-02-30", "9:00am", "NaN", "-1", "1e400", '"', "a\nb"]
    ),
    st.text(min_size=300, max_size=400),
)


@st.composite
def tables(draw) -> tuple[str, bytes]:
    """One of the tables with its own header, rows of any length of any text, and perhaps broken bytes."""
    table = draw(st.sampled_from(TABLES))
    header = ["id", *table.parents, *table.columns]
    rows = draw(st.lists(st.lists(cells, min_size=0, max_size=len(header) + 1), max_size=6))
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    content = text.getvalue().encode("utf-8", "surrogatepass")
    at = draw(st.integers(0, len(content)))
    return table.file, content[:at] + draw(st.binary(max_size=6)) + content[at:]


def run(path: Path) -> tuple[list[int], list[str]]:
    said: list[str] = []
    report = importing.run(path=path, source="Any", tell=said.append)
    outcomes = ("created", "changed", "unchanged", "kept", "refused")
    return [report.total(outcome) for outcome in outcomes], said


def twice(path: Path) -> None:
    with transaction.atomic():
        first, said = run(path)
        assert len(said) >= first[-1]
        second, _said = run(path)
        assert second == [0, 0, first[0] + first[2], first[3], first[4]]
        transaction.set_rollback(True)


@few
@given(spoilt=tables())
@example(spoilt=("services.csv", b'id,organization_id,name\n"s2,o1,never closed\n' + b"x,y,z\n" * 99))
@example(spoilt=("organizations.csv", b"id,name\ro2,old line ends\ro3,more\r"))
@example(spoilt=("phones.csv", b"\xff\xfei\x00d\x00"))
def test_any_bytes_in_one_table_leave_the_others_whole(spoilt):
    name, content = spoilt
    with tempfile.TemporaryDirectory() as place:
        path = Path(place)
        (path / "organizations.csv").write_text("id,name\no1,House\n")
        (path / "services.csv").write_text("id,organization_id,name\ns1,o1,Tea\n")
        (path / name).write_bytes(content)
        twice(path)


shapes = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "name", "organization", "phones", "service_at_locations", "location", "number"]
            ),
            inside,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@few
@given(found=shapes)
@example(found={"id": "s1", "name": "x", "organization": {"id": float("nan"), "name": float("inf")}})
def test_any_json_leaves_the_next_line_whole(found):
    good = {"id": "good", "name": "Tea", "organization": {"id": "good", "name": "House"}}
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "services.ndjson"
        path.write_text(json.dumps(found) + "\n" + json.dumps(good) + "\n")
        twice(path)


@few
@given(raw=st.binary(max_size=300))
def test_any_bytes_at_all_never_stop_the_next_line(raw):
    good = {"id": "good", "name": "Tea", "organization": {"id": "good", "name": "House"}}
    with tempfile.TemporaryDirectory() as place, transaction.atomic():
        path = Path(place) / "services.ndjson"
        path.write_bytes(raw.replace(b"\n", b" ") + b"\n" + json.dumps(good).encode() + b"\n")
        run(path)
        assert Service.objects.filter(original_id="good").exists()
        assert Organization.objects.filter(original_id="good").exists()
        transaction.set_rollback(True)
