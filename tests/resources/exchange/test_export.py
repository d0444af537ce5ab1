"""What is written to files: valid, whole or not there at all, and harmless in a spreadsheet."""

import csv
import io
import json
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet

from resources.hsds import building, exporting, shapes
from resources.hsds.rowsets import Export
from resources.models import Address, Phone, Service
from tests.resources.exchange.official import complaints

pytestmark = pytest.mark.django_db


def tables(folder):
    return {
        path.name: list(csv.DictReader(io.StringIO(path.read_text("utf-8")))) for path in folder.glob("*.csv")
    }


def as_json(table, row, numbers):
    return {name: float(value) if name in numbers else value for name, value in row.items() if value != ""}


def numbers(package, table):
    [found] = [each for each in package["resources"] if each["name"] == table.name_of]
    return {field["name"] for field in found["schema"]["fields"] if field["type"] == "number"}


def check_package(folder):
    """What frictionless checks: fields in order, required, unique, choices, and every key leads somewhere."""
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    found = tables(folder)
    assert {each["path"] for each in package["resources"]} == set(found)
    ids = {each["name"]: [row["id"] for row in found[each["path"]]] for each in package["resources"]}
    for each in package["resources"]:
        rows, fields = found[each["path"]], each["schema"]["fields"]
        assert list(rows[0]) == [field["name"] for field in fields]
        assert len(set(ids[each["name"]])) == len(rows)
        for field in fields:
            rule = field["constraints"]
            for row in rows:
                value = row[field["name"]]
                assert value or not rule.get("required"), (each["name"], field["name"])
                assert not value or value in rule.get("enum", [value])
        for link in each["schema"].get("foreignKeys", []):
            there = set(ids[link["reference"]["resource"]])
            assert {row[link["fields"]] for row in rows} - {""} <= there, (each["name"], link)
    return package, found


def test_tables_pass_the_official_schemas_and_their_own_description(everything, tmp_path):
    counts = exporting.export(tmp_path / "out")
    package, found = check_package(tmp_path / "out")
    for table in shapes.TABLES:
        for row in found.get(table.file, []):
            found_odd = complaints(table.name_of, as_json(table, row, numbers(package, table)))
            # In a table the unit of a capacity is a key, not an object.
            assert [odd for odd in found_odd if odd != ": 'unit' is a required property"] == []
    assert counts["service"] == len(found["services.csv"]) == Service.objects.count()
    assert counts["left out"] == 0
    missing = {table.file for table in shapes.TABLES} - set(found)
    assert missing == {"contacts.csv", "metadata.csv"}
    assert {row["link_entity"] for row in found["attributes.csv"]} == {
        *("service", "location", "organization", "service_at_location")
    }


def test_lines_pass_the_official_schemas(everything, tmp_path):
    exporting.export(tmp_path / "out.ndjson")
    lines = (tmp_path / "out.ndjson").read_text("utf-8").splitlines()
    assert len(lines) == Service.objects.count()
    for line in lines:
        assert complaints("service", json.loads(line)) == []


def test_only_what_is_public_goes_out_and_no_person(everything, draft, tmp_path):
    hidden = draft("Not yet", organization="Hidden House", at="Backroom")
    Phone.objects.create(service=hidden, organization=everything.organization, number="555-0198")
    exporting.export(tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for secret in ("Not yet", "Hidden House", "Backroom", "Wren", "555-0177", "555-0198", "curator@"):
        assert secret not in whole
    call_command("export_hsds", str(tmp_path / "all"), "--with-drafts")
    kept = tables(tmp_path / "all")
    assert "Not yet" in {row["name"] for row in kept["services.csv"]}
    assert kept["contacts.csv"][0]["name"] == "Wren Ashdown"


def test_what_is_unfinished_stays_out_of_tables_unless_they_are_for_curators(everything, tmp_path, capsys):
    Address.objects.all().update(state_province="")
    call_command("export_hsds", str(tmp_path / "out"))
    assert "rows left out" in capsys.readouterr().out
    check_package(tmp_path / "out")
    assert not (tmp_path / "out" / "addresses.csv").exists()
    call_command("export_hsds", str(tmp_path / "all"), "--with-drafts")
    assert (tmp_path / "all" / "addresses.csv").exists()


def test_a_new_export_takes_the_place_of_the_old_one_and_nothing_else(everything, tmp_path):
    for name in ("out", "out.zip", "out.ndjson"):
        exporting.export(tmp_path / name)
        exporting.export(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out.ndjson", "out.zip"]
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    with pytest.raises(CommandError, match="other things"):
        call_command("export_hsds", str(mine))
    assert (mine / "letter.txt").read_text() == "dear"


def test_what_breaks_on_the_way_leaves_the_old_one(everything, tmp_path, monkeypatch):
    exporting.export(tmp_path / "out")
    before = (tmp_path / "out" / "services.csv").read_bytes()
    monkeypatch.setattr(exporting, "cell", lambda value: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        exporting.export(tmp_path / "out")
    assert (tmp_path / "out" / "services.csv").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("said", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+cmd|' /C calc'!A0", "'-2+cmd|' /C calc'!A0"),
        ("\t=1", "'\t=1"),
        ("+1 (555) 010-2", "+1 (555) 010-2"),
        (-124.2, "-124.2"),
        ("Tea = good", "Tea = good"),
        (None, ""),
    ],
)
def test_nothing_is_a_formula(said, cell):
    assert exporting.cell(said) == cell


def test_lines_cost_no_question_for_each_thing_that_hangs_on_a_listing(everything, tmp_path, monkeypatch):
    """Neither to the database nor inside of Django, whose querysets took most of the time once."""
    made: list[QuerySet] = []
    copied = QuerySet._clone
    monkeypatch.setattr(QuerySet, "_clone", lambda self: made.append(self) or copied(self))
    costs = []
    for listings in (Service.objects.filter(pk=everything.pk), Service.objects.all()):
        made.clear()
        scope = Export(building.Builder())
        scope.services = listings.filter(published_at__isnull=False)
        written = exporting.write_lines(tmp_path / "lines.ndjson", scope)["service"]
        costs.append((written, len(made)))
    (one, few), (many, all_of_them) = costs
    assert one == 1 and many > 20
    # The listing with everything stands in both.
    assert all_of_them == few
